"""The verification methods by name: from the energy of two periods to a statement."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics import judgement
from analytics.arrays import Days, Floats
from analytics.daily import DailySeries, days_of
from analytics.lasting_changes import changes_of
from analytics.lighting import lamp_failures, lighting_variable
from analytics.model_kind import ALL_MODELS, HEAT_MODELS, LIGHT_MODELS, ModelKind
from analytics.result import CONFIDENCE, Result, baseline_days, fit_figures, reporting_days, result_of
from analytics.savings import Baseline, Saving, avoided_energy, fit_baseline
from analytics.settlement import settle
from analytics.statement import (
    METHOD_VERSION,
    Adjustment,
    AdjustmentKind,
    ReportingDay,
    Settlement,
    Statement,
    Variable,
)
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
        latitude_deg: Latitude of the building, for dark hours. [°]
        failed_lamp_share: Share of the light points out of order on each day, None if nobody counted. [-]
        known_until: The day up to which readings can have come in, None if that is long past.
    """

    contract: Contract
    period: Period
    energy: DailySeries
    outdoor_temperature_c: DailyVariable | None = None
    latitude_deg: float | None = None
    failed_lamp_share: DailyVariable | None = None
    known_until: date | None = None


def verify(inputs: VerificationInput) -> Statement:
    """Compute the statement of a contract for a reporting period.

    The same inputs give the same statement on every machine; nothing is read from anywhere else.
    """
    contract, period = inputs.contract, inputs.period
    variable = _values_of(inputs, contract.baseline)
    baseline = fit_baseline(inputs.energy.over(contract.baseline), variable, _models_of(contract))
    failed = inputs.failed_lamp_share.over(period) if inputs.failed_lamp_share is not None else None
    saving = avoided_energy(baseline, inputs.energy.over(period), _values_of(inputs, period), failed)
    findings = list(judgement.judge_periods(contract.baseline, period))
    findings += judgement.judge_baseline(baseline, contract.carrier)
    if not _is_refused(findings):
        findings += judgement.judge_days(saving, period, inputs.known_until)
    rows = reporting_days(saving)
    result = None
    if not _is_refused(findings):
        result = result_of(baseline, saving, rows, METER_ERROR[contract.carrier])
        findings += judgement.judge_weather(baseline, saving)
        findings += judgement.judge_lamps(lamp_failures(saving, failed))
        findings += judgement.judge_changes(changes_of(baseline, saving))
        findings += judgement.judge_result(saving, result)
    return _statement(inputs, baseline, saving, rows, result, tuple(findings))


def _models_of(contract: Contract) -> tuple[ModelKind, ...]:
    if contract.method is Method.LIGHT_OPTION_B:
        return LIGHT_MODELS
    return HEAT_MODELS if contract.carrier is Carrier.HEAT else ALL_MODELS


def _variable_of(inputs: VerificationInput) -> Variable | None:
    if inputs.contract.method is not Method.LIGHT_OPTION_B:
        return Variable.OUTDOOR_TEMPERATURE_C
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


def _adjustments(result: Result | None) -> tuple[Adjustment, ...]:
    if result is None or result.adjustment_kwh == 0:
        return ()
    return (Adjustment(AdjustmentKind.FAILED_LAMPS, result.adjustment_kwh),)


def _is_short(findings: tuple[Finding, ...]) -> bool:
    """A baseline that is called too short is none to pay money on, however sure the sums may look."""
    return any(finding.code is FindingCode.BASELINE_TOO_SHORT for finding in findings)


def _settlement(contract: Contract, result: Result | None, *, payable: bool) -> Settlement | None:
    if result is None:
        return None
    return settle(result.avoided_energy_kwh, contract.tariff, contract.esco_share, proven=payable)


def _statement(
    inputs: VerificationInput,
    baseline: Baseline,
    saving: Saving,
    rows: tuple[ReportingDay, ...],
    result: Result | None,
    findings: tuple[Finding, ...],
) -> Statement:
    contract = inputs.contract
    band = result.bands[0] if result is not None and result.bands else None
    proven = band is not None and band.lower_kwh > 0
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
        adjustments=_adjustments(result),
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
        proven=proven,
        guarantee_kwh=contract.guarantee_kwh,
        coverage=round(used / len(rows), 4),
        baseline_coverage=round(float(baseline.used.mean()), 4),
        days=len(rows),
        used_days=used,
        fit=fit_figures(baseline, saving, _variable_of(inputs)),
        tariff=contract.tariff,
        esco_share=contract.esco_share,
        settlement=_settlement(contract, result, payable=proven and not _is_short(findings)),
        findings=findings,
        baseline_days=baseline_days(baseline),
        reporting_days=rows,
    )
