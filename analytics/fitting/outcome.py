"""From what a method has found to its answer: sums, bands, figures and findings, the same for every method."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats, Mask
from analytics.fitting.method import (
    OUTSIDE_METHOD,
    About,
    ConfidenceBand,
    Counts,
    Figures,
    FitResult,
    ModelError,
    Parameters,
)
from analytics.fitting.observations import Observations
from analytics.goodness import Goodness
from analytics.judgement import GOOD_COVERAGE, POOR_CV_RMSE, REMARKABLE_RHO, judge_periods
from analytics.result import known
from analytics.savings import LeftOut
from analytics.uncertainty import (
    GUIDELINE_14_K,
    SavingVariance,
    guideline_14_half_width,
    sun_baltazar_k,
    t_quantiles,
)
from teplosvet.domain.findings import Finding, FindingCode, Severity

CONFIDENCES = (0.9, 0.8, 0.68)
"""The first one decides whether a saving is proven."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a method found.

    Attributes:
        adjusted_kwh: Adjusted baseline of each reporting row used [m]. [kWh]
        metered_kwh: Its metered energy [m]. [kWh]
        variance: Of the difference of their sums.
        goodness: Of the fit, of one building.
        parameters: Number of fitted parameters p. [-]
        model: Parameters of the model by name.
    """

    adjusted_kwh: Floats
    metered_kwh: Floats
    variance: SavingVariance
    goodness: Goodness
    parameters: int
    model: Parameters


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What was asked, and what is known before any fit.

    Attributes:
        about: The method.
        baseline: Baseline period.
        reporting: Reporting period.
        confidences: Of the bands, the one that proves first. [-]
        baseline_left_out: Why each baseline row is out, None if it is in.
        reporting_left_out: The same of the reporting rows.
        findings: What was found on the way.
        meter_error: Maximum permissible error of the meter. [-]
        season_only: Whether the rows that are outside the baseline are those that the method does not speak of.
    """

    about: About
    baseline: Observations
    reporting: Observations
    confidences: tuple[float, ...]
    baseline_left_out: Sequence[LeftOut | None]
    reporting_left_out: Sequence[LeftOut | None]
    findings: tuple[Finding, ...] = ()
    meter_error: float = 0.0
    season_only: bool = False


def answer(question: Question, outcome: Outcome | None) -> FitResult:
    """The answer; without an outcome, or with a finding that refuses, there are no figures."""
    findings = list(question.findings) + list(judge_periods(question.baseline.period, question.reporting.period))
    findings += _judge_rows(question)
    refused = outcome is None or any(finding.severity is Severity.REFUSAL for finding in findings)
    if outcome is None or refused:
        return _result(question, None, (), None, tuple(findings))
    adjusted, metered = float(outcome.adjusted_kwh.sum()), float(outcome.metered_kwh.sum())
    bands = tuple(_band(question, outcome, adjusted, metered, confidence) for confidence in question.confidences)
    findings += _judge_fit(outcome)
    findings += _judge_saving(bands[0], adjusted - metered)
    return _result(question, outcome, bands, (adjusted, metered), tuple(findings))


def left_out(energy_kwh: Floats, estimated: Mask, weather: Floats | None, outside: Mask) -> list[LeftOut | None]:
    """Why each row is out of both sums, None if it is in both."""
    reasons: list[LeftOut | None] = []
    for row, energy in enumerate(energy_kwh.tolist()):
        if estimated[row]:
            reasons.append(LeftOut.ESTIMATED)
        elif not np.isfinite(energy):
            reasons.append(LeftOut.NO_ENERGY)
        elif weather is not None and not np.isfinite(weather[row]):
            reasons.append(LeftOut.NO_WEATHER)
        else:
            reasons.append(LeftOut.OUTSIDE_BASELINE if outside[row] else None)
    return reasons


def is_used(reasons: Sequence[LeftOut | None]) -> Mask:
    """Rows that no reason leaves out."""
    return np.array([reason is None for reason in reasons], dtype=np.bool_)


def too_short(used: int, needed: int, noun: str, severity: Severity = Severity.REFUSAL) -> Finding:
    """A baseline of too few rows."""
    return Finding(FindingCode.BASELINE_TOO_SHORT, severity, {f"used_{noun}": used, f"needed_{noun}": needed})


def _band(
    question: Question, outcome: Outcome, adjusted_kwh: float, metered_kwh: float, confidence: float
) -> ConfidenceBand:
    avoided = adjusted_kwh - metered_kwh
    exact = float(outcome.variance.half_width(confidence)[0])
    if question.meter_error:
        quantile = float(t_quantiles(confidence, np.array([1e9]))[0])
        exact = float(np.hypot(exact, quantile * question.meter_error / np.sqrt(3) * avoided))
    rows = np.array([float(len(outcome.metered_kwh))])
    monthly = question.about.noun == "months"
    improved = monthly_sun_baltazar_k(rows) if monthly else sun_baltazar_k(rows)
    plain, better = (
        guideline_14_half_width(
            confidence,
            np.array([adjusted_kwh]),
            outcome.goodness.cv_rmse,
            outcome.goodness.n,
            outcome.variance.n_effective,
            np.array([float(outcome.parameters)]),
            rows,
            k,
        )
        for k in (GUIDELINE_14_K, improved)
    )
    if not np.isfinite(exact):
        plain, better = np.array([np.nan]), np.array([np.nan])
    return ConfidenceBand(
        confidence, known(exact), known(avoided - exact), known(avoided + exact), known(plain[0]), known(better[0])
    )


def monthly_sun_baltazar_k(months: Floats) -> Floats:
    """The factor K for monthly data, by the months of the reporting period. [-]

    References:
        Sun, Baltazar, "Analysis and improvement on the estimation of building energy savings uncertainty", ASHRAE
        Transactions 119(2), 2013.
    """
    return np.asarray(-0.00022 * months**2 + 0.03306 * months + 0.94054)


def _judge_rows(question: Question) -> Iterator[Finding]:
    noun = question.about.noun
    for period, observations, reasons in (
        ("baseline", question.baseline, question.baseline_left_out),
        ("reporting", question.reporting, question.reporting_left_out),
    ):
        yield from _negative(observations, period)
        used, rows = int(is_used(reasons).sum()), len(reasons)
        if question.season_only:
            rows -= list(reasons).count(LeftOut.OUTSIDE_BASELINE)
        if used == 0 and period == "reporting":
            yield Finding(FindingCode.NO_REPORTING_DATA, Severity.REFUSAL, {noun: rows})
        elif used < GOOD_COVERAGE * rows:
            data: dict[str, str | float | int] = {"period": period, noun: rows, f"used_{noun}": used}
            yield Finding(FindingCode.LOW_COVERAGE, Severity.WARNING, data)
        if without := list(reasons).count(LeftOut.NO_WEATHER):
            yield Finding(FindingCode.WEATHER_MISSING, Severity.WARNING, {"period": period, noun: without})


def _negative(observations: Observations, period: str) -> Iterator[Finding]:
    negative = observations.energy.value < 0
    if negative.any():
        data: dict[str, str | float | int] = {
            "period": period,
            "rows": int(negative.sum()),
            "energy_kwh": round(float(observations.energy.value[negative].sum()), 3),
        }
        yield Finding(FindingCode.NEGATIVE_ENERGY, Severity.WARNING, data)


def _judge_fit(outcome: Outcome) -> Iterator[Finding]:
    cv_rmse, rho = float(outcome.goodness.cv_rmse[0]), float(outcome.goodness.rho[0])
    if cv_rmse > POOR_CV_RMSE:
        yield Finding(FindingCode.BASELINE_POOR_FIT, Severity.INFO, {"cv_rmse": round(cv_rmse, 4)})
    if rho > REMARKABLE_RHO:
        yield Finding(FindingCode.AUTOCORRELATED, Severity.INFO, {"rho": round(rho, 3)})


def _judge_saving(band: ConfidenceBand, avoided_kwh: float) -> Iterator[Finding]:
    if band.lower_kwh is None or band.upper_kwh is None:
        yield Finding(FindingCode.NOT_PROVEN, Severity.WARNING, {"reason": "no band can be told"})
        return
    if band.upper_kwh < 0:
        yield Finding(FindingCode.NEGATIVE_SAVING, Severity.WARNING, {"upper_kwh": band.upper_kwh})
    if not (band.lower_kwh > 0 and avoided_kwh > 0):
        data = {"lower_kwh": band.lower_kwh, "upper_kwh": band.upper_kwh}
        yield Finding(FindingCode.NOT_PROVEN, Severity.WARNING, data)


def _counts(reasons: Sequence[LeftOut | None], season_only: bool) -> Counts:
    out = Counter(
        OUTSIDE_METHOD if season_only and reason is LeftOut.OUTSIDE_BASELINE else str(reason.value)
        for reason in reasons
        if reason is not None
    )
    return Counts(len(reasons), int(is_used(reasons).sum()), dict(sorted(out.items())))


def _result(
    question: Question,
    outcome: Outcome | None,
    bands: tuple[ConfidenceBand, ...],
    sums: tuple[float, float] | None,
    findings: tuple[Finding, ...],
) -> FitResult:
    about = question.about
    avoided = None if sums is None else sums[0] - sums[1]
    share = None if sums is None or avoided is None or sums[0] <= 0 else round(avoided / sums[0], 6)
    return FitResult(
        method=about.name,
        version=about.version,
        since=about.since,
        baseline=question.baseline.period,
        reporting=question.reporting.period,
        adjusted_baseline_kwh=None if sums is None else known(sums[0]),
        metered_kwh=None if sums is None else known(sums[1]),
        avoided_energy_kwh=None if avoided is None else known(avoided),
        fractional_saving=share,
        bands=bands,
        figures=None if outcome is None else _figures(outcome),
        parameters={} if outcome is None else outcome.model,
        baseline_rows=_counts(question.baseline_left_out, question.season_only),
        reporting_rows=_counts(question.reporting_left_out, question.season_only),
        findings=tuple(sorted(findings, key=lambda finding: -finding.severity)),
        model_error=None if outcome is None else _model_error(outcome.variance),
    )


def _model_error(variance: SavingVariance) -> ModelError:
    square = variance.parameters_kwh2[0] + variance.misfit_kwh2[0]
    return ModelError(known(np.sqrt(square)), known(variance.freedom[0], 2))


def _figures(outcome: Outcome) -> Figures:
    figures, variance = outcome.goodness, outcome.variance
    return Figures(
        r2=known(figures.r2[0], 6),
        cv_rmse=known(figures.cv_rmse[0], 6),
        nmbe=known(figures.nmbe[0], 9),
        rho=known(figures.rho[0], 4),
        rho_noise=known(variance.rho[0], 4),
        n=int(figures.n[0]),
        n_effective=known(variance.n_effective[0], 2),
        parameters=outcome.parameters,
    )
