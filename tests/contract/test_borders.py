"""No view and no route without a border: a new one that forgets it fails here, not in production."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from fastapi import APIRouter, Depends, FastAPI
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from teplosvet.access.guard import is_open, signed_in
from teplosvet.app import create_app
from teplosvet.stack.embedded import EmbeddedPostgres
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from tests.serving import asking

VISIBLE = (
    "visible_building",
    "visible_contract",
    "visible_device",
    "visible_energy_daily",
    "visible_account",
    "reader_everything",
)
WITHOUT_BORDER = {
    "reader": "says who reads",
    "reader_grant": "what the reader holds",
    "public_house": "houses whose page was switched on for everybody, and of them only what that page shows",
    "registrar_grant": "the part of it that lets register",
}
"""Views that draw no border -> why."""

OPEN = {
    "/health": "a load balancer has no account, and it says nothing",
    "/metrics": "has a rule of its own: this machine, or an administrator's token",
    "/api/docs": "describes the API and holds no data",
    "/api/openapi.json": "likewise",
    "/docs/oauth2-redirect": "part of the description",
    "/assets/{digest}/{name}": "style and scripts, the same for everybody",
    "/assets/{digest}/vendor/{name}": "likewise",
    "/install/app/{digest}/{name:path}": "likewise",
    "/install/worker.js": "likewise",
    "/install/manifest.webmanifest": "likewise",
    "/public/{code}": "for residents, where it was switched on",
    "/sign-in": "how one comes in",
    "/sign-in/provider": "likewise",
    "/sign-in/provider/back": "likewise",
}
"""Routes that answer whoever asks -> why."""

BORDERLESS = """
    WITH RECURSIVE uses (viewed, used) AS (
        SELECT DISTINCT r.ev_class, d.refobjid FROM pg_rewrite r JOIN pg_depend d ON d.objid = r.oid
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
        UNION
        SELECT u.viewed, d.refobjid FROM uses u JOIN pg_rewrite r ON r.ev_class = u.used
        JOIN pg_depend d ON d.objid = r.oid AND d.classid = 'pg_rewrite'::regclass
             AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
    )
    SELECT c.relname FROM pg_class c
    WHERE c.relkind IN ('v', 'm') AND c.relnamespace IN ('public'::regnamespace, 'grafana'::regnamespace)
          AND c.relname <> ALL (%(visible)s)
          AND NOT EXISTS (SELECT FROM uses u JOIN pg_class v ON v.oid = u.used
                          WHERE u.viewed = c.oid AND v.relname = ANY (%(visible)s))
    ORDER BY 1
"""


@pytest.fixture(scope="module")
def connection(plain_postgres: EmbeddedPostgres) -> Iterator[psycopg.Connection[TupleRow]]:
    with connect(plain_postgres.admin_url) as admin:
        admin.execute("CREATE DATABASE borders TEMPLATE template0 ENCODING 'UTF8'")
        url = make_conninfo(plain_postgres.admin_url, dbname="borders")
        migrate(url)
        with connect(url) as connection:
            yield connection
        admin.execute("DROP DATABASE borders WITH (FORCE)")


def borderless(connection: psycopg.Connection[TupleRow]) -> set[str]:
    return {row[0] for row in connection.execute(BORDERLESS.encode(), {"visible": list(VISIBLE)})}


def test_every_view_has_a_border(connection: psycopg.Connection[TupleRow]) -> None:
    assert borderless(connection) - set(WITHOUT_BORDER) <= {"reader_contract", "reader_measure", "reader_device"}
    assert {"building_overview", "device_place"}.isdisjoint(borderless(connection))


def test_a_view_without_a_border_is_found(connection: psycopg.Connection[TupleRow]) -> None:
    """Negative control."""
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE VIEW forgotten AS SELECT code FROM building")
        connection.execute("CREATE VIEW remembered AS SELECT building FROM building_overview")
        assert "forgotten" in borderless(connection)
        assert "remembered" not in borderless(connection)


def test_every_view_of_grafana_is_a_barrier(connection: psycopg.Connection[TupleRow]) -> None:
    rows = connection.execute(
        """SELECT relname, coalesce(reloptions::text, '') FROM pg_class
           WHERE relnamespace = 'grafana'::regnamespace AND relkind = 'v'"""
    ).fetchall()
    assert len(rows) > 8
    assert all("security_barrier=true" in options for _, options in rows)


def asks_nobody(app: FastAPI) -> set[str]:
    """Paths that answer without having asked who it is."""
    found = set()
    for route in answering(app):
        asked = (
            signed_in in {each.call for each in route.dependant.dependencies} if hasattr(route, "dependant") else False
        )
        if not asked or is_open(route.endpoint):
            found.add(route.path)
    return found


def answering(app: FastAPI) -> Iterator[Any]:
    """Every route, those of included routers with the dependencies that they were included with."""
    for route in app.routes:
        if hasattr(route, "effective_route_contexts"):
            yield from route.effective_route_contexts()
        else:
            yield route


def test_every_route_asks_who_it_is() -> None:
    assert asks_nobody(create_app("postgresql://127.0.0.1:1/none")) - set(OPEN) == set()


def test_a_route_that_asks_nobody_is_found() -> None:
    """Negative control."""
    router = APIRouter()
    router.add_api_route("/secret", lambda: "x", methods=["GET"])
    router.add_api_route("/kept", lambda: "x", methods=["GET"], dependencies=[Depends(signed_in)])
    app = FastAPI(docs_url=None, openapi_url=None, redoc_url=None)
    app.include_router(router)
    assert asks_nobody(app) == {"/secret"}


def test_nothing_answers_a_stranger(connection: psycopg.Connection[TupleRow]) -> None:
    url = make_conninfo(connection.info.dsn, dbname="borders")
    app = create_app(url)
    asked = 0
    with asking(app) as client:
        for route in answering(app):
            if route.path in OPEN:
                continue
            path = route.path.replace("{", "").replace("}", "").replace(":path", "")
            for method in route.methods - {"HEAD"}:
                asked += 1
                answer = client.request(method, path)
                if path.startswith("/api/"):
                    assert answer.status_code == 401, (method, path)
                    assert answer.headers["content-type"] == "application/problem+json"
                    assert answer.headers["www-authenticate"] == "Bearer"
                else:
                    assert answer.status_code == (303 if method == "GET" else 401), (method, path)
    assert asked > 20
