"""What a model misses at a season: the sun of spring, holidays, a summer of its own."""

import numpy as np

from analytics.arrays import Days, Floats, Mask

HALF_WINDOW_DAYS = 15
"""Days of the year on either side that count as the same season: a month in all. [d]"""

DAYS_A_YEAR = 365.25


def season_weights(baseline: Days, baseline_mask: Mask, reporting: Days, reporting_mask: Mask) -> Floats:
    """How often each baseline day stands for a reporting day of the same season [m, d]. [-]

    All baseline days within 15 days of its day of the year stand for a reporting day in equal parts; one that has none
    tells nothing. The residuals summed with these weights are what the model would have missed over the
    reporting days, had the baseline's year come again.

    Args:
        baseline: Calendar days [d].
        baseline_mask: Days of the fit [m, d].
        reporting: Calendar days [r].
        reporting_mask: Days that are summed [m, r].
    """
    near = _near(baseline, reporting)
    stand_in = baseline_mask.astype(np.float64) @ near
    share = np.where(reporting_mask & (stand_in > 0), 1.0 / np.maximum(stand_in, 1.0), 0.0)
    return np.asarray(np.where(baseline_mask, share @ near.T, 0.0))


def season_means(baseline: Days, baseline_mask: Mask, residual_kwh: Floats, reporting: Days) -> Floats:
    """Mean residual of the baseline's days at the season of each reporting day, NaN where it has none [m, r]. [kWh/d]

    Args:
        baseline: Calendar days [d].
        baseline_mask: Days of the fit [m, d].
        residual_kwh: Metered less fitted energy [m, d]. [kWh/d]
        reporting: Calendar days [r].
    """
    near = _near(baseline, reporting)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.where(baseline_mask, residual_kwh, 0.0) @ near
        return np.asarray(total / (baseline_mask.astype(np.float64) @ near))


def _near(baseline: Days, reporting: Days) -> Floats:
    """1 where a baseline day is at the season of a reporting day, else 0 [d, r]. [-]"""
    apart = np.abs(_day_of_year(baseline)[:, None] - _day_of_year(reporting)[None, :])
    near = np.minimum(apart, DAYS_A_YEAR - apart) <= HALF_WINDOW_DAYS
    return np.asarray(near, dtype=np.float64)


def _day_of_year(day: Days) -> Floats:
    since = day - day.astype("datetime64[Y]").astype("datetime64[D]")
    return np.asarray(since.astype(np.float64))
