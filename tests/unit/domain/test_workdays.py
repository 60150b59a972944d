"""The Russian production calendar."""

from datetime import date, timedelta

import pytest

from teplosvet.domain import workdays as module
from teplosvet.domain.workdays import DECREES, KNOWN_UNTIL, add_workdays, is_known, is_workday, next_workday

WORKDAYS_OF_MONTHS = {
    2024: (17, 20, 20, 21, 20, 19, 23, 22, 21, 23, 21, 21),
    2025: (17, 20, 21, 22, 18, 19, 23, 21, 22, 23, 19, 22),
    2026: (15, 19, 21, 22, 19, 21, 23, 21, 22, 22, 20, 22),
}
"""Working days of a five-day week as published production calendars print them; none of it comes from our table."""


def workdays(year: int) -> tuple[int, ...]:
    months = [0] * 12
    day = date(year, 1, 1)
    while day.year == year:
        months[day.month - 1] += is_workday(day)
        day += timedelta(days=1)
    return tuple(months)


@pytest.mark.parametrize("year", sorted(WORKDAYS_OF_MONTHS))
def test_the_working_days_of_each_month_are_the_published_ones(year: int) -> None:
    assert workdays(year) == WORKDAYS_OF_MONTHS[year]
    assert all(source.source.startswith("Decree of the Government") for source in DECREES.values())


def test_the_golden_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: without the decrees every one of these years has other working days."""
    monkeypatch.setattr(module, "DECREES", {})
    module._exceptions.cache_clear()
    try:
        assert all(workdays(year) != months for year, months in WORKDAYS_OF_MONTHS.items())
    finally:
        module._exceptions.cache_clear()


def test_a_saturday_can_be_worked() -> None:
    assert is_workday(date(2024, 4, 27))
    assert not is_workday(date(2023, 4, 29))


def test_past_the_table_the_labour_code_holds_and_that_is_told() -> None:
    assert date(2027, 1, 1) == KNOWN_UNTIL
    assert not is_known(KNOWN_UNTIL)
    assert not is_known(date(2023, 12, 31))
    assert is_known(date(2026, 12, 31))
    assert not is_workday(date(2028, 1, 5))
    # 1 May 2027 is a Saturday and 9 May a Sunday: the day off moves to the next working day.
    assert not is_workday(date(2027, 5, 3))
    assert not is_workday(date(2027, 5, 10))


def test_days_are_counted_from_the_next_one() -> None:
    assert add_workdays(date(2025, 12, 30), 1) == date(2026, 1, 12)
    assert add_workdays(date(2026, 2, 20), 2) == date(2026, 2, 25)
    assert next_workday(date(2026, 3, 7)) == date(2026, 3, 10)
    assert next_workday(date(2026, 3, 10)) == date(2026, 3, 10)
    with pytest.raises(ValueError, match="from 1"):
        add_workdays(date(2026, 3, 10), 0)
