"""The verification methods by name: from the energy of two periods to a statement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from analytics import judgement
from analytics.arrays import Days, Floats
from analytics.batch import AT_ONCE
from analytics.daily import DailySeries, days_of
from analytics.filled import filled_days, filled_energy, is_filled_too_much, judge_filled, with_filled
from analytics.guarantee import guarantee_of, is_unknown
from analytics.heat_state_days import HeatStateDays, judge_states
from analytics.lasting_changes import changes_of
from analytics.ledger.adjusting import adjustment_lines, judge_ledger, with_ledger
from analytics.lighting import lamp_failures, lighting_variable
from analytics.model_kind import ALL_MODELS, HEAT_MODELS, LIGHT_MODELS, ModelKind
from analytics.result import CONFIDENCE, Result, baseline_days, fit_figures, known_each, reporting_days, result_of
from analytics.savings import Baseline, Saving, avoided_energies, fit_baselines
from analytics.settlement import NO_ACCOUNT, Account, Saved, settle
from analytics.statement import (
    METHOD_VERSION,
    FilledEnergy,
    ReportingDay,
    Settlement,
    Statement,
    Variable,
)
from analytics.sunshine import daily_sun
from analytics.tariffs import days_saved
from teplosvet.domain.adjustments import LedgerEntry
from teplosvet.domain.contracts import Carrier, Contract, Method
from teplosvet.domain.findings import Finding, FindingCode, Severity
from teplosvet.domain.periods import Period

METER_ERROR = {Carrier.LIGHT: 0.01, Carrier.ELECTRICITY: 0.01, Carrier.HEAT: 0.034, Carrier.WATER: 0.02}
"""Maximum permissible error of the meters: active energy class B (EN 50470-3), heat class 2 at nominal flow and 30 K
(EN 1434-1: flow 2.02 %, sensor pair 0.8 %, calculator 0.6 %), water class 2 (ISO 4064-1). [-]"""


@dataclass(frozen=True, slots=True, eq=False)
class DailyVariable:
    """A value of each local day, such as the mean outdoor temperature.

    Attributes:
        day: Local calendar days, ascending, each once.
        value: The value, NaN where unknown.
    """

    day: Days
    value: Floats

    def over(self, period: Period) -> Floats:
        """The values of exactly the days of a period; NaN on a day without one."""
        return DailySeries.metered(self.day, self.value).over(period).energy_kwh


@dataclass(frozen=True, slots=True, eq=False)
class VerificationInput:
    """Everything that a statement is computed from.

    Attributes:
        contract: The contract.
        period: Reporting period.
        energy: Energy of the measurement boundary; days outside the two periods are not looked at.
        outdoor_temperature_c: Daily mean outdoor temperature, None where the method needs none. [°C]
        latitude_deg: Latitude of the building, for dark hours and for the sun on heated houses. [°]
        failed_lamp_share: Share of the light points out of order on each day, None if nobody counted. [-]
        known_until: The day up to which readings can have come in, None if that is long past.
        account: What other statements of the contract pay.
        ledger: Non-routine adjustments, proposed and agreed.
        heat_states: Clocks of the heat meter, None if nobody knows them.
    """

    contract: Contract
    period: Period
    energy: DailySeries
    outdoor_temperature_c: DailyVariable | None = None
    latitude_deg: float | None = None
    failed_lamp_share: DailyVariable | None = None
    known_until: date | None = None
    account: Account = NO_ACCOUNT
    ledger: tuple[LedgerEntry, ...] = ()
    heat_states: HeatStateDays | None = None


def verify(inputs: VerificationInput) -> Statement:
    """Compute the statement of a contract for a reporting period.

    The same inputs give the same statement on every machine; nothing is read from anywhere else.
    """
    ((baseline, saving),) = savings_of((inputs,))
    return statement_of(inputs, baseline, saving)


def savings_of(inputs: Sequence[VerificationInput]) -> list[tuple[Baseline, Saving]]:
    """Baseline and saving of each contract; those with the same periods, weather and models are fitted at once.

    What comes out for a contract does not depend on which others are given with it, not in the last bit.
    """
    found: dict[int, tuple[Baseline, Saving]] = {}
    for places, before, during in _under_one_sky(inputs):
        for start in range(0, len(places), AT_ONCE):
            batch = places[start : start + AT_ONCE]
            found.update(zip(batch, _savings_under([inputs[n] for n in batch], before, during), strict=True))
    pairs = (found[place] for place in range(len(inputs)))
    return [(base, with_ledger(saving, each.ledger)) for (base, saving), each in zip(pairs, inputs, strict=True)]


def _under_one_sky(inputs: Sequence[VerificationInput]) -> Iterator[tuple[list[int], Floats, Floats]]:
    """Places of contracts that can be fitted at once, and their variable over both periods. [°C] or [h]"""
    groups: dict[tuple[object, ...], tuple[list[int], Floats, Floats]] = {}
    for place, each in enumerate(inputs):
        contract = each.contract
        before, during = _values_of(each, contract.baseline), _values_of(each, each.period)
        sun = each.latitude_deg if _has_sun(each) else None
        key = (contract.baseline, each.period, _models_of(contract), sun, before.tobytes(), during.tobytes())
        groups.setdefault(key, ([], before, during))[0].append(place)
    yield from groups.values()


def _savings_under(
    inputs: Sequence[VerificationInput], before: Floats, during: Floats
) -> list[tuple[Baseline, Saving]]:
    first = inputs[0]
    baselines = fit_baselines(
        [_energy(each, each.contract.baseline) for each in inputs],
        before,
        _models_of(first.contract),
        _sun(first, first.contract.baseline),
    )
    reporting = [_energy(each, each.period) for each in inputs]
    failed = [_failed_share(each) for each in inputs]
    savings = avoided_energies(baselines, reporting, during, failed, _sun(first, first.period))
    return list(zip(baselines, savings, strict=True))


def _energy(inputs: VerificationInput, period: Period) -> DailySeries:
    """Energy of the days of a period; a contract with a fill rule knows which of them were not metered normally."""
    energy = inputs.energy.over(period)
    if inputs.heat_states is None or inputs.contract.terms.fill is None or inputs.contract.carrier is not Carrier.HEAT:
        return energy
    return replace(energy, abnormal=inputs.heat_states.abnormal_over(period))


def _failed_share(inputs: VerificationInput) -> Floats | None:
    return inputs.failed_lamp_share.over(inputs.period) if inputs.failed_lamp_share is not None else None


def statement_of(inputs: VerificationInput, baseline: Baseline, saving: Saving) -> Statement:
    """The statement behind a baseline and a saving that `savings_of` gave."""
    contract, period, failed = inputs.contract, inputs.period, _failed_share(inputs)
    findings = list(judgement.judge_periods(contract.baseline, period))
    findings += judgement.judge_baseline(baseline, contract.carrier)
    if not _is_refused(findings):
        findings += judgement.judge_days(saving, period, inputs.known_until)
        findings += judge_ledger(saving, inputs.ledger, contract.terms.term)
        findings += judge_states(baseline, saving)
    rows, result, filled = reporting_days(saving), None, None
    if not _is_refused(findings):
        result = result_of(baseline, saving, rows, METER_ERROR[contract.carrier])
        findings += judgement.judge_weather(baseline, saving)
        findings += judgement.judge_lamps(lamp_failures(saving, failed), adjustment_lines(result, saving))
        findings += judgement.judge_changes(changes_of(baseline, saving), saving, contract.carrier)
        findings += judgement.judge_result(saving, result)
        made = filled_days(contract, baseline, saving, inputs.known_until)
        rows = with_filled(rows, made)
        filled = filled_energy(rows, result.avoided_energy_kwh)
        findings += judge_filled(filled, made, len(rows))
    statement = _statement(inputs, baseline, saving, rows, result, tuple(findings), filled)
    return statement if filled is None else replace(statement, filled=filled)


def _models_of(contract: Contract) -> tuple[ModelKind, ...]:
    if contract.method is Method.LIGHT_OPTION_B:
        return LIGHT_MODELS
    return HEAT_MODELS if contract.carrier is Carrier.HEAT else ALL_MODELS


def _has_sun(inputs: VerificationInput) -> bool:
    """Whether the sun may be worth something: of heated houses whose latitude is known."""
    contract = inputs.contract
    heated = contract.method is Method.CHANGE_POINT_DAILY and contract.carrier is Carrier.HEAT
    return heated and inputs.latitude_deg is not None


def _sun(inputs: VerificationInput, period: Period) -> Floats | None:
    if inputs.latitude_deg is None or not _has_sun(inputs):
        return None
    return daily_sun(days_of(period), inputs.latitude_deg)


def _rows_of_weather(
    inputs: VerificationInput, baseline: Baseline, rows: tuple[ReportingDay, ...]
) -> tuple[ReportingDay, ...]:
    """The rows with the outdoor temperature itself, which degree days are made of."""
    if not baseline.sun_k:
        return rows
    outdoor = known_each(_values_of(inputs, inputs.period))
    return tuple(replace(row, variable=value) for row, value in zip(rows, outdoor, strict=True))


def _variable_of(inputs: VerificationInput, baseline: Baseline) -> Variable | None:
    if inputs.contract.method is not Method.LIGHT_OPTION_B:
        return Variable.SOL_AIR_TEMPERATURE_C if baseline.sun_k else Variable.OUTDOOR_TEMPERATURE_C
    return None if inputs.latitude_deg is None else Variable.DARK_HOURS_H


def _values_of(inputs: VerificationInput, period: Period) -> Floats:
    """The independent variable on each day of a period. [°C] or [h]"""
    if inputs.contract.method is Method.LIGHT_OPTION_B:
        return lighting_variable(days_of(period), inputs.latitude_deg)
    if inputs.outdoor_temperature_c is None:
        return np.full(period.days, np.nan)
    return inputs.outdoor_temperature_c.over(period)


def _is_refused(findings: list[Finding]) -> bool:
    return any(finding.severity is Severity.REFUSAL for finding in findings)


def _is_short(findings: tuple[Finding, ...]) -> bool:
    """A baseline that is called too short is none to pay money on, however sure the sums may look."""
    return any(finding.code is FindingCode.BASELINE_TOO_SHORT for finding in findings)


def _is_proven(result: Result | None) -> bool:
    return result is not None and bool(result.bands) and result.bands[0].lower_kwh > 0


def _settlement(
    inputs: VerificationInput,
    result: Result | None,
    rows: tuple[ReportingDay, ...],
    guaranteed: Decimal | None,
    findings: tuple[Finding, ...],
    filled: FilledEnergy | None,
) -> tuple[Settlement | None, tuple[Finding, ...]]:
    if result is None:
        return None, ()
    contract, period = inputs.contract, inputs.period
    of_filled = 0.0 if filled is None else filled.adjusted_baseline_kwh
    saved = Saved(
        period=period,
        days=days_saved(rows),
        adjusted_baseline_kwh=Decimal(repr(result.adjusted_baseline_kwh + result.adjustment_kwh + of_filled)),
        guarantee_kwh=guaranteed,
        proven=_is_proven(result) and not _is_short(findings) and not is_filled_too_much(filled, len(rows)),
        over=inputs.known_until is None or period.end <= inputs.known_until,
        guarantee_unknown=is_unknown(contract, period, guaranteed),
    )
    return settle(contract, saved, inputs.account)


def _statement(
    inputs: VerificationInput,
    baseline: Baseline,
    saving: Saving,
    rows: tuple[ReportingDay, ...],
    result: Result | None,
    findings: tuple[Finding, ...],
    filled: FilledEnergy | None,
) -> Statement:
    contract = inputs.contract
    band = result.bands[0] if result is not None and result.bands else None
    guaranteed = guarantee_of(contract, inputs.period, _rows_of_weather(inputs, baseline, rows))
    settlement, about_money = _settlement(inputs, result, rows, guaranteed, findings, filled)
    used = sum(row.used for row in rows)
    return Statement(
        contract=contract.code,
        building=contract.building,
        carrier=contract.carrier,
        method=contract.method,
        method_version=METHOD_VERSION,
        baseline=contract.baseline,
        period=inputs.period,
        adjusted_baseline_kwh=result.adjusted_baseline_kwh if result else None,
        adjustments=adjustment_lines(result, saving) if result else (),
        metered_kwh=result.metered_kwh if result else None,
        estimated_kwh=result.estimated_kwh if result else None,
        avoided_energy_kwh=result.avoided_energy_kwh if result else None,
        lower_kwh=band.lower_kwh if band else None,
        upper_kwh=band.upper_kwh if band else None,
        confidence=CONFIDENCE,
        bands=result.bands if result else (),
        fractional_saving=result.fractional_saving if result else None,
        fractional_uncertainty=result.fractional_uncertainty if result else None,
        guideline_14_half_width_kwh=result.guideline_14_half_width_kwh if result else None,
        sun_baltazar_half_width_kwh=result.sun_baltazar_half_width_kwh if result else None,
        proven=_is_proven(result),
        guarantee_kwh=None if guaranteed is None else float(guaranteed),
        coverage=round(used / len(rows), 4),
        baseline_coverage=round(float(baseline.used.mean()), 4),
        days=len(rows),
        used_days=used,
        fit=fit_figures(baseline, saving, _variable_of(inputs, baseline)),
        tariff=contract.tariff,
        esco_share=contract.esco_share,
        settlement=settlement,
        findings=(*findings, *about_money),
        baseline_days=baseline_days(baseline),
        reporting_days=rows,
    )
