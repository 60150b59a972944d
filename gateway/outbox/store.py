"""The SQLite file behind the outbox, or a database in memory that stands in while there is no disk to write on."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from gateway.outbox.row import Kind, Priority, Row
from teplosvet.named_sql import statements_of

MEMORY = ":memory:"

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


@cache
def _statements() -> Mapping[str, str]:
    return statements_of(files("gateway.outbox").joinpath("outbox.sql"))


class Kept(NamedTuple):
    """A row that is in a store.

    Attributes:
        id: Its number there; numbers grow and none is given twice.
        row: The message.
    """

    id: int
    row: Row


class Gone(NamedTuple):
    """A row that was thinned.

    Attributes:
        device: The device that it spoke of.
        at: When it was measured. [s since 1970-01-01 UTC]
    """

    device: str
    at: float


def is_damaged(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken, and not only the disk full or away."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in _DAMAGED


def is_taken(error: sqlite3.Error) -> bool:
    """Whether another process has the file."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Store:
    """Rows in the order in which they were put in. Every method may raise `sqlite3.Error`.

    Args:
        path: The file, or `MEMORY`.
        damaged: Whether it is only read, as far as it can be: nothing is made or counted in it.

    Attributes:
        counts: Rows by priority.
        newest: Number of the last row that was put in.
    """

    def __init__(self, path: Path | str, *, damaged: bool = False) -> None:
        self._sql = _statements()
        self.counts: Counter[Priority] = Counter()
        self.newest = 0
        self._connection = sqlite3.connect(path, timeout=2.0, isolation_level=None, check_same_thread=False)
        try:
            self._connection.executescript(self._sql["settings"])
            if not damaged:
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        self._run("durable")
        with self._transaction():
            for name in ("create", "create_order", "create_probe"):
                self._run(name)
        self.counts.update({Priority(priority): rows for priority, rows in self._run("counts")})
        ((self.newest,),) = self._run("newest")

    def insert(self, rows: Iterable[Row]) -> None:
        """Put rows in; they are on the disk, all of them, when this returns."""
        rows = list(rows)
        if not rows:
            return
        with self._transaction():
            self._connection.executemany(self._sql["insert"], rows)
            ((last,),) = self._run("newest")
        self.newest = last
        self.counts.update(row.priority for row in rows)

    def next(self, priority: Priority, after: int, upto: int, limit: int) -> list[Kept]:
        """The next rows of a priority with numbers after `after` and up to `upto`."""
        return [_kept(found) for found in self._run("next", (priority, after, upto, limit))]

    def all(self, group: int = 500) -> Iterator[list[Kept]]:
        """All rows in their order, some at a time."""
        after = 0
        while rows := [_kept(found) for found in self._run("all", (after, group))]:
            yield rows
            after = rows[-1].id

    def newest_first(self, group: int = 500) -> Iterator[list[Kept]]:
        """All rows against their order, some at a time."""
        before = 2**63 - 1
        while rows := [_kept(found) for found in self._run("newest_first", (before, group))]:
            yield rows
            before = rows[-1].id

    def delete(self, ids: Collection[int]) -> int:
        """Forget rows; how many of them were there."""
        with self._transaction():
            gone = [Priority(priority) for (priority,) in self._run("delete", (_json(ids),))]
        self.counts.subtract(gone)
        return len(gone)

    def slice_end(self, after: int, rows: int) -> int | None:
        """Number of the last of the next telemetry rows, or None if there are no more."""
        ((last,),) = self._run("slice_end", (after, rows))
        return None if last is None else int(last)

    def thin(self, after: int, upto: int, leased: Collection[int], *, counters: bool = False) -> list[Gone]:
        """Of telemetry between two numbers keep one row an hour and device.

        Args:
            after: Number before the first.
            upto: Number of the last.
            leased: Rows that are on their way and stay.
            counters: Whether rows with registers are thinned, too; they are not unless there is no disk.
        """
        values = {"after": after, "upto": upto, "leased": _json(leased), "counters": int(counters)}
        return self._drop("thin", values)

    def drop_oldest(self, rows: int, leased: Collection[int]) -> list[Gone]:
        """Drop the least important rows, the oldest first."""
        return self._drop("drop_oldest", {"rows": rows, "leased": _json(leased)})

    def oldest_at(self) -> float | None:
        """When the row was measured that waits longest, or about so. [s since 1970-01-01 UTC]"""
        found = [at for priority in Priority for (at,) in self._run("oldest", (priority,))]
        return min(found, default=None)

    def by_device(self) -> list[tuple[str, int, int]]:
        """Device, its rows, and their bytes."""
        return [(str(device), int(rows), int(size)) for device, rows, size in self._run("by_device")]

    def size_bytes(self) -> int:
        """What the rows take in the file; pages that are free again do not count. [B]"""
        ((size,),) = self._run("pages")
        return int(size)

    def free_bytes(self) -> int:
        """Room in the file that no row takes. [B]"""
        ((size,),) = self._run("free")
        return int(size)

    def probe(self) -> None:
        """Write something small, durably."""
        self._run("probe")

    def give_back(self) -> None:
        """Shorten the file by pages that are free again."""
        self._run("give_back")

    def checkpoint(self) -> None:
        """Bring the log into the file, so that the log's room is free."""
        self._run("checkpoint")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _drop(self, statement: str, values: dict[str, object]) -> list[Gone]:
        with self._transaction():
            found = self._run(statement, values)
        self.counts.subtract(Priority(priority) for priority, _, _ in found)
        return [Gone(device, at) for _, device, at in found]

    def _run(self, name: str, values: Sequence[object] | dict[str, object] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(self._sql[name], values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # after some errors SQLite has rolled back by itself
                self._connection.execute("ROLLBACK")
            raise


def _kept(found: tuple[Any, ...]) -> Kept:
    number, priority, kind, device, at, counters, body = found
    return Kept(number, Row(Priority(priority), Kind(kind), device, at, bool(counters), body))


def _json(ids: Collection[int]) -> str:
    return msgspec.json.encode(sorted(ids)).decode()
