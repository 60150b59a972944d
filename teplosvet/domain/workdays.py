"""The Russian production calendar: which days are working days, and until when that is known.

A year's calendar follows from the Labour Code, article 112, and from the government's decree on the transfer of days
off of that year, which comes out in the autumn before. Past the last decree of the table only the Labour Code can be
applied, and `is_known` says so: two days off of January and some bridge days may then fall elsewhere.

References:
    [1] Labour Code of the Russian Federation, article 112: the holidays; a day off that coincides with one moves to the
        next working day after it; those of 1 to 8 January are moved by the government, and others may be.
    [2] Civil Code of the Russian Federation, article 193: a term that ends on a day off ends on the next working day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

_DAY = timedelta(days=1)
_SATURDAY = 5

HOLIDAYS = (*((1, n) for n in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4))
"""Month and day of each public holiday [1]."""


@dataclass(frozen=True, slots=True)
class Decree:
    """A government decree on the transfer of days off in one year.

    Attributes:
        source: Date and number.
        transfers: Each day off that becomes another one: from, to.
    """

    source: str
    transfers: tuple[tuple[date, date], ...]


DECREES: Mapping[int, Decree] = {
    2024: Decree(
        "Decree of the Government of the Russian Federation of 10.08.2023 No. 1314",
        (
            (date(2024, 1, 6), date(2024, 5, 10)),
            (date(2024, 1, 7), date(2024, 12, 31)),
            (date(2024, 4, 27), date(2024, 4, 29)),
            (date(2024, 11, 2), date(2024, 4, 30)),
            (date(2024, 12, 28), date(2024, 12, 30)),
        ),
    ),
    2025: Decree(
        "Decree of the Government of the Russian Federation of 04.10.2024 No. 1335",
        (
            (date(2025, 1, 4), date(2025, 5, 2)),
            (date(2025, 1, 5), date(2025, 12, 31)),
            (date(2025, 2, 23), date(2025, 5, 8)),
            (date(2025, 3, 8), date(2025, 6, 13)),
            (date(2025, 11, 1), date(2025, 11, 3)),
        ),
    ),
    2026: Decree(
        "Decree of the Government of the Russian Federation of 24.09.2025 No. 1466",
        (
            (date(2026, 1, 3), date(2026, 1, 9)),
            (date(2026, 1, 4), date(2026, 12, 31)),
        ),
    ),
}
"""The decrees by year. A new one is added here when it is published; nothing else changes."""

KNOWN_FROM = date(min(DECREES), 1, 1)
KNOWN_UNTIL = date(max(DECREES) + 1, 1, 1)
"""The first day that no decree of the table covers."""


def is_workday(day: date) -> bool:
    """Whether a day is a working day of a five-day week; outside the table by the Labour Code alone."""
    off, working = _exceptions(day.year)
    if day in off:
        return False
    return day in working or day.weekday() < _SATURDAY


def is_known(day: date) -> bool:
    """Whether a decree of the table covers the day."""
    return KNOWN_FROM <= day < KNOWN_UNTIL


def next_workday(day: date) -> date:
    """The day itself if it is a working day, else the next one that is [2]."""
    while not is_workday(day):
        day += _DAY
    return day


def add_workdays(day: date, count: int) -> date:
    """The `count`-th working day after a day, which is not counted itself (Civil Code, article 191).

    Args:
        day: From when, not counted.
        count: At least 1. [d]
    """
    if count < 1:
        raise ValueError(f"working days are counted from 1, not {count}")
    while count:
        day += _DAY
        count -= is_workday(day)
    return day


@cache
def _exceptions(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Days off beside Saturdays and Sundays, and Saturdays or Sundays that are worked."""
    holidays = {date(year, month, day) for month, day in HOLIDAYS}
    transfers = DECREES[year].transfers if year in DECREES else ()
    moved = {before for before, _ in transfers}
    off = holidays | {after for _, after in transfers}
    for holiday in sorted(holidays):
        if holiday.weekday() >= _SATURDAY and holiday.month > 1 and holiday not in moved:
            after = holiday
            while after in off or after.weekday() >= _SATURDAY:
                after += _DAY
            off.add(after)
    return frozenset(off), frozenset(moved - holidays)
