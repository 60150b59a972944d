"""Other forms of the 90 % band, to be held against the one of a statement."""

from typing import Protocol

import numpy as np

from analytics.arrays import Floats
from analytics.change_point import ChangePointFits
from analytics.goodness import Goodness, effective_days
from analytics.uncertainty import DaysUsed, SavingVariance, guideline_14_half_width, sun_baltazar_k, t_quantiles

CONFIDENCE = 0.9


class Verified(Protocol):
    """Buildings whose saving was verified."""

    @property
    def baseline(self) -> DaysUsed:
        """Days of the fits."""

    @property
    def reporting(self) -> DaysUsed:
        """Days in the sums."""

    @property
    def fits(self) -> ChangePointFits:
        """The baselines."""

    @property
    def goodness(self) -> Goodness:
        """Their figures."""

    @property
    def variance(self) -> SavingVariance:
        """Of the sums."""

    @property
    def adjusted_kwh(self) -> Floats:
        """Adjusted baseline over the days in the sums [m]. [kWh]"""


def headline(verified: Verified) -> Floats:
    """The statistical part of a statement's band [m]. [kWh]"""
    return verified.variance.half_width(CONFIDENCE)


def guideline_14(verified: Verified) -> Floats:
    """ASHRAE Guideline 14 with K = 1.26 [m]. [kWh]"""
    return _guideline(verified, 1.26, effective_days(verified.goodness.n, verified.goodness.rho))


def sun_baltazar(verified: Verified) -> Floats:
    """ASHRAE Guideline 14 with the factor of Sun and Baltazar [m]. [kWh]"""
    worth = effective_days(verified.goodness.n, verified.goodness.rho)
    return _guideline(verified, sun_baltazar_k(_days(verified)), worth)


def without_effective_days(verified: Verified) -> Floats:
    """The same blind to autocorrelation: what a study must find wanting [m]. [kWh]"""
    return _guideline(verified, sun_baltazar_k(_days(verified)), verified.goodness.n)


def given_the_change_point(verified: Verified) -> Floats:
    """The linear form with the change point taken as known, and n' in place of the correlation itself [m]. [kWh]"""
    fits, n = verified.fits, verified.goodness.n
    worth = effective_days(n, verified.goodness.rho)
    x = fits.gradient(verified.baseline.variable)[:, :, :3] * verified.baseline.mask[:, :, None]
    inverse = np.linalg.pinv(np.einsum("mdi,mdj->mij", x, x))
    total = (fits.gradient(verified.reporting.variable)[:, :, :3] * verified.reporting.mask[:, :, None]).sum(axis=1)
    variance = fits.sse / n * worth / (worth - fits.parameters) * n / worth
    spread = _days(verified) + np.einsum("mi,mij,mj->m", total, inverse, total)
    return np.asarray(t_quantiles(CONFIDENCE, worth - fits.parameters) * np.sqrt(variance * spread))


def _days(verified: Verified) -> Floats:
    return np.asarray(verified.reporting.mask.sum(axis=1), dtype=np.float64)


def _guideline(verified: Verified, k: Floats | float, worth: Floats) -> Floats:
    figures = verified.goodness
    return guideline_14_half_width(
        CONFIDENCE,
        verified.adjusted_kwh,
        figures.cv_rmse,
        figures.n,
        worth,
        verified.fits.parameters,
        _days(verified),
        k,
    )
