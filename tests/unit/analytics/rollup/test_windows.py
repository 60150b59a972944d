"""What has to be read around a window: enough readings and enough time, or everything."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.consumption import CONTEXT_READINGS, CONTEXT_TIME_US
from analytics.rollup.windows import Dirty, Window, settled_from

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
START_US = 20_000 * DAY_US


def window(first: int, last: int, *, begins: bool = False, ends: bool = False, days: int = 4) -> Window:
    """A window of some days around what changed between two hours."""
    changed = Dirty(1, "UTC", START_US + first * HOUR_US, START_US + last * HOUR_US)
    from_us = changed.from_us // DAY_US * DAY_US - days * DAY_US
    to_us = changed.to_us // DAY_US * DAY_US + (days + 1) * DAY_US
    return Window(changed, from_us, to_us, begins, ends, 0.0)


def hourly(first: int, end: int) -> np.ndarray:
    return START_US + HOUR_US * np.arange(first, end, dtype=np.int64)


def test_an_hourly_register_with_days_on_both_sides_is_enough() -> None:
    assert window(2400, 2400).suffices(hourly(2100, 2700))


def test_readings_that_begin_or_end_too_near_are_not_enough() -> None:
    assert not window(2400, 2400).suffices(hourly(2300, 2700))
    assert not window(2400, 2400).suffices(hourly(2100, 2500))


def test_everything_is_always_enough_where_the_window_holds_it() -> None:
    assert window(2400, 2400, begins=True, ends=True).suffices(hourly(2395, 2405))
    assert window(2400, 2400, begins=True).suffices(hourly(2390, 2700))
    assert window(2400, 2400, ends=True).suffices(hourly(2100, 2401))


def test_a_gap_that_reaches_out_of_the_window_is_not_enough() -> None:
    silent = np.concatenate((hourly(0, 2000), hourly(2400, 3000)))
    assert not window(2400, 2400, begins=True, ends=True).suffices(silent)


def test_a_change_lies_in_the_span_or_does_not() -> None:
    assert window(10, 12).holds(hourly(12, 20))
    assert window(10, 12).holds(hourly(0, 11))
    assert not window(10, 12).holds(hourly(13, 20))
    assert not window(10, 12).holds(hourly(0, 10))


instants = st.lists(st.integers(0, 400), min_size=1, max_size=200, unique=True).map(
    lambda found: START_US + HOUR_US * np.array(sorted(found), dtype=np.int64)
)


@given(instants, st.integers(0, 450))
def test_the_path_is_settled_where_the_context_lies_between(at_us: np.ndarray, edge: int) -> None:
    edge_us = START_US + edge * HOUR_US
    settled = settled_from(at_us, edge_us)
    between = at_us[(at_us > settled) & (at_us < edge_us)]
    if settled == at_us[0]:
        return
    assert len(between) >= CONTEXT_READINGS
    assert settled <= between[-1] - CONTEXT_TIME_US


@given(instants, st.integers(0, 400), st.integers(0, 400))
def test_more_readings_never_make_it_worse_where_all_is_known(at_us: np.ndarray, one: int, other: int) -> None:
    first, last = sorted((one, other))
    partly, wholly = window(first, last), window(first, last, begins=True, ends=True)
    if partly.suffices(at_us):
        assert wholly.suffices(at_us)
