"""How well a baseline follows the metered energy."""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Days, Floats, Mask

MIN_PAIRS = 10
"""Pairs of consecutive days below which no autocorrelation is told. [-]"""


@dataclass(frozen=True, slots=True, eq=False)
class Goodness:
    """Figures of the fit of each of m buildings.

    Attributes:
        n: Days of the fit. [d]
        mean: Mean metered energy of those days. [kWh/d]
        cv_rmse: ``sqrt(sum(e²)/(n - p)) / mean``. [-]
        nmbe: ``sum(e)/((n - p) mean)``, e = metered - fitted. [-]
        r2: Share of the variance that the model explains; 0 for a model without a slope, NaN for a constant load. [-]
        rho: Lag-1 autocorrelation of the residuals, over pairs of consecutive days only. [-]
    """

    n: Floats
    mean: Floats
    cv_rmse: Floats
    nmbe: Floats
    r2: Floats
    rho: Floats


def goodness(day: Days, energy_kwh: Floats, fitted_kwh: Floats, mask: Mask, parameters: Floats) -> Goodness:
    """Goodness of fit as ASHRAE Guideline 14 defines it [1].

    Args:
        day: Calendar days, ascending [d].
        energy_kwh: Metered energy [m, d]. [kWh/d]
        fitted_kwh: The model's energy [m, d]. [kWh/d]
        mask: Days of the fit [m, d].
        parameters: Number of fitted parameters p [m]. [-]

    References:
        [1] ASHRAE Guideline 14-2014, section 5.2.11 and Annex B.
    """
    usable = mask & np.isfinite(energy_kwh) & np.isfinite(fitted_kwh)
    residual = np.where(usable, energy_kwh - fitted_kwh, 0.0)
    n = usable.sum(axis=1).astype(np.float64)
    sse = np.square(residual).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(usable, energy_kwh, 0.0).sum(axis=1) / n
        total = np.square(np.where(usable, energy_kwh - mean[:, None], 0.0)).sum(axis=1)
        freedom = np.where(n > parameters, n - parameters, np.nan)
        return Goodness(
            n=n,
            mean=mean,
            cv_rmse=np.sqrt(sse / freedom) / mean,
            nmbe=residual.sum(axis=1) / freedom / mean,
            r2=1 - sse / np.where(total > 0, total, np.nan),
            rho=lag1_autocorrelation(day, residual, usable),
        )


def lag1_autocorrelation(day: Days, residual: Floats, mask: Mask) -> Floats:
    """Correlation of each day's residual with the next calendar day's. [-]

    Days on either side of a gap are not neighbours: a lag taken over the gap would be the lag of so many days. NaN with
    fewer than 10 pairs; 0 where the model leaves no residual at all.

    Args:
        day: Calendar days, ascending [d].
        residual: Metered less fitted energy [m, d]. [kWh/d]
        mask: Days of the fit [m, d].
    """
    pair = mask[:, 1:] & mask[:, :-1] & (np.diff(day) == np.timedelta64(1, "D"))
    known = np.where(mask, residual, 0.0)
    pairs = pair.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        together = np.where(pair, known[:, 1:] * known[:, :-1], 0.0).sum(axis=1) / pairs
        variance = np.square(known).sum(axis=1) / mask.sum(axis=1)
        rho = np.where(variance > 0, together / variance, 0.0)
    return np.where(pairs >= MIN_PAIRS, rho, np.nan)


def effective_days(n: Floats, rho: Floats) -> Floats:
    """Number of independent days that n autocorrelated ones are worth, ``n (1 - rho)/(1 + rho)``. [d]

    A negative rho is taken as 0: chance must not make a year worth more than its days.

    References:
        ASHRAE Guideline 14-2014, Annex B, equation B-14 (Reddy and Claridge 2000).
    """
    persistent = np.clip(rho, 0.0, None)
    return np.asarray(n * (1 - persistent) / (1 + persistent), dtype=np.float64)
