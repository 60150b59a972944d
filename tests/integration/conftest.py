"""A migrated database per test on both editions that ingest has to serve, and both brokers."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

import pytest
from psycopg import sql

from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate

EditionName = Literal["plain", "timescale"]

TEMPLATE = "teplosvet_template"

_templates: set[str] = set()
"""Servers that have one already: tests of several files may come to an edition more than once."""


def _with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _run(admin_url: str, statement: sql.Composed) -> None:
    with connect(admin_url, name="teplosvet-tests") as connection:
        connection.execute(statement)


@pytest.fixture(scope="session", params=["plain", "timescale"])
def edition(request: pytest.FixtureRequest) -> EditionName:
    """The edition that `database` is of."""
    name: EditionName = request.param
    return name


@pytest.fixture(scope="session")
def _template(edition: EditionName, request: pytest.FixtureRequest) -> str:
    """The administrator's URL of a server that has a migrated template."""
    server = request.getfixturevalue("plain_postgres" if edition == "plain" else "timescale_server")
    admin_url: str = server.admin_url
    if admin_url in _templates:
        return admin_url
    _templates.add(admin_url)
    _run(admin_url, sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(TEMPLATE)))
    migrate(_with_database(admin_url, TEMPLATE))
    return admin_url


@contextmanager
def _own_database(admin_url: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    # copied as files, its pages are not in memory: dropping it has nothing to write out, and takes a third of the time
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    _run(admin_url, statement.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
    yield _with_database(admin_url, name)
    _run(admin_url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database(_template: str) -> Iterator[str]:
    """URL of a migrated, empty database of this test's own."""
    with _own_database(_template) as url:
        yield url


@pytest.fixture(scope="module")
def module_database(_template: str) -> Iterator[str]:
    """URL of a migrated database that the tests of a module share; each cleans up behind itself."""
    with _own_database(_template) as url:
        yield url


@pytest.fixture(params=["mosquitto", "iotcore"])
def broker_url(request: pytest.FixtureRequest) -> str:
    """URL of a broker of this test's own, once of each make."""
    server = request.getfixturevalue("mosquitto_server" if request.param == "mosquitto" else "iotcore_broker")
    url: str = server.url
    return url
