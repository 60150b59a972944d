"""Change-point models of daily energy, all days alike or working days and days off apart."""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

import numpy as np

from analytics.arrays import Days, Floats, Indices, Mask
from analytics.daily import DailySeries
from analytics.fitting.method import About, FitResult, Parameters
from analytics.fitting.observations import Interval, Observations
from analytics.fitting.options import MethodOptions
from analytics.fitting.outcome import Outcome, Question, answer, too_short
from analytics.fitting.variance import FittedRows, variance_of_sum
from analytics.goodness import goodness
from analytics.judgement import LEAST_DAYS, LEAST_VARIABLE_SPREAD, SHORT_BASELINE_DAYS, judge_weather
from analytics.model_kind import ModelKind
from analytics.result import known
from analytics.savings import Baseline, LeftOut, Saving, avoided_energies, fit_baselines
from analytics.statement import METHOD_VERSION
from analytics.sunshine import daily_sun
from teplosvet.domain.findings import Finding, FindingCode, Severity


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The days of one type: their places in both periods, their baseline and their saving."""

    before: Indices
    after: Indices
    baseline: Baseline
    saving: Saving


@dataclass(frozen=True, slots=True)
class ChangePointDaily:
    """The engine of `teplosvet verify`."""

    options: MethodOptions
    about: ClassVar[About] = About(
        name="change-point-daily",
        version=int(METHOD_VERSION),
        since=date(2026, 11, 24),
        title="Change-point model of daily energy on daily mean outdoor temperature",
        source="ASHRAE RP-1050 (Kissock, Haberl, Claridge 2003); ASHRAE Guideline 14-2014",
        intervals=(Interval.HOUR, Interval.DAY),
    )

    def run(self, baseline: Observations, reporting: Observations, confidences: tuple[float, ...]) -> FitResult:
        """Avoided energy of the reporting period."""
        before, after = baseline.daily(), reporting.daily()
        types = self.options.day_types
        kinds = [types.of(series.day) for series, _ in (before, after)]
        parts = []
        for kind in np.unique(kinds[0]):
            places = tuple(np.flatnonzero(mine == kind) for mine in kinds)
            own = [_taken(series, place) for (series, _), place in zip((before, after), places, strict=True)]
            sun = [self._sun(series) for series in own]
            (fitted,) = fit_baselines((own[0],), before[1][places[0]], self.options.models, sun[0])
            (saving,) = avoided_energies((fitted,), (own[1],), after[1][places[1]], (None,), sun[1])
            parts.append(_Part(places[0], places[1], fitted, saving))
        findings = _findings(parts)
        question = Question(
            self.about,
            baseline,
            reporting,
            confidences,
            _reasons_before(before, parts),
            _reasons_after(len(after[1]), parts),
            findings,
            self.options.meter_error,
        )
        if any(finding.severity is Severity.REFUSAL for finding in findings):
            return answer(question, None)
        return answer(question, _outcome(before[0], parts))

    def _sun(self, series: DailySeries) -> Floats | None:
        latitude = self.options.latitude_deg
        return None if latitude is None else daily_sun(series.day, latitude)


def _taken(series: DailySeries, places: Indices) -> DailySeries:
    return DailySeries(
        series.day[places], series.energy_kwh[places], series.estimated_kwh[places], series.coverage[places]
    )


def _reasons_before(period: tuple[DailySeries, Floats], parts: list[_Part]) -> list[LeftOut | None]:
    series, variable = period
    used = np.zeros(len(variable), dtype=np.bool_)
    for part in parts:
        used[part.before] = part.baseline.used
    without = LeftOut.NO_WEATHER
    usable = series.usable().tolist()
    reasons: list[LeftOut | None] = [without if fine else LeftOut.NO_ENERGY for fine in usable]
    return [None if fits else reason for fits, reason in zip(used.tolist(), reasons, strict=True)]


def _reasons_after(days: int, parts: list[_Part]) -> list[LeftOut | None]:
    reasons: list[LeftOut | None] = [LeftOut.OUTSIDE_BASELINE] * days
    for part in parts:
        for place, reason in zip(part.after.tolist(), part.saving.left_out, strict=True):
            reasons[place] = reason
    return reasons


def _findings(parts: list[_Part]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    total = sum(int(part.baseline.used.sum()) for part in parts)
    for part in parts:
        used = int(part.baseline.used.sum())
        if part.baseline.kind is None or used < LEAST_DAYS:
            return (too_short(used, LEAST_DAYS, "days"),)
        variable = part.baseline.variable[part.baseline.used]
        if float(np.std(variable)) < LEAST_VARIABLE_SPREAD:
            data = {"temperature_c": round(float(variable.mean()), 2)}
            found.append(Finding(FindingCode.CONSTANT_TEMPERATURE, Severity.WARNING, data))
        if part.baseline.kind is ModelKind.MEAN:
            mean = round(float(part.baseline.goodness.mean[0]), 3)
            found.append(Finding(FindingCode.CONSTANT_LOAD, Severity.WARNING, {"mean_kwh": mean}))
        found += judge_weather(part.baseline, part.saving)
    if total < SHORT_BASELINE_DAYS:
        found.append(too_short(total, SHORT_BASELINE_DAYS, "days", Severity.WARNING))
    return tuple(found)


def _outcome(before: DailySeries, parts: list[_Part]) -> Outcome:
    """The parts as one model with a block of parameters for each; the noise is one over the calendar.

    One part has the band of `verify`. Of several the noise is taken as equally loud on all days, and what each misses
    at the season of the reporting days adds up.
    """
    width = 5 * len(parts)
    design, fitted = np.zeros((len(before.day), width)), np.full(len(before.day), np.nan)
    total = np.zeros(width)
    for number, part in enumerate(parts):
        block = slice(5 * number, 5 * number + 5)
        inside = part.before[part.baseline.used]
        design[inside, block] = part.baseline.fits.gradient(part.baseline.variable)[0][part.baseline.used]
        fitted[inside] = part.baseline.fitted_kwh[part.baseline.used]
        total[block] = part.baseline.fits.gradient(part.saving.variable)[0][part.saving.used].sum(axis=0)
    used: Mask = np.isfinite(fitted)
    parameters = sum(int(part.baseline.fits.parameters[0]) for part in parts)
    rows = FittedRows(before.day[used], design[used], (before.energy_kwh - fitted)[used], parameters)
    days, adjusted, metered = _used_after(parts)
    if len(parts) == 1:
        variance = parts[0].saving.variance
    else:
        misfit = np.sum([part.saving.variance.misfit_kwh2 for part in parts], axis=0)
        alike = variance_of_sum(rows, rows.influence(total), days, np.ones(len(days)))
        variance = replace(alike, misfit_kwh2=misfit)
    return Outcome(
        adjusted,
        metered,
        variance,
        goodness(before.day, before.energy_kwh[None], fitted[None], used[None], np.array([float(parameters)])),
        parameters,
        _model(parts),
    )


def _used_after(parts: list[_Part]) -> tuple[Days, Floats, Floats]:
    days = np.concatenate([part.saving.day[part.saving.used] for part in parts])
    adjusted = np.concatenate([part.saving.adjusted_baseline_kwh[part.saving.used] for part in parts])
    metered = np.concatenate([part.saving.series.energy_kwh[part.saving.used] for part in parts])
    order = np.argsort(days)
    return days[order], adjusted[order], metered[order]


def _model(parts: list[_Part]) -> Parameters:
    named: dict[str, str | float | int | None] = {}
    for number, part in enumerate(parts):
        end = "" if len(parts) == 1 else ("_working_days", "_days_off")[number]
        fits = part.baseline.fits
        named[f"model{end}"] = str(part.baseline.kind)
        named[f"base_kwh_per_day{end}"] = known(fits.base[0], 6)
        named[f"heating_slope_kwh_per_k_day{end}"] = known(fits.heating_slope[0], 6)
        named[f"cooling_slope_kwh_per_k_day{end}"] = known(fits.cooling_slope[0], 6)
        named[f"heating_change_point_c{end}"] = known(fits.heating_change_point[0], 6)
        named[f"cooling_change_point_c{end}"] = known(fits.cooling_change_point[0], 6)
        named[f"sun_k{end}"] = part.baseline.sun_k or None
    return named
