"""Registers of past hours, days and months from the archives of a Pulsar meter.

An archive is read channel by channel, from one stamp to another (function 06). For a pulse counter Pulsar-M the
archived values are registers as they were at the stamp: the archive in a test of srgsf/tvh-pulsar rises hour by hour to
just below the register shown now. For heat meters no document says it in so many words. A register that is none would
become a wrong consumption, so the newest hour of the archive is compared with the register first, and an archive that
holds anything else is refused.

Depths: 1488 hours (62 d), 184 days, 60 months (Teplovodokhran, exchange protocol Pulsar-M, quoted by kihamo/boggart).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from gateway.driver import Archive, ArchiveRow, Sample
from gateway.drivers.pulsar.frames import BAD_MASK, ArchivePart
from gateway.drivers.pulsar.session import Channel, PulsarSession, sample_of
from gateway.errors import CodedRefusalError, DecodeError
from teplosvet.domain.quantities import Kind, Quantity

DEPTHS = {
    Archive.HOUR: timedelta(hours=1488),
    Archive.DAY: timedelta(days=184),
    Archive.MONTH: timedelta(days=60 * 30),
}
"""How far back each archive reaches."""

_KINDS = {Archive.HOUR: 1, Archive.DAY: 2, Archive.MONTH: 3}
_AT_ONCE = {Archive.HOUR: 24, Archive.DAY: 31, Archive.MONTH: 12}
"""Records that are asked for at once: 25 are known to fit, 58 would fill a frame."""
_LEAST = {"kWh": 20.0, "m3": 2.0}
"""What a register may have grown since the last full hour, however small it is. [unit of the quantity]"""
_POWER_HOURS = 4.0
"""At the present power a heat register may have grown for so long. [h]"""
_SHARE = 0.01
"""Share of a register that it may have grown since the last full hour. [-]"""


def rows(
    session: PulsarSession, channels: Sequence[Channel], zone: tzinfo, archive: Archive, wanted: Sequence[datetime]
) -> Iterator[ArchiveRow]:
    """Records of an archive, newest first.

    Args:
        session: The meter.
        channels: Its channels in the order of their bits.
        zone: The zone that its clock keeps.
        archive: Which archive.
        wanted: Ends of the records, aware, UTC, newest first.
    """
    kept = [channel for channel in channels if channel.archived]
    now = session.clock()
    if now is None:
        raise DecodeError("the meter's clock shows no date, so its archive cannot be dated")
    newest = _start(now, archive)
    _must_hold_registers(session, channels, now)
    ends = [local for at in wanted if (local := _local(at, zone)) == _start(local, archive) and local <= newest]
    while ends:
        window = [end for end in ends if end >= _back(ends[0], archive, _AT_ONCE[archive] - 1)]
        ends = ends[len(window) :]
        found = _found(session, kept, archive, window) if now - window[0] <= DEPTHS[archive] else {}
        for end in window:
            samples = tuple(found.get(end, ()))
            if samples or end < newest:  # what has just ended may not be written yet
                yield ArchiveRow(end.replace(tzinfo=zone).astimezone(UTC), samples)


def _found(
    session: PulsarSession, channels: Sequence[Channel], archive: Archive, window: Sequence[datetime]
) -> dict[datetime, list[Sample]]:
    """What the archive has for a window, by stamp."""
    found: dict[datetime, list[Sample]] = {}
    for channel in channels:
        try:
            part = session.archived(channel, _KINDS[archive], window[-1], window[0])
        except CodedRefusalError as error:
            if error.code != BAD_MASK:
                raise
            continue
        for end, number in zip(_stamps(part, archive), part.values, strict=True):
            if sample := sample_of(channel.quantity, channel.unit, number):
                found.setdefault(end, []).append(sample)
    return found


def _stamps(part: ArchivePart, archive: Archive) -> list[datetime]:
    """When each value was, by the meter's clock.

    Raises:
        DecodeError: If the first is dated wrongly.
    """
    if not part.values:
        return []
    if part.first is None:
        raise DecodeError("the archive is dated with no date")
    stamps = [_start(part.first, archive)]
    while len(stamps) < len(part.values):
        stamps.append(_next(stamps[-1], archive))
    return stamps


def _must_hold_registers(session: PulsarSession, channels: Sequence[Channel], now: datetime) -> None:
    """Compare the register now with that of the last full hour.

    Raises:
        DecodeError: If the archive holds something else than registers.
    """
    present = {
        channel: sample
        for channel, number in session.numbers(channels)
        if (sample := sample_of(channel.quantity, channel.unit, number))
    }
    power = next((s.value for c, s in present.items() if c.quantity is Quantity.HEAT_POWER_KW), 0.0)
    hour = _start(now, Archive.HOUR)
    for channel, register in present.items():
        if not channel.archived or channel.quantity.spec.kind is not Kind.COUNTER:
            continue
        part = session.archived(channel, _KINDS[Archive.HOUR], _back(hour, Archive.HOUR, 1), hour)
        last = next((s for n in reversed(part.values) if (s := sample_of(channel.quantity, channel.unit, n))), None)
        if last is None:
            raise DecodeError(
                "the archive says nothing for the last two hours, so it cannot be compared with the register"
            )
        grown = register.value - last.value
        steps = (register.resolution or 0.0) + (last.resolution or 0.0)
        allowed = max(_SHARE * register.value, _LEAST[channel.quantity.spec.unit], _POWER_HOURS * power)
        if not -steps <= grown <= allowed:
            raise DecodeError(
                f"the archive holds no registers of {channel.quantity}: it says {last.value:g} for the last full hour "
                f"and the register shows {register.value:g}; its records are not taken"
            )


def _local(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _start(local: datetime, archive: Archive) -> datetime:
    """The stamp at or before a time."""
    match archive:
        case Archive.HOUR:
            return local.replace(minute=0, second=0, microsecond=0)
        case Archive.DAY:
            return local.replace(hour=0, minute=0, second=0, microsecond=0)
        case Archive.MONTH:
            return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next(stamp: datetime, archive: Archive) -> datetime:
    """The stamp after a stamp."""
    step = {Archive.HOUR: timedelta(hours=1), Archive.DAY: timedelta(days=1), Archive.MONTH: timedelta(days=31)}
    return _start(stamp + step[archive], archive)


def _back(stamp: datetime, archive: Archive, count: int) -> datetime:
    """The stamp so many records earlier."""
    if archive is Archive.MONTH:
        months = stamp.year * 12 + stamp.month - 1 - count
        return stamp.replace(year=months // 12, month=months % 12 + 1)
    return stamp - count * (timedelta(hours=1) if archive is Archive.HOUR else timedelta(days=1))
