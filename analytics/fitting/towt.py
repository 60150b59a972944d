"""Time of week and temperature: a level for each hour of the week and slopes over segments of the temperature."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np

from analytics.arrays import Days, Floats, Indices, Mask
from analytics.daily import MIN_COVERAGE, days_of
from analytics.fitting.method import About, FitResult
from analytics.fitting.observations import Interval, Observations, sums_of
from analytics.fitting.options import MethodOptions
from analytics.fitting.outcome import Outcome, Question, answer, too_short
from analytics.fitting.towt_fit import TowtFit, TowtRows, fit_towt
from analytics.fitting.variance import FittedRows, variance_of_sum
from analytics.goodness import goodness
from analytics.judgement import LEAST_VARIABLE_SPREAD, REMARKABLE_EXTRAPOLATION, SHORT_BASELINE_DAYS
from analytics.result import known
from analytics.savings import MAX_EXTRAPOLATION, LeftOut
from teplosvet.domain.findings import Finding, FindingCode, Severity

LEAST_WEEKS_DAYS = 28
"""Four of each time of the week, below which its level is hardly a mean. [d]"""


@dataclass(frozen=True, slots=True)
class TimeOfWeekTemperature:
    """Hourly, or on daily energy with a level for each day of the week."""

    options: MethodOptions
    about: ClassVar[About] = About(
        name="towt",
        version=1,
        since=date(2026, 11, 24),
        title="Time of week and temperature, occupied and unoccupied times apart",
        source="Mathieu, Price, Kiliccote, Piette, IEEE Trans. Smart Grid 2(3), 2011, LBNL-4944E",
        intervals=(Interval.HOUR, Interval.DAY),
    )

    def run(self, baseline: Observations, reporting: Observations, confidences: tuple[float, ...]) -> FitResult:
        """Avoided energy of the reporting period."""
        before, after = (self._rows(observations) for observations in (baseline, reporting))
        used = np.isfinite(before.energy_kwh) & np.isfinite(before.temperature_c)
        days_before = _Days(baseline, before, used)
        findings = _judge(before.temperature_c[used], int(days_before.whole.sum()))
        fit = None
        if not any(finding.severity is Severity.REFUSAL for finding in findings):
            fit = fit_towt(before, used, self.options.segments, self.options.knots_c)
            findings += _judge_weather(fit, after)
        usable = np.zeros(len(after.day), dtype=np.bool_) if fit is None else _usable(fit, after)
        days_after = _Days(reporting, after, usable)
        question = Question(
            self.about,
            baseline,
            reporting,
            confidences,
            days_before.reasons(before, fit),
            days_after.reasons(after, fit),
            tuple(findings),
            self.options.meter_error,
        )
        return answer(question, None if fit is None else _outcome(fit, days_before, after, days_after))

    def _rows(self, observations: Observations) -> TowtRows:
        types = self.options.day_types
        if observations.energy.interval is Interval.DAY:
            rows = observations.days()
            slot = types.day_of_week(rows.start)
            return TowtRows(rows.start, slot, slot, np.ones(len(slot)), rows.energy_kwh, rows.temperature_c)
        energy = observations.energy
        day_of_week = types.day_of_week(energy.day)
        slot = (24 * day_of_week + energy.hour).astype(np.intp)
        return TowtRows(energy.day, slot, day_of_week, energy.share, energy.value, _beside(observations))


def _beside(observations: Observations) -> Floats:
    """Temperature of the hour of each energy row; of its day where the temperature is daily. [°C]"""
    energy, temperature = observations.energy, observations.temperature
    if temperature is None:
        return np.full(len(energy.day), np.nan)
    hourly = temperature.interval is Interval.HOUR
    keys = [24 * series.day.astype(np.int64) + (series.hour if hourly else 0) for series in (energy, temperature)]
    fine = np.isfinite(temperature.value)
    if not fine.any():
        return np.full(len(energy.day), np.nan)
    hour, owner = np.unique(keys[1][fine], return_inverse=True)
    mean = np.bincount(owner, temperature.value[fine]) / np.bincount(owner)
    place = np.minimum(np.searchsorted(hour, keys[0]), len(hour) - 1)
    return np.where(hour[place] == keys[0], mean[place], np.nan)


class _Days:
    """The days of a period, summed over the rows that may be used.

    Args:
        observations: The period.
        rows: Its rows.
        used: Rows that may be used.
    """

    def __init__(self, observations: Observations, rows: TowtRows, used: Mask) -> None:
        self.day: Days = days_of(observations.period)
        self.used = used
        self.owner: Indices = (rows.day - self.day[0]).astype(np.int64).astype(np.intp)
        self.whole: Mask = self.total(rows.share) >= MIN_COVERAGE

    def total(self, values: Floats) -> Floats:
        """Sum of the used rows of each day."""
        return sums_of(self.owner[self.used], values[self.used], len(self.day))

    def reasons(self, rows: TowtRows, fit: TowtFit | None) -> list[LeftOut | None]:
        """Why each day is out, None if it is in."""
        known_energy = sums_of(self.owner, np.where(np.isfinite(rows.energy_kwh), rows.share, 0.0), len(self.day))
        warm = sums_of(self.owner, np.where(np.isfinite(rows.temperature_c), rows.share, 0.0), len(self.day))
        found: list[LeftOut | None] = []
        for day, whole in enumerate(self.whole.tolist()):
            if whole:
                found.append(None)
            elif known_energy[day] < MIN_COVERAGE:
                found.append(LeftOut.NO_ENERGY)
            else:
                without = warm[day] < MIN_COVERAGE or fit is None
                found.append(LeftOut.NO_WEATHER if without else LeftOut.OUTSIDE_BASELINE)
        return found


def _usable(fit: TowtFit, rows: TowtRows) -> Mask:
    low, high = fit.range_c
    margin = MAX_EXTRAPOLATION * (high - low)
    inside = (rows.temperature_c >= low - margin) & (rows.temperature_c <= high + margin)
    return np.asarray(inside & np.isfinite(rows.energy_kwh) & np.isfinite(fit.energy(rows)))


def _judge(temperature: Floats, days: int) -> list[Finding]:
    if days < LEAST_WEEKS_DAYS:
        return [too_short(days, LEAST_WEEKS_DAYS, "days")]
    if float(np.std(temperature)) < LEAST_VARIABLE_SPREAD:
        data = {"temperature_c": round(float(temperature.mean()), 2)}
        return [Finding(FindingCode.CONSTANT_TEMPERATURE, Severity.REFUSAL, data)]
    return [too_short(days, SHORT_BASELINE_DAYS, "days", Severity.WARNING)] if days < SHORT_BASELINE_DAYS else []


def _judge_weather(fit: TowtFit, rows: TowtRows) -> list[Finding]:
    low, high = fit.range_c
    distance = np.maximum(low - rows.temperature_c, rows.temperature_c - high)
    beyond = distance > 0
    if not beyond.any():
        return []
    greatest = float(distance[beyond].max())
    severity = Severity.WARNING if greatest > REMARKABLE_EXTRAPOLATION * (high - low) else Severity.INFO
    data = {"rows": int(beyond.sum()), "greatest_distance": round(greatest, 2)}
    return [Finding(FindingCode.EXTRAPOLATED_WEATHER, severity, data)]


def _outcome(fit: TowtFit, before: _Days, after_rows: TowtRows, after: _Days) -> Outcome:
    """Sums of days; the band from the residuals of whole days, as hours of a day err together."""
    rows = fit.rows
    metered, fitted = before.total(rows.energy_kwh), before.total(fit.energy(rows))
    design = _daily_design(fit, rows, before)
    parameters = int(np.linalg.matrix_rank(design[before.whole]))
    days = FittedRows(before.day[before.whole], design[before.whole], (metered - fitted)[before.whole], parameters)
    inside = after.whole
    total = _daily_design(fit, after_rows, after)[inside].sum(axis=0)
    variance = variance_of_sum(days, days.influence(total), after.day[inside], np.ones(int(inside.sum())))
    adjusted, used_energy = after.total(fit.energy(after_rows)), after.total(after_rows.energy_kwh)
    count = np.array([float(parameters)])
    return Outcome(
        adjusted[inside],
        used_energy[inside],
        variance,
        goodness(before.day, metered[None], fitted[None], before.whole[None], count),
        parameters,
        {
            "times_of_week": int(fit.seen.sum()),
            "occupied_times": int((fit.occupied & fit.seen).sum()),
            "row_parameters": fit.parameters,
            "row_r2": known(fit.r2, 6),
            "row_cv_rmse": known(fit.cv_rmse, 6),
            "knots_c": " ".join(f"{knot:.2f}" for knot in fit.knots_c.tolist()),
        },
    )


def _daily_design(fit: TowtFit, rows: TowtRows, days: _Days) -> Floats:
    """The rows' design summed by day: share of the day for each day of the week, then the temperature's columns."""
    levels = [np.where(rows.day_of_week == weekday, rows.share, 0.0) for weekday in range(7)]
    return np.stack([days.total(column) for column in (*levels, *fit.columns(rows).T)], axis=1)
