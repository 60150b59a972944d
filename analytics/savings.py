"""Avoided energy of a reporting period: adjusted baseline less metered energy, with its band."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analytics.arrays import Days, Floats, Mask
from analytics.change_point import ChangePointFits, fit
from analytics.daily import DailySeries
from analytics.goodness import Goodness, goodness
from analytics.model_kind import ModelKind
from analytics.uncertainty import DaysUsed, SavingVariance, saving_variance, t_quantiles

MAX_EXTRAPOLATION = 0.5
"""How far beyond the baseline's range of the variable a day may lie and still be adjusted, as a share of that range.
Our own limit: a hard winter after a mild one stays in, and is a finding; a broken thermometer does not. [-]"""

MAX_EXTRAPOLATION_OF_A_LINE = 0.1
"""The same at the low end of a straight line, which somewhere beyond the baseline has to become flat: the summer after
a baseline of heating days only. ASHRAE Guideline 14-2014 lets a baseline go to 110 % of what it has seen. [-]"""


class LeftOut(StrEnum):
    """Why a day is in neither of the sums."""

    NO_ENERGY = "no_energy"
    """Its energy is unknown, or its readings cover too little of it."""
    ESTIMATED = "estimated"
    """Too much of its energy is an estimate."""
    NO_WEATHER = "no_weather"
    """The independent variable is unknown, hence the adjusted baseline too."""
    OUTSIDE_BASELINE = "outside_baseline"
    """Its weather lies too far beyond what the baseline has seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """The baseline of one building.

    Attributes:
        series: Energy of every day of the baseline period.
        variable: Independent variable of those days, NaN where unknown: [°C] or [h].
        used: Days of the fit.
        fits: The model, of one building.
        goodness: Its figures, of one building.
    """

    series: DailySeries
    variable: Floats
    used: Mask
    fits: ChangePointFits
    goodness: Goodness

    @property
    def kind(self) -> ModelKind | None:
        """The chosen model, None if there were too few days for any."""
        return self.fits.kind_of(0)

    @property
    def fitted_kwh(self) -> Floats:
        """The model's energy on each day. [kWh/d]"""
        return np.asarray(self.fits.predict(self.variable)[0])

    @property
    def variable_range(self) -> tuple[float, float]:
        """Least and greatest value of the variable on the days of the fit."""
        seen = self.variable[self.used]
        return (float(seen.min()), float(seen.max())) if seen.size else (np.nan, np.nan)


def fit_baseline(series: DailySeries, variable: Floats, kinds: Sequence[ModelKind]) -> Baseline:
    """Fit the baseline of one building on its usable days.

    Args:
        series: Energy of each day of the baseline period.
        variable: Independent variable of those days, NaN where unknown: outdoor temperature [°C] or dark hours [h].
        kinds: Models to try.
    """
    used = series.usable() & np.isfinite(variable)
    fits = fit(variable, series.energy_kwh[None], used[None], kinds)
    figures = goodness(series.day, series.energy_kwh[None], fits.predict(variable), used[None], fits.parameters)
    return Baseline(series, variable, used, fits, figures)


@dataclass(frozen=True, slots=True, eq=False)
class Saving:
    """Avoided energy of one building, day by day and in sum.

    Attributes:
        day: Every day of the reporting period.
        variable: Independent variable: [°C] or [h].
        adjusted_baseline_kwh: What the day would have used without the measure, NaN where unknown. [kWh/d]
        adjustment_kwh: What else has to be added to the adjusted baseline. [kWh/d]
        series: Metered energy.
        left_out: For each day None if it is in both sums, else why it is in neither.
        variance: Of the sum over the days used.
    """

    day: Days
    variable: Floats
    adjusted_baseline_kwh: Floats
    adjustment_kwh: Floats
    series: DailySeries
    left_out: tuple[LeftOut | None, ...]
    variance: SavingVariance

    @property
    def used(self) -> Mask:
        """Days in both sums."""
        return np.array([reason is None for reason in self.left_out], dtype=np.bool_)

    @property
    def avoided_energy_kwh(self) -> float:
        """Adjusted baseline and adjustments less metered energy, over the days used. [kWh]"""
        avoided = self.adjusted_baseline_kwh + self.adjustment_kwh - self.series.energy_kwh
        return float(avoided[self.used].sum())

    def half_width_kwh(self, confidence: float, meter_error: float) -> float:
        """Half of the band that holds the true saving with `confidence`. [kWh]

        The gain error of a meter that stays in place over both periods scales the saving; within its permissible error
        every value is taken as equally likely (GUM, JCGM 100:2008, section 4.3.7). It is added in quadrature.

        Args:
            confidence: Of the band. [-]
            meter_error: Maximum permissible error of the meter. [-]
        """
        statistical = float(self.variance.half_width(confidence)[0])
        quantile = float(t_quantiles(confidence, np.array([1e9]))[0])
        return float(np.hypot(statistical, quantile * meter_error / np.sqrt(3) * self.avoided_energy_kwh))


def avoided_energy(
    baseline: Baseline, reporting: DailySeries, variable: Floats, failed_share: Floats | None = None
) -> Saving:
    """Avoided energy of a reporting period.

    A day is in both sums or in neither: a day whose energy, weather or adjusted baseline is unknown is left out of the
    adjusted baseline as well as of the metered energy and lowers the coverage. Nothing is filled.

    Args:
        baseline: The baseline.
        reporting: Metered energy of each day of the reporting period.
        variable: Independent variable of those days, NaN where unknown: outdoor temperature [°C] or dark hours [h].
        failed_share: Share of the lamps that were out of order on each day; what they did not use is no saving and is
            taken off the adjusted baseline. [-]
    """
    adjusted = baseline.fits.predict(variable)[0]
    left_out = _left_out(baseline, reporting, variable, adjusted)
    used = np.array([reason is None for reason in left_out], dtype=np.bool_)
    variance = saving_variance(
        baseline.fits,
        DaysUsed(baseline.series.day, baseline.variable, baseline.used[None]),
        DaysUsed(reporting.day, variable, used[None]),
        baseline.goodness.rho,
        (baseline.series.energy_kwh - baseline.fitted_kwh)[None],
    )
    return Saving(
        reporting.day, variable, adjusted, _without_failed(adjusted, failed_share), reporting, left_out, variance
    )


def _without_failed(adjusted: Floats, failed_share: Floats | None) -> Floats:
    """What failed lamps would have used, to be taken off; a day without lamp reports has no known failure. [kWh]"""
    adjustment = np.where(np.isfinite(adjusted), 0.0, np.nan)
    if failed_share is not None:
        counted = np.isfinite(failed_share)
        adjustment[counted] -= adjusted[counted] * failed_share[counted]
    return adjustment


def applicable_range(baseline: Baseline) -> tuple[float, float]:
    """Values of the variable between which a baseline may be adjusted; a mean needs none and has no end. [°C] or [h]"""
    if baseline.kind is ModelKind.MEAN:
        return -np.inf, np.inf
    low, high = baseline.variable_range
    below = above = MAX_EXTRAPOLATION * (high - low)
    if baseline.kind is ModelKind.HEATING_LINE:
        above = MAX_EXTRAPOLATION_OF_A_LINE * (high - low)
    if baseline.kind is ModelKind.COOLING_LINE:
        below = MAX_EXTRAPOLATION_OF_A_LINE * (high - low)
    return low - below, high + above


def _left_out(
    baseline: Baseline, reporting: DailySeries, variable: Floats, adjusted: Floats
) -> tuple[LeftOut | None, ...]:
    low, high = applicable_range(baseline)
    outside = (variable < low) | (variable > high)
    known = reporting.usable(max_estimated_share=np.inf)
    reasons = (
        (~known, LeftOut.NO_ENERGY),
        (~reporting.usable(), LeftOut.ESTIMATED),
        (~np.isfinite(adjusted), LeftOut.NO_WEATHER),
        (outside, LeftOut.OUTSIDE_BASELINE),
    )
    return tuple(next((why for applies, why in reasons if applies[place]), None) for place in range(len(adjusted)))


def more_days_to_prove(saving: Saving, confidence: float) -> int | None:
    """Further days like those used after which the band would leave zero; None if the baseline itself is too weak. [d]

    With a saving a per day the band is ``t sqrt(q M² + r M)`` after M days: q from the parameters and the season stays,
    r from the noise averages out. It leaves zero at ``M = t² r / (a² - t² q)``, if the divisor is positive.

    Args:
        saving: The saving as it stands.
        confidence: Of the band. [-]
    """
    days = int(np.count_nonzero(saving.used))
    quantile = float(t_quantiles(confidence, saving.variance.freedom)[0])
    if days == 0 or not np.isfinite(quantile):
        return None
    a = saving.avoided_energy_kwh / days
    q = float(saving.variance.parameters_kwh2[0] + saving.variance.misfit_kwh2[0]) / days**2
    r = float(saving.variance.noise_kwh2[0]) / days
    divisor = a**2 - quantile**2 * q
    if a <= 0 or divisor <= 0:
        return None
    return max(0, int(np.floor(quantile**2 * r / divisor)) + 1 - days)
