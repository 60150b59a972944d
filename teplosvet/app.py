"""The composition root of the application: mounts the services' routers, loaded by name."""

import importlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from fastapi import Depends, FastAPI, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from psycopg_pool import PoolTimeout

from teplosvet.access.guard import require_local_or_administrator, signed_in
from teplosvet.access.headers import SecurityHeaders
from teplosvet.domain.errors import ForbiddenError, NotSignedInError, TeplosvetError, UnknownNameError
from teplosvet.storage.pool import open_pool

ROUTERS = ("ingest_service.router", "analytics.router", "dashboards.router", "dashboards.accounts.router")


def create_app(database_url: str) -> FastAPI:
    """The application over one database."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = open_pool(database_url)
        try:
            yield
        finally:
            app.state.pool.close()

    app = FastAPI(
        title="Teplosvet", lifespan=lifespan, docs_url="/api/docs", redoc_url=None, openapi_url="/api/openapi.json"
    )
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.add_middleware(SecurityHeaders)
    for name in ROUTERS:
        app.include_router(importlib.import_module(name).router, dependencies=[Depends(signed_in)])
    app.add_api_route("/health", health, methods=["GET"], tags=["platform"])
    app.add_api_route("/metrics", metrics, methods=["GET"], tags=["platform"], include_in_schema=False)
    app.add_exception_handler(TeplosvetError, _problem)
    app.add_exception_handler(psycopg.DataError, _impossible)
    app.add_exception_handler(psycopg.OperationalError, _unavailable)
    app.add_exception_handler(PoolTimeout, _unavailable)
    return app


def health(request: Request) -> dict[str, str]:
    """Whether the application reaches its database."""
    with request.app.state.pool.connection() as connection:
        connection.execute("")
    return {"status": "ok"}


def metrics(request: Request) -> Response:
    """Prometheus metrics of this process and, under `teplosvet serve`, of all its workers.

    They name nobody, and are for this machine, or for who comes with an administrator's token.
    """
    require_local_or_administrator(request)
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


async def _problem(request: Request, error: Exception) -> Response:
    if isinstance(error, NotSignedInError | ForbiddenError):
        if not request.url.path.startswith(("/api/", "/metrics")):
            found: Response = await importlib.import_module("dashboards.accounts.refusals").answer(request, error)
            return found
        answer = _answer(403 if isinstance(error, ForbiddenError) else 401, type(error).__name__, str(error))
        if isinstance(error, NotSignedInError):
            answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    return _answer(404 if isinstance(error, UnknownNameError) else 422, type(error).__name__, str(error))


def _impossible(_request: Request, _error: Exception) -> JSONResponse:
    return _answer(422, "InvalidText", "A text has signs that no name has.")


def _unavailable(_request: Request, _error: Exception) -> JSONResponse:
    detail = "The database does not answer now. Readings wait in the broker until it does; try again."
    return _answer(503, "ServiceUnavailable", detail)


def _answer(status: int, title: str, detail: str) -> JSONResponse:
    """A problem as RFC 9457 has it."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")
