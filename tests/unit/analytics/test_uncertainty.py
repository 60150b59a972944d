from functools import cache

import numpy as np
import pytest
from scipy import stats

from analytics.change_point import fit
from analytics.model_kind import ModelKind
from analytics.study.bands import CONFIDENCE, guideline_14, headline, without_effective_days
from analytics.uncertainty import DaysUsed, guideline_14_half_width, saving_variance, sun_baltazar_k
from tests.unit.analytics.coverage_study import YEAR, coverage
from tests.unit.analytics.simulated_buildings import Plan, Season, draw

PLANS = [
    Plan(rho=0.0),
    Plan(rho=0.5),
    Plan(rho=0.8),
    Plan(rho=0.0, **YEAR),  # type: ignore[arg-type]
    Plan(rho=0.8, **YEAR),  # type: ignore[arg-type]
    Plan(rho=0.5, light=True),
]
runs = cache(draw)


def proven_share(seasons: list[Season]) -> float:
    return float(np.mean(np.concatenate([season.avoided_kwh > headline(season) for season in seasons])))


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_coverage_a_90_percent_band_holds_about_90_percent_of_the_time(plan: Plan) -> None:
    assert 0.86 <= coverage(runs(plan), headline) <= 0.94


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_placebo_where_nothing_was_done_hardly_anything_is_proven(plan: Plan) -> None:
    assert proven_share(runs(plan)) <= 0.10


@pytest.mark.parametrize("light", [False, True])
def test_recovery_a_known_saving_is_found_and_proven(light: bool) -> None:
    seasons = runs(Plan(rho=0.5, saving=0.15, runs=240, light=light))
    avoided = np.concatenate([season.avoided_kwh for season in seasons])
    true = np.concatenate([season.true_kwh for season in seasons])
    assert np.mean(avoided) == pytest.approx(np.mean(true), rel=0.03)
    assert proven_share(seasons) > 0.95


def test_the_study_can_fail_a_band_blind_to_autocorrelation_holds_far_less() -> None:
    seasons = runs(Plan(rho=0.8))
    assert coverage(seasons, without_effective_days) < 0.6
    assert coverage(seasons, guideline_14) < 0.86


def test_without_memory_and_search_it_is_the_textbook_prediction_variance() -> None:
    rng = np.random.default_rng(9)
    day = np.datetime64("2025-01-01") + np.arange(100)
    t, reporting_t = rng.normal(0, 8, 100), rng.normal(2, 8, 50)
    energy = (100 - 3 * t + rng.normal(0, 5, 100))[None]
    fits = fit(t, energy, kinds=(ModelKind.HEATING_LINE,))
    found = saving_variance(
        fits,
        DaysUsed(day, t, np.ones((1, 100), bool)),
        DaysUsed(day[:50] + 400, reporting_t, np.ones((1, 50), bool)),
        np.zeros(1) - 0.5,
    )
    x, r = np.column_stack([np.ones(100), t]), np.column_stack([np.ones(50), reporting_t])
    s2 = fits.sse[0] / 98
    total = r.sum(axis=0)
    assert found.noise_kwh2[0] == pytest.approx(s2 * 50)
    assert found.parameters_kwh2[0] == pytest.approx(s2 * total @ np.linalg.inv(x.T @ x) @ total)
    expected = stats.t.ppf(0.95, 98) * np.sqrt(s2 * (50 + total @ np.linalg.inv(x.T @ x) @ total))
    assert found.half_width(CONFIDENCE)[0] == pytest.approx(expected)


def test_the_parameters_part_grows_with_the_square_of_the_days_and_the_noise_with_the_days() -> None:
    season = runs(Plan(rho=0.0, runs=12))[0]
    day = np.datetime64("2026-01-01") + 1000 * np.arange(30)  # so far apart that no noise is shared
    mask = np.ones((1, 30), bool)

    def variance(copies: int) -> tuple[float, float]:
        reporting = DaysUsed(
            np.concatenate([day + 40_000 * copy for copy in range(copies)]),
            np.full(30 * copies, -3.0),
            np.tile(mask, copies),
        )
        found = saving_variance(season.fits, season.baseline, reporting, np.full(len(season.fits), 0.4))
        return found.parameters_kwh2[0], found.noise_kwh2[0]

    (parameters, noise), (parameters_of_three, noise_of_three) = variance(1), variance(3)
    assert parameters_of_three == pytest.approx(9 * parameters)
    assert noise_of_three == pytest.approx(3 * noise)


def test_guideline_14_by_hand() -> None:
    # Annex B: t K CV E sqrt((n/n')(1 + 2/n')/m), n = n' = 365, m = 100, CV 10 %, E = 1000 kWh
    one = np.ones(1)
    found = guideline_14_half_width(0.9, 1000 * one, 0.1 * one, 365 * one, 365 * one, 3 * one, 100 * one)
    assert found[0] == pytest.approx(stats.t.ppf(0.95, 362) * 1.26 * 0.1 * 1000 * np.sqrt((1 + 2 / 365) / 100))


def test_sun_baltazar_factor_of_a_year_is_the_published_one() -> None:
    # origin: nmecr 1.0.17, daily polynomial at 12 months, 1.392
    assert sun_baltazar_k(np.array([365.25]))[0] == pytest.approx(1.392, abs=1e-3)
