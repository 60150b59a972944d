"""The composition root of the application: mounts the services' routers, loaded by name."""

import importlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.exceptions import HTTPException

from teplosvet.access.guard import require_local_or_administrator, signed_in
from teplosvet.access.headers import SecurityHeaders
from teplosvet.api import document, problem
from teplosvet.api.envelope import Envelope
from teplosvet.domain.errors import ForbiddenError, NotSignedInError
from teplosvet.storage.pool import open_pool

ROUTERS = (
    "ingest_service.registration.router",
    "ingest_service.registration.stock_router",
    "ingest_service.router",
    "analytics.router",
    "dashboards.router",
    "dashboards.accounts.router",
    "dashboards.installer.router",
)


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
        title="Teplosvet",
        lifespan=lifespan,
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/openapi.json",
        generate_unique_id_function=document.operation_id,
    )
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.add_middleware(Envelope)
    app.add_middleware(SecurityHeaders)
    for name in ROUTERS:
        app.include_router(importlib.import_module(name).router, dependencies=[Depends(signed_in)])
    app.add_api_route("/health", health, methods=["GET"], tags=["platform"], summary="Health")
    app.add_api_route("/metrics", metrics, methods=["GET"], tags=["platform"], include_in_schema=False)
    problem.install(app, _refused)
    document.install(app)
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


async def _refused(request: Request, error: NotSignedInError | ForbiddenError | HTTPException) -> Response:
    """A person who may not see a page, or asks for none that is, gets one: a way to sign in, or what to do."""
    answer: Response = await importlib.import_module("dashboards.accounts.refusals").answer(request, error)
    return answer
