"""What ingest knows of devices: their class and who may speak for them, looked up again when a name is doubtful."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import psycopg
from psycopg.rows import TupleRow

from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.queries import query

REREAD_S = 10.0
"""A change of the registry is seen after this at the latest. [s]"""

LONGEST_NAME = 200
"""No device has a longer name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A device as ingest needs it.

    Attributes:
        id: Its key in the reading tables.
        device_class: What it measures.
        publisher: Who may speak for it.
    """

    id: int
    device_class: DeviceClass
    publisher: str


@dataclass(slots=True)
class Registry:
    """The devices by name, as last read."""

    entries: dict[str, Entry] = field(default_factory=dict)
    read_at: float = float("-inf")

    def refresh(self, connection: psycopg.Connection[TupleRow]) -> None:
        """Reread all devices if it is time to."""
        if time.monotonic() - self.read_at < REREAD_S:
            return
        rows = connection.execute(query("registry", "ingest_devices")).fetchall()
        self.entries = dict(map(_entry, rows))
        self.read_at = time.monotonic()

    def look_up(self, connection: psycopg.Connection[TupleRow], names: Iterable[str]) -> bool:
        """Reread a few devices, which may have been registered a moment ago; True if that brought anything new."""
        possible = [name for name in names if len(name) <= LONGEST_NAME and "\x00" not in name]
        rows = connection.execute(query("registry", "ingest_devices_named"), {"names": possible}).fetchall()
        found = dict(map(_entry, rows))
        new = any(self.entries.get(name) != entry for name, entry in found.items())
        self.entries.update(found)
        return new


def _entry(row: TupleRow) -> tuple[str, Entry]:
    key, name, kind, publisher = row
    return name, Entry(key, DeviceClass(kind), publisher)
