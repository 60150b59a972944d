from dataclasses import replace

import numpy as np
import pytest

from analytics.daily import DailySeries, days_of
from analytics.lighting import lighting_variable, power_and_hours
from analytics.methods import DailyVariable, VerificationInput, verify
from analytics.statement import AdjustmentKind, Variable
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.findings import FindingCode
from tests.unit.analytics.known_contracts import DAYS, FIRST_REPORTING, REPORTING, contract
from tests.unit.analytics.simulated_buildings import LATITUDE_DEG, need

AFTER = np.arange(len(DAYS)) >= FIRST_REPORTING


def light_input(slope: bool, saving: float = 0.6, noise: float = 1.0) -> VerificationInput:
    dark = lighting_variable(DAYS, LATITUDE_DEG)
    wanted = need(dark, light=True) if slope else np.full(len(DAYS), 30.0)
    energy = np.where(AFTER, wanted * (1 - saving), wanted) + noise * np.random.default_rng(2).normal(size=len(DAYS))
    return VerificationInput(
        contract(Carrier.LIGHT), REPORTING, DailySeries.metered(DAYS, energy), latitude_deg=LATITUDE_DEG
    )


@pytest.mark.parametrize(("slope", "model"), [(True, "2PC"), (False, "1P")])
def test_the_baseline_follows_the_dark_only_where_the_lamps_do(slope: bool, model: str) -> None:
    inputs = light_input(slope)
    statement = verify(inputs)
    assert statement.fit is not None
    assert (statement.fit.model, statement.fit.variable) == (model, Variable.DARK_HOURS_H)
    dark = lighting_variable(days_of(REPORTING), LATITUDE_DEG)
    true = 0.6 * (need(dark, light=True) if slope else np.full(len(dark), 30.0)).sum()
    assert statement.lower_kwh is not None
    assert statement.upper_kwh is not None
    assert statement.lower_kwh < true < statement.upper_kwh
    assert statement.proven
    if slope:
        assert statement.fit.dark_hours_slope_kwh_per_h == pytest.approx(1.5, rel=0.1)


def test_without_a_latitude_the_baseline_is_the_mean() -> None:
    statement = verify(replace(light_input(slope=True), latitude_deg=None))
    assert statement.fit is not None
    assert (statement.fit.model, statement.fit.variable) == ("1P", None)


def test_a_constant_light_still_has_a_band_from_its_meter() -> None:
    statement = verify(light_input(slope=False, noise=0.0))
    avoided = 0.6 * 30 * REPORTING.days
    assert statement.avoided_energy_kwh == pytest.approx(avoided)
    assert statement.upper_kwh == pytest.approx(avoided * (1 + 1.6448536 * 0.01 / np.sqrt(3)), rel=1e-5)
    assert statement.proven


def test_failed_lamps_are_not_a_saving() -> None:
    # nothing was done, but a third of the lamps is dark in the reporting period
    inputs = light_input(slope=True, saving=0.0)
    failed = np.where(AFTER, 1 / 3, 0.0)
    dark_house = replace(inputs, energy=DailySeries.metered(DAYS, inputs.energy.energy_kwh * (1 - failed)))
    assert verify(dark_house).proven
    counted = verify(replace(dark_house, failed_lamp_share=DailyVariable(DAYS, failed)))
    assert not counted.proven
    (adjustment,) = counted.adjustments
    assert adjustment.kind is AdjustmentKind.FAILED_LAMPS
    assert counted.adjusted_baseline_kwh is not None
    assert counted.metered_kwh is not None
    assert adjustment.amount_kwh == pytest.approx(-counted.adjusted_baseline_kwh / 3, rel=1e-4)
    assert counted.avoided_energy_kwh == pytest.approx(
        counted.adjusted_baseline_kwh + adjustment.amount_kwh - counted.metered_kwh, abs=1e-3
    )
    assert FindingCode.LAMP_FAILURES in {finding.code for finding in counted.findings}


def test_power_and_hours_add_up_to_the_saving() -> None:
    # 10 lamps of 60 W for 24 h become 10 of 10 W for 6 h
    split = power_and_hours(14.4, 240, 0.6, 60)
    assert split is not None
    assert split.by_power_kwh == pytest.approx(0.05 * 60)
    assert split.by_hours_kwh == pytest.approx(0.06 * 180)
    assert split.by_power_kwh + split.by_hours_kwh == pytest.approx(14.4 - 0.6)
    assert power_and_hours(14.4, 240, 0.0, 0) is None
