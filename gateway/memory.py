"""What the gateway still has to know after a restart, in a small SQLite file beside the outbox.

Everything is kept in this process, too, and written some seconds later together, because memory cards wear: when the
file cannot be written (a full or broken disk), the gateway goes on and says so. What is lost with the file is asked of
the meters again; nothing that was measured is in here alone, except readings that wait for a right time.
"""

import logging
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from teplosvet.named_sql import statements_of

T = TypeVar("T")
log = logging.getLogger(__name__)


@cache
def _statements() -> Mapping[str, str]:
    return statements_of(files("gateway").joinpath("memory.sql"))


class Held(NamedTuple):
    """Something that waits for a right time.

    Attributes:
        id: Its number.
        boot: Id of the boot in which it was measured.
        offset_s: The clock minus the time since boot, when it was measured. [s]
        kind: ``reading``, ``event`` or ``birth``.
        body: JSON.
    """

    id: int
    boot: str
    offset_s: float
    kind: str
    body: bytes


class Memory:
    """Facts about devices by name.

    Args:
        path: The file; a broken one is put aside.

    Attributes:
        failing: Whether the last write failed.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._facts: dict[tuple[str, str], bytes] = {}
        self._unwritten: set[tuple[str, str]] = set()
        self.failing = False
        try:
            self._file = self._open(path)
        except sqlite3.DatabaseError:
            log.warning("%s is broken: it is put aside and a new one begun", path)
            for suffix in ("", "-wal", "-shm"):
                part = path.with_name(path.name + suffix)
                if part.exists():
                    part.replace(path.with_name(f"{path.name}.broken{suffix}"))
            self._file = self._open(path)

    def _open(self, path: Path) -> sqlite3.Connection:
        file = sqlite3.connect(path, check_same_thread=False)
        try:
            file.execute("PRAGMA journal_mode = WAL")
            file.execute("PRAGMA synchronous = NORMAL")
            file.execute(_statements()["schema"])
            file.execute(_statements()["schema_held"])
            self._facts = {(device, name): value for device, name, value in file.execute(_statements()["facts"])}
        except sqlite3.DatabaseError:
            file.close()
            raise
        return file

    def get(self, device: str, name: str, kind: type[T]) -> T | None:
        """A fact, or None if it is not known."""
        with self._lock:
            value = self._facts.get((device, name))
        try:
            return None if value is None else msgspec.json.decode(value, type=kind)
        except msgspec.DecodeError:
            log.warning("what was remembered of %s as %s cannot be read and is forgotten", device, name)
            return None

    def put(self, device: str, name: str, value: object) -> None:
        """Remember a fact; it is on the disk after the next `flush`."""
        body = msgspec.json.encode(value)
        with self._lock:
            if self._facts.get((device, name)) != body:
                self._facts[device, name] = body
                self._unwritten.add((device, name))

    def flush(self) -> None:
        """Write what is new."""
        with self._lock:
            rows = [(*key, self._facts[key]) for key in self._unwritten]
            if rows and self._write_all("put", rows):
                self._unwritten.clear()

    def hold(self, boot: str, offset_s: float, kind: str, body: bytes) -> bool:
        """Keep something that waits for a right time; whether it could be written."""
        with self._lock:
            return self._write("hold", boot, offset_s, kind, body)

    def held(self, count: int) -> list[Held]:
        """The oldest that wait, at most so many."""
        with self._lock:
            try:
                return [Held(*row) for row in self._file.execute(_statements()["held"], (count,))]
            except sqlite3.Error as error:
                self._failed(error)
                return []

    def held_count(self) -> int:
        """How many wait."""
        with self._lock:
            try:
                return int(self._file.execute(_statements()["held_count"]).fetchone()[0])
            except sqlite3.Error as error:
                self._failed(error)
                return 0

    def release(self, last: int) -> None:
        """Forget what waited, up to this number."""
        with self._lock:
            self._write("release", last)

    def close(self) -> None:
        """Write what is new and close the file."""
        self.flush()
        with self._lock:
            self._file.close()

    def _write(self, statement: str, *values: object) -> bool:
        return self._write_all(statement, [values])

    def _write_all(self, statement: str, rows: Sequence[tuple[object, ...]]) -> bool:
        try:
            with self._file:
                self._file.executemany(_statements()[statement], rows)
        except sqlite3.Error as error:
            self._failed(error)
            return False
        self.failing = False
        return True

    def _failed(self, error: sqlite3.Error) -> None:
        if not self.failing:
            log.error("the gateway's memory cannot be written: %s", error)
        self.failing = True
