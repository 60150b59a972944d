"""Everything that goes wrong, as RFC 9457 has it."""

from collections.abc import Awaitable, Callable

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from teplosvet.api.sentences import of_field, of_status
from teplosvet.domain.errors import ForbiddenError, NotSignedInError, RefusedError, TeplosvetError, UnknownNameError
from teplosvet.words.catalogue import gettext as _

MEDIA_TYPE = "application/problem+json"

Refused = Callable[[Request, NotSignedInError | ForbiddenError | HTTPException], Awaitable[Response]]
LOST = frozenset({404, 405})


class FieldProblem(BaseModel):
    """One field that cannot be what it says."""

    field: str = Field(description="Its name; parts of nested fields are joined by dots.", examples=["limit"])
    code: str = Field(description="What is wrong, one word for programs.", examples=["less_than_equal"])
    message: str = Field(description="What is wrong, for people, in the language of Accept-Language.")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="About what kind of problem, a URI.", examples=["about:blank"])
    title: str = Field(description="The kind of problem, one word.", examples=["UnknownNameError"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="One sentence for people.", examples=["no device is called lamp-7"])
    errors: list[FieldProblem] | None = Field(None, description="Which fields are wrong, where fields are.")


def problem(
    status: int,
    title: str,
    detail: str,
    errors: list[FieldProblem] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """The answer that says so."""
    body = Problem(type="about:blank", title=title, status=status, detail=detail, errors=errors)
    return JSONResponse(body.model_dump(exclude_none=True), status, headers, MEDIA_TYPE)


def install(app: FastAPI, refused: Refused) -> None:
    """Let every error of an application become a problem.

    Args:
        app: The application.
        refused: What a page answers to somebody whom it may not answer, or a browser gets where no page is; programs
            get a problem.
    """

    async def ours(request: Request, error: Exception) -> Response:
        if not is_of_programs(request) and isinstance(error, NotSignedInError | ForbiddenError):
            return await refused(request, error)
        return _ours(error)

    async def of_http(request: Request, error: Exception) -> Response:
        lost = isinstance(error, HTTPException) and error.status_code in LOST and not is_of_programs(request)
        if isinstance(error, HTTPException) and lost and "text/html" in request.headers.get("accept", ""):
            return await refused(request, error)
        return _of_http(error)

    app.add_exception_handler(TeplosvetError, ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(psycopg.DataError, _impossible)
    app.add_exception_handler(psycopg.OperationalError, _unavailable)
    app.add_exception_handler(PoolTimeout, _unavailable)


def is_of_programs(request: Request) -> bool:
    """Whether an address is for programs, which get no pages."""
    return request.url.path.startswith(("/api/", "/metrics"))


def _ours(error: Exception) -> JSONResponse:
    if isinstance(error, NotSignedInError):
        return problem(401, type(error).__name__, str(error), headers={"WWW-Authenticate": "Bearer"})
    if isinstance(error, RefusedError):
        errors = [FieldProblem(**each._asdict()) for each in error.errors]
        return problem(409 if error.conflict else 422, "Refused", str(error), errors)
    status = 404 if isinstance(error, UnknownNameError) else 403 if isinstance(error, ForbiddenError) else 422
    return problem(status, type(error).__name__, str(error))


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [
        FieldProblem(
            field=".".join(str(part) for part in each["loc"][1:]) or str(each["loc"][0]),
            code=str(each["type"]),
            message=of_field(str(each["type"]), each.get("ctx") or {}),
        )
        for each in found
    ]
    return problem(422, "InvalidRequest", _("Some fields cannot be what they say."), errors)


def _of_http(error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        return problem(500, "InternalError", of_status(500))
    title, sentence = f"Http{error.status_code}", of_status(error.status_code)
    return problem(error.status_code, title, sentence, headers=dict(error.headers or {}))


def _impossible(_request: Request, _error: Exception) -> JSONResponse:
    return problem(422, "InvalidText", _("A text has signs that no name has, or a number is beyond what can be."))


def _unavailable(_request: Request, _error: Exception) -> JSONResponse:
    detail = _("The database does not answer now. Readings wait in the broker until it does; try again.")
    return problem(503, "ServiceUnavailable", detail, headers={"Retry-After": "5"})
