"""A row of the outbox: one message of one device, encoded for the wire when it is put in."""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import groupby
from math import isfinite
from typing import NamedTuple

import msgspec

from teplosvet.domain.quantities import Kind as QuantityKind
from teplosvet.domain.readings import Reading
from teplosvet.wire import senml
from teplosvet.wire.messages import Birth, Event


class Priority(IntEnum):
    """What goes first, and is kept longest."""

    EVENT = 0
    """Events and births: few, and nobody can make them again."""
    ARCHIVE = 1
    """Records of a meter's memory, which ends."""
    TELEMETRY = 2
    """Live readings."""


class Kind(IntEnum):
    """Which message a row becomes."""

    READING = 0
    """Records of a pack: rows of this kind share a message."""
    EVENT = 1
    BIRTH = 2


class Row(NamedTuple):
    """A message that is to be kept.

    Attributes:
        priority: Its priority.
        kind: What it is.
        device: The device that it speaks of.
        at: When it was measured or happened. [s since 1970-01-01 UTC]
        counters: Whether it carries register values; such a row is not thinned.
        body: For a reading its SenML records without the brackets of the array, else the JSON object without `ack`.
    """

    priority: Priority
    kind: Kind
    device: str
    at: float
    counters: bool
    body: bytes


def rows_of(readings: Sequence[Reading], priority: Priority) -> Iterator[Row]:
    """A row for every device, instant and origin among the readings; a value that is not finite is missing."""
    said = [reading for reading in readings if isfinite(reading.value)]
    for (device, at, _), group in groupby(said, key=lambda one: (one.device, one.measured_at, one.origin)):
        together = list(group)
        counters = any(one.quantity.spec.kind is QuantityKind.COUNTER for one in together)
        body = senml.encode(together)[1:-1]
        yield Row(priority, Kind.READING, device, at.timestamp(), counters, body)


def row_of_event(event: Event) -> Row:
    """The row of an event; the id for its ack is added when it is sent."""
    event = msgspec.structs.replace(event, ack=None)
    return Row(Priority.EVENT, Kind.EVENT, event.device, event.at, counters=False, body=msgspec.json.encode(event))


def row_of_birth(birth: Birth) -> Row:
    """The row of a birth; the id for its ack is added when it is sent."""
    birth = msgspec.structs.replace(birth, ack=None)
    return Row(Priority.EVENT, Kind.BIRTH, birth.device, birth.at, counters=True, body=msgspec.json.encode(birth))
