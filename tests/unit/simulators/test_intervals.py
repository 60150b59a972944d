"""Sets of intervals, against a count of seconds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulators.intervals import Intervals

SPAN = 200


def seconds(intervals: Intervals) -> np.ndarray:
    return intervals.contains(np.arange(SPAN, dtype=np.float64))


flag_lists = st.lists(st.booleans(), min_size=SPAN, max_size=SPAN)


def of(flags: list[bool]) -> Intervals:
    padded = np.array([*flags, False])
    return Intervals.where(np.arange(SPAN + 1, dtype=np.float64), padded)


@given(flags=flag_lists)
def test_elapsed_counts_the_seconds_inside(flags: list[bool]) -> None:
    times = np.arange(SPAN + 1, dtype=np.float64)
    np.testing.assert_allclose(of(flags).elapsed_s(times), np.concatenate([[0], np.cumsum(flags)]))
    np.testing.assert_array_equal(seconds(of(flags)), flags)


@given(one=flag_lists, other=flag_lists)
def test_set_algebra(one: list[bool], other: list[bool]) -> None:
    a, b = np.array(one), np.array(other)
    np.testing.assert_array_equal(seconds(of(one).intersect(of(other))), a & b)
    np.testing.assert_array_equal(seconds(of(one).without(of(other))), a & ~b)


@given(arrivals=st.lists(st.integers(0, SPAN - 1), max_size=20), hold=st.integers(1, 40))
def test_a_hold_time_is_retriggered(arrivals: list[int], hold: int) -> None:
    times = np.array(sorted(arrivals), dtype=np.float64)
    expected = np.array([any(t <= second < t + hold for t in times) for second in range(SPAN)])
    np.testing.assert_array_equal(seconds(Intervals.held(times, float(hold))), expected)
