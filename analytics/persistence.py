"""Whether a saving lasts: its running sum, its years, its drift, and lamps whose hours grow again."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics.arrays import Days, Floats, Mask
from analytics.goodness import lag1_autocorrelation
from analytics.student_t import student_t_quantile
from analytics.whitening import Regression, as_normal, whitened

LEAST_DAYS = 180
"""Known days below which no drift is told: a shorter one is a season. Our own limit. [d]"""

LEAST_LOST_SHARE = 0.1
"""Part of the saving that must be lost before it is called fading. Our own limit. [-]"""

CONFIDENCE = 0.95
"""Of a drift, in the direction of a loss. [-]"""


def cusum_kwh(model_kwh: Floats, metered_kwh: Floats) -> Floats:
    """Running sum of model less metered energy: a lasting saving is a straight climb. [kWh]

    A day of which either is unknown is NaN, and the sum goes on after it without that day.

    Args:
        model_kwh: Adjusted baseline of each day [d]. [kWh/d]
        metered_kwh: Metered energy [d]. [kWh/d]
    """
    saved = model_kwh - metered_kwh
    known = np.isfinite(saved)
    return np.where(known, np.cumsum(np.where(known, saved, 0.0)), np.nan)


@dataclass(frozen=True, slots=True)
class YearOfSaving:
    """One year of a reporting period, counted from its first day.

    Attributes:
        first_day: First day of the year.
        days: Days in the sums. [d]
        avoided_energy_kwh: Adjusted baseline less metered energy over them. [kWh]
        fractional_saving: The same over the adjusted baseline, None if that is not above zero. [-]
    """

    first_day: date
    days: int
    avoided_energy_kwh: float
    fractional_saving: float | None


def by_year(day: Days, adjusted_kwh: Floats, metered_kwh: Floats, used: Mask) -> tuple[YearOfSaving, ...]:
    """The avoided energy of each year from the first day on; a year without a used day is not told.

    Args:
        day: Calendar days, ascending [d].
        adjusted_kwh: Adjusted baseline [d]. [kWh/d]
        metered_kwh: Metered energy [d]. [kWh/d]
        used: Days in the sums [d].
    """
    if not len(day):
        return ()
    month = day.astype("datetime64[M]").astype(np.int64)
    of_month = (day - day.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
    year = (month - month[0] - (of_month < of_month[0])) // 12
    years = []
    for number in np.unique(year[used]):
        own = used & (year == number)
        adjusted = float(adjusted_kwh[own].sum())
        avoided = adjusted - float(metered_kwh[own].sum())
        first = day[np.argmax(year == number)].astype(date)
        years.append(YearOfSaving(first, int(own.sum()), avoided, avoided / adjusted if adjusted > 0 else None))
    return tuple(years)


@dataclass(frozen=True, slots=True)
class Fade:
    """A saving that gets less from day to day.

    Attributes:
        from_share: Fractional saving on the first day, along the drift. [-]
        to_share: The same on the last day. [-]
        lost_share: Part of the first that is lost by the last; above 1 the building uses more than before. [-]
        deviate: Normal deviate of the drift. [-]
    """

    from_share: float
    to_share: float
    lost_share: float
    deviate: float


def fading(
    day: Days, metered_kwh: Floats, adjusted_kwh: Floats, design: Floats, rho: float, scale: Floats
) -> Fade | None:
    """A drift of the fractional saving towards nothing, None if chance could have made it.

    ``adjusted x elapsed share of the period`` is added to the regression of the metered energy on `design`, with the
    noise's memory taken off; its coefficient is what the fractional saving loses over the period.

    Args:
        day: Known calendar days, ascending [d].
        metered_kwh: Their energy [d]. [kWh/d]
        adjusted_kwh: Their adjusted baseline [d]. [kWh/d]
        design: What else the energy follows [d, k]: the adjusted baseline, steps of level shifts.
        rho: Lag-1 autocorrelation of the noise. [-]
        scale: Standard deviation of each day's noise over that of the whole [d]. [-]
    """
    n, adjusted = len(day), float(adjusted_kwh.sum())
    if n < LEAST_DAYS or not np.isfinite(rho) or adjusted <= 0:
        return None
    drift = drift_column(day, adjusted_kwh)
    free = whitened(day, np.column_stack([metered_kwh, drift, np.ones(n), design]), rho, scale)
    coefficient, t, freedom = Regression.of(free[:, 0], free[:, 2:]).one_more(free[:, [1]])
    lost = float(coefficient[0])
    first = 1 - float(metered_kwh.sum()) / adjusted + lost * float(drift.sum()) / adjusted
    if t[0] < student_t_quantile(CONFIDENCE, freedom) or first <= 0 or lost < LEAST_LOST_SHARE * first:
        return None
    return Fade(first, first - lost, lost / first, as_normal(float(t[0]), freedom))


def drift_column(day: Days, adjusted_kwh: Floats) -> Floats:
    """What a saving that is wholly lost over the period takes back on each day [d]. [kWh/d]"""
    elapsed = (day - day[0]).astype("timedelta64[D]").astype(np.float64)
    return np.asarray(adjusted_kwh * elapsed / elapsed[-1])


@dataclass(frozen=True, slots=True)
class HoursDrift:
    """Run hours of lamps that grow back towards those of the baseline.

    Attributes:
        from_h: Hours a day at the beginning, along the drift. [h/d]
        to_h: The same at the end. [h/d]
        lost_share: Part of the hours once saved that burns again at the end. [-]
    """

    from_h: float
    to_h: float
    lost_share: float


def hours_drift(day: Days, run_hours: Floats, baseline_hours: float) -> HoursDrift | None:
    """Drift of a lamp's daily run hours back to the baseline, None if there is none: the sensor still works. [h/d]

    Args:
        day: Calendar days, ascending [d].
        run_hours: Hours that the lamp burnt on each day, NaN where unknown [d]. [h/d]
        baseline_hours: Mean hours a day before the sensor. [h/d]
    """
    known = np.isfinite(run_hours)
    n = int(known.sum())
    if n < LEAST_DAYS:
        return None
    days, hours = day[known], run_hours[known]
    elapsed = (days - days[0]).astype("timedelta64[D]").astype(np.float64)
    share = elapsed / elapsed[-1]
    line = np.column_stack([np.ones(n), share])
    rest = hours - line @ np.linalg.lstsq(line, hours, rcond=None)[0]
    rho = float(lag1_autocorrelation(days, rest[None], np.ones((1, n), np.bool_))[0])
    free = whitened(days, np.column_stack([hours, line]), rho, np.ones(n))
    coefficient, t, freedom = Regression.of(free[:, 0], free[:, [1]]).one_more(free[:, [2]])
    grown = float(coefficient[0])
    first = float(hours.mean()) - grown * float(share.mean())
    saved = baseline_hours - first
    if not np.isfinite(rho) or t[0] < student_t_quantile(CONFIDENCE, freedom) or saved <= 0:
        return None
    return HoursDrift(first, first + grown, grown / saved) if grown >= LEAST_LOST_SHARE * saved else None
