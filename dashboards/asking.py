"""Who asks for a page, with what, and what they see when it goes wrong."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

import psycopg
from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from psycopg.rows import TupleRow
from psycopg_pool import PoolTimeout

from dashboards.language import preferred_language
from dashboards.reader import Reader
from dashboards.render import page
from teplosvet.access.guard import signed_in
from teplosvet.access.principal import Principal
from teplosvet.domain.errors import ForbiddenError, UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.pool import request_connection
from teplosvet.words.catalogue import speaking
from teplosvet.words.units import energy_unit

Connection = Annotated[psycopg.Connection[TupleRow], Depends(request_connection)]


class PeriodError(ValueError):
    """The address names a period that is none."""


class PageRoute(APIRoute):
    """A route for people: what goes wrong becomes a page that says what to do."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with its errors turned into pages."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            speaking.set(reader_of(request).language)
            try:
                return await handler(request)
            except (
                UnknownNameError,
                psycopg.DataError,
                RequestValidationError,
            ):  # a NUL in an address is no name either
                return problem(request, "unknown", HTTPStatus.NOT_FOUND)
            except PeriodError:
                return problem(request, "period", HTTPStatus.UNPROCESSABLE_ENTITY)
            except (psycopg.OperationalError, PoolTimeout):
                return problem(request, "unavailable", HTTPStatus.SERVICE_UNAVAILABLE)

        return answer


def problem(request: Request, code: str, status: HTTPStatus) -> Response:
    """The page that says what went wrong."""
    return page("error.html", reader_of(request), status.value, code=code)


def reader_of(request: Request, person: Principal | None = None) -> Reader:
    """Who asks, by address, cookie and browser."""
    parameters = dict(request.query_params)
    language = preferred_language(
        parameters.get("lang"), request.cookies.get("lang"), request.headers.get("accept-language", "")
    )
    unit = energy_unit(parameters.get("unit")) or energy_unit(request.cookies.get("unit"))
    return Reader(language, unit, datetime.now(UTC), quote(request.url.path), parameters, person)


def _person(request: Request, person: Annotated[Principal, Depends(signed_in)]) -> Reader:
    return reader_of(request, person)


def _guest(request: Request) -> Reader:
    return reader_of(request)


Person = Annotated[Reader, Depends(_person)]
Guest = Annotated[Reader, Depends(_guest)]


def from_here(request: Request) -> None:
    """Lets a form in only from a page of ours: a browser says of every form where it stands.

    Raises:
        ForbiddenError: If it stands somewhere else.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    elsewhere = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if elsewhere or site not in {"same-origin", "none"}:
        raise ForbiddenError("a form of another site")


def period_of(text: str) -> Period:
    """A period from an address.

    Raises:
        PeriodError: If it is none.
    """
    try:
        return Period.parse(text)
    except ValueError as error:
        raise PeriodError(text) from error
