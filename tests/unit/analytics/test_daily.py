import numpy as np
import pytest

from analytics.daily import DailySeries, days_of
from teplosvet.domain.periods import Period

PERIOD = Period.parse("2025-01-01/2025-01-06")


def series(
    energy: list[float], estimated: list[float] | None = None, coverage: list[float] | None = None
) -> DailySeries:
    count = len(energy)
    return DailySeries(
        days_of(PERIOD)[:count],
        np.array(energy),
        np.array(estimated or [0.0] * count),
        np.array(coverage or [1.0] * count),
    )


def test_a_period_is_half_open() -> None:
    assert days_of(PERIOD).astype(str).tolist() == [
        "2025-01-01",
        "2025-01-02",
        "2025-01-03",
        "2025-01-04",
        "2025-01-05",
    ]


def test_a_day_is_usable_only_if_known_covered_and_metered() -> None:
    days = series([10, np.nan, 10, 10, 10], [0, 0, 1.0, 1.1, 0], [1, 1, 0.9, 1, 0.89])
    assert days.usable().tolist() == [True, False, True, False, False]
    assert days.usable(max_estimated_share=np.inf).tolist() == [True, False, True, True, False]


def test_negative_energy_is_found_and_kept() -> None:
    days = series([-5, 0, 3])
    assert days.negative.tolist() == [True, False, False]
    assert days.usable().all()
    assert days.energy_kwh[0] == -5


def test_days_without_a_row_are_unknown_not_zero() -> None:
    sparse = DailySeries.metered(
        np.array(["2025-01-02", "2025-01-05", "2025-02-01"], dtype="datetime64[D]"), np.array([1.0, 2, 3])
    )
    whole = sparse.over(PERIOD)
    np.testing.assert_array_equal(whole.energy_kwh, [np.nan, 1, np.nan, np.nan, 2])
    assert whole.coverage.tolist() == [0, 1, 0, 0, 1]
    assert whole.usable().tolist() == [False, True, False, False, True]


def test_an_empty_series_over_a_period_is_all_unknown() -> None:
    nothing = DailySeries.metered(np.array([], dtype="datetime64[D]"), np.array([])).over(PERIOD)
    assert np.isnan(nothing.energy_kwh).all()


def test_days_ascend_and_columns_are_equally_long() -> None:
    with pytest.raises(ValueError, match="ascend"):
        DailySeries.metered(np.array(["2025-01-02", "2025-01-02"], dtype="datetime64[D]"), np.array([1.0, 2]))
    with pytest.raises(ValueError, match="for each day"):
        DailySeries(days_of(PERIOD), np.zeros(5), np.zeros(5), np.zeros(4))
