"""The ratio of the degree days of the heating period (ГСОП), as Russian practice adjusts heat."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np

from analytics.arrays import Mask
from analytics.fitting.method import About, FitResult
from analytics.fitting.observations import Interval, Observations, Rows
from analytics.fitting.options import MethodOptions
from analytics.fitting.outcome import Outcome, Question, answer, is_used, left_out, too_short
from analytics.fitting.variance import FittedRows, variance_of_sum
from analytics.goodness import goodness
from analytics.judgement import LEAST_DAYS, SHORT_BASELINE_DAYS
from analytics.result import known
from teplosvet.domain.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class Gsop:
    """Heating days by the ratio of degree days, other days at the baseline's mean."""

    options: MethodOptions
    about: ClassVar[About] = About(
        name="gsop",
        version=1,
        since=date(2026, 11, 24),
        title="Ratio of degree days of the heating period; the rest of the year is not scaled",
        source="SP 50.13330.2012, 5.2, formula 5.2; GOST 30494-2011",
        intervals=(Interval.HOUR, Interval.DAY),
    )

    def run(self, baseline: Observations, reporting: Observations, confidences: tuple[float, ...]) -> FitResult:
        """Avoided energy of the reporting period."""
        before, after = baseline.days(), reporting.days()
        nowhere = np.zeros(len(before.start), dtype=np.bool_)
        reasons = left_out(before.energy_kwh, nowhere, before.temperature_c, nowhere)
        used = is_used(reasons)
        limit = self.options.heating_limit_c
        heated, mild = used & (before.temperature_c <= limit), used & (before.temperature_c > limit)
        # A baseline of a heating season says nothing of the rest of the year, nor the other way round.
        nothing = np.zeros(len(after.start), dtype=np.bool_)
        if season_only := bool(mild.sum() < LEAST_DAYS):
            reasons = left_out(before.energy_kwh, nowhere, before.temperature_c, before.temperature_c > limit)
            used, mild = heated, nowhere
        unseen = after.temperature_c > limit if season_only else nothing
        reasons_after = left_out(after.energy_kwh, nothing, after.temperature_c, unseen)
        findings: tuple[Finding, ...] = ()
        if heated.sum() < LEAST_DAYS:
            findings = (too_short(int(heated.sum()), LEAST_DAYS, "heating_days"),)
        elif used.sum() < SHORT_BASELINE_DAYS:
            findings = (too_short(int(used.sum()), SHORT_BASELINE_DAYS, "days", Severity.WARNING),)
        question = Question(
            self.about,
            baseline,
            reporting,
            confidences,
            reasons,
            reasons_after,
            findings,
            self.options.meter_error,
            season_only,
        )
        if heated.sum() < LEAST_DAYS:
            return answer(question, None)
        return answer(question, self._outcome(before, heated, mild, after, is_used(reasons_after)))

    def _outcome(self, before: Rows, heated: Mask, mild: Mask, after: Rows, used: Mask) -> Outcome:
        limit, indoor = self.options.heating_limit_c, self.options.indoor_c
        warmth, wanted = indoor - before.temperature_c, indoor - after.temperature_c
        gsop = float(warmth[heated].sum())
        slope = float(before.energy_kwh[heated].sum()) / gsop
        rest = float(before.energy_kwh[mild].mean()) if mild.any() else np.nan
        heated_after = used & (after.temperature_c <= limit)
        mild_after = used & (after.temperature_c > limit)
        gsop_after = float(wanted[heated_after].sum())
        inside = heated | mild
        fitted = np.where(heated, slope * warmth, np.where(mild, rest, np.nan))
        adjusted = np.where(heated_after, slope * wanted, rest)[used]
        parameters = 2 if mild.any() else 1
        design = np.stack([np.where(heated, warmth, 0.0), mild.astype(np.float64)], axis=1)[inside]
        rows = FittedRows(before.place[inside], design, (before.energy_kwh - fitted)[inside], parameters)
        share = float(mild_after.sum()) / float(mild.sum()) if mild.any() else np.nan
        influence = np.where(heated, gsop_after / gsop, share)[inside]
        return Outcome(
            adjusted,
            after.energy_kwh[used],
            variance_of_sum(rows, influence, after.place[used], np.ones(int(used.sum()))),
            goodness(before.place, before.energy_kwh[None], fitted[None], inside[None], np.array([float(parameters)])),
            parameters,
            {
                "slope_kwh_per_degree_day": known(slope, 6),
                "rest_of_year_kwh_per_day": known(rest, 6),
                "gsop_baseline_kd": known(gsop),
                "gsop_reporting_kd": known(gsop_after),
                "heating_days_baseline": int(heated.sum()),
                "heating_days_reporting": int(heated_after.sum()),
                "indoor_temperature_c": indoor,
                "heating_limit_c": limit,
            },
        )
