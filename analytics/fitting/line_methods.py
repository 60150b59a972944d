"""The two methods that fit a line on degree days: `degree-days` on days, `billing-monthly` on months."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np

from analytics.arrays import Floats, Mask
from analytics.fitting.base_line import fit_base_line, outcome_of
from analytics.fitting.method import About, FitResult
from analytics.fitting.observations import Interval, Observations, Rows
from analytics.fitting.options import MethodOptions
from analytics.fitting.outcome import Question, answer, is_used, left_out, too_short
from analytics.judgement import LEAST_DAYS, LEAST_VARIABLE_SPREAD, REMARKABLE_EXTRAPOLATION, SHORT_BASELINE_DAYS
from analytics.savings import MAX_EXTRAPOLATION
from teplosvet.domain.findings import Finding, FindingCode, Severity

LEAST_MONTHS = 12
"""A year of bills, below which no monthly model is told (ASHRAE Guideline 14-2014, 4.3.2.2). [-]"""


@dataclass(frozen=True, slots=True)
class DegreeDays:
    """A line on the degree days of each day."""

    options: MethodOptions
    about: ClassVar[About] = About(
        name="degree-days",
        version=1,
        since=date(2026, 11, 24),
        title="Line on heating degree days, base temperature given or searched",
        source="CIBSE TM41:2006; ASHRAE Guideline 14-2014",
        intervals=(Interval.HOUR, Interval.DAY),
    )

    def run(self, baseline: Observations, reporting: Observations, confidences: tuple[float, ...]) -> FitResult:
        """Avoided energy of the reporting period."""
        needs = (LEAST_DAYS, SHORT_BASELINE_DAYS)
        question = Question(self.about, baseline, reporting, confidences, (), (), (), self.options.meter_error)
        return _run(question, baseline.days(), reporting.days(), self.options.base_c, needs)


@dataclass(frozen=True, slots=True)
class BillingMonthly:
    """The same line on months, weighted with their days."""

    options: MethodOptions
    about: ClassVar[About] = About(
        name="billing-monthly",
        version=1,
        since=date(2026, 11, 24),
        title="Line on degree days a day of each month, from bills or from months made of days",
        source="ASHRAE Guideline 14-2014, Annex B; Fels 1986 (PRISM)",
        intervals=(Interval.HOUR, Interval.DAY, Interval.MONTH),
        noun="months",
    )

    def run(self, baseline: Observations, reporting: Observations, confidences: tuple[float, ...]) -> FitResult:
        """Avoided energy of the reporting period."""
        needs = (LEAST_MONTHS, LEAST_MONTHS)
        question = Question(self.about, baseline, reporting, confidences, (), (), (), self.options.meter_error)
        return _run(question, baseline.months(), reporting.months(), self.options.base_c, needs)


def _run(question: Question, before: Rows, after: Rows, base_c: float | None, needs: tuple[int, int]) -> FitResult:
    weather = before.mean_temperature_c
    nowhere = np.zeros(len(before.start), dtype=np.bool_)
    reasons = left_out(before.energy_kwh, nowhere, weather, nowhere)
    used = is_used(reasons)
    findings = list(_judge_baseline(used, weather, needs, question.about.noun))
    range_c = (float(weather[used].min()), float(weather[used].max())) if used.any() else (np.nan, np.nan)
    outside, found = _beyond(after, range_c, question.about.noun)
    reasons_after = left_out(
        after.energy_kwh, np.zeros(len(outside), dtype=np.bool_), after.mean_temperature_c, outside
    )
    findings += found
    line = None
    if not any(finding.severity is Severity.REFUSAL for finding in findings):
        line = fit_base_line(before, used, base_c)
        if line is None:
            mean = float(np.mean(before.energy_kwh[used] / before.days[used]))
            findings.append(Finding(FindingCode.CONSTANT_LOAD, Severity.REFUSAL, {"mean_kwh": round(mean, 3)}))
    asked = Question(
        question.about,
        question.baseline,
        question.reporting,
        question.confidences,
        reasons,
        reasons_after,
        tuple(findings),
        question.meter_error,
    )
    return answer(
        asked,
        None if line is None else outcome_of(line, after, is_used(reasons_after), few=question.about.noun == "months"),
    )


def _judge_baseline(used: Mask, weather: Floats, needs: tuple[int, int], noun: str) -> list[Finding]:
    count = int(used.sum())
    if count < needs[0]:
        return [too_short(count, needs[0], noun)]
    if float(np.std(weather[used])) < LEAST_VARIABLE_SPREAD:
        data = {"temperature_c": round(float(weather[used].mean()), 2)}
        return [Finding(FindingCode.CONSTANT_TEMPERATURE, Severity.REFUSAL, data)]
    return [too_short(count, needs[1], noun, Severity.WARNING)] if count < needs[1] else []


def _beyond(rows: Rows, range_c: tuple[float, float], noun: str) -> tuple[Mask, list[Finding]]:
    """Rows whose weather lies too far beyond the baseline's, and what to say of all that lie beyond it."""
    low, high = range_c
    weather = rows.mean_temperature_c
    distance = np.maximum(low - weather, weather - high)
    outside = distance > MAX_EXTRAPOLATION * (high - low)
    if not (distance > 0).any():
        return outside, []
    greatest = float(np.nanmax(distance))
    severity = Severity.WARNING if greatest > REMARKABLE_EXTRAPOLATION * (high - low) else Severity.INFO
    data = {
        noun: int((distance > 0).sum()),
        f"left_out_{noun}": int(outside.sum()),
        "greatest_distance": round(greatest, 2),
    }
    return outside, [Finding(FindingCode.EXTRAPOLATED_WEATHER, severity, data)]
