"""Which device a vendor's name stands for, and where its messages are listened for beside the usual topics."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import TupleRow

from ingest_service.registry import REREAD_S
from teplosvet.domain.quantities import DeviceClass, Quantity
from teplosvet.storage.queries import query
from teplosvet.vendors.observation import Measure, quantity_for


@dataclass(frozen=True, slots=True)
class Binding:
    """A device as a vendor's messages name it.

    Attributes:
        device: Its name in the registry.
        device_class: What it measures.
        publisher: Who speaks for it on our own topics.
        zone: The zone of the building that it is in, or None while it is in none.
        quantities: What a measure is in this device where that is not usual.
    """

    device: str
    device_class: DeviceClass
    publisher: str
    zone: ZoneInfo | None
    quantities: dict[Measure, Quantity]

    def quantity(self, measure: Measure) -> Quantity:
        """What a measure is in this device."""
        return self.quantities.get(measure) or quantity_for(measure, self.device_class)


@dataclass(slots=True)
class Bindings:
    """The bindings by adapter and identity, as last read.

    Attributes:
        bound: Them.
        sources: Adapter and topic filter of every further source.
    """

    bound: dict[tuple[str, str], Binding] = field(default_factory=dict)
    sources: tuple[tuple[str, str], ...] = ()
    read_at: float = float("-inf")

    def refresh(self, connection: psycopg.Connection[TupleRow]) -> None:
        """Reread them if it is time to."""
        if time.monotonic() - self.read_at < REREAD_S:
            return
        rows = connection.execute(query("registry", "bindings")).fetchall()
        self.bound = {(adapter, identity): _binding(*rest) for adapter, identity, *rest in rows}
        self.sources = tuple((adapter, name) for adapter, name in connection.execute(query("registry", "sources")))
        self.read_at = time.monotonic()

    def look_up(self, connection: psycopg.Connection[TupleRow], names: Collection[tuple[str, str]]) -> bool:
        """Reread a few, which may have been bound a moment ago; True if that brought anything new."""
        possible = [name for name in names if "\x00" not in name[1]]
        values = {"adapters": [name for name, _ in possible], "identities": [name for _, name in possible]}
        rows = connection.execute(query("registry", "bindings_named"), values).fetchall()
        found = {(adapter, identity): _binding(*rest) for adapter, identity, *rest in rows}
        new = any(self.bound.get(name) != binding for name, binding in found.items())
        self.bound.update(found)
        return new


def _binding(device: str, kind: str, publisher: str, zone: str | None, quantities: dict[str, str]) -> Binding:
    own = {Measure(measure): Quantity(quantity) for measure, quantity in quantities.items()}
    return Binding(device, DeviceClass(kind), publisher, ZoneInfo(zone) if zone else None, own)
