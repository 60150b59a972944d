from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.arrays import Floats
from analytics.contract_years import Persistence, RunHours, persistence_of, term_until
from analytics.daily import DailySeries, days_of
from analytics.methods import DailyVariable, VerificationInput
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.findings import FindingCode
from teplosvet.domain.periods import Period
from tests.unit.analytics.known_contracts import contract
from tests.unit.analytics.simulated_buildings import need, outdoor_temperature, persistent_noise

BASELINE = Period.parse("2020-11-01/2021-11-01")
TERM = Period.parse("2021-11-01/2024-12-01")
DAYS = np.concatenate([days_of(BASELINE), days_of(TERM)])
TEMPERATURE = outdoor_temperature(np.random.default_rng(6), DAYS)
YEAR = np.maximum((DAYS - np.datetime64(TERM.start)).astype(int) // 365, -1)


def house(shares: tuple[float, ...], seed: int = 1, cv: float = 0.06) -> VerificationInput:
    """A heated house whose saving is that of its contract year."""
    wanted = need(TEMPERATURE, light=False)
    saving: Floats = np.array([0.0, *shares])[YEAR + 1]
    noise = cv * wanted.mean() * persistent_noise(np.random.default_rng(seed), 1, len(DAYS), 0.4)[0]
    energy = DailySeries.metered(DAYS, wanted * (1 - saving) + noise)
    agreed = replace(contract(Carrier.HEAT), baseline=BASELINE)
    return VerificationInput(agreed, TERM, energy, DailyVariable(DAYS, TEMPERATURE))


def codes(found: Persistence) -> set[FindingCode]:
    return {finding.code for finding in found.findings}


def test_each_year_has_its_own_saving_and_band_and_the_years_are_the_whole() -> None:
    found = persistence_of(house((0.2, 0.15, 0.1, 0.1)))
    assert [year.period.start for year in found.years] == [date(2021 + n, 11, 1) for n in range(4)]
    assert [year.whole for year in found.years] == [True, True, True, False]
    for year, share in zip(found.years[:3], (0.2, 0.15, 0.1), strict=True):
        assert year.fractional_saving == pytest.approx(share, abs=0.03)
        assert year.half_width_kwh is not None
        assert year.adjusted_baseline_kwh is not None
        assert 0 < year.half_width_kwh < 0.06 * year.adjusted_baseline_kwh
    assert found.cusum[-1].sum_kwh == pytest.approx(sum(year.avoided_energy_kwh or 0.0 for year in found.years), abs=1)
    assert [each.day for each in found.cusum[:2]] == [date(2021, 11, 30), date(2021, 12, 31)]


def test_a_saving_that_is_lost_is_said_with_the_years_and_one_that_lasts_is_not() -> None:
    lost = [found for found in persistence_of(house((0.2, 0.1, 0.05, 0.05))).findings if "first_year" in found.data]
    assert [found.code for found in lost] == [FindingCode.SAVING_FADES]
    assert lost[0].data["first_year"] == "2021-11-01/2022-11-01"
    assert lost[0].data["last_year"] == "2023-11-01/2024-11-01"
    assert float(lost[0].data["lost_share"]) == pytest.approx(0.75, abs=0.2)
    steady = [
        any("first_year" in found.data for found in persistence_of(house((0.2, 0.2, 0.2, 0.2), seed)).findings)
        for seed in range(6)
    ]
    assert sum(steady) == 0


def test_run_hours_that_grow_back_are_a_finding_and_steady_ones_are_not() -> None:
    drift = np.where(YEAR < 0, 24.0, 6.0 + 8.0 * np.maximum(np.arange(len(DAYS)) - 365, 0) / (len(DAYS) - 365))
    noise = np.random.default_rng(2).normal(0, 0.5, len(DAYS))
    found = persistence_of(house((0.2,) * 4), RunHours(DAYS, drift + noise))
    assert found.run_hours is not None
    assert found.run_hours.to_h == pytest.approx(14, abs=1)
    assert FindingCode.RUN_HOURS_DRIFT in codes(found)
    steady = persistence_of(house((0.2,) * 4), RunHours(DAYS, np.where(YEAR < 0, 24.0, 6.0) + noise))
    assert steady.run_hours is None
    assert FindingCode.RUN_HOURS_DRIFT not in codes(steady)
    unknown = RunHours(DAYS, np.where(YEAR < 0, np.nan, drift))
    assert persistence_of(house((0.2,) * 4), unknown).run_hours is None


@settings(max_examples=4, deadline=None)
@given(factor=st.floats(0.01, 100))
def test_the_unit_of_energy_does_not_matter(factor: float) -> None:
    inputs = house((0.2, 0.1, 0.05, 0.05))
    scaled = replace(inputs, energy=DailySeries.metered(DAYS, factor * inputs.energy.energy_kwh))
    one, other = persistence_of(inputs), persistence_of(scaled)
    for a, b in zip(one.years, other.years, strict=True):
        assert b.fractional_saving == pytest.approx(a.fractional_saving, abs=1e-3)
    assert codes(one) == codes(other)


def test_a_term_that_begins_today_is_a_day_long() -> None:
    assert term_until(date(2026, 1, 1), date(2026, 1, 1)).days == 1
