import numpy as np
import pytest

from analytics.autocorrelation import memory_of
from analytics.noise_scale import noise_scale
from analytics.season_misfit import season_means, season_weights
from analytics.study.generator import Case, House, draw
from analytics.study.measures import try_method

DAY = np.datetime64("2024-11-01") + np.arange(365)


def test_the_louder_half_is_called_louder_and_the_mean_square_is_one() -> None:
    rng = np.random.default_rng(1)
    fitted = np.tile(np.linspace(20, 200, 365), (50, 1))
    residual = rng.standard_normal((50, 365)) * 0.1 * fitted
    mask = rng.random((50, 365)) > 0.1
    before, after = noise_scale(fitted, residual, mask, np.full((50, 2), [[20.0, 200.0]]))
    assert np.square(before[mask]).mean() == pytest.approx(1)
    assert np.median(after[:, 1] / after[:, 0]) > 4
    even, _ = noise_scale(fitted, rng.standard_normal((50, 365)), mask, fitted)
    assert np.median(even[:, -1] / even[:, 0]) == pytest.approx(1, abs=0.1)


def test_too_few_days_and_a_perfect_fit_tell_nothing_of_the_noise() -> None:
    fitted, mask = np.tile(np.linspace(20, 200, 40), (1, 1)), np.ones((1, 40), bool)
    for residual in (fitted, 0 * fitted):
        for scale in noise_scale(fitted, residual, mask, fitted):
            np.testing.assert_array_equal(scale, 1.0)


def test_freedom_and_spread_of_uneven_noise_are_those_of_the_matrices() -> None:
    rng = np.random.default_rng(6)
    day, mask = DAY[:80], rng.random((1, 80)) > 0.2
    x = np.column_stack([np.ones(80), rng.normal(size=80)])
    loud = rng.uniform(0.5, 1.5, 80)
    memory = memory_of(day, x[None], mask, np.array([0.4]), loud[None])
    used = mask[0]
    kept, own = x[used], loud[used]
    apart = np.abs((day[used][:, None] - day[used][None, :]).astype(float))
    covariance = own[:, None] * memory.rho[0] ** apart * own[None, :]
    inverse = np.linalg.inv(kept.T @ kept)
    rest = np.eye(used.sum()) - kept @ inverse @ kept.T
    assert memory.freedom[0] == pytest.approx(np.trace(rest @ covariance), rel=1e-9)
    np.testing.assert_allclose(memory.spread[0], inverse @ kept.T @ covariance @ kept @ inverse, rtol=1e-9)
    pair = 0.5 * (apart == 1)
    shown = np.trace(rest @ pair @ rest @ covariance) / pair.sum() / (np.trace(rest @ covariance) / used.sum())
    assert shown == pytest.approx(0.4, abs=2e-3)


def test_a_season_stands_for_itself_also_over_new_year() -> None:
    reporting = np.array(["2026-01-03", "2026-07-01"], dtype="datetime64[D]")
    winter = (np.datetime64("2025-03-01") > DAY)[None]
    weights = season_weights(DAY, winter, reporting, np.ones((1, 2), bool))
    assert weights.sum() == pytest.approx(1)
    assert set(DAY[weights[0] > 0].astype("datetime64[Y]").astype(str)) == {"2024", "2025"}
    means = season_means(DAY, winter, np.full((1, 365), 3.0), reporting)
    assert means[0, 0] == pytest.approx(3.0)
    assert np.isnan(means[0, 1])


def test_a_season_that_is_missed_widens_the_band_and_a_whole_year_hardly_does() -> None:
    autumn, year = (
        try_method(House.SUNNY_HEAT, draw(Case(House.SUNNY_HEAT, 0.5, 0.1, days, 100, 3)), sees_sun=False).variance
        for days in (90, 365)
    )
    shares = [np.median(one.misfit_kwh2 / (one.noise_kwh2 + one.parameters_kwh2)) for one in (autumn, year)]
    assert shares[0] > 0.3
    assert shares[1] < 0.1
