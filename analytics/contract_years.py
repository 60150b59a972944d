"""Yearly re-verification: whether the saving of each contract year still is what the first one was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from analytics.arrays import Days, Floats
from analytics.judgement import judge_changes
from analytics.lasting_changes import changes_of
from analytics.methods import METER_ERROR, VerificationInput, savings_of
from analytics.persistence import HoursDrift, by_year, cusum_kwh, hours_drift
from analytics.result import CONFIDENCE, known
from analytics.savings import Baseline, Saving
from teplosvet.domain.findings import Finding, FindingCode, Severity
from teplosvet.domain.periods import Period

LEAST_DAYS_A_YEAR = 300
"""Days in the sums below which a year is told but not compared with another one. Our own limit. [d]"""


@dataclass(frozen=True, slots=True)
class ContractYear:
    """One year of a contract, counted from the first day of its term.

    Attributes:
        period: The year, up to yesterday if it is not over.
        days: Days in the sums. [d]
        adjusted_baseline_kwh: With adjustments. [kWh]
        avoided_energy_kwh: [kWh]
        half_width_kwh: Half of the 90 % band, None where no band can be told. [kWh]
        fractional_saving: Avoided energy over adjusted baseline. [-]
        whole: Whether it is over and has days enough to be compared.
    """

    period: Period
    days: int
    adjusted_baseline_kwh: float | None
    avoided_energy_kwh: float | None
    half_width_kwh: float | None
    fractional_saving: float | None
    whole: bool


@dataclass(frozen=True, slots=True)
class RunningSum:
    """The saving up to and with a day.

    Attributes:
        day: Last known day of a month.
        sum_kwh: Adjusted baseline less metered energy since the first day. [kWh]
    """

    day: date
    sum_kwh: float


@dataclass(frozen=True, slots=True)
class Persistence:
    """Whether a contract's saving lasts.

    Attributes:
        contract: Its code.
        period: From the first day of the term to yesterday.
        years: Year by year.
        cusum: Running sum at the end of each month: a lasting saving is a straight climb.
        run_hours: Drift of the lamps' run hours back to the baseline's; None without one or without hours.
        findings: What somebody should look at.
    """

    contract: str
    period: Period
    years: tuple[ContractYear, ...]
    cusum: tuple[RunningSum, ...]
    run_hours: HoursDrift | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RunHours:
    """Mean hours a day that the lamps of a boundary burnt, over both periods.

    Attributes:
        day: Calendar days, ascending [d].
        hours: [d]. [h/d]
    """

    day: Days
    hours: Floats


def persistence_of(inputs: VerificationInput, run_hours: RunHours | None = None) -> Persistence:
    """Years, running sum, drift and what to look at, of an input whose period is the term up to now."""
    ((baseline, saving),) = savings_of((inputs,))
    adjusted = saving.adjusted_baseline_kwh + saving.adjustment_kwh
    told = by_year(saving.day, adjusted, saving.series.energy_kwh, saving.used)
    years = tuple(_year(inputs, year.first_day) for year in told)
    drift = _drift(inputs, run_hours)
    findings = [*_lost_between(years), *_changes(inputs, baseline, saving), *_of_hours(drift)]
    return Persistence(
        inputs.contract.code,
        inputs.period,
        years,
        _monthly(saving.day, cusum_kwh(np.where(saving.used, adjusted, np.nan), saving.series.energy_kwh)),
        drift,
        tuple(findings),
    )


def _year(inputs: VerificationInput, first_day: date) -> ContractYear:
    """One year with its own band, through the code that makes statements."""
    end = min(_a_year_after(first_day), inputs.period.end)
    period = Period(first_day, end)
    ((_, saving),) = savings_of((replace(inputs, period=period),))
    adjusted = float((saving.adjusted_baseline_kwh + saving.adjustment_kwh)[saving.used].sum())
    avoided, days = saving.avoided_energy_kwh, int(np.count_nonzero(saving.used))
    return ContractYear(
        period,
        days,
        known(adjusted),
        known(avoided),
        known(saving.half_width_kwh(CONFIDENCE, METER_ERROR[inputs.contract.carrier])),
        round(avoided / adjusted, 6) if adjusted > 0 else None,
        days >= LEAST_DAYS_A_YEAR and end == _a_year_after(first_day),
    )


def _a_year_after(day: date) -> date:
    """The same date a year later; a year from 29 February ends with 28 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def _monthly(day: Days, running: Floats) -> tuple[RunningSum, ...]:
    """The running sum at the last known day of each month."""
    known_days = np.flatnonzero(np.isfinite(running))
    month = day[known_days].astype("datetime64[M]")
    ends = np.append(np.flatnonzero(month[1:] != month[:-1]), len(month) - 1) if known_days.size else known_days
    return tuple(
        RunningSum(day[place].astype(date), round(float(running[place]), 3)) for place in known_days[ends].tolist()
    )


def _lost_between(years: Sequence[ContractYear]) -> list[Finding]:
    """The newest whole year against the first: less by more than what both bands leave open.

    The bands are of the same baseline, whose error both years share; taking them as independent says less than is
    known, so that a finding is never made of the baseline's error.
    """
    whole = [year for year in years if year.whole and year.fractional_saving is not None and year.half_width_kwh]
    if len(whole) < 2:
        return []
    first, last = whole[0], whole[-1]
    shares = [year.fractional_saving or 0.0 for year in (first, last)]
    open_shares = [(year.half_width_kwh or 0.0) / (year.adjusted_baseline_kwh or np.nan) for year in (first, last)]
    if not shares[0] - shares[1] > float(np.hypot(open_shares[0], open_shares[1])):
        return []
    data: dict[str, str | float | int] = {
        "from_share": round(shares[0], 4),
        "to_share": round(shares[1], 4),
        "lost_share": round(1 - shares[1] / shares[0], 4) if shares[0] else 0.0,
        "first_year": str(first.period),
        "last_year": str(last.period),
    }
    return [Finding(FindingCode.SAVING_FADES, Severity.WARNING, data)]


def _changes(inputs: VerificationInput, baseline: Baseline, saving: Saving) -> list[Finding]:
    if baseline.kind is None or int(np.count_nonzero(saving.used)) == 0:
        return []
    return list(judge_changes(changes_of(baseline, saving), saving, inputs.contract.carrier))


def _drift(inputs: VerificationInput, run_hours: RunHours | None) -> HoursDrift | None:
    if run_hours is None:
        return None
    before, after = (
        (run_hours.day >= np.datetime64(period.start)) & (run_hours.day < np.datetime64(period.end))
        for period in (inputs.contract.baseline, inputs.period)
    )
    known_before = before & np.isfinite(run_hours.hours)
    if not known_before.any():
        return None
    return hours_drift(run_hours.day[after], run_hours.hours[after], float(run_hours.hours[known_before].mean()))


def _of_hours(drift: HoursDrift | None) -> list[Finding]:
    """Lamps that burn longer again: a sensor that fails is a lost saving, not noise."""
    if drift is None:
        return []
    data: dict[str, str | float | int] = {
        "from_h": round(drift.from_h, 2),
        "to_h": round(drift.to_h, 2),
        "lost_share": round(drift.lost_share, 4),
    }
    return [Finding(FindingCode.RUN_HOURS_DRIFT, Severity.WARNING, data)]


def term_until(start: date, today: date) -> Period:
    """From the first day of a term to yesterday; at least a day."""
    return Period(start, max(today, start + timedelta(days=1)))
