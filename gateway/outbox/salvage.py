"""A damaged file is put aside, and what can still be read of it goes into its successor."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from gateway.outbox.row import Row
from gateway.outbox.store import Kept, Store

_BESIDE = ("", "-wal", "-shm")
"""SQLite's files beside the database; without its log it would lose the last rows."""

_TOGETHER = 10
"""Rows that are read at a time: of those in which the damage is found all are lost."""


def put_aside(path: Path, word: str) -> Path:
    """Rename a damaged file; of earlier ones none is kept, because they take room.

    Args:
        path: The file.
        word: What its new name ends with.

    Raises:
        OSError: If it cannot be renamed.
    """
    for old in path.parent.glob(f"{path.name}.damaged-*"):
        old.unlink(missing_ok=True)
    aside = path.with_name(f"{path.name}.damaged-{word}")
    for ending in _BESIDE:
        with suppress(FileNotFoundError):
            Path(f"{path}{ending}").rename(f"{aside}{ending}")
    return aside


def save_rows(aside: Path, into: Store) -> int:
    """Copy what can be read, from the front until the damage and from the back until the damage; how many rows.

    Raises:
        sqlite3.Error: If they cannot be written.
    """
    try:
        damaged = Store(aside, damaged=True)
    except (sqlite3.Error, ValueError):
        return 0
    saved, frontier = 0, 0
    with closing(damaged):
        for some in _readable(damaged.all(_TOGETHER)):
            frontier = some[-1].id
            saved += _copy(some, into)
        for some in _readable(damaged.newest_first(_TOGETHER)):
            behind = [kept for kept in some if kept.id > frontier]
            saved += _copy(behind, into)
            if len(behind) < len(some):
                break
    return saved


def _readable(some: Iterator[list[Kept]]) -> Iterator[list[Kept]]:
    """What comes until something cannot be read."""
    while True:
        try:
            rows = next(some)
        except (StopIteration, sqlite3.Error, ValueError, TypeError):
            return
        yield rows


def _copy(some: list[Kept], into: Store) -> int:
    whole = [kept.row for kept in some if _is_whole(kept.row)]
    into.insert(whole)
    return len(whole)


def _is_whole(row: Row) -> bool:
    """Whether a body is still JSON: half a record would spoil the pack that it goes into."""
    try:
        msgspec.json.decode(b"[" + row.body + b"]")
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError):
        return False
    return True
