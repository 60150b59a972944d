import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from analytics.daily import DailySeries
from analytics.methods import DailyVariable, VerificationInput, verify
from analytics.statement import METHOD_VERSION
from analytics.study import table
from analytics.study.bands import without_effective_days
from analytics.study.generator import LATITUDE_DEG, Case, House, daylight_hours, draw
from analytics.study.measures import Trial, bias, coverage, proven_share, try_method
from analytics.study.page import BAND_HEADS, CHANGE_HEADS, RECOVERY_HEADS, cells, header, page, row
from analytics.study.table import PERIODS, RHOS, RUNS, SAVINGS, SEED, Study, band_line, recovery_line
from teplosvet.domain.contracts import Carrier, Contract, Method, Tariff, TariffUnit
from teplosvet.domain.periods import Period

PAGE = Path(__file__).parents[4] / "docs" / "verification-results.md"


def tried(house: House, rho: float, saving: float = 0.1, days: int = 90, runs: int = 200) -> Trial:
    return try_method(house, draw(Case(house, rho, saving, days, runs, SEED)))


@pytest.mark.parametrize("house", list(House))
def test_the_band_keeps_its_promise_and_the_study_can_say_that_one_does_not(house: House) -> None:
    trial = tried(house, 0.8, days=365, runs=500)
    assert 0.86 <= coverage(trial, trial.half_width(0.9)) <= 0.94
    assert coverage(trial, without_effective_days(trial)) < 0.6


def test_placebo_and_recovery() -> None:
    assert proven_share(tried(House.HEAT, 0.5, saving=0.0), 0.9) <= 0.1
    assert abs(bias(tried(House.HEAT, 0.5, saving=0.25, days=365))) < 0.01


def test_a_bias_is_seen_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    trial = tried(House.HEAT, 0.5, days=365)
    assert bias(replace(trial, adjusted_daily_kwh=1.05 * trial.adjusted_daily_kwh)) > 0.03
    assert recovery_line(House.SUNNY_HEAT, 90, 0.1, 200, SEED).misses == ()
    monkeypatch.setattr(table, "GREATEST_BIAS", 0.001)
    (missed,) = recovery_line(House.SUNNY_HEAT, 90, 0.1, 200, SEED).misses
    assert "the mean is off by -" in missed


def test_the_sun_takes_the_bias_of_spring_and_autumn_out() -> None:
    drawn = draw(Case(House.SUNNY_HEAT, 0.5, 0.1, 90, 200, SEED))
    blind, seeing = (bias(try_method(House.SUNNY_HEAT, drawn, sees_sun=sees)) for sees in (False, True))
    assert blind < -0.02
    assert abs(seeing) < 0.01


@pytest.mark.parametrize("house", [House.HEAT, House.LIGHT])
@pytest.mark.parametrize("row_of_house", [0, 17])
def test_what_is_tried_at_once_is_what_a_statement_says(house: House, row_of_house: int) -> None:
    drawn = draw(Case(house, 0.5, 0.1, 90, 20, SEED))
    trial = try_method(house, drawn)
    days = np.concatenate([drawn.baseline_day, drawn.reporting_day])
    energy = np.concatenate([drawn.baseline_kwh[row_of_house], drawn.reporting_kwh[row_of_house]])
    sky = np.concatenate([drawn.baseline_c[row_of_house], drawn.reporting_c[row_of_house]])
    light = house is House.LIGHT
    contract = Contract(
        code="study",
        title="study",
        building="study",
        carrier=Carrier.LIGHT if light else Carrier.HEAT,
        method=Method.LIGHT_OPTION_B if light else Method.CHANGE_POINT_DAILY,
        baseline=Period.parse("2023-11-01/2024-10-31"),
        tariff=Tariff(Decimal(1), "RUB", TariffUnit.KWH),
        esco_share=Decimal(1),
    )
    period = Period.parse("2024-11-01/2025-01-30")
    series, weather = DailySeries.metered(days, energy), DailyVariable(days, sky)
    statement = verify(VerificationInput(contract, period, series, weather, LATITUDE_DEG))
    assert statement.avoided_energy_kwh == pytest.approx(trial.avoided_kwh[row_of_house], abs=0.05)
    for band in statement.bands:
        half = trial.half_width(band.confidence)[row_of_house]
        assert (band.upper_kwh - band.lower_kwh) / 2 == pytest.approx(half, rel=1e-6, abs=0.01)


def test_the_same_seed_draws_the_same_houses_and_no_two_years_are_alike() -> None:
    case = Case(House.HEAT, 0.5, 0.1, 365, 20, SEED)
    one, again, other = draw(case), draw(case), draw(replace(case, seed=SEED + 1))
    np.testing.assert_array_equal(one.reporting_kwh, again.reporting_kwh)
    assert not np.array_equal(one.reporting_kwh, other.reporting_kwh, equal_nan=True)
    assert abs(one.baseline_c[0].mean() - one.reporting_c[0].mean()) > 0.1


def test_daylight_of_the_generator_is_that_of_an_almanac() -> None:
    # origin: St Petersburg almanac, 18 h 51 min at midsummer and 5 h 53 min at midwinter, refraction included
    found = daylight_hours(np.array(["2025-06-21", "2025-12-21"], dtype="datetime64[D]"))
    assert found == pytest.approx([18.85, 5.88], abs=0.4)


def test_the_page_is_that_of_the_command() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.startswith(header(RUNS, SEED, METHOD_VERSION))
    empty = page(Study(METHOD_VERSION, RUNS, SEED, (), (), ()))
    prose = [line for line in empty.splitlines() if line and "lines meet their targets" not in line]
    assert [line for line in prose if line not in text.splitlines()] == []
    for heads in (BAND_HEADS, RECOVERY_HEADS, CHANGE_HEADS):
        assert row(heads) in text
    assert len(re.findall(r"^\| (?:heat|light).*(?:met|missed\*\*) \|$", text, re.MULTILINE)) == (
        3 * len(PERIODS) * (len(RHOS) + len(SAVINGS)) + 3 * 6
    )


def test_a_line_of_the_page_comes_out_again() -> None:
    line = band_line(House.LIGHT, 90, 0.0, RUNS, SEED)
    assert row(cells(line)) in PAGE.read_text(encoding="utf-8")
    assert row(cells(replace(line, held_90=line.held_90 - 0.01))) not in PAGE.read_text(encoding="utf-8")
