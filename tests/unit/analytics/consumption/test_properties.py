"""What holds for every load and every fault: totals, conservation, invariance, and windows that equal the whole."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from analytics.consumption import (
    CONTEXT_READINGS,
    CONTEXT_TIME_US,
    MAX_METERED_INTERVAL_US,
    RegisterProfile,
    RegisterSeries,
    Rule,
    energy_path,
    per_bucket,
)
from tests.unit.analytics.consumption.faults import HOUR_US, LOADS, Meter
from tests.unit.analytics.consumption.strategies import befall, faulty_meters, meters

SLOW = settings(
    deadline=None,
    max_examples=150,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def cut(series: RegisterSeries, first: int, end: int) -> RegisterSeries:
    return RegisterSeries(series.at_us[first:end], series.register[first:end], series.serial[first:end])


def hours_of(point: Meter) -> np.ndarray:
    first, last = int(point.at_us[0]) // HOUR_US, int(point.at_us[-1]) // HOUR_US
    return np.arange(first, last + 2, dtype=np.int64) * HOUR_US


@SLOW
@given(meters(LOADS))
def test_clean_data_is_reproduced(point: Meter) -> None:
    series = point.series()
    path = energy_path(series)
    np.testing.assert_array_equal(path.at_us, series.at_us)
    np.testing.assert_array_equal(path.cumulative, series.register - series.register[0])
    assert not path.rule.any()
    assert all(finding.code.value == "outage" for finding in path.findings)


@SLOW
@given(meters(LOADS))
def test_a_path_fed_back_is_itself(point: Meter) -> None:
    path = energy_path(point.series())
    fed = RegisterSeries(path.at_us, path.cumulative, np.full(len(path.at_us), -1, dtype=np.int32))
    again = energy_path(fed, (), point.profile(max(point.true_rate_per_h, 1e-6)))
    np.testing.assert_array_equal(again.cumulative, path.cumulative)


@SLOW
@given(faulty_meters(kinds=("constant", "random", "nights", "lamp")))
def test_one_fault_leaves_the_total_true(point: Meter) -> None:
    """Without a stated rate a single burst of a hundred times the load is not told from a jump: no bursts here."""
    path = energy_path(point.series(), tuple(point.exchanges), point.profile())
    assert path.total == pytest.approx(point.true_total, abs=point.tolerance()), point.told


@SLOW
@given(faulty_meters(), st.sampled_from((1.0, 1.5, 3.0)))
def test_one_fault_leaves_the_total_true_under_a_stated_limit(point: Meter, margin: float) -> None:
    profile = point.profile(point.true_rate_per_h * margin)
    path = energy_path(point.series(), tuple(point.exchanges), profile)
    assert path.total == pytest.approx(point.true_total, abs=point.tolerance()), point.told


@SLOW
@given(st.data())
def test_several_faults_far_apart_leave_the_total_true(data: st.DataObject) -> None:
    point = data.draw(meters(("constant", "random", "nights")))
    assume(len(point.at_us) >= 200)
    for place in (40, 90, 140):
        befall(data.draw, point, data.draw(st.sampled_from(("exchange", "glitch", "outage", "reset"))), place)
    # A register that starts again from little, twice, may be read in more than one way: exchanges within a day too.
    assume(len(point.exchanges) < 2)
    path = energy_path(point.series(), tuple(point.exchanges), point.profile(point.true_rate_per_h * 1.5))
    assert path.total == pytest.approx(point.true_total, abs=point.tolerance()), point.told


@SLOW
@given(faulty_meters())
def test_cumulative_amounts_never_decrease(point: Meter) -> None:
    path = energy_path(point.series(), tuple(point.exchanges), point.profile())
    assert path.cumulative[0] == 0
    assert (np.diff(path.cumulative) >= 0).all()
    assert (np.diff(path.at_us) > 0).all()
    assert np.isfinite(path.cumulative).all()
    assert len(path.rule) == len(path.at_us) - 1 == len(path.shift) - 1 == len(path.epoch) - 1


@SLOW
@given(faulty_meters(), st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_buckets_add_up_to_the_path(point: Meter, places: list[float]) -> None:
    path = energy_path(point.series(), tuple(point.exchanges), point.profile())
    first, last = int(path.at_us[0]), int(path.at_us[-1])
    inner = {first + round(place * (last - first)) for place in places}
    buckets = per_bucket(path, np.array(sorted({first - 1, last + 1} | inner), dtype=np.int64))
    assert np.nansum(buckets.amount) == pytest.approx(path.cumulative[-1], rel=1e-12, abs=1e-9)
    assert (np.nan_to_num(buckets.estimated) <= np.nan_to_num(buckets.amount) + 1e-9).all()
    known_s = np.diff(path.at_us)[path.rule != Rule.UNKNOWN].sum() / 1e6
    assert buckets.covered_s.sum() == pytest.approx(known_s)


@SLOW
@given(faulty_meters(), st.randoms(use_true_random=False))
def test_order_and_duplicates_do_not_matter(point: Meter, random: "st.random.Random") -> None:
    series, exchanges, profile = point.series(), tuple(point.exchanges), point.profile()
    order = np.repeat(np.arange(len(series.at_us)), 2)
    random.shuffle(order)
    other = RegisterSeries(series.at_us[order], series.register[order], series.serial[order])
    one, two = energy_path(series, exchanges, profile), energy_path(other, exchanges, profile)
    np.testing.assert_array_equal(one.at_us, two.at_us)
    np.testing.assert_array_equal(one.cumulative, two.cumulative)
    np.testing.assert_array_equal(one.rule, two.rule)


@SLOW
@given(faulty_meters(("exchange", "reset", "glitch", "outage", "rollover")))
def test_an_hour_that_says_metered_is_true(point: Meter) -> None:
    """Within what a straight line over at most 90 minutes may be wrong by at each edge, and the register's step."""
    edges = hours_of(point)
    hours = per_bucket(energy_path(point.series(), tuple(point.exchanges), point.profile()), edges)
    metered = (hours.rule == Rule.METERED) & (hours.covered_s == 3600.0)
    true = np.diff(point.true_at(edges))
    at_most = point.true_rate_per_h * MAX_METERED_INTERVAL_US / HOUR_US
    step_h = float(np.diff(point.at_us)[0]) / HOUR_US
    within = point.true_rate_per_h * min(step_h, 1.0) + 2 * point.resolution + 1e-5
    wrong = np.abs(hours.amount - true)[metered]
    assert (wrong <= at_most + 2 * point.resolution + 1e-5).all()
    dropped = len(point.overwritten) + int((~point.keep).sum())
    assert np.count_nonzero(wrong > within) <= 4 + 2 * dropped


@SLOW
@given(st.data())
def test_a_window_equals_the_whole(data: st.DataObject) -> None:
    point = data.draw(meters(LOADS))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(15, len(point.at_us) - 40))
        faults = ("exchange", "reset", "decimal", "glitch", "burst", "outage")
        befall(data.draw, point, data.draw(st.sampled_from(faults)), place)
    series, exchanges = point.series(), tuple(point.exchanges)
    profile = RegisterProfile(point.modulus, point.true_rate_per_h * data.draw(st.sampled_from((1.0, 3.0))))
    whole = energy_path(series, exchanges, profile)
    at, count = series.at_us, len(series.at_us)
    start = data.draw(st.integers(0, count - 10))
    end = data.draw(st.integers(start + 5, count - 1))
    first = max(0, min(start - CONTEXT_READINGS, int(np.searchsorted(at, at[start] - CONTEXT_TIME_US))))
    last = min(count, max(end + CONTEXT_READINGS, int(np.searchsorted(at, at[end] + CONTEXT_TIME_US))) + 1)
    shift = int(whole.shift[max(0, int(np.searchsorted(whole.at_us, at[first], side="right")) - 1)])
    window = energy_path(cut(series, first, last), exchanges, profile, shift)
    edges = np.arange(int(at[start]), int(at[end]) + 1, HOUR_US, dtype=np.int64)
    assume(len(edges) > 1)
    expected, actual = per_bucket(whole, edges), per_bucket(window, edges)
    np.testing.assert_allclose(actual.amount, expected.amount, rtol=1e-9, atol=1e-7)
    np.testing.assert_allclose(actual.estimated, expected.estimated, rtol=1e-9, atol=1e-7)
    np.testing.assert_array_equal(actual.rule, expected.rule)
    np.testing.assert_array_equal(actual.covered_s, expected.covered_s)


def test_negative_control_a_window_without_context_differs() -> None:
    point = Meter(np.arange(60, dtype=np.int64) * HOUR_US, np.arange(60.0), 50_000.0)
    point.reset(30)
    series, profile = point.series(), RegisterProfile(greatest_rate_per_h=2.0)
    whole = per_bucket(energy_path(series, (), profile), np.arange(28, 33, dtype=np.int64) * HOUR_US)
    window = per_bucket(energy_path(cut(series, 28, 33), (), profile), np.arange(28, 33, dtype=np.int64) * HOUR_US)
    assert not np.array_equal(whole.amount, window.amount)


@SLOW
@given(st.lists(st.floats(0, 1e6), min_size=0, max_size=60), st.booleans())
def test_garbage_is_survived(values: list[float], stated: bool) -> None:
    series = RegisterSeries(
        np.arange(len(values), dtype=np.int64) * 900_000_000, np.array(values), np.full(len(values), -1, dtype=np.int32)
    )
    path = energy_path(series, (), RegisterProfile(greatest_rate_per_h=10.0 if stated else None))
    assert all(a <= b for a, b in pairwise(path.cumulative))
    buckets = per_bucket(path, np.arange(0, 20, dtype=np.int64) * HOUR_US)
    assert np.isnan(buckets.amount[buckets.covered_s == 0]).all()
