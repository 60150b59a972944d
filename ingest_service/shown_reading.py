"""What a message says, as the command shows it: readings in our units beside what came."""

from datetime import UTC, datetime

import msgspec

from teplosvet.domain.quantities import NULL_SENTINELS, Quantity
from teplosvet.wire.units import conversion

DIGITS = 12
"""Digits that are shown: what a conversion adds behind them is of binary fractions and not of the meter."""


class ShownReading(msgspec.Struct, frozen=True):
    """One reading, and how it came.

    Attributes:
        identity: Who, in the vendor's words.
        device_class: What the device measures: as told, or as guessed.
        quantity: The quantity.
        value: The value. [unit]
        unit: The quantity's unit.
        measure: What the vendor's value is.
        value_as_sent: The value before it was converted. [unit_as_sent]
        unit_as_sent: The unit that it came in.
        measured_at: When, UTC; without a zone if the device's is not known.
        clock: Whose clock said so.
        origin: Live or archive.
        serial: Serial number, if it was said.
    """

    identity: str
    device_class: str
    quantity: str
    value: float
    unit: str
    measure: str
    value_as_sent: float
    unit_as_sent: str
    measured_at: str
    clock: str
    origin: str
    serial: str | None = None


class ShownProblem(msgspec.Struct, frozen=True):
    """Something that cannot be read, or cannot be."""

    identity: str
    reason: str
    detail: str


class Decoded(msgspec.Struct, frozen=True):
    """What a message says.

    Attributes:
        topic: Its topic.
        adapter: Whose format it is.
        identity: Who it is of, if it is of one.
        identities: Everybody whom it is of.
        clock: Whose clock its times are of: what its readings say, or what the format says.
        energy_unit: The unit of its energy registers.
        duplicates: What makes two messages the same one.
        repeats_within_s: Within how long the same again is the same one. [s]
        dedup_key: What this one would be recognised by.
        retained: Whether the broker had kept it.
        readings: Its readings.
        problems: What cannot be read.
        ignored: What was not read, and why it says nothing.
    """

    topic: str
    adapter: str
    identity: str | None
    identities: tuple[str, ...]
    clock: str
    energy_unit: str
    duplicates: str
    repeats_within_s: float
    dedup_key: str
    retained: bool
    readings: tuple[ShownReading, ...]
    problems: tuple[ShownProblem, ...]
    ignored: tuple[str, ...]


def converted(quantity: Quantity, value: float, unit: str) -> tuple[float | None, tuple[str, str] | None]:
    """The value in the quantity's unit, or why it cannot be one; neither if it says «not available»."""
    convert = conversion(quantity, unit)
    if convert is None:
        return None, ("unknown_unit", f"{quantity} cannot be in {unit[:40] or 'no unit'}")
    if value in NULL_SENTINELS:
        return None, None
    inside, spec = convert.apply(value), quantity.spec
    if not spec.low <= inside <= spec.high:
        bounds = f"{spec.low:g} .. {spec.high:g} {spec.unit}".rstrip()
        return None, ("out_of_range", f"{quantity} {inside:g} is not within {bounds}")
    return float(f"{inside:.{DIGITS}g}"), None


def time_text(at: datetime) -> str:
    """A time as ISO 8601: UTC, or as it is if nobody knows its zone."""
    if at.tzinfo is None:
        return at.isoformat()
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
