"""Which archive records are here: spans of numbers, and the numbers of hours, days and months."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.driver import Archive
from gateway.meters.periods import Periods, Spans, reach

NUMBERS = st.integers(0, 60)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from([ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Riga"), ZoneInfo("UTC")])


@given(st.lists(st.tuples(NUMBERS, NUMBERS)), NUMBERS, NUMBERS, NUMBERS)
def test_spans_are_a_set(pairs: list[tuple[int, int]], first: int, last: int, below: int) -> None:
    spans = Spans(pairs)
    whole = {number for a, b in pairs for number in range(a, b + 1)}
    assert {number for number in range(70) if number in spans} == whole
    assert spans.missing(first, last) == [n for n in range(first, last + 1) if n not in whole]
    found = list(spans)
    assert all(a[1] + 1 < b[0] for a, b in itertools.pairwise(found))
    spans.forget_below(below)
    assert {number for number in range(70) if number in spans} == {n for n in whole if n >= below}


@given(st.sampled_from(list(Archive)), ZONES, TIMES)
def test_periods(archive: Archive, zone: ZoneInfo, at: datetime) -> None:
    periods = Periods(archive, zone)
    number = periods.last_ended(at)
    assert periods.end(number) <= at < periods.end(number + 1)
    assert periods.of_end(periods.end(number)) == number
    assert periods.of_end(periods.end(number) + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("archive", "end"),
    [
        (Archive.HOUR, datetime(2026, 10, 1, 12, tzinfo=UTC)),
        (Archive.DAY, datetime(2026, 9, 30, 21, tzinfo=UTC)),  # midnight in Moscow
        (Archive.MONTH, datetime(2026, 9, 30, 21, tzinfo=UTC)),
    ],
)
def test_known_ends(archive: Archive, end: datetime) -> None:
    periods = Periods(archive, ZoneInfo("Europe/Moscow"))
    assert periods.end(periods.last_ended(datetime(2026, 10, 1, 12, 59, tzinfo=UTC))) == end


def test_reach() -> None:
    periods = Periods(Archive.HOUR, UTC)
    now = datetime(2026, 10, 2, 0, 30, tzinfo=UTC)
    assert periods.end(reach(periods, now, timedelta(hours=24))) == datetime(2026, 10, 1, 1, tzinfo=UTC)
