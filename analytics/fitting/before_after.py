"""Retrofit isolation: what a day used in the baseline period against what it uses now."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np

from analytics.fitting.method import About, FitResult
from analytics.fitting.observations import Interval, Observations, Rows
from analytics.fitting.options import MethodOptions
from analytics.fitting.outcome import Outcome, Question, answer, is_used, left_out, too_short
from analytics.fitting.variance import FittedRows, variance_of_sum
from analytics.goodness import goodness
from analytics.judgement import LEAST_DAYS
from analytics.result import known
from analytics.uncertainty import SavingVariance
from teplosvet.domain.findings import Finding, FindingCode, Severity

LEAST_REPORTING_DAYS = 7
"""A rhythm of the week must have been seen. [d]"""


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """The difference of two means, each with its own scatter and its own memory."""

    options: MethodOptions
    about: ClassVar[About] = About(
        name="before-after",
        version=1,
        since=date(2026, 11, 24),
        title="Metered energy a day before and after, where nothing else changes",
        source="IPMVP Core Concepts 2022, option B; Welch 1947, n' of ASHRAE Guideline 14-2014",
        intervals=(Interval.HOUR, Interval.DAY),
        needs_temperature=False,
    )

    def run(self, baseline: Observations, reporting: Observations, confidences: tuple[float, ...]) -> FitResult:
        """Avoided energy of the reporting period."""
        rows = (baseline.days(), reporting.days())
        reasons = []
        for period in rows:
            nowhere = np.zeros(len(period.start), dtype=np.bool_)
            reasons.append(left_out(period.energy_kwh, nowhere, None, nowhere))
        counts = [int(is_used(reason).sum()) for reason in reasons]
        findings: list[Finding] = []
        if counts[0] < LEAST_DAYS:
            findings.append(too_short(counts[0], LEAST_DAYS, "days"))
        if 0 < counts[1] < LEAST_REPORTING_DAYS:
            data = {"used_days": counts[1], "needed_days": LEAST_REPORTING_DAYS}
            findings.append(Finding(FindingCode.NO_REPORTING_DATA, Severity.REFUSAL, data))
        question = Question(
            self.about,
            baseline,
            reporting,
            confidences,
            reasons[0],
            reasons[1],
            tuple(findings),
            self.options.meter_error,
        )
        if findings or counts[1] == 0:
            return answer(question, None)
        return answer(question, _outcome(rows[0], rows[1]))


def _mean_rows(rows: Rows) -> FittedRows:
    used = np.isfinite(rows.energy_kwh)
    energy = rows.energy_kwh[used]
    return FittedRows(rows.place[used], np.ones((len(energy), 1)), energy - energy.mean(), 1)


def _outcome(before: Rows, after: Rows) -> Outcome:
    known_before, known_after = np.isfinite(before.energy_kwh), np.isfinite(after.energy_kwh)
    mean, now = float(before.energy_kwh[known_before].mean()), float(after.energy_kwh[known_after].mean())
    old, new = _mean_rows(before), _mean_rows(after)
    days = float(len(new.place))
    first = variance_of_sum(old, old.influence(np.array([days])), old.place[:0], np.ones(0))
    second = variance_of_sum(new, new.influence(np.array([days])), new.place[:0], np.ones(0))
    fitted = np.full(len(before.energy_kwh), mean)
    return Outcome(
        np.full(len(new.place), mean),
        after.energy_kwh[known_after],
        _welch(first, second),
        goodness(before.place, before.energy_kwh[None], fitted[None], known_before[None], np.array([1.0])),
        1,
        {
            "baseline_mean_kwh_per_day": known(mean, 6),
            "reporting_mean_kwh_per_day": known(now, 6),
            "reporting_n_effective": known(second.n_effective[0], 2),
            "reporting_rho_noise": known(second.rho[0], 4),
        },
    )


def _welch(first: SavingVariance, second: SavingVariance) -> SavingVariance:
    """Variance of a difference of two means, with the degrees of freedom of Welch and Satterthwaite.

    References:
        Welch, "The generalization of 'Student's' problem when several different population variances are involved",
        Biometrika 34 (1947) 28-35.
    """
    a, b = first.parameters_kwh2, second.parameters_kwh2
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = (a + b) ** 2 / (a**2 / first.freedom + b**2 / second.freedom)
    alike = np.where(a + b > 0, freedom, first.freedom)
    return SavingVariance(a, b, np.zeros_like(a), first.rho, first.n_effective, alike)
