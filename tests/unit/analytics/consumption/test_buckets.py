"""Cutting a path: what is metered for a bucket, what is estimated, and what is unknown."""

import numpy as np
import pytest

from analytics.consumption import RegisterSeries, Rule, energy_path, per_bucket
from analytics.consumption.series import Codes
from tests.unit.analytics.consumption.faults import HOUR_US

MINUTE_US = 60_000_000


def read(minutes: list[int], register: list[float], serial: list[int] | None = None) -> RegisterSeries:
    codes: Codes = np.array(serial or [-1] * len(minutes), dtype=np.int32)
    return RegisterSeries(np.array(minutes, dtype=np.int64) * MINUTE_US, np.array(register), codes)


def hours(first: int, last: int) -> np.ndarray:
    return np.arange(first, last + 1, dtype=np.int64) * HOUR_US


def test_ninety_minutes_over_an_edge_are_metered() -> None:
    buckets = per_bucket(energy_path(read([0, 90, 120], [0, 9, 12])), hours(0, 2))
    assert buckets.amount == pytest.approx([6, 6])
    assert buckets.estimated.tolist() == [0, 0]
    assert buckets.rule.tolist() == [Rule.METERED, Rule.METERED]


def test_more_than_ninety_minutes_over_an_edge_are_estimated_in_their_share() -> None:
    buckets = per_bucket(energy_path(read([0, 20, 120, 180], [0, 4, 14, 20])), hours(0, 3))
    assert buckets.amount == pytest.approx([8, 6, 6])
    # of the six in the second hour only the four that may belong to the first are in doubt
    assert buckets.estimated == pytest.approx([4, 4, 0])
    assert buckets.rule.tolist() == [Rule.INTERPOLATED, Rule.INTERPOLATED, Rule.METERED]


def test_a_long_interval_within_a_bucket_is_metered() -> None:
    path = energy_path(read([0, 600, 1440], [0, 9, 12]))
    buckets = per_bucket(path, np.array([0, 24], dtype=np.int64) * HOUR_US)
    assert buckets.amount.tolist() == [12]
    assert buckets.estimated.tolist() == [0]
    assert buckets.rule.tolist() == [Rule.METERED]


def test_buckets_beyond_the_series_are_partly_covered_or_unknown() -> None:
    buckets = per_bucket(energy_path(read([30, 60, 90], [0, 3, 5])), hours(-1, 3))
    np.testing.assert_array_equal(buckets.covered_s, [0, 1800, 1800, 0])
    np.testing.assert_array_equal(buckets.amount, [np.nan, 3, 2, np.nan])
    np.testing.assert_array_equal(buckets.estimated, [np.nan, 0, 0, np.nan])
    assert buckets.rule.tolist() == [Rule.UNKNOWN, Rule.METERED, Rule.METERED, Rule.UNKNOWN]


def test_an_unknown_interval_is_not_covered_and_not_zero() -> None:
    serial = [0, 0, 1, 1]
    # Hourly readings: with no other interval there would be no rate.
    path = energy_path(read([0, 60, 120, 180], [10, 10, 99_000, 99_000], serial))
    assert path.rule.tolist() == [Rule.METERED, Rule.RATE_ESTIMATE, Rule.METERED]
    alone = energy_path(read([0, 60], [10, 99_000], [0, 1]))
    buckets = per_bucket(alone, hours(0, 1))
    assert np.isnan(buckets.amount[0])
    assert buckets.covered_s[0] == 0
    assert buckets.rule[0] == Rule.UNKNOWN


def test_a_series_without_intervals_is_unknown() -> None:
    for series in (read([], []), read([30], [5.0])):
        buckets = per_bucket(energy_path(series), hours(0, 2))
        assert np.isnan(buckets.amount).all()
        assert not buckets.covered_s.any()
        assert (buckets.rule == Rule.UNKNOWN).all()


def test_the_weakest_rule_of_a_bucket_is_told() -> None:
    register = [50_000.0 + k for k in range(40)]
    register[21:] = [k - 20.0 for k in range(21, 40)]
    path = energy_path(read([15 * k for k in range(40)], register))
    buckets = per_bucket(path, hours(0, 9))
    assert buckets.rule[5] == Rule.RATE_ESTIMATE
    assert buckets.estimated[5] == pytest.approx(1.0)
    assert buckets.amount[5] == pytest.approx(4.0)
    assert (np.delete(buckets.rule, 5) == Rule.METERED).all()


def test_the_text_of_a_rule_is_its_stored_name() -> None:
    assert [rule.text for rule in Rule] == [
        "metered",
        "interpolated",
        "rollover_inferred",
        "decimal_change",
        "rate_estimate",
        "derived",
        "unknown",
    ]


def test_a_meter_read_once_a_day_at_one_knows_its_days_but_for_an_hour() -> None:
    at = [day * 1440 + 60 for day in range(4)]
    buckets = per_bucket(energy_path(read(at, [0, 24, 48, 72])), hours(0, 24 * 4)[::24])
    assert buckets.amount[1:3] == pytest.approx([24, 24])
    assert buckets.estimated[1:3] == pytest.approx([2, 2])
