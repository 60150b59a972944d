"""What ingest knows of devices: their class and who may speak for them, reread when a name is not known."""

import time
from dataclasses import dataclass, field

import psycopg
from psycopg.rows import TupleRow

from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.queries import query

REREAD_S = 10.0
"""A change of the registry is seen after this at the latest. [s]"""

REREAD_UNKNOWN_S = 0.5
"""Unknown names cause a rereading, but not more often than this. [s]"""


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

    def refresh(self, connection: psycopg.Connection[TupleRow], unknown: bool) -> None:
        """Reread if it is time to, or sooner if the last batch named devices that are `unknown`."""
        age = time.monotonic() - self.read_at
        if age < (REREAD_UNKNOWN_S if unknown else REREAD_S):
            return
        rows = connection.execute(query("registry", "ingest_devices")).fetchall()
        self.entries = {name: Entry(key, DeviceClass(kind), publisher) for key, name, kind, publisher in rows}
        self.read_at = time.monotonic()
