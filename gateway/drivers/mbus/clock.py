"""A meter's clock and the dates of its archive, which have no zone of their own, as instants."""

from datetime import UTC, date, datetime, timedelta, tzinfo

from gateway.drivers.mbus.profile import Stamp
from gateway.mbus.record import Record

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def instant(at: datetime, zone: tzinfo, *, summer_time: bool) -> datetime:
    """The instant of a meter's own time.

    A meter that marks summer time in a zone without one runs an hour ahead of it; in a zone that has one, the mark
    tells the two hours of the autumn night apart (EN 13757-3, annex A, bit SU).

    Args:
        at: What its clock shows, without a zone.
        zone: The zone that it keeps.
        summer_time: Whether it says that summer time holds.
    """
    local = at.replace(tzinfo=zone, fold=0 if summer_time else 1)
    if summer_time and not local.dst():
        local = (at - _HOUR).replace(tzinfo=zone)
    return local.astimezone(UTC).replace(fold=0)


def clock_of(record: Record, zone: tzinfo) -> datetime | None:
    """The instant that a record shows, or None if it is none or marked as invalid."""
    if record.time_invalid or not isinstance(record.value, datetime):
        return None
    return instant(record.value, zone, summer_time=record.summer_time)


def archived_at(record: Record, zone: tzinfo, stamp: Stamp) -> datetime | None:
    """When the registers of an archive's record were as it says.

    A date alone means the beginning or the end of that day, as the meter has it; a time of 23:59 is the last that some
    clocks can write for midnight.
    """
    if record.time_invalid:
        return None
    match record.value:
        case datetime() as at:
            last_minute = at.hour == 23 and at.minute == 59
            return instant(at + _MINUTE if last_minute else at, zone, summer_time=record.summer_time)
        case date() as day:
            last_day = (day + _DAY).day == 1
            ended = stamp is Stamp.SAME_DAY or (stamp is Stamp.EITHER and last_day)
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  # a meter's time has no zone
            return instant(midnight + _DAY if ended else midnight, zone, summer_time=False)
        case _:
            return None
