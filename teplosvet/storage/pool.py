"""A pool of connections for the application."""

from collections.abc import Iterator

import psycopg
from fastapi import Request
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

Pool = ConnectionPool[psycopg.Connection[TupleRow]]


def open_pool(url: str) -> Pool:
    """A pool that opens its first connections in the background and lets a request wait ten seconds for one."""
    return ConnectionPool(
        url,
        min_size=1,
        max_size=8,
        timeout=10,
        open=True,
        kwargs={"autocommit": True, "application_name": "teplosvet-api", "options": "-c TimeZone=UTC"},
    )


def request_connection(request: Request) -> Iterator[psycopg.Connection[TupleRow]]:
    """FastAPI dependency: a connection for the time of a request."""
    pool: Pool = request.app.state.pool
    with pool.connection() as connection:
        yield connection
