import numpy as np
import pytest

from analytics.autocorrelation import correlated, memory_of
from tests.unit.analytics.simulated_buildings import persistent_noise


def test_the_recursion_is_the_matrix_product_also_over_gaps() -> None:
    rng = np.random.default_rng(5)
    day = np.sort(np.datetime64("2025-01-01") + rng.choice(90, 40, replace=False))
    columns, rho = rng.normal(size=(40, 3, 2)), np.array([0.0, 0.4, 0.9])
    apart = np.abs((day[:, None] - day[None, :]).astype(float))
    expected = np.stack([rho[row] ** apart @ columns[:, row] for row in range(3)], axis=1)
    np.testing.assert_allclose(correlated(day, columns, rho), expected, atol=1e-12)


def test_freedom_and_spread_are_those_of_the_matrices() -> None:
    rng = np.random.default_rng(6)
    day = np.datetime64("2025-01-01") + np.arange(80)
    mask = rng.random((1, 80)) > 0.2
    design = np.stack([np.ones(80), rng.normal(size=80), np.zeros(80)], axis=1)[None]
    used = mask[0]
    x = design[0][used][:, :2]
    inverse = np.linalg.inv(x.T @ x)
    apart = np.abs((day[used][:, None] - day[used][None, :]).astype(float))
    annihilator = np.eye(used.sum()) - x @ inverse @ x.T
    lag = 0.5 * (apart == 1)
    pairs, n = (apart == 1).sum() / 2, used.sum()

    def shown(rho: float) -> float:
        noise = rho**apart
        top = np.trace(annihilator @ lag @ annihilator @ noise) / pairs
        return float(top / (np.trace(annihilator @ noise) / n))

    memory = memory_of(day, design, mask, np.array([shown(0.6)]))
    assert memory.rho[0] == pytest.approx(0.6, abs=1e-4)
    noise = memory.rho[0] ** apart
    assert memory.freedom[0] == pytest.approx(np.trace(annihilator @ noise), rel=1e-9)
    np.testing.assert_allclose(memory.spread[0, :2, :2], inverse @ x.T @ noise @ x @ inverse, rtol=1e-9)
    np.testing.assert_allclose(memory.spread[0, 2], 0, atol=1e-15)


def test_most_of_the_bias_of_the_residuals_is_taken_off() -> None:
    rng = np.random.default_rng(8)
    day = np.datetime64("2025-01-01") + np.arange(70)
    noise = persistent_noise(rng, 400, 70, 0.8)
    residual = noise - noise.mean(axis=1, keepdims=True)
    raw = (residual[:, 1:] * residual[:, :-1]).mean(axis=1) / np.square(residual).mean(axis=1)
    mask = np.ones((400, 70), bool)
    freed = memory_of(day, np.ones((400, 70, 1)), mask, raw).rho
    assert 0.8 - raw.mean() > 0.03
    assert abs(freed.mean() - 0.8) < 0.6 * (0.8 - raw.mean())


def test_unknown_autocorrelation_stays_unknown() -> None:
    day = np.datetime64("2025-01-01") + np.arange(20)
    assert np.isnan(memory_of(day, np.ones((1, 20, 1)), np.ones((1, 20), bool), np.array([np.nan])).rho[0])
