"""Named queries: every statement lives in a .sql file under a ``-- name:`` line."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

from psycopg import sql

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def statements(noun: str) -> Mapping[str, LiteralString]:
    """All statements of ``queries/{noun}.sql`` by name.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a name stands there twice.
    """
    text = files("teplosvet.storage").joinpath("queries", f"{noun}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    names = parts[::2]
    if len(set(names)) != len(names):
        raise ValueError(f"queries/{noun}.sql names a statement twice")
    # The files are part of the package, hence as literal as a string in the source.
    return {
        name: cast("LiteralString", body.strip().removesuffix(";"))
        for name, body in zip(names, parts[1::2], strict=True)
    }


def query(noun: str, name: str, **parts: sql.Composable) -> sql.Composed:
    """The statement `name` of ``queries/{noun}.sql``, with ``{placeholders}`` filled by composed SQL.

    Raises:
        KeyError: If there is no such statement, or a placeholder is not given.
    """
    return sql.SQL(statements(noun)[name]).format(**parts)
