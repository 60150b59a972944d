"""Ticks of a time axis: local months, or days where the period is short."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

SHORT_PERIOD_DAYS = 45
NARROWEST_LABEL_PX = 34


@dataclass(frozen=True, slots=True)
class TimeTick:
    """A place on the time axis.

    Attributes:
        start: The day that its line stands before.
        middle: Ordinal, with a fraction, that its label is centred on; None for no label.
        label: Month or day.
        under: A second line: the year at its first month, the month at its first day.
    """

    start: date
    middle: float | None
    label: str
    under: str


def time_ticks(first: date, end: date, width_px: float, month: Callable[[date], str]) -> Iterator[TimeTick]:
    """Ticks for the days ``[first, end)`` on an axis of some width.

    Args:
        first: First day.
        end: The day after the last one.
        width_px: Length of the axis.
        month: Short name of a day's month.
    """
    if (end - first).days <= SHORT_PERIOD_DAYS:
        return _days(first, end, month)
    return _months(first, end, width_px, month)


def _days(first: date, end: date, month: Callable[[date], str]) -> Iterator[TimeTick]:
    seen = None
    for n in range((end - first).days):
        day = first + timedelta(days=n)
        if n == 0 or day.day in {1, 8, 15, 22}:
            under = f"{month(day)} {day.year}" if day.month != seen else ""
            near = n == 0 and any((day + timedelta(days=k)).day in {1, 8, 15, 22} for k in (1, 2))
            seen = seen if near else day.month
            yield TimeTick(day, None if near else day.toordinal() + 0.5, str(day.day), "" if near else under)


def _months(first: date, end: date, width_px: float, month: Callable[[date], str]) -> Iterator[TimeTick]:
    px_per_day = width_px / (end - first).days
    every = math.ceil(NARROWEST_LABEL_PX / (30.4 * px_per_day))
    start, year = first, None
    while start < end:
        following = min((start.replace(day=1) + timedelta(days=32)).replace(day=1), end)
        wide = (following - start).days * px_per_day >= NARROWEST_LABEL_PX * 0.8
        shown = (start.month - 1) % every == 0 and (wide or every > 1)
        middle = (start.toordinal() + following.toordinal()) / 2
        yield TimeTick(
            start,
            middle if shown else None,
            month(start) if shown else "",
            str(start.year) if shown and start.year != year else "",
        )
        year = start.year if shown else year
        start = following
