"""What the methods make of drawn houses, and how far that is from the truth."""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats, Mask
from analytics.change_point import ChangePointFits, fit
from analytics.goodness import Goodness, goodness
from analytics.lasting_changes import KnownDays, lasting_changes
from analytics.lighting import lighting_variable
from analytics.methods import METER_ERROR
from analytics.model_kind import HEAT_MODELS, LIGHT_MODELS, ModelKind
from analytics.noise_scale import noise_scale
from analytics.savings import MAX_EXTRAPOLATION, MAX_EXTRAPOLATION_OF_A_LINE
from analytics.season_misfit import season_means
from analytics.study.generator import LATITUDE_DEG, Drawn, House
from analytics.sunshine import daily_sun, worth_of_sun
from analytics.uncertainty import DaysUsed, SavingVariance, saving_variance, t_quantiles
from teplosvet.domain.contracts import Carrier

MANY = 1e9
"""Degrees of freedom at which Student's distribution is the normal one. [-]"""


TWO_WEEKS = np.timedelta64(14, "D")


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """m houses verified at once, as `analytics.methods.verify` does one.

    Attributes:
        baseline: Days of the fits.
        reporting: Days in the sums.
        reporting_kwh: Metered energy [m, d]. [kWh/d]
        adjusted_daily_kwh: Adjusted baseline [m, d]. [kWh/d]
        true_kwh: True saving over the days in the sums [m]. [kWh]
        fits: The baselines.
        goodness: Their figures.
        variance: Of the sums.
        meter_error: Maximum permissible error of the meter. [-]
    """

    baseline: DaysUsed
    reporting: DaysUsed
    reporting_kwh: Floats
    adjusted_daily_kwh: Floats
    true_kwh: Floats
    fits: ChangePointFits
    goodness: Goodness
    variance: SavingVariance
    meter_error: float

    @property
    def adjusted_kwh(self) -> Floats:
        """Adjusted baseline over the days in the sums [m]. [kWh]"""
        return np.asarray(np.where(self.reporting.mask, self.adjusted_daily_kwh, 0.0).sum(axis=1))

    @property
    def avoided_kwh(self) -> Floats:
        """Avoided energy [m]. [kWh]"""
        return np.asarray(self.adjusted_kwh - np.where(self.reporting.mask, self.reporting_kwh, 0.0).sum(axis=1))

    def half_width(self, confidence: float) -> Floats:
        """Half of the band of a statement [m]. [kWh]"""
        quantile = t_quantiles(confidence, np.array([MANY]))[0]
        meter = quantile * self.meter_error / np.sqrt(3) * self.avoided_kwh
        return np.asarray(np.hypot(self.variance.half_width(confidence), meter))


def try_method(house: House, drawn: Drawn, *, sees_sun: bool = True) -> Trial:
    """Verify every drawn house; blind to the sun as version 2 was, to see what it is worth."""
    light = house is House.LIGHT
    before, after = (
        (lighting_variable(drawn.baseline_day, LATITUDE_DEG), lighting_variable(drawn.reporting_day, LATITUDE_DEG))
        if light
        else (drawn.baseline_c, drawn.reporting_c)
    )
    used = np.isfinite(drawn.baseline_kwh)
    if sees_sun and not light:
        sun = [daily_sun(day, LATITUDE_DEG) for day in (drawn.baseline_day, drawn.reporting_day)]
        worth = worth_of_sun(before, sun[0], drawn.baseline_kwh, used, HEAT_MODELS)[:, None]
        before, after = before + worth * sun[0], after + worth * sun[1]
    fits = fit(before, drawn.baseline_kwh, used, LIGHT_MODELS if light else HEAT_MODELS)
    figures = goodness(drawn.baseline_day, drawn.baseline_kwh, fits.predict(before), used, fits.parameters)
    counted = np.isfinite(drawn.reporting_kwh) & _supported(fits, before, after, used)
    baseline, reporting = DaysUsed(drawn.baseline_day, before, used), DaysUsed(drawn.reporting_day, after, counted)
    return Trial(
        baseline,
        reporting,
        drawn.reporting_kwh,
        fits.predict(after),
        np.where(counted, drawn.saved_kwh, 0.0).sum(axis=1),
        fits,
        figures,
        saving_variance(fits, baseline, reporting, figures.rho, drawn.baseline_kwh - fits.predict(before)),
        METER_ERROR[Carrier.LIGHT if light else Carrier.HEAT],
    )


def coverage(trial: Trial, half_width: Floats) -> float:
    """Share of the houses whose band holds the true saving. [-]"""
    return float(np.mean(np.abs(trial.avoided_kwh - trial.true_kwh) <= half_width))


def proven_share(trial: Trial, confidence: float) -> float:
    """Share of the houses whose band lies above zero. [-]"""
    return float(np.mean(trial.avoided_kwh > trial.half_width(confidence)))


def bias(trial: Trial) -> float:
    """Mean of avoided energy less true saving, over the mean adjusted baseline. [-]"""
    return float(np.mean(trial.avoided_kwh - trial.true_kwh) / np.mean(trial.adjusted_kwh))


def _supported(fits: ChangePointFits, before: Floats, after: Floats, used: Mask) -> Mask:
    """Days whose weather a statement would still adjust to: `analytics.savings.applicable_range`, row by row [m, d]."""
    seen = np.where(used, before, np.nan)
    low, high = np.nanmin(seen, axis=1), np.nanmax(seen, axis=1)
    kind = np.array([fits.kind_of(row) for row in range(len(fits))])
    share = {True: MAX_EXTRAPOLATION_OF_A_LINE, False: MAX_EXTRAPOLATION}
    above = np.array([share[one is ModelKind.HEATING_LINE] for one in kind]) * (high - low)
    below = np.array([share[one is ModelKind.COOLING_LINE] for one in kind]) * (high - low)
    inside = (after >= (low - below)[:, None]) & (after <= (high + above)[:, None])
    return np.asarray(inside | (kind == ModelKind.MEAN)[:, None])


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in houses that change, or do not.

    Attributes:
        shifted: Share with a level shift. [-]
        in_time: Share with one within two weeks of the true day. [-]
        faded: Share whose saving is said to fade. [-]
    """

    shifted: float
    in_time: float
    faded: float


def changes_found(drawn: Drawn, trial: Trial, true_first_day: np.datetime64) -> Found:
    """Look for lasting changes in every house."""
    residual = drawn.baseline_kwh - trial.fits.predict(trial.baseline.variable)
    season = season_means(trial.baseline.day, trial.baseline.mask, residual, trial.reporting.day)
    fitted = trial.fits.predict(trial.baseline.variable)
    _, scale = noise_scale(fitted, residual, trial.baseline.mask, trial.adjusted_daily_kwh)
    shifted, in_time, faded = [], [], []
    for row, used in enumerate(trial.reporting.mask):
        columns = (trial.reporting_kwh, trial.adjusted_daily_kwh, season)
        metered, adjusted, missed = (column[row][used] for column in columns)
        rho = float(trial.variance.rho[row])
        days = KnownDays(trial.reporting.day[used], metered, adjusted, missed, rho, scale[row][used])
        changes = lasting_changes(days)
        away = [abs(np.datetime64(shift.first_day, "D") - true_first_day) for shift in changes.shifts]
        shifted.append(bool(changes.shifts))
        in_time.append(any(apart <= TWO_WEEKS for apart in away))
        faded.append(changes.fade is not None)
    return Found(float(np.mean(shifted)), float(np.mean(in_time)), float(np.mean(faded)))
