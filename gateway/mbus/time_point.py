"""Dates and times of meters: data types F, G, I and J.

A meter's time has no zone: it is that of its clock. «Every year» and the like are patterns and no time; they come out
as text in which an asterisk stands for «every», such as ``*-01-01 00:00``.

References:
    EN 13757-3:2018, annex A, tables A.5 (F), A.6 (G), A.8 (I) and A.9 (J).
"""

from datetime import date, datetime, time
from typing import NamedTuple

EVERY_YEAR, EVERY_MONTH, EVERY_DAY = 127, 15, 0
EVERY_HOUR, EVERY_MINUTE, EVERY_SECOND = 31, 63, 63

_LATEST_SHORT_YEAR = 80
"""Without a century, years to 80 are of the 21st and later ones of the 20th (note in table A.5)."""


class TimePoint(NamedTuple):
    """A date, a time of day, or both.

    Attributes:
        value: What it is; text if it is a pattern; None if there is none.
        invalid: The meter marks it as invalid, or its bits are no date.
        summer_time: The meter says that summer time holds.
    """

    value: datetime | date | time | str | None
    invalid: bool = False
    summer_time: bool = False


_NONE = TimePoint(None, invalid=True)


def decode_time_point(data: bytes) -> TimePoint:
    """Read a date or a time; its length tells which type it is."""
    try:
        match len(data):
            case 2:
                return _type_g(data)
            case 3:
                return _type_j(data)
            case 4:
                return _type_f(data)
            case 6:
                return _type_i(data)
    except ValueError:  # 30 February, 25 o'clock
        return _NONE
    return _NONE


def _year_and_day(low: int, high: int) -> tuple[int, int, int]:
    """Year of a century, month and day of the two bytes that all types share."""
    return (low >> 5) | (high & 0xF0) >> 1, high & 0x0F, low & 0x1F


def _full_year(year: int, century: int = 0) -> int:
    if year > 99:
        raise ValueError
    if century:
        return 1900 + 100 * century + year
    return (2000 if year <= _LATEST_SHORT_YEAR else 1900) + year


def _type_g(data: bytes) -> TimePoint:
    if data == b"\xff\xff":
        return _NONE
    year, month, day = _year_and_day(data[0], data[1])
    if year == EVERY_YEAR or month == EVERY_MONTH or day == EVERY_DAY:
        return _pattern(year, month, day, "")
    return TimePoint(date(_full_year(year), month, day))


def _type_f(data: bytes) -> TimePoint:
    minute, hour = data[0] & 0x3F, data[1] & 0x1F
    century, summer = data[1] >> 5 & 0x03, data[1] >= 0x80
    year, month, day = _year_and_day(data[2], data[3])
    if data[0] & 0x80:
        return TimePoint(None, invalid=True, summer_time=summer)
    if minute == EVERY_MINUTE or hour == EVERY_HOUR or year == EVERY_YEAR or month == EVERY_MONTH or day == EVERY_DAY:
        every_hour, every_minute = hour == EVERY_HOUR, minute == EVERY_MINUTE
        clock = f" {'*' if every_hour else f'{hour:02}'}:{'*' if every_minute else f'{minute:02}'}"
        return _pattern(year, month, day, clock, century)
    return TimePoint(datetime(_full_year(year, century), month, day, hour, minute), summer_time=summer)  # noqa: DTZ001


def _type_i(data: bytes) -> TimePoint:
    second, summer = data[0] & 0x3F, bool(data[0] & 0x40)
    minute, hour = data[1] & 0x3F, data[2] & 0x1F
    year, month, day = _year_and_day(data[3], data[4])
    if data[1] & 0x80:
        return TimePoint(None, invalid=True, summer_time=summer)
    at = datetime(_full_year(year), month, day, hour, minute, second)  # noqa: DTZ001  # a meter's time has no zone
    return TimePoint(at, summer_time=summer)


def _type_j(data: bytes) -> TimePoint:
    return TimePoint(time(data[2] & 0x1F, data[1] & 0x3F, data[0] & 0x3F))


def _pattern(year: int, month: int, day: int, clock: str, century: int = 0) -> TimePoint:
    if month == 0 or (month > 12 and month != EVERY_MONTH):
        return _NONE  # a date that was never set is all zeros
    parts = (
        "*" if year == EVERY_YEAR else f"{_full_year(year, century)}",
        "*" if month == EVERY_MONTH else f"{month:02}",
        "*" if day == EVERY_DAY else f"{day:02}",
    )
    return TimePoint("-".join(parts) + clock)
