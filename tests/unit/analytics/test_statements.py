from dataclasses import replace
from datetime import date
from decimal import Decimal

import msgspec
import numpy as np
import pytest

from analytics.daily import DailySeries
from analytics.methods import DailyVariable, verify
from analytics.settlement import Saved, settle
from analytics.statement import Statement
from analytics.tariffs import DaySaved
from teplosvet.domain.contracts import Tariff, TariffUnit
from teplosvet.domain.findings import FindingCode, Severity
from teplosvet.domain.periods import Period
from tests.unit.analytics.known_contracts import (
    DAYS,
    FIRST_REPORTING,
    REPORTING,
    TEMPERATURE,
    contract,
    heat_energy,
    heat_input,
)


def codes(statement: Statement) -> dict[FindingCode, Severity]:
    return {finding.code: finding.severity for finding in statement.findings}


def test_a_saving_is_found_proven_and_paid() -> None:
    statement = verify(heat_input(heat_energy(0.2)))
    assert statement.proven
    assert statement.fractional_saving == pytest.approx(0.2, abs=0.05)
    assert statement.coverage == 1
    assert statement.settlement is not None
    assert statement.avoided_energy_kwh is not None
    energy = Decimal(str(statement.avoided_energy_kwh))
    assert statement.settlement.value == (energy * Decimal("2450.10") / 1163).quantize(Decimal("0.01"))
    assert statement.settlement.payable == (statement.settlement.value * Decimal("0.8")).quantize(Decimal("0.01"))


def test_the_sums_are_those_of_the_printed_days() -> None:
    energy = heat_energy(0.2)
    energy[FIRST_REPORTING + 7] = np.nan
    statement = verify(heat_input(energy))
    used = [row for row in statement.reporting_days if row.used]
    assert len(used) == statement.used_days == statement.days - 1
    for name in ("adjusted_baseline_kwh", "metered_kwh"):
        assert getattr(statement, name) == pytest.approx(sum(getattr(row, name) for row in used), abs=1e-6)
    assert statement.avoided_energy_kwh == round(statement.adjusted_baseline_kwh - statement.metered_kwh, 3)  # type: ignore[operator]


def test_json_and_back_is_the_same_statement() -> None:
    energy = heat_energy(0.2)
    energy[[3, FIRST_REPORTING + 7]] = np.nan
    statement = verify(heat_input(energy))
    text = msgspec.json.encode(statement)
    assert msgspec.json.decode(text, type=Statement) == statement
    assert b"NaN" not in text


def test_the_same_inputs_give_the_same_statement() -> None:
    assert verify(heat_input(heat_energy(0.1))) == verify(heat_input(heat_energy(0.1)))


def test_what_is_not_proven_is_not_paid_and_says_what_would_settle_it() -> None:
    statement = verify(heat_input(heat_energy(0.01, cv=0.15, seed=1)))
    assert not statement.proven
    assert statement.settlement is not None
    assert statement.settlement.payable == 0
    assert statement.settlement.value > 0
    (finding,) = [finding for finding in statement.findings if finding.code is FindingCode.NOT_PROVEN]
    assert int(finding.data["more_days"]) > 0


def test_a_negative_saving_is_said_not_hidden() -> None:
    statement = verify(heat_input(heat_energy(-0.3)))
    assert statement.avoided_energy_kwh is not None
    assert statement.avoided_energy_kwh < 0
    assert {FindingCode.NEGATIVE_SAVING, FindingCode.NOT_PROVEN} <= codes(statement).keys()
    assert statement.settlement is not None
    assert statement.settlement.payable == 0


def test_nothing_is_stated_without_reporting_data_or_without_a_baseline() -> None:
    energy = heat_energy(0.2)
    for unknown, code in (
        (slice(FIRST_REPORTING, None), FindingCode.NO_REPORTING_DATA),
        (slice(10, FIRST_REPORTING), FindingCode.BASELINE_TOO_SHORT),
    ):
        holed = energy.copy()
        holed[unknown] = np.nan
        statement = verify(heat_input(holed))
        assert codes(statement)[code] is Severity.REFUSAL
        assert statement.avoided_energy_kwh is None
        assert statement.settlement is None
        assert not statement.proven
        assert msgspec.json.decode(msgspec.json.encode(statement), type=Statement) == statement


def test_no_weather_at_all_is_a_refusal() -> None:
    statement = verify(replace(heat_input(heat_energy(0.2)), outdoor_temperature_c=None))
    assert {FindingCode.WEATHER_MISSING, FindingCode.BASELINE_TOO_SHORT} <= codes(statement).keys()
    assert statement.fit is None


def test_days_are_judged() -> None:
    energy = heat_energy(0.2)
    energy[5] = energy[FIRST_REPORTING + 5] = -50.0
    energy[FIRST_REPORTING + 10 : FIRST_REPORTING + 60] = np.nan
    weather = TEMPERATURE.copy()
    weather[FIRST_REPORTING + 100] = np.nan
    weather[FIRST_REPORTING + 101] = 60.0
    statement = verify(replace(heat_input(energy, weather), known_until=date(2025, 3, 1)))
    assert {
        FindingCode.NEGATIVE_ENERGY,
        FindingCode.LOW_COVERAGE,
        FindingCode.WEATHER_MISSING,
        FindingCode.EXTRAPOLATED_WEATHER,
        FindingCode.PERIOD_NOT_OVER,
    } <= codes(statement).keys()
    assert statement.used_days == REPORTING.days - 52
    assert statement.reporting_days[5].metered_kwh == -50


def test_estimated_energy_is_told() -> None:
    energy = heat_energy(0.2)
    estimated = DailySeries(DAYS, energy, 0.08 * energy, np.ones(len(DAYS)))
    statement = verify(replace(heat_input(energy), energy=estimated))
    assert FindingCode.SHARE_ESTIMATED in codes(statement)
    assert statement.estimated_kwh == pytest.approx(0.08 * statement.metered_kwh, rel=1e-3)  # type: ignore[operator]


def test_heat_that_does_not_follow_the_weather_is_remarked() -> None:
    noise = np.random.default_rng(4).normal(100, 5, len(DAYS))
    assert FindingCode.CONSTANT_LOAD in codes(verify(heat_input(noise)))
    stuck = verify(heat_input(heat_energy(0.2), np.full(len(DAYS), 4.0)))
    assert FindingCode.CONSTANT_TEMPERATURE in codes(stuck)


def test_a_baseline_of_other_days_changes_nothing() -> None:
    plain = heat_input(heat_energy(0.2))
    more_days = np.concatenate([DAYS, DAYS[-1:] + 100])
    wider = replace(
        plain,
        energy=DailySeries.metered(more_days, np.append(plain.energy.energy_kwh, 1e6)),
        outdoor_temperature_c=DailyVariable(more_days, np.append(TEMPERATURE, 40.0)),
    )
    assert verify(wider) == verify(plain)


@pytest.mark.parametrize(
    ("kwh", "amount", "per", "value", "earned"),
    [
        ("1163", "2450.10", TariffUnit.GCAL, "2450.10", "1960.08"),
        ("0.005", "1", TariffUnit.KWH, "0.01", "0.01"),
        ("100", "5.555", TariffUnit.KWH, "555.50", "444.40"),
        ("-100", "5.555", TariffUnit.KWH, "-555.50", "-444.40"),
    ],
)
def test_money_is_rounded_half_up_to_the_kopeck(
    kwh: str, amount: str, per: TariffUnit, value: str, earned: str
) -> None:
    priced = replace(contract(), tariff=Tariff(Decimal(amount), "RUB", per))
    days = (DaySaved(REPORTING.start, Decimal(kwh)),)
    found, _ = settle(priced, Saved(REPORTING, days, Decimal(200), None, proven=True))
    assert found is not None
    assert (found.value, found.earned) == (Decimal(value), Decimal(earned))
    assert found.payable == (found.earned if Decimal(kwh) > 0 else 0)


def test_a_day_cannot_be_before_and_after_the_measure() -> None:
    inputs = heat_input(heat_energy(0.2))
    overlapping = replace(inputs, period=Period(date(2024, 4, 20), REPORTING.end))
    statement = verify(overlapping)
    assert codes(statement)[FindingCode.PERIODS_OVERLAP] is Severity.REFUSAL
    assert statement.avoided_energy_kwh is None
    assert statement.settlement is None
    adjoining = verify(replace(inputs, period=Period(inputs.contract.baseline.end, REPORTING.end)))
    assert FindingCode.PERIODS_OVERLAP not in codes(adjoining)


def test_no_money_is_paid_on_a_short_baseline() -> None:
    energy = heat_energy(0.3)
    energy[60:FIRST_REPORTING] = np.nan
    statement = verify(heat_input(energy))
    assert codes(statement)[FindingCode.BASELINE_TOO_SHORT] is Severity.WARNING
    assert statement.proven
    assert statement.settlement is not None
    assert statement.settlement.payable == 0
    assert statement.settlement.value > 0
