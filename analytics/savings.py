"""Avoided energy of a reporting period: adjusted baseline less metered energy, with its band."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analytics.arrays import Days, Floats, Indices, Mask
from analytics.batch import row_of, rows_of, two_at_least
from analytics.change_point import ChangePointFits, fit
from analytics.daily import DailySeries
from analytics.goodness import Goodness, goodness
from analytics.ledger.applied import Applied
from analytics.model_kind import ModelKind
from analytics.sunshine import worth_of_sun
from analytics.uncertainty import DaysUsed, SavingVariance, saving_variance, t_quantiles
from teplosvet.domain.adjustments import HALF_WIDTH_CONFIDENCE

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
    BELOW_RANGE = "below_range"
    """The flow was below the range of the meter for too long; the next four are the other abnormal states."""
    ABOVE_RANGE = "above_range"
    LOW_DT = "low_dt"
    METER_FAULT = "meter_fault"
    NO_POWER = "no_power"


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """The baseline of one building.

    Attributes:
        series: Energy of every day of the baseline period.
        variable: Independent variable of those days, NaN where unknown, with what the sun is worth: [°C] or [h].
        used: Days of the fit.
        fits: The model, of one building.
        goodness: Its figures, of one building.
        sun_k: What a unit of sun is worth; it is in `variable` already. [K]
    """

    series: DailySeries
    variable: Floats
    used: Mask
    fits: ChangePointFits
    goodness: Goodness
    sun_k: float = 0.0

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
    return fit_baselines((series,), variable, kinds)[0]


def fit_baselines(
    series: Sequence[DailySeries], variable: Floats, kinds: Sequence[ModelKind], sun: Floats | None = None
) -> list[Baseline]:
    """Fit the baselines of buildings that share their baseline period and its independent variable.

    Args:
        series: Energy of each day of the baseline period, of each building.
        variable: Independent variable of those days, NaN where unknown: outdoor temperature [°C] or dark hours [h].
        kinds: Models to try.
        sun: `analytics.sunshine.daily_sun` of those days where it may act. [-]
    """
    rows = two_at_least(series)
    energy = np.stack([each.energy_kwh for each in rows])
    used = np.stack([each.usable() for each in rows]) & np.isfinite(variable)
    worth = np.zeros(len(rows)) if sun is None else worth_of_sun(variable, sun, energy, used, tuple(kinds))
    driving = _with_sun(variable, sun, worth)
    fits = fit(driving, energy, used, kinds)
    figures = goodness(series[0].day, energy, fits.predict(driving), used, fits.parameters)
    return [
        Baseline(each, driving[place], used[place], row_of(fits, place), row_of(figures, place), float(worth[place]))
        for place, each in enumerate(series)
    ]


def _with_sun(variable: Floats, sun: Floats | None, worth: Floats) -> Floats:
    """The variable of each building with what the sun is worth in it [m, d]."""
    return np.asarray(variable + (worth[:, None] * (np.zeros(len(variable)) if sun is None else sun)))


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
        used: Days in both sums.
        variance: Of the sum over the days used.
        ledger: Agreed non-routine adjustments, which `adjustment_kwh` has in it.
    """

    day: Days
    variable: Floats
    adjusted_baseline_kwh: Floats
    adjustment_kwh: Floats
    series: DailySeries
    left_out: tuple[LeftOut | None, ...]
    used: Mask
    variance: SavingVariance
    ledger: tuple[Applied, ...] = ()

    @property
    def avoided_energy_kwh(self) -> float:
        """Adjusted baseline and adjustments less metered energy, over the days used. [kWh]"""
        avoided = self.adjusted_baseline_kwh + self.adjustment_kwh - self.series.energy_kwh
        return float(avoided[self.used].sum())

    def half_width_kwh(self, confidence: float, meter_error: float) -> float:
        """Half of the band that holds the true saving with `confidence`. [kWh]

        The gain error of a meter that stays in place over both periods scales the saving; within its permissible error
        every value is taken as equally likely (GUM, JCGM 100:2008, section 4.3.7). It is added in quadrature, and so is
        the half width of each non-routine adjustment, which is stated at 90 % and taken as normal.

        Args:
            confidence: Of the band. [-]
            meter_error: Maximum permissible error of the meter. [-]
        """
        statistical = float(self.variance.half_width(confidence)[0])
        quantile = float(t_quantiles(confidence, np.array([1e9]))[0])
        metered = float(np.hypot(statistical, quantile * meter_error / np.sqrt(3) * self.avoided_energy_kwh))
        stated = self.ledger_half_width_kwh(confidence)
        return float(np.hypot(metered, stated)) if stated else metered

    def ledger_half_width_kwh(self, confidence: float) -> float:
        """What the agreed adjustments add in quadrature to half of the band, 0 where none has a half width. [kWh]"""
        widths = [each.half_width_kwh for each in self.ledger if each.half_width_kwh]
        quantile, stated = (float(t_quantiles(c, np.array([1e9]))[0]) for c in (confidence, HALF_WIDTH_CONFIDENCE))
        return quantile / stated * float(np.linalg.norm(widths)) if widths else 0.0


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
    return avoided_energies((baseline,), (reporting,), variable, (failed_share,))[0]


def avoided_energies(
    baselines: Sequence[Baseline],
    reporting: Sequence[DailySeries],
    variable: Floats,
    failed_share: Sequence[Floats | None],
    sun: Floats | None = None,
) -> list[Saving]:
    """Avoided energy of buildings that share both periods and their independent variable; see `avoided_energy`.

    `sun` is that of the reporting days where `fit_baselines` was given it.
    """
    rows = two_at_least(baselines)
    fits = rows_of([each.fits for each in rows])
    driving = _with_sun(variable, sun, np.array([each.sun_k for each in rows]))
    adjusted = fits.predict(driving)
    reasons = [
        _reasons(each, energy, own, kwh)
        for each, energy, own, kwh in zip(rows, two_at_least(reporting), driving, adjusted, strict=True)
    ]
    used = np.stack(reasons) == _IN_BOTH_SUMS
    before = np.stack([each.variable for each in rows])
    variance = saving_variance(
        fits,
        DaysUsed(rows[0].series.day, before, np.stack([each.used for each in rows])),
        DaysUsed(reporting[0].day, driving, used),
        np.concatenate([each.goodness.rho for each in rows]),
        np.stack([each.series.energy_kwh for each in rows]) - fits.predict(before),
    )
    return [
        Saving(
            day=energy.day,
            variable=driving[place],
            adjusted_baseline_kwh=adjusted[place],
            adjustment_kwh=_without_failed(adjusted[place], failed_share[place]),
            series=energy,
            left_out=tuple(_REASONS[code] for code in reasons[place].tolist()),
            used=used[place],
            variance=row_of(variance, place),
        )
        for place, energy in enumerate(reporting)
    ]


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


ABNORMAL = (LeftOut.BELOW_RANGE, LeftOut.ABOVE_RANGE, LeftOut.LOW_DT, LeftOut.METER_FAULT, LeftOut.NO_POWER)
"""Abnormal states of a heat meter, in the order of `analytics.heat_clocks.STATES`."""

_REASONS = (*ABNORMAL, LeftOut.NO_ENERGY, LeftOut.ESTIMATED, LeftOut.NO_WEATHER, LeftOut.OUTSIDE_BASELINE, None)
"""In the order in which a day is asked; the first that applies is told."""
_IN_BOTH_SUMS = len(_REASONS) - 1


def _reasons(baseline: Baseline, reporting: DailySeries, variable: Floats, adjusted: Floats) -> Indices:
    """For each day the place in `_REASONS` of why it is left out."""
    low, high = applicable_range(baseline)
    nothing = np.full(len(variable), -1)
    state = nothing if reporting.abnormal is None else reporting.abnormal
    applies = (
        *(state == place for place in range(len(ABNORMAL))),
        ~reporting.usable(max_estimated_share=np.inf),
        ~reporting.usable(),
        ~np.isfinite(adjusted),
        (variable < low) | (variable > high),
    )
    return np.select(applies, range(_IN_BOTH_SUMS), _IN_BOTH_SUMS).astype(np.intp)


def more_days_to_prove(saving: Saving, confidence: float) -> int | None:
    """Further days like those used after which the band would leave zero; None if the baseline itself is too weak. [d]

    With a saving a per day the band is ``t sqrt(q M² + r M)`` after M days: q from the parameters and the season stays,
    r from the noise averages out. The half width of agreed adjustments is an error of every day alike, so like q it
    grows with the days: w a day. It leaves zero at ``M = t² r / (a² - t² q - w²)``, if the divisor is positive.

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
    divisor = a**2 - quantile**2 * q - (saving.ledger_half_width_kwh(confidence) / days) ** 2
    if a <= 0 or divisor <= 0:
        return None
    return max(0, int(np.floor(quantile**2 * r / divisor)) + 1 - days)
