"""A pool of connections for the application, each scoped to whoever asks for the time of a request."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from fastapi import Request
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from teplosvet.storage.queries import query

Pool = ConnectionPool[psycopg.Connection[TupleRow]]

NOBODY = "nobody"
"""The reader who sees nothing; the default of the pool, so that a forgotten border shows an empty page."""


def open_pool(url: str) -> Pool:
    """A pool that opens its first connections in the background and lets a request wait ten seconds for one."""
    return ConnectionPool(
        url,
        min_size=1,
        max_size=8,
        timeout=10,
        open=True,
        reset=_forget_reader,
        kwargs={
            "autocommit": True,
            "application_name": "teplosvet-api",
            "options": f"-c TimeZone=UTC -c teplosvet.reader={NOBODY}",
        },
    )


def _forget_reader(connection: psycopg.Connection[TupleRow]) -> None:
    connection.execute(query("access", "unscope"))


def request_connection(request: Request) -> Iterator[psycopg.Connection[TupleRow]]:
    """FastAPI dependency: `scoped_connection` for the time of a request."""
    with scoped_connection(request) as connection:
        yield connection


@contextmanager
def scoped_connection(request: Request) -> Iterator[psycopg.Connection[TupleRow]]:
    """A connection that sees what whoever asks may see.

    `teplosvet.access.guard.signed_in` has said who that is; it stands before every router of the application.
    """
    pool: Pool = request.app.state.pool
    with pool.connection() as connection:
        connection.execute(query("access", "scope"), {"reader": getattr(request.state, "reader", NOBODY)})
        yield connection
