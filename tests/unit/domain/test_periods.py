from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teplosvet.domain.devices import is_name
from teplosvet.domain.periods import Period, local_midnight, parse_instant

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(first=days, second=days)
def test_a_period_reads_what_it_writes(first: date, second: date) -> None:
    if first == second:
        return
    period = Period(min(first, second), max(first, second))
    assert Period.parse(str(period)) == period
    assert len(list(period)) == period.days if period.days < 4000 else True


@pytest.mark.parametrize(
    "text",
    [
        *("", "2025-01-01", "2025-01-02/2025-01-01", "2025-01-01/2025-01-01", "a/b", "2025-02-30/2025-03-01"),
        *("0001-01-01/2025-01-01", "2025-01-01/9999-12-31"),
    ],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Period.parse(text)


def test_days_in_which_clocks_change_have_23_and_25_hours() -> None:
    zone = ZoneInfo("Europe/Helsinki")
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 1, 1), 24)):
        start, end = Period(day, day.replace(day=day.day + 1)).bounds(zone)
        assert (end - start).total_seconds() == hours * 3600


def test_the_first_instant_of_a_day_is_in_its_zone() -> None:
    assert local_midnight(date(2026, 1, 1), ZoneInfo("Europe/Moscow")) == datetime(2025, 12, 31, 21, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-01-01T00:00:00", "yesterday", ""])
def test_a_time_without_a_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_instant(text)


@pytest.mark.parametrize("text", ["a", "lamp-1", "A.b_c-9", "9" * 80])
def test_names(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize("text", ["", "-a", "a/b", "a+b", "a" * 81, "дом", "a b", "a\n"])
def test_what_is_no_name(text: str) -> None:
    assert not is_name(text)
