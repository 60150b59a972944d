import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.change_point import fit
from analytics.daily import DailySeries, days_of
from analytics.fitting.method import FitResult
from analytics.fitting.options import DayTypes, MethodOptions
from analytics.model_kind import ALL_MODELS
from analytics.savings import avoided_energy, fit_baseline
from analytics.sunshine import daily_sun
from teplosvet.domain.findings import FindingCode, Severity
from teplosvet.domain.periods import Period
from tests.unit.analytics.fitting.known_houses import BASELINE, MONTHLY, NAMES, REPORTING, WHOLE, energy, run, weather
from tests.unit.analytics.simulated_buildings import persistent_noise

WEATHER = weather()
BEFORE = days_of(WHOLE) < np.datetime64(REPORTING.start)
WITH_WEATHER = tuple(name for name in NAMES if name != "before-after")


def house(name: str, saving: float, seed: int = 2) -> FitResult:
    return run(name, energy(WEATHER, saving, seed, flat=name == "before-after"), WEATHER)


def codes(result: FitResult) -> dict[FindingCode, Severity]:
    return {finding.code: finding.severity for finding in result.findings}


def is_proven(result: FitResult) -> bool:
    band = result.band(0.9)
    return band is not None and band.lower_kwh is not None and band.lower_kwh > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_known_saving_is_found_and_held(name: str) -> None:
    found = house(name, 0.2)
    assert found.fractional_saving == pytest.approx(0.2, abs=0.02)
    assert is_proven(found)
    for band in found.bands:
        assert None not in (
            band.half_width_kwh,
            band.guideline_14_half_width_kwh,
            band.sun_baltazar_half_width_kwh,
        )
    assert [band.confidence for band in found.bands] == [0.9, 0.8, 0.68]
    widths = [band.half_width_kwh or np.nan for band in found.bands]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("name", NAMES)
def test_no_change_is_no_saving_and_the_band_holds_zero(name: str) -> None:
    seeds = range(10, 30)
    results = [house(name, 0.0, seed) for seed in seeds]
    held = 0
    for found in results:
        band = found.band(0.9)
        assert band is not None
        # Twelve months whose residuals hang together may carry no band at all; nothing is claimed then.
        held += band.lower_kwh is None or band.lower_kwh <= 0 <= (band.upper_kwh or 0.0)
        assert found.fractional_saving == pytest.approx(0.0, abs=0.03)
    # Of 20 bands at 90 %, 13 or fewer hold in less than one of 400 such tests.
    assert held >= 14


def test_the_engine_of_verify_gives_the_same_saving_and_band() -> None:
    kwh = energy(WEATHER, 0.1)
    baseline = fit_baseline(DailySeries.metered(days_of(BASELINE), kwh[BEFORE]), WEATHER[BEFORE], ALL_MODELS)
    saving = avoided_energy(baseline, DailySeries.metered(days_of(REPORTING), kwh[~BEFORE]), WEATHER[~BEFORE])
    found = run("change-point-daily", kwh, WEATHER)
    band = found.band(0.9)
    assert band is not None
    assert found.avoided_energy_kwh == pytest.approx(saving.avoided_energy_kwh, abs=1e-3)
    assert band.half_width_kwh == pytest.approx(saving.half_width_kwh(0.9, 0.0), abs=1e-3)


def test_day_types_find_a_weekend_that_all_days_alike_do_not() -> None:
    weekend = DayTypes.WEEK.of(days_of(WHOLE)) == 1
    kwh = energy(WEATHER, 0.1) - np.where(weekend, 40.0, 0.0)
    alike = run("change-point-daily", kwh, WEATHER)
    apart = run("change-point-daily", kwh, WEATHER, MethodOptions(day_types=DayTypes.WEEK))
    assert alike.figures is not None
    assert apart.figures is not None
    assert (apart.figures.cv_rmse or 1.0) < 0.6 * (alike.figures.cv_rmse or 0.0)
    assert apart.parameters["base_kwh_per_day_days_off"] == pytest.approx(-20, abs=8)


def test_degree_days_with_a_searched_base_are_the_hinge_of_the_engine() -> None:
    kwh = energy(WEATHER, 0.0)
    found = run("degree-days", kwh, WEATHER)
    hinge = fit(WEATHER[BEFORE], kwh[None, BEFORE])
    assert found.parameters["base_temperature_c"] == pytest.approx(hinge.heating_change_point[0], abs=0.06)
    assert found.parameters["slope_kwh_per_degree_day"] == pytest.approx(hinge.heating_slope[0], rel=0.01)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8, deadline=None)
@given(factor=st.floats(0.01, 1000), weeks=st.integers(-300, 300))
def test_unit_and_calendar_of_the_energy_change_nothing_but_the_unit(name: str, factor: float, weeks: int) -> None:
    if name == MONTHLY:
        weeks = 0  # months of another length are other months
    kwh = energy(WEATHER, 0.15, flat=name == "before-after")
    plain, moved = run(name, kwh, WEATHER), run(name, factor * kwh, WEATHER, shift_days=7 * weeks)
    assert plain.avoided_energy_kwh is not None
    assert moved.avoided_energy_kwh == pytest.approx(factor * plain.avoided_energy_kwh, rel=1e-5, abs=2e-3)
    assert moved.fractional_saving == pytest.approx(plain.fractional_saving, abs=2e-6)
    for one, other in zip(plain.bands, moved.bands, strict=True):
        assert one.half_width_kwh is not None
        # what a season misses has its phase from the date, and weeks do not fill years
        assert other.half_width_kwh == pytest.approx(factor * one.half_width_kwh, rel=1e-3, abs=2e-3)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_day_is_in_neither_sum_and_never_zero(name: str) -> None:
    kwh = energy(WEATHER, 0.2, flat=name == "before-after")
    kwh[BEFORE.sum() + 40] = np.nan
    found = run(name, kwh, WEATHER)
    assert found.fractional_saving == pytest.approx(0.2, abs=0.02)
    if name != MONTHLY:
        assert found.reporting_rows.left_out == {"no_energy": 1}


@pytest.mark.parametrize("name", NAMES)
def test_overlapping_periods_are_refused(name: str) -> None:
    periods = BASELINE, Period.parse("2023-12-01/2024-12-01")
    found = run(name, energy(WEATHER, 0.2), WEATHER, periods=periods)
    assert codes(found)[FindingCode.PERIODS_OVERLAP] is Severity.REFUSAL
    assert found.avoided_energy_kwh is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("days", [0, 1, 9])
def test_too_few_days_are_refused(name: str, days: int) -> None:
    kwh = energy(WEATHER, 0.2)
    kwh[: BEFORE.sum() - days] = np.nan
    found = run(name, kwh, WEATHER)
    assert codes(found)[FindingCode.BASELINE_TOO_SHORT] is Severity.REFUSAL
    assert found.bands == ()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_metered_in_the_reporting_period_is_refused(name: str) -> None:
    kwh = energy(WEATHER, 0.2)
    kwh[BEFORE.sum() :] = np.nan
    assert codes(run(name, kwh, WEATHER))[FindingCode.NO_REPORTING_DATA] is Severity.REFUSAL


@pytest.mark.parametrize("name", WITH_WEATHER)
def test_no_weather_at_all_is_refused(name: str) -> None:
    found = run(name, energy(WEATHER, 0.2), np.full(len(WEATHER), np.nan))
    assert found.avoided_energy_kwh is None
    assert codes(found)[FindingCode.WEATHER_MISSING] is Severity.WARNING


@pytest.mark.parametrize("name", NAMES)
def test_weather_of_one_temperature_is_said(name: str) -> None:
    found = run(name, energy(WEATHER, 0.2), np.full(len(WEATHER), 5.0))
    if name in {"gsop", "before-after"}:
        assert found.avoided_energy_kwh is not None
    else:
        assert FindingCode.CONSTANT_TEMPERATURE in codes(found)


@pytest.mark.parametrize("name", NAMES)
def test_a_constant_load_saves_nothing(name: str) -> None:
    found = run(name, np.full(len(WEATHER), 50.0), WEATHER)
    assert not is_proven(found)
    if name in {"degree-days", MONTHLY}:
        assert codes(found)[FindingCode.CONSTANT_LOAD] is Severity.REFUSAL


@pytest.mark.parametrize("name", NAMES)
def test_negative_energy_is_a_finding_and_stays(name: str) -> None:
    kwh = energy(WEATHER, 0.2)
    kwh[BEFORE.sum() + 3] = -5.0
    found = run(name, kwh, WEATHER)
    assert codes(found)[FindingCode.NEGATIVE_ENERGY] is Severity.WARNING
    if name != MONTHLY:
        assert found.metered_kwh == pytest.approx(float(kwh[~BEFORE].sum()), abs=1e-2)


def test_a_baseline_of_heating_days_says_nothing_of_the_summer() -> None:
    kwh = energy(WEATHER, 0.2)
    kwh[BEFORE & (WEATHER > 8)] = np.nan
    found = run("gsop", kwh, WEATHER)
    assert found.reporting_rows.left_out == {"above_heating_limit": int((WEATHER[~BEFORE] > 8).sum())}


def test_the_sun_of_a_latitude_takes_the_season_out_of_a_sunny_house() -> None:
    sun = daily_sun(days_of(WHOLE), 59.94)
    cold = 15 - WEATHER - 3.0 * sun
    sunny = 20 + 8 * np.where(cold > 0, cold, 0.0)
    kwh = sunny + 3.0 * persistent_noise(np.random.default_rng(4), 1, len(sunny), 0.3)[0]
    blind = run("change-point-daily", kwh, WEATHER)
    seeing = run("change-point-daily", kwh, WEATHER, MethodOptions(latitude_deg=59.94))
    assert seeing.parameters["sun_k"] == pytest.approx(3.0, abs=0.5)
    assert blind.parameters["sun_k"] is None
    assert seeing.figures is not None
    assert blind.figures is not None
    assert (seeing.figures.cv_rmse or 1) < 0.6 * (blind.figures.cv_rmse or 0)
    assert abs(seeing.fractional_saving or 0.0) < 0.02
