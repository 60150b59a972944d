"""The OpenAPI document: what every operation has in common is said once."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from teplosvet.api.problem import MEDIA_TYPE, Problem

DESCRIPTION = """Everything that a person can see in Teplosvet, and the changes that a program may make.

Lists come a page at a time: `limit` rows, and the header `Link` with `rel="next"` for the next page. The same address
with `format=csv` or `format=parquet` answers all rows. Errors are `application/problem+json` (RFC 9457). An answer has
an `ETag`; send it back as `If-None-Match`. A `POST` with an `Idempotency-Key` is done once, however often it is sent.
Times are UTC.
"""

_PROBLEMS = {
    "401": "Nobody is signed in.",
    "403": "They have no right to this.",
    "404": "There is no such thing, or it is not theirs to see.",
    "406": "It cannot be had in the form that Accept asks for.",
    "413": "The body is too large.",
    "422": "Fields are wrong; `errors` says which.",
    "503": "The database does not answer now.",
}
_OF_CHANGES = {
    "409": "The same request is being answered now.",
    "412": "It was changed since it was read.",
    "415": "The body is not JSON.",
}
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def operation_id(route: APIRoute) -> str:
    """The name of the function: it stays when an address moves."""
    return route.name


def install(app: FastAPI) -> None:
    """Let an application describe itself so."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(
                get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    described = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= described.pop("$defs", {})
    schemas["Problem"] = described
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemes = components.setdefault("securitySchemes", {})
    schemes.setdefault("cookie", {"type": "apiKey", "in": "cookie", "name": "teplosvet_session"})
    schemes.setdefault("bearer", {"type": "http", "scheme": "bearer"})
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                _complete(path, method, operation)
    return document


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    texts = _PROBLEMS if method == "get" else _PROBLEMS | _OF_CHANGES
    for status, text in texts.items():
        operation["responses"][status] = {"description": text, "content": content}
    operation["responses"].setdefault("default", {"description": "Anything else that goes wrong.", "content": content})
    if path.startswith("/api/"):
        operation.setdefault("security", [{"cookie": []}, {"bearer": []}])
