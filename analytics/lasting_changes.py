"""Lasting changes within a reporting period: steps, and a drift of the saving towards nothing."""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Days, Floats
from analytics.level_shifts import LevelShift, level_shifts, strongest_step
from analytics.noise_scale import noise_scale
from analytics.persistence import Fade, drift_column, fading
from analytics.savings import Baseline, Saving
from analytics.season_misfit import season_means


@dataclass(frozen=True, slots=True, eq=False)
class KnownDays:
    """The days of a reporting period that count.

    Attributes:
        day: Calendar days, ascending [d].
        metered_kwh: Metered energy [d]. [kWh/d]
        adjusted_kwh: Adjusted baseline [d]. [kWh/d]
        season_kwh: What the model missed at this season of the baseline, NaN where unknown [d]. [kWh/d]
        rho: Lag-1 autocorrelation of the baseline's noise, free of what changed later. [-]
        scale: Standard deviation of each day's noise over that of the whole [d]. [-]
    """

    day: Days
    metered_kwh: Floats
    adjusted_kwh: Floats
    season_kwh: Floats
    rho: float
    scale: Floats


@dataclass(frozen=True, slots=True)
class LastingChanges:
    """What changed and stayed so.

    Attributes:
        shifts: Steps, in order of time.
        fade: A drift of the saving towards nothing beside them, None if there is none.
    """

    shifts: tuple[LevelShift, ...]
    fade: Fade | None


def lasting_changes(days: KnownDays) -> LastingChanges:
    """Steps and drift. A drift that tells more than the best step is taken first, or it would be told as several steps.

    The metered energy is compared with the adjusted baseline by a line of its own, so that a saving in proportion to
    the weather is no shift, and with what the model missed at the same season of the baseline.
    """
    given = (days.rho, days.scale)
    season = np.where(np.isfinite(days.season_kwh), days.season_kwh, 0.0)
    design = np.column_stack([days.adjusted_kwh, season])
    drift = fading(days.day, days.metered_kwh, days.adjusted_kwh, design, *given)
    if drift is not None and drift.deviate > strongest_step(days.day, days.metered_kwh, design, *given):
        drifting = np.column_stack([design, drift_column(days.day, days.adjusted_kwh)])
        return LastingChanges(level_shifts(days.day, days.metered_kwh, drifting, *given), drift)
    shifts = level_shifts(days.day, days.metered_kwh, design, *given)
    steps = [np.where(days.day >= np.datetime64(shift.first_day), 1.0, 0.0) for shift in shifts]
    stepped = np.column_stack([design, *steps])
    return LastingChanges(shifts, fading(days.day, days.metered_kwh, days.adjusted_kwh, stepped, *given))


def changes_of(baseline: Baseline, saving: Saving) -> LastingChanges:
    """Lasting changes behind a saving."""
    used, base = saving.used, baseline.used[None]
    residual = (baseline.series.energy_kwh - baseline.fitted_kwh)[None]
    season = season_means(baseline.series.day, base, residual, saving.day)[0]
    _, scale = noise_scale(baseline.fitted_kwh[None], residual, base, saving.adjusted_baseline_kwh[None])
    adjusted = saving.adjusted_baseline_kwh + saving.adjustment_kwh
    return lasting_changes(
        KnownDays(
            saving.day[used],
            saving.series.energy_kwh[used],
            adjusted[used],
            season[used],
            float(saving.variance.rho[0]),
            scale[0][used],
        )
    )
