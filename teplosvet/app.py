"""The composition root of the application: mounts the services' routers, loaded by name."""

import importlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from psycopg_pool import PoolTimeout

from teplosvet.domain.errors import ForbiddenError, TeplosvetError, UnknownNameError
from teplosvet.storage.pool import open_pool

ROUTERS = ("ingest_service.router", "analytics.router", "dashboards.router", "dashboards.installer.router")


def create_app(database_url: str) -> FastAPI:
    """The application over one database."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = open_pool(database_url)
        try:
            yield
        finally:
            app.state.pool.close()

    app = FastAPI(title="Teplosvet", lifespan=lifespan, docs_url="/api/docs", openapi_url="/api/openapi.json")
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    for name in ROUTERS:
        app.include_router(importlib.import_module(name).router)
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


def metrics() -> Response:
    """Prometheus metrics of this process and, under `teplosvet serve`, of all its workers."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _problem(_request: Request, error: Exception) -> JSONResponse:
    status = 404 if isinstance(error, UnknownNameError) else 403 if isinstance(error, ForbiddenError) else 422
    return _answer(status, type(error).__name__, str(error))


def _impossible(_request: Request, _error: Exception) -> JSONResponse:
    return _answer(422, "InvalidText", "A text has signs that no name has.")


def _unavailable(_request: Request, _error: Exception) -> JSONResponse:
    detail = "The database does not answer now. Readings wait in the broker until it does; try again."
    return _answer(503, "ServiceUnavailable", detail)


def _answer(status: int, title: str, detail: str) -> JSONResponse:
    """A problem as RFC 9457 has it."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")
