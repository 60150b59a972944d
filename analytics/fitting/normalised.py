"""Normalised savings: what both periods would have used in the same reference years.

They answer another question than avoided energy, which is under the conditions of the reporting period, and the two are
never added [1]. A model is fitted to each period; the difference of their energies in the reference years is the
normalised saving. Nothing of those years was metered, so the band has the errors of the two models alone and no
noise of metered days [2].

References:
    [1] EVO, "International Performance Measurement and Verification Protocol, Core Concepts", 2022, normalized savings.
    [2] ASHRAE Guideline 14-2014, Annex B: the uncertainty of a model's mean, not of a new observation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics.arrays import Days
from analytics.daily import days_of
from analytics.fitting.method import OUTSIDE_METHOD, FitResult, VerificationMethod
from analytics.fitting.observations import Interval, Observations, Series
from analytics.result import known
from analytics.student_t import student_t_quantile
from teplosvet.domain.errors import NotEnoughDataError
from teplosvet.domain.findings import Finding, FindingCode, Severity
from teplosvet.domain.periods import Period

CALENDAR_CYCLE_YEARS = 28
"""After so many years dates fall on the same days of the week again, leap years too (1901 to 2099). [a]"""

_HOURS = 24


@dataclass(frozen=True, slots=True)
class NormalisedBand:
    """Half of the band at one confidence.

    Attributes:
        confidence: [-]
        half_width_kwh: [kWh/a]
    """

    confidence: float
    half_width_kwh: float | None


@dataclass(frozen=True, slots=True)
class NormalisedSaving:
    """Both periods at the same reference conditions; figures are None where a finding refuses them.

    Attributes:
        reference: Where the reference weather comes from.
        weather: Its whole years.
        years: How many they are. [a]
        baseline_kwh: The baseline's model in a mean reference year. [kWh/a]
        reporting_kwh: The reporting period's model in it. [kWh/a]
        normalised_saving_kwh: The difference. [kWh/a]
        fractional_saving: The same over `baseline_kwh`. [-]
        bands: From the errors of the two models alone.
        findings: What a reader has to know of the two models; each says whose it is.
        days_outside: Days of those years that the method does not speak of, for neither model. [d]
    """

    reference: str
    weather: Period
    years: int
    baseline_kwh: float | None
    reporting_kwh: float | None
    normalised_saving_kwh: float | None
    fractional_saving: float | None
    bands: tuple[NormalisedBand, ...]
    findings: tuple[Finding, ...]
    days_outside: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Reference weather, moved a cycle of the calendar away so that it never meets the periods.

    Attributes:
        name: Where it comes from.
        weather: Its whole years, as they are.
        years: How many. [a]
        temperature: Moved [°C].
    """

    name: str
    weather: Period
    years: int
    temperature: Series

    @property
    def period(self) -> Period:
        """The moved years."""
        start = self.weather.start
        return Period(_later(start, CALENDAR_CYCLE_YEARS), _later(start, CALENDAR_CYCLE_YEARS + self.years))

    def observations(self, like: Interval) -> Observations:
        """The reference years with rows like those of the metered energy; nobody looks at what they use.

        Methods sum up rows with known energy only, so that each row has a figure, of which nothing comes into the
        answer: that is the model's energy.
        """
        day = days_of(self.period)
        if like is Interval.HOUR:
            rows, hour = np.repeat(day, _HOURS), np.tile(np.arange(_HOURS, dtype=np.intp), len(day))
        else:
            rows = day[_is_first(day)] if like is Interval.MONTH else day
            hour = np.zeros(len(rows), dtype=np.intp)
        share = np.full(len(rows), 1 / _HOURS if like is Interval.HOUR else 1.0)
        return Observations(self.period, Series(like, rows, hour, share, np.ones(len(rows))), self.temperature)


def reference_of(name: str, temperature: Series) -> Reference:
    """The whole years of a weather series, from its first day on.

    Raises:
        NotEnoughDataError: If it is shorter than a year: a season is no reference for a year.
    """
    warm = temperature.day[np.isfinite(temperature.value)]
    if not warm.size:
        raise NotEnoughDataError(f"--normal: {name} has no temperature")
    first, last = (day.astype("datetime64[D]").astype(date) for day in (warm.min(), warm.max()))
    if temperature.interval is Interval.MONTH:
        last = ((warm.max().astype("datetime64[M]") + 1).astype("datetime64[D]") - 1).astype(date)
    years = 0
    while _later(first, years + 1) <= date.fromordinal(last.toordinal() + 1):
        years += 1
    if not years:
        raise NotEnoughDataError(f"--normal: {name} has weather from {first} to {last}, less than a whole year")
    weather = Period(first, _later(first, years))
    inside = temperature.over(weather)
    cycle = np.timedelta64((_later(first, CALENDAR_CYCLE_YEARS) - first).days, "D")
    moved = Series(inside.interval, inside.day + cycle, inside.hour, inside.share, inside.value)
    return Reference(name, weather, years, moved)


def normalised(
    method: VerificationMethod,
    baseline: Observations,
    reporting: Observations,
    reference: Reference,
    confidences: tuple[float, ...],
) -> NormalisedSaving:
    """Fit both periods and compare them in the reference years."""
    years = reference.observations(baseline.energy.interval)
    models = [method.run(period, years, confidences) for period in (baseline, reporting)]
    findings = tuple(_findings(models))
    if any(finding.severity is Severity.REFUSAL for finding in findings):
        nothing = (None, None, None, None)
        return NormalisedSaving(reference.name, reference.weather, reference.years, *nothing, (), findings)
    first, second = ((model.adjusted_baseline_kwh or 0.0) / reference.years for model in models)
    return NormalisedSaving(
        reference.name,
        reference.weather,
        reference.years,
        known(first),
        known(second),
        known(first - second),
        round((first - second) / first, 6) if first > 0 else None,
        tuple(NormalisedBand(each, _half_width(models, each, reference.years)) for each in confidences),
        findings,
        _outside(models),
    )


def _outside(models: list[FitResult]) -> int:
    """Days of the reference years that neither model speaks of; 0 where one speaks of days that the other does not."""
    days = {model.reporting_rows.left_out.get(OUTSIDE_METHOD, 0) for model in models}
    return days.pop() if len(days) == 1 else 0


def _findings(models: list[FitResult]) -> Iterator[Finding]:
    """What each model says of itself and of the reference weather; its own saving over it means nothing."""
    told = {
        FindingCode.BASELINE_TOO_SHORT,
        FindingCode.CONSTANT_LOAD,
        FindingCode.CONSTANT_TEMPERATURE,
        FindingCode.EXTRAPOLATED_WEATHER,
        FindingCode.WEATHER_MISSING,
        FindingCode.BASELINE_POOR_FIT,
    }
    for name, model in zip(("baseline", "reporting"), models, strict=True):
        for finding in model.findings:
            if finding.code in told or finding.severity is Severity.REFUSAL:
                yield Finding(finding.code, finding.severity, {"model": name, **finding.data})
        left = model.reporting_rows.rows - model.reporting_rows.used - _outside(models)
        if left and model.adjusted_baseline_kwh is not None:
            # The two sums would be of other days: no difference of them is a saving.
            data: dict[str, str | float | int] = {"model": name, "rows": model.reporting_rows.rows, "left_out": left}
            yield Finding(FindingCode.EXTRAPOLATED_WEATHER, Severity.REFUSAL, data)


def _half_width(models: list[FitResult], confidence: float, years: int) -> float | None:
    """Half of the band of a difference of two independent models, with Welch's degrees of freedom. [kWh/a]

    References:
        Welch, "The generalization of 'Student's' problem when several different population variances are involved",
        Biometrika 34 (1947) 28-35.
    """
    errors = [model.model_error for model in models]
    if any(error is None or error.standard_error_kwh is None or error.freedom is None for error in errors):
        return None
    pairs = [((error.standard_error_kwh or 0.0) ** 2, error.freedom or 0.0) for error in errors if error is not None]
    total = sum(variance for variance, _ in pairs)
    if not total:
        return 0.0
    freedom = total**2 / sum(variance**2 / own for variance, own in pairs)
    return known(student_t_quantile(0.5 + confidence / 2, freedom) * float(np.sqrt(total)) / years)


def _is_first(day: Days) -> np.ndarray:
    return np.asarray(day == day.astype("datetime64[M]").astype("datetime64[D]"))


def _later(day: date, years: int) -> date:
    """The same date years later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
