from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.change_point import fit
from analytics.daily import DailySeries
from analytics.methods import DailyVariable, VerificationInput, verify
from analytics.model_kind import HEAT_MODELS
from analytics.savings import avoided_energy, fit_baseline
from analytics.statement import Variable
from analytics.study.generator import LATITUDE_DEG, Case, House, draw
from analytics.sunshine import UNIT_MJ, WORTH_K, daily_sun, worth_of_sun
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.periods import Period
from tests.unit.analytics.known_contracts import contract

YEAR = np.datetime64("2023-11-01", "D") + np.arange(365)


def test_radiation_is_that_of_the_worked_example_of_fao_56() -> None:
    # origin: FAO Irrigation and Drainage Paper 56, example 8: 3 September at 20° south, 32.2 MJ/(m²·d)
    day = np.array(["2023-09-03"], dtype="datetime64[D]")
    assert UNIT_MJ * daily_sun(day, -20.0)[0] == pytest.approx(32.2, abs=0.05)
    assert UNIT_MJ * daily_sun(day, 20.0)[0] != pytest.approx(32.2, abs=0.5)


def test_the_polar_night_has_no_sun_and_a_place_beyond_the_poles_is_refused() -> None:
    assert daily_sun(np.array(["2023-12-21"], dtype="datetime64[D]"), 80.0)[0] == pytest.approx(0, abs=1e-12)
    with pytest.raises(ValueError, match="latitude lies between"):
        daily_sun(YEAR, 95.0)


@given(latitude=st.floats(-90, 90))
def test_radiation_is_never_negative_and_never_more_than_a_day_can_bring(latitude: float) -> None:
    sun = daily_sun(YEAR, latitude)
    assert (sun >= -1e-12).all()
    assert (sun < 1.4).all()


def test_the_worth_of_the_sun_comes_back() -> None:
    rng = np.random.default_rng(3)
    temperature = 6 - 12 * np.cos(2 * np.pi * np.arange(365) / 365 + 1.2) + rng.normal(0, 4, 365)
    sun = daily_sun(YEAR, LATITUDE_DEG)
    for worth in (0.0, 3.0):
        cold = 16 - temperature - worth * sun
        energy = 40 + 9 * np.where(cold > 0, cold, 0.0) + rng.normal(0, 6, (30, 365))
        found = worth_of_sun(temperature, sun, energy, np.ones(energy.shape, np.bool_), HEAT_MODELS)
        assert np.median(found) == worth
        assert np.mean(np.abs(found - worth) <= 0.5) > 0.9
    short = np.ones(energy.shape, np.bool_)
    short[:, 200:] = False
    assert not worth_of_sun(temperature, sun, energy, short, HEAT_MODELS).any()
    flat = worth_of_sun(np.full(365, 5.0), sun, energy, np.ones(energy.shape, np.bool_), HEAT_MODELS)
    assert not flat.any()
    assert WORTH_K[0] == 0


def sunny_house(latitude: float | None) -> VerificationInput:
    drawn = draw(Case(House.SUNNY_HEAT, 0.3, 0.1, 90, 10, 5))
    day = np.concatenate([drawn.baseline_day, drawn.reporting_day])
    energy = np.concatenate([drawn.baseline_kwh[0], drawn.reporting_kwh[0]])
    temperature = np.concatenate([drawn.baseline_c[0], drawn.reporting_c[0]])
    return VerificationInput(
        replace(contract(Carrier.HEAT), baseline=Period.parse("2023-11-01/2024-10-31")),
        Period.parse("2024-11-01/2025-01-30"),
        DailySeries.metered(day, energy),
        DailyVariable(day, temperature),
        latitude_deg=latitude,
    )


def test_a_statement_names_the_sun_and_its_sums_are_those_of_the_model_with_it() -> None:
    inputs = sunny_house(LATITUDE_DEG)
    statement = verify(inputs)
    assert statement.fit is not None
    assert statement.fit.variable is Variable.SOL_AIR_TEMPERATURE_C
    worth = statement.fit.sun_k
    assert worth is not None
    temperature = inputs.outdoor_temperature_c
    assert temperature is not None
    before, during = (
        temperature.over(period) + worth * daily_sun(np.arange(period.start, period.end, dtype="datetime64[D]"), 59.94)
        for period in (inputs.contract.baseline, inputs.period)
    )
    baseline = fit_baseline(inputs.energy.over(inputs.contract.baseline), before, HEAT_MODELS)
    saving = avoided_energy(baseline, inputs.energy.over(inputs.period), during)
    assert statement.avoided_energy_kwh == pytest.approx(saving.avoided_energy_kwh, abs=0.1)
    assert statement.reporting_days[0].variable == pytest.approx(during[0], abs=0.001)
    kinds = fit(before, inputs.energy.over(inputs.contract.baseline).energy_kwh[None], kinds=HEAT_MODELS)
    assert kinds.kind_of(0) is baseline.kind


def test_without_a_latitude_there_is_no_sun_in_the_model() -> None:
    statement = verify(sunny_house(None))
    assert statement.fit is not None
    assert statement.fit.variable is Variable.OUTDOOR_TEMPERATURE_C
    assert statement.fit.sun_k is None
