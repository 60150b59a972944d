import numpy as np
import pytest

from analytics.daily import DailySeries, days_of
from analytics.model_kind import HEAT_MODELS, ModelKind
from analytics.savings import LeftOut, avoided_energy, fit_baseline, more_days_to_prove
from tests.unit.analytics.known_contracts import BASELINE, FIRST_REPORTING, REPORTING, TEMPERATURE, heat_energy
from tests.unit.analytics.simulated_buildings import Plan, draw

BEFORE, AFTER = slice(0, FIRST_REPORTING), slice(FIRST_REPORTING, None)


def metered(period: slice, energy: np.ndarray) -> DailySeries:
    return DailySeries.metered(days_of(BASELINE if period is BEFORE else REPORTING), energy[period])


def test_one_building_is_one_row_of_the_batch() -> None:
    season = draw(Plan(rho=0.5, saving=0.1, runs=12))[0]
    energy, mask = season.baseline_kwh[0], season.baseline.mask[0]
    baseline = fit_baseline(
        DailySeries.metered(season.baseline.day, np.where(mask, energy, np.nan)), season.baseline.variable, HEAT_MODELS
    )
    reporting = np.where(season.reporting.mask[0], season.reporting_kwh[0], np.nan)
    saving = avoided_energy(baseline, DailySeries.metered(season.reporting.day, reporting), season.reporting.variable)
    left_out = saving.left_out.count(LeftOut.OUTSIDE_BASELINE)
    assert left_out == 0
    assert saving.avoided_energy_kwh == pytest.approx(season.avoided_kwh[0], rel=1e-9)
    assert saving.half_width_kwh(0.9, 0.0) == pytest.approx(season.variance.half_width(0.9)[0], rel=1e-9)


def test_a_missing_day_is_in_neither_sum() -> None:
    energy = heat_energy(0.2)
    baseline = fit_baseline(metered(BEFORE, energy), TEMPERATURE[BEFORE], HEAT_MODELS)
    whole = avoided_energy(baseline, metered(AFTER, energy), TEMPERATURE[AFTER])
    energy = energy.copy()
    energy[AFTER][5] = np.nan
    weather = TEMPERATURE[AFTER].copy()
    weather[9] = np.nan
    holed = avoided_energy(baseline, metered(AFTER, energy), weather)
    assert (holed.left_out[5], holed.left_out[9]) == (LeftOut.NO_ENERGY, LeftOut.NO_WEATHER)
    assert np.isnan(holed.adjusted_baseline_kwh[9])
    daily = whole.adjusted_baseline_kwh - whole.series.energy_kwh
    assert holed.avoided_energy_kwh == pytest.approx(whole.avoided_energy_kwh - daily[5] - daily[9])


def test_estimated_days_are_in_neither_sum() -> None:
    energy = heat_energy(0.2)
    baseline = fit_baseline(metered(BEFORE, energy), TEMPERATURE[BEFORE], HEAT_MODELS)
    plain = metered(AFTER, energy)
    estimated = plain.estimated_kwh.copy()
    estimated[3] = 0.5 * plain.energy_kwh[3]
    found = avoided_energy(
        baseline, DailySeries(plain.day, plain.energy_kwh, estimated, plain.coverage), TEMPERATURE[AFTER]
    )
    assert found.left_out[3] is LeftOut.ESTIMATED
    assert not found.used[3]


def test_weather_beyond_the_baseline_is_left_out_where_the_model_has_no_support() -> None:
    energy = heat_energy(0.2)
    weather = TEMPERATURE[AFTER].copy()
    spread = np.ptp(TEMPERATURE[BEFORE])
    weather[:4] = TEMPERATURE[BEFORE].max() + np.array([0.05, 0.3, 0.6, 0.0]) * spread
    weather[3] = TEMPERATURE[BEFORE].min() - 0.4 * spread
    out, kept = LeftOut.OUTSIDE_BASELINE, None
    for kind, reasons in (
        (ModelKind.MEAN, (kept, kept, kept, kept)),
        (ModelKind.HEATING_LINE, (kept, out, out, kept)),
        (ModelKind.HEATING, (kept, kept, out, kept)),
    ):
        baseline = fit_baseline(metered(BEFORE, energy), TEMPERATURE[BEFORE], (kind,))
        found = avoided_energy(baseline, metered(AFTER, energy), weather)
        assert found.left_out[:4] == reasons


def test_the_meter_error_scales_the_saving_and_adds_in_quadrature() -> None:
    energy = heat_energy(0.2)
    saving = avoided_energy(
        fit_baseline(metered(BEFORE, energy), TEMPERATURE[BEFORE], HEAT_MODELS),
        metered(AFTER, energy),
        TEMPERATURE[AFTER],
    )
    alone = saving.half_width_kwh(0.9, 0.0)
    gain = 1.6448536 * 0.03 / np.sqrt(3) * saving.avoided_energy_kwh
    assert saving.half_width_kwh(0.9, 0.03) == pytest.approx(np.hypot(alone, gain), rel=1e-6)


def test_more_days_are_those_after_which_the_same_daily_saving_is_proven() -> None:
    energy = heat_energy(0.01, cv=0.15, seed=1)
    baseline = fit_baseline(metered(BEFORE, energy), TEMPERATURE[BEFORE], HEAT_MODELS)
    saving = avoided_energy(baseline, metered(AFTER, energy), TEMPERATURE[AFTER])
    more = more_days_to_prove(saving, 0.9)
    days = REPORTING.days
    a, variance = saving.avoided_energy_kwh / days, saving.variance
    t = saving.half_width_kwh(0.9, 0.0) / np.sqrt(variance.parameters_kwh2[0] + variance.noise_kwh2[0])

    def proven(count: int) -> bool:
        band = t * np.sqrt(variance.parameters_kwh2[0] * (count / days) ** 2 + variance.noise_kwh2[0] * count / days)
        return bool(a * count > band)

    assert more is not None
    assert more > 0
    assert proven(days + more)
    assert not proven(days + more - 1)


def test_no_number_of_days_proves_what_the_baseline_cannot_carry() -> None:
    energy = heat_energy(-0.05)
    baseline = fit_baseline(metered(BEFORE, energy), TEMPERATURE[BEFORE], HEAT_MODELS)
    assert more_days_to_prove(avoided_energy(baseline, metered(AFTER, energy), TEMPERATURE[AFTER]), 0.9) is None
