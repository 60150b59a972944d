"""What the outbox's tests put in, and how they look at what is there."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from gateway.outbox import Outbox
from gateway.outbox.lanes import Lane, Taken
from gateway.outbox.row import Kind
from teplosvet.domain.quantities import Quantity
from teplosvet.domain.readings import Origin, Reading
from teplosvet.wire.messages import Event

START = datetime(2026, 1, 1, tzinfo=UTC)
LARGE = 1 << 30


def now() -> datetime:
    return START + timedelta(days=30)


@contextmanager
def outbox(folder: Path, quota_bytes: int = LARGE, clock: Callable[[], datetime] = now) -> Iterator[Outbox]:
    made = Outbox(folder / "outbox.sqlite", quota_bytes, clock)
    try:
        yield made
    finally:
        made.close()


def heat(n: int, device: str = "heat-1", origin: Origin = Origin.LIVE) -> list[Reading]:
    """Hour n of a heat meter: two registers and a gauge."""
    at = START + timedelta(hours=n)
    return [
        Reading(device, Quantity.HEAT_ENERGY_KWH, 1000.0 + n, at, origin, "S-1"),
        Reading(device, Quantity.HEAT_VOLUME_M3, 20.0 + n / 10, at, origin, "S-1"),
        Reading(device, Quantity.FLOW_TEMPERATURE_C, 71.5, at, origin, "S-1"),
    ]


def climate(minute: int, device: str = "room-1") -> list[Reading]:
    """A row without registers."""
    at = START + timedelta(minutes=minute)
    return [Reading(device, Quantity.INDOOR_TEMPERATURE_C, 20.0 + minute % 7 / 10, at)]


def event(n: int, device: str = "heat-1") -> Event:
    return Event(device, START.timestamp() + n, "door", {"n": n})


def take_all(box: Outbox) -> list[Taken]:
    """Everything in the order in which it leaves."""
    box.flush()
    taken: list[Taken] = []
    for lane in Lane:
        while some := box.take(lane, 100, 1 << 20):
            taken += some
    return taken


def events(taken: Sequence[Taken], name: str) -> list[Event]:
    """Events of one name among rows."""
    said = [msgspec.json.decode(each.row.body, type=Event) for each in taken if each.row.kind is Kind.EVENT]
    return [each for each in said if each.event == name]


def minutes(taken: Sequence[Taken], device: str) -> list[int]:
    """The minutes since the start that a device's readings are of."""
    of_device = [each.row for each in taken if each.row.kind is Kind.READING and each.row.device == device]
    return sorted(round((row.at - START.timestamp()) / 60) for row in of_device)
