"""What a reader of a statement has to know: findings about its baseline, its days and its result."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from analytics.daily import DailySeries
from analytics.lasting_changes import LastingChanges
from analytics.level_shifts import LevelShift
from analytics.lighting import LampFailures
from analytics.model_kind import ModelKind
from analytics.result import CONFIDENCE, Result
from analytics.savings import Baseline, LeftOut, Saving, more_days_to_prove
from analytics.statement import Adjustment, AdjustmentKind
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.findings import Finding, FindingCode, Severity
from teplosvet.domain.periods import Period

LEAST_DAYS = 14
"""Days of a fit below which there is no baseline. [d]"""

SHORT_BASELINE_DAYS = 90
"""Days of a fit below which a baseline is called short: less than half a heating season. [d]"""

GOOD_COVERAGE = 0.9
"""Share of a period's days that should be used (CalTRACK 2.0, section 2.2). [-]"""

POOR_CV_RMSE = 0.25
"""CV(RMSE) above which a fit is called poor: Californian practice for whole buildings, as Guideline 14 has no daily
limit. The band says what it costs. [-]"""

REMARKABLE_RHO = 0.5
REMARKABLE_ESTIMATED_SHARE = 0.05
LEAST_VARIABLE_SPREAD = 0.5

REMARKABLE_EXTRAPOLATION = 0.1
"""Distance beyond the baseline's range of the variable, as a share of it, that a reader should look at: ASHRAE
Guideline 14-2014 lets a baseline be applied up to 110 % of what it has seen. [-]"""


def judge_baseline(baseline: Baseline, carrier: Carrier) -> Iterator[Finding]:
    """Findings about the baseline period and its fit."""
    yield from _negative(baseline.series, "baseline")
    if without_weather := int(np.count_nonzero(baseline.series.usable() & ~np.isfinite(baseline.variable))):
        data: dict[str, str | float | int] = {"period": "baseline", "days": without_weather}
        yield Finding(FindingCode.WEATHER_MISSING, Severity.WARNING, data)
    days, used = len(baseline.used), int(np.count_nonzero(baseline.used))
    if _is_too_short(baseline):
        yield Finding(FindingCode.BASELINE_TOO_SHORT, Severity.REFUSAL, {"used_days": used, "needed_days": LEAST_DAYS})
        return
    if used < SHORT_BASELINE_DAYS:
        needed = SHORT_BASELINE_DAYS
        yield Finding(FindingCode.BASELINE_TOO_SHORT, Severity.WARNING, {"used_days": used, "needed_days": needed})
    if used < GOOD_COVERAGE * days:
        yield Finding(
            FindingCode.LOW_COVERAGE, Severity.WARNING, {"period": "baseline", "days": days, "used_days": used}
        )
    figures = baseline.goodness
    cv_rmse, rho = float(figures.cv_rmse[0]), float(figures.rho[0])
    if cv_rmse > POOR_CV_RMSE:
        yield Finding(FindingCode.BASELINE_POOR_FIT, Severity.INFO, {"cv_rmse": round(cv_rmse, 4)})
    if rho > REMARKABLE_RHO:
        yield Finding(FindingCode.AUTOCORRELATED, Severity.INFO, {"rho": round(rho, 3)})
    if carrier is Carrier.HEAT and baseline.kind is ModelKind.MEAN:
        yield Finding(FindingCode.CONSTANT_LOAD, Severity.WARNING, {"mean_kwh": round(float(figures.mean[0]), 3)})
    if carrier is Carrier.HEAT and float(np.std(baseline.variable[baseline.used])) < LEAST_VARIABLE_SPREAD:
        mean = round(float(np.mean(baseline.variable[baseline.used])), 2)
        yield Finding(FindingCode.CONSTANT_TEMPERATURE, Severity.WARNING, {"temperature_c": mean})


def judge_periods(baseline: Period, reporting: Period) -> Iterator[Finding]:
    """A day cannot show what was before a measure and what came of it."""
    shared = (min(baseline.end, reporting.end) - max(baseline.start, reporting.start)).days
    if shared > 0:
        yield Finding(FindingCode.PERIODS_OVERLAP, Severity.REFUSAL, {"days": shared})


def judge_days(saving: Saving, period: Period, known_until: date | None) -> Iterator[Finding]:
    """Findings about the days of the reporting period."""
    yield from _negative(saving.series, "reporting")
    if known_until is not None and known_until < period.end:
        yield Finding(
            FindingCode.PERIOD_NOT_OVER, Severity.INFO, {"known_until": str(known_until), "end": str(period.end)}
        )
    days, used = period.days, int(np.count_nonzero(saving.used))
    if used == 0:
        yield Finding(FindingCode.NO_REPORTING_DATA, Severity.REFUSAL, {"days": days})
        return
    if used < GOOD_COVERAGE * days:
        yield Finding(
            FindingCode.LOW_COVERAGE, Severity.WARNING, {"period": "reporting", "days": days, "used_days": used}
        )
    if without_weather := saving.left_out.count(LeftOut.NO_WEATHER):
        yield Finding(FindingCode.WEATHER_MISSING, Severity.WARNING, {"period": "reporting", "days": without_weather})
    metered = np.abs(saving.series.energy_kwh[saving.used]).sum()
    estimated = float(saving.series.estimated_kwh[saving.used].sum())
    if estimated > REMARKABLE_ESTIMATED_SHARE * metered:
        yield Finding(FindingCode.SHARE_ESTIMATED, Severity.WARNING, {"estimated_kwh": round(estimated, 3)})


def judge_weather(baseline: Baseline, saving: Saving) -> Iterator[Finding]:
    """Reporting days whose weather the baseline has not seen."""
    if baseline.kind is ModelKind.MEAN:
        return
    low, high = baseline.variable_range
    beyond = np.maximum(low - saving.variable, saving.variable - high)
    outside = beyond > 0
    if not outside.any():
        return
    left_out = saving.left_out.count(LeftOut.OUTSIDE_BASELINE)
    data = {
        "days": int(outside.sum()),
        "left_out_days": left_out,
        "greatest_distance": round(float(np.nanmax(beyond)), 2),
    }
    far = float(np.nanmax(beyond)) > REMARKABLE_EXTRAPOLATION * (high - low)
    severity = Severity.WARNING if far else Severity.INFO
    yield Finding(FindingCode.EXTRAPOLATED_WEATHER, severity, data)


def judge_result(saving: Saving, result: Result) -> Iterator[Finding]:
    """Whether the band leaves zero, and if not, how many more days like these would make it."""
    band = result.bands[0] if result.bands else None
    if band is None:
        yield Finding(FindingCode.NOT_PROVEN, Severity.WARNING, {"reason": "no band can be told"})
        return
    if band.upper_kwh < 0:
        yield Finding(FindingCode.NEGATIVE_SAVING, Severity.WARNING, {"upper_kwh": band.upper_kwh})
    if band.lower_kwh > 0:
        return
    data: dict[str, str | float | int] = {"lower_kwh": band.lower_kwh, "upper_kwh": band.upper_kwh}
    more = more_days_to_prove(saving, CONFIDENCE)
    if more is not None:
        data["more_days"] = more
    elif result.avoided_energy_kwh > 0:
        data["limited_by"] = "baseline"
    yield Finding(FindingCode.NOT_PROVEN, Severity.WARNING, data)


def judge_lamps(failures: LampFailures | None, lines: Sequence[Adjustment]) -> Iterator[Finding]:
    """Lamps that were out of order; what they did not use is the statement's line of it, rounded day by day."""
    if failures is not None:
        taken_off = -sum(line.amount_kwh for line in lines if line.kind is AdjustmentKind.FAILED_LAMPS)
        data = {"failed_share": round(failures.share, 4), "energy_kwh": round(taken_off, 3)}
        yield Finding(FindingCode.LAMP_FAILURES, Severity.WARNING, data)


def judge_changes(changes: LastingChanges, saving: Saving, carrier: Carrier) -> Iterator[Finding]:
    """Lasting changes within the reporting period: perhaps a non-routine event, perhaps a saving that is being lost."""
    for shift in changes.shifts:
        data: dict[str, str | float | int] = {
            "first_day": str(shift.first_day),
            "size_kwh": round(shift.size_kwh, 3),
            "confidence": round(shift.confidence, 4),
            "days": shift.days,
        }
        if shift.size_kwh < 0:
            data["less_kwh"] = round(-shift.size_kwh, 3)
        data |= _means_beside(shift, saving, "c" if carrier is Carrier.HEAT else "h")
        yield Finding(FindingCode.LEVEL_SHIFT, Severity.WARNING, data)
    if changes.fade is not None:
        shares = {name: round(getattr(changes.fade, name), 4) for name in ("from_share", "to_share", "lost_share")}
        yield Finding(FindingCode.SAVING_FADES, Severity.WARNING, shares)


def _means_beside(shift: LevelShift, saving: Saving, unit: str) -> dict[str, float]:
    """Mean of the variable on the days of a shift and on the others in the sums: weather may be what shifted."""
    first = np.datetime64(shift.first_day)
    within = (saving.day >= first) & (saving.day < first + np.timedelta64(shift.days, "D"))
    groups = {f"shift_{unit}": within & saving.used, f"others_{unit}": ~within & saving.used}
    if not all(group.any() for group in groups.values()):
        return {}
    return {name: round(float(saving.variable[group].mean()), 2) for name, group in groups.items()}


def _is_too_short(baseline: Baseline) -> bool:
    return baseline.kind is None or int(np.count_nonzero(baseline.used)) < LEAST_DAYS


def _negative(series: DailySeries, period: str) -> Iterator[Finding]:
    negative = series.negative
    if negative.any():
        data: dict[str, str | float | int] = {
            "period": period,
            "days": int(negative.sum()),
            "energy_kwh": round(float(series.energy_kwh[negative].sum()), 3),
        }
        yield Finding(FindingCode.NEGATIVE_ENERGY, Severity.WARNING, data)
