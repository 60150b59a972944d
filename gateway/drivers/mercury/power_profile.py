"""Registers of past hours, rebuilt from the power profile of a Mercury meter.

The meter keeps no register of each hour; it keeps the pulses of each half hour (any interval up to an hour), and the
registers of the last midnight. From there a register of any hour is a sum: forwards through today, backwards through
the days before. Pulses are integers, two for each of the meter's constant A (``E = N / 2A`` kWh, Incotex, power
profile), so nothing is lost on the way; the register of midnight is rounded down to 1 Wh, and so may be all of them.

While the meter has no supply it writes no records and counts nothing: the hours inside such a gap have no record, and
the register at its two ends is the same. Whether the profile and the constant fit the registers is checked first, with
today's records against the register now.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from gateway.driver import ArchiveRow, Sample
from gateway.drivers.mercury.frames import Energies, Slice
from gateway.errors import DecodeError
from teplosvet.domain.quantities import Quantity

_ROUNDING_WH = 2.0
"""Two registers, each rounded down. [Wh]"""
_SINCE_WH = 100.0
"""What may have been used since the newest record, however little was used before. [Wh]"""
_SINCE_SLICES = 3.0
"""What may have been used since the newest record, against today's greatest one. [-]"""


class Anchor(NamedTuple):
    """What the sums start from.

    Attributes:
        midnight: Start of the meter's day, without a zone.
        registers: The registers then.
        present: The registers now.
        pulses_per_kwh: The meter's constant. [1/kWh]
    """

    midnight: datetime
    registers: Energies
    present: Energies
    pulses_per_kwh: int


class _Point(NamedTuple):
    """Registers at a time, in Wh times twice the meter's constant, which makes them integers; None where not known."""

    at: datetime
    active: int | None
    reactive: int | None


def rows(
    slices: Iterable[Slice], anchor: Anchor, zone: tzinfo, wanted: Sequence[datetime], factor: float
) -> Iterator[ArchiveRow]:
    """Registers at the ends of hours, newest first.

    Args:
        slices: The profile, newest first.
        anchor: What the sums start from.
        zone: The zone that the meter's clock keeps.
        wanted: Ends of hours, aware, UTC, newest first; what has not ended by the meter's clock is left out.
        factor: Ratio of the transformers before the meter. [-]

    Raises:
        DecodeError: If the profile does not fit the registers.
    """
    points = _points(slices, anchor)
    pending = [at.astimezone(zone).replace(tzinfo=None) for at in wanted]
    newest: datetime | None = None
    for point in points:
        newest = newest or point.at
        while pending and pending[0] > point.at:
            if (end := pending.pop(0)) <= newest:
                yield ArchiveRow(_aware(end, zone), ())
        if pending and pending[0] == point.at:
            yield ArchiveRow(_aware(pending.pop(0), zone), _samples(point, anchor.pulses_per_kwh, factor))
        if not pending:
            return
    for end in pending:  # older than all that the memory has
        yield ArchiveRow(_aware(end, zone), ())


def _points(slices: Iterable[Slice], anchor: Anchor) -> Iterator[_Point]:
    """Known registers, newest first; the same time may come twice."""
    rest = iter(slices)
    today, before = [], None
    for record in rest:
        if record.end <= anchor.midnight:
            before = record
            break
        today.append(record)
    _must_fit(today, anchor)
    at_midnight = _Point(
        anchor.midnight,
        _scaled(anchor.registers.active, anchor.pulses_per_kwh),
        _scaled(anchor.registers.reactive, anchor.pulses_per_kwh),
    )
    forwards, point = [at_midnight], at_midnight
    for record in reversed(today):
        start = _Point(record.start, point.active, point.reactive)
        point = _Point(record.end, _plus(point.active, record.active, 1), _plus(point.reactive, record.reactive, 1))
        forwards += [start, point]
    yield from reversed(forwards)
    yield from _earlier(at_midnight, before, rest)


def _earlier(point: _Point, before: Slice | None, rest: Iterator[Slice]) -> Iterator[_Point]:
    record = before
    while record is not None:
        yield (end := _Point(record.end, point.active, point.reactive))
        point = _Point(record.start, _plus(end.active, record.active, -1), _plus(end.reactive, record.reactive, -1))
        yield point
        record = next(rest, None)


def _must_fit(today: Sequence[Slice], anchor: Anchor) -> None:
    """Compare the energy of today's records with that of the registers.

    Raises:
        DecodeError: If the records have more than the registers, or much less.
    """
    counts = [record.active for record in today]
    pulses = [count for count in counts if count is not None]
    if not pulses or len(pulses) < len(counts) or anchor.present.active is None or anchor.registers.active is None:
        return
    wh = 1000 / (2 * anchor.pulses_per_kwh)
    profiled, counted = sum(pulses) * wh, anchor.present.active - anchor.registers.active
    allowed = _SINCE_WH + _SINCE_SLICES * max(pulses) * wh
    if not -_ROUNDING_WH <= counted - profiled <= allowed:
        raise DecodeError(
            f"the power profile of today has {profiled:.0f} Wh and the registers grew by {counted} Wh: "
            f"is the meter's constant {anchor.pulses_per_kwh} imp/kWh? Its option is `constant`"
        )


def _scaled(register_wh: int | None, pulses_per_kwh: int) -> int | None:
    return None if register_wh is None else register_wh * 2 * pulses_per_kwh


def _plus(scaled: int | None, pulses: int | None, sign: int) -> int | None:
    return None if scaled is None or pulses is None else scaled + sign * 1000 * pulses


def _samples(point: _Point, pulses_per_kwh: int, factor: float) -> tuple[Sample, ...]:
    quantities = ((Quantity.ACTIVE_ENERGY_KWH, point.active), (Quantity.REACTIVE_ENERGY_KVARH, point.reactive))
    return tuple(
        Sample(quantity, scaled / (2_000 * pulses_per_kwh) * factor, 0.001 * factor)
        for quantity, scaled in quantities
        if scaled is not None and scaled >= 0
    )


def _aware(local: datetime, zone: tzinfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)


DEPTH = timedelta(days=85)
"""4,096 half hours; shorter intervals reach less far back."""
