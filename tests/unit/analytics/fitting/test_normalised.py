import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.arrays import Floats
from analytics.daily import days_of
from analytics.fitting.method import FitResult
from analytics.fitting.normalised import NormalisedSaving, normalised, reference_of
from analytics.fitting.observations import Observations
from analytics.fitting.options import MethodOptions
from analytics.fitting.registry import method_named
from teplosvet.domain.errors import NotEnoughDataError
from teplosvet.domain.findings import FindingCode
from tests.command import Call, caller
from tests.unit.analytics.fitting.known_houses import BASELINE, REPORTING, WHOLE, csv_text, daily, energy, weather

WEATHER = weather()
OPTIONS = MethodOptions(base_c=15.0)


def at_reference(kwh: Floats, method: str = "degree-days", reference: Floats = WEATHER) -> NormalisedSaving:
    house, sky = daily(kwh), daily(WEATHER)
    before, after = (Observations(p, house.over(p), sky.over(p)) for p in (BASELINE, REPORTING))
    chosen = method_named(method, OPTIONS)
    return normalised(chosen, before, after, reference_of("weather", daily(reference)), (0.9,))


def true_saving(share: float, reference: Floats = WEATHER) -> float:
    """What the house of `energy` saves in a mean reference year. [kWh/a]"""
    return float(share * (20 + 8 * np.maximum(15 - reference, 0.0)).sum()) / (len(reference) // 365)


@pytest.mark.parametrize("method", ["degree-days", "change-point-daily", "towt"])
def test_a_house_without_noise_gives_the_difference_of_its_two_lines(method: str) -> None:
    two_years = WEATHER[: WHOLE.days]
    found = at_reference(energy(WEATHER, 0.2, cv=0.0), method)
    assert (found.years, found.weather.days) == (1, 365)
    year = two_years[:365]
    expected = 0.2 * float((20 + 8 * np.maximum(15 - year, 0.0)).sum())
    tolerance = 0.02 if method == "towt" else 1e-6
    assert found.normalised_saving_kwh == pytest.approx(expected, rel=tolerance)
    assert found.fractional_saving == pytest.approx(0.2, abs=0.2 * tolerance + 1e-6)


def test_it_is_not_the_avoided_energy_where_the_reporting_weather_is_not_the_reference() -> None:
    colder = WEATHER - 2.0
    house = at_reference(energy(WEATHER, 0.2, cv=0.0), reference=colder)
    same = at_reference(energy(WEATHER, 0.2, cv=0.0))
    assert house.normalised_saving_kwh is not None
    assert same.normalised_saving_kwh is not None
    assert house.normalised_saving_kwh > 1.1 * same.normalised_saving_kwh


def test_placebo_recovery_and_coverage_of_the_band() -> None:
    runs = 150
    held, proven, bias = 0, 0, []
    for seed in range(runs):
        nothing, saved = (at_reference(energy(WEATHER, share, seed=100 + seed)) for share in (0.0, 0.1))
        half = [found.bands[0].half_width_kwh or 0.0 for found in (nothing, saved)]
        truth = 0.1 * float((20 + 8 * np.maximum(15 - WEATHER[:365], 0.0)).sum())
        miss = (saved.normalised_saving_kwh or 0.0) - truth
        held += abs(miss) <= half[1]
        proven += (nothing.normalised_saving_kwh or 0.0) > half[0]
        bias.append(miss / (saved.baseline_kwh or np.nan))
    # Three standard errors of 150 runs are 7 points.
    assert 0.83 <= held / runs <= 0.97
    assert proven / runs <= 0.10
    assert abs(float(np.mean(bias))) < 0.005


@settings(max_examples=20, deadline=None)
@given(factor=st.floats(0.01, 100), share=st.floats(0.0, 0.5))
def test_the_unit_of_energy_does_not_matter(factor: float, share: float) -> None:
    kwh = energy(WEATHER, share)
    plain, scaled = at_reference(kwh), at_reference(factor * kwh)
    assert plain.fractional_saving is not None
    assert scaled.fractional_saving == pytest.approx(plain.fractional_saving, abs=2e-4)


def test_the_band_has_no_noise_of_metered_days() -> None:
    house, sky = daily(energy(WEATHER, 0.1)), daily(WEATHER)
    before, after = (Observations(p, house.over(p), sky.over(p)) for p in (BASELINE, REPORTING))
    avoided: FitResult = method_named("degree-days", OPTIONS).run(before, after, (0.9,))
    assert avoided.model_error is not None
    assert avoided.model_error.standard_error_kwh is not None
    assert avoided.bands[0].half_width_kwh is not None
    assert 1.6 * avoided.model_error.standard_error_kwh < 0.8 * avoided.bands[0].half_width_kwh


def test_less_than_a_year_of_reference_weather_is_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="less than a whole year"):
        reference_of("season", daily(WEATHER[:300]))
    with pytest.raises(NotEnoughDataError, match="no temperature"):
        reference_of("nothing", daily(np.full(400, np.nan)))


def test_a_year_with_29_february_first_is_a_year() -> None:
    from datetime import date  # noqa: PLC0415

    found = reference_of("leap", daily(WEATHER[:366], date(2024, 2, 29)))
    assert (found.weather.start, found.weather.end) == (date(2024, 2, 29), date(2025, 3, 1))
    assert (days_of(found.period)[0].astype(int) + 3) % 7 == (np.datetime64("2024-02-29", "D").astype(int) + 3) % 7


def test_reference_weather_that_no_model_can_be_asked_of_is_refused() -> None:
    found = at_reference(energy(WEATHER, 0.2), reference=WEATHER - 60.0)
    assert found.normalised_saving_kwh is None
    assert {each.code for each in found.findings} >= {FindingCode.EXTRAPOLATED_WEATHER}


def test_the_command_says_both_apart_and_what_it_cannot(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command: Call = caller(monkeypatch, capfd, tmp_path / "home")
    file = tmp_path / "house.csv"
    file.write_text(csv_text(energy(WEATHER, 0.2), WEATHER), "utf-8")
    words = ("fit", str(file), "--baseline", str(BASELINE), "--reporting", str(REPORTING))
    said = command(*words, "--normal", "mean").out
    assert "never added to avoided energy" in " ".join(said.split())
    answer = json.loads(command(*words, "--normal", "mean", "--json").out)
    assert answer["normalised"]["fractional_saving"] == pytest.approx(0.2, abs=0.05)
    assert "normalised_saving_kwh" not in answer["result"]
    assert json.loads(command(*words, "--json").out)["normalised"] is None
    for extra in (("--method", "before-after"), ("--day-types", "ru")):
        refused = command(*words, "--normal", "mean", *extra)
        assert refused.code == 2
        assert "--normal" in refused.err
