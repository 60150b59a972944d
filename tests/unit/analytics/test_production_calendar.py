"""Origin: working days of the published production calendars, 248, 247 and 247 in 2024, 2025 and 2026."""

import numpy as np
import pytest

from analytics.daily import days_of
from analytics.production_calendar import days_off
from teplosvet.domain.errors import NotEnoughDataError
from teplosvet.domain.periods import Period


@pytest.mark.parametrize(("year", "worked"), [(2024, 248), (2025, 247), (2026, 247)])
def test_working_days_of_a_year(year: int, worked: int) -> None:
    off = days_off(days_of(Period.parse(f"{year}-01-01/{year + 1}-01-01")))
    assert int((~off).sum()) == worked


@pytest.mark.parametrize(
    ("day", "off"),
    # origin: what the news of the three decrees says of these days
    [
        ("2024-12-28", False),
        ("2024-12-31", True),
        ("2025-05-08", True),
        ("2025-11-01", False),
        ("2026-01-09", True),
        ("2026-01-12", False),
        ("2026-03-09", True),
    ],
)
def test_transferred_days(day: str, off: bool) -> None:
    assert days_off(np.array([day], dtype="datetime64[D]")).tolist() == [off]


def test_a_year_without_a_decree_is_unknown() -> None:
    with pytest.raises(NotEnoughDataError, match="2024 to 2026"):
        days_off(np.array(["2023-06-01"], dtype="datetime64[D]"))
