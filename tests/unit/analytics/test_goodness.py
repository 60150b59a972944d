import numpy as np
import pytest

from analytics.goodness import effective_days, goodness, lag1_autocorrelation


def days(count: int) -> np.ndarray:
    return np.datetime64("2025-01-01") + np.arange(count)


def test_figures_computed_by_hand() -> None:
    # residuals 1, -1, 2, -2: sum of squares 10, mean 10, p = 2
    energy, fitted = np.array([[11.0, 9.0, 12.0, 8.0]]), np.full((1, 4), 10.0)
    found = goodness(days(4), energy, fitted, np.ones((1, 4), bool), np.array([2.0]))
    assert found.cv_rmse[0] == pytest.approx(np.sqrt(10 / 2) / 10)
    assert found.nmbe[0] == 0
    assert found.r2[0] == pytest.approx(0)
    assert np.isnan(found.rho[0])


def test_autocorrelation_takes_only_pairs_of_consecutive_days() -> None:
    # alternating signs, so that each true neighbour has the product -1; a lag taken over the gap would be +1
    residual = np.array([1.0, -1, 1, -1, 1, -1, 1, 1, -1, 1, -1, 1, -1, 1])
    day = np.concatenate([days(7), days(14)[7:] + 30])
    assert lag1_autocorrelation(day, residual[None], np.ones((1, 14), bool))[0] == pytest.approx(-1)
    mask = np.ones((1, 20), bool)
    mask[0, ::4] = False
    masked = np.where(mask[0], (-1.0) ** np.arange(20), 99.0)
    assert lag1_autocorrelation(days(20), masked[None], mask)[0] == pytest.approx(-1)


def test_autocorrelation_of_scattered_days_is_unknown() -> None:
    assert np.isnan(lag1_autocorrelation(days(60)[::2], np.ones((1, 30)), np.ones((1, 30), bool))[0])


def test_effective_days_never_exceed_the_days() -> None:
    np.testing.assert_allclose(effective_days(np.array([100.0] * 3), np.array([0.5, -0.5, 0.0])), [100 / 3, 100, 100])
