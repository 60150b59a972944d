"""Named queries: every statement lives in a .sql file under a ``-- name:`` line."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import LiteralString

from psycopg import sql

from teplosvet.named_sql import statements_of


@cache
def statements(noun: str) -> Mapping[str, LiteralString]:
    """All statements of ``queries/{noun}.sql`` by name.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a name stands there twice.
    """
    return statements_of(files("teplosvet.storage").joinpath("queries", f"{noun}.sql"))


def query(noun: str, name: str, **parts: sql.Composable) -> sql.Composed:
    """The statement `name` of ``queries/{noun}.sql``, with ``{placeholders}`` filled by composed SQL.

    Raises:
        KeyError: If there is no such statement, or a placeholder is not given.
    """
    return sql.SQL(statements(noun)[name]).format(**parts)
