"""The production calendar of Russia: days that are worked, by the labour code and the government's transfers."""

from datetime import date

import numpy as np

from analytics.arrays import Days, Mask
from teplosvet.domain.errors import NotEnoughDataError

PUBLIC_HOLIDAYS = frozenset(
    {*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)},
)
"""Month and day of the holidays that are not worked (labour code, article 112)."""

DAYS_OFF_BY_TRANSFER = {
    # government decree 1314 of 2023-08-10
    2024: ("04-29", "04-30", "05-10", "12-30", "12-31"),
    # government decree 1335 of 2024-10-04
    2025: ("05-02", "05-08", "06-13", "11-03", "12-31"),
    # government decree of 2025-09-24; 9 March and 11 May by article 112, as the holiday falls on a weekend
    2026: ("01-09", "03-09", "05-11", "12-31"),
}
"""Weekdays that are not worked because a day off was moved to them, by year; the table ends where decrees end."""

WORKED_BY_TRANSFER = {2024: ("04-27", "11-02", "12-28"), 2025: ("11-01",), 2026: ()}
"""Saturdays that are worked because their day off was moved, by year; from the same decrees."""


def days_off(day: Days) -> Mask:
    """Days that are not worked: weekends and holidays with the transfers of their year.

    Args:
        day: Calendar days [d].

    Raises:
        NotEnoughDataError: If a day lies in a year that the table does not have.
    """
    return np.array([_is_off(one) for one in day.astype("datetime64[D]").tolist()], dtype=np.bool_)


def _is_off(day: date) -> bool:
    if day.year not in DAYS_OFF_BY_TRANSFER:
        first, last = min(DAYS_OFF_BY_TRANSFER), max(DAYS_OFF_BY_TRANSFER)
        raise NotEnoughDataError(f"the production calendar is known for {first} to {last}, not for {day}")
    key = f"{day:%m-%d}"
    if key in WORKED_BY_TRANSFER[day.year]:
        return False
    return day.weekday() >= 5 or (day.month, day.day) in PUBLIC_HOLIDAYS or key in DAYS_OFF_BY_TRANSFER[day.year]
