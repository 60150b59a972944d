"""How many fixtures have to be measured, and how well those that were measured stand for all."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

from analytics.student_t import student_t_quantile

FIRST_CV = 0.5
"""Coefficient of variation to plan with while none is measured (FEMP M&V Guidelines 4.0, 2015). [-]"""


def sample_size(population: int, confidence: float, precision: float, cv: float = FIRST_CV) -> int:
    """Points to measure so that the mean is known within `precision` at `confidence`.

    ``n0 = z² CV² / e²``, for a finite population ``n = n0 / (1 + n0/N)``, rounded up [1].

    Args:
        population: Points of the group, N.
        confidence: Two-sided. [-]
        precision: Relative half width e. [-]
        cv: Coefficient of variation over the points. [-]

    References:
        [1] BPA, "Sampling for M&V: Reference Guide", version 3.0, 2024; ASHRAE Guideline 14-2014.
    """
    if population < 1 or not 0 < confidence < 1 or not precision > 0 or cv < 0:
        raise ValueError("a sample needs a population, a confidence between 0 and 1, and a precision above 0")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    infinite = (z * cv / precision) ** 2
    exact = infinite / (1 + infinite / population)
    return min(population, max(1, math.ceil(exact - 1e-9)))


@dataclass(frozen=True, slots=True)
class Sample:
    """What the measured points of a group say of all its points.

    Attributes:
        mean: Mean of the measured points. [unit of the points]
        variance: Of that mean as the mean of all points, 0 if all were measured. [unit²]
        freedom: Degrees of freedom of the variance, infinite if all were measured. [-]
        n: Measured points.
        cv: Coefficient of variation over them, 0 of a single one. [-]
    """

    mean: float
    variance: float
    freedom: float
    n: int
    cv: float

    @classmethod
    def of(cls, values: Sequence[float], population: int) -> "Sample":
        """From measured values.

        ``s²/n (1 - n/N)`` is the variance of a mean of n out of N (Cochran, "Sampling Techniques", 3rd ed., 1977,
        equation 2.20). Of one point out of several nothing can be said: the variance is NaN.

        Args:
            values: One for each measured point; no more than there are points.
            population: Points of the group.
        """
        n = len(values)
        if not 1 <= n <= population:
            raise ValueError(f"{n} measured points of {population}")
        mean = fmean(values)
        if n == population:
            spread = stdev(values) if n > 1 else 0.0
            return cls(mean, 0.0, math.inf, n, _relative(spread, mean))
        if n == 1:
            return cls(mean, math.nan, 0.0, 1, 0.0)
        spread = stdev(values)
        return cls(mean, spread**2 / n * (1 - n / population), n - 1.0, n, _relative(spread, mean))

    def precision(self, confidence: float) -> float:
        """Relative half width that was achieved; NaN where nothing can be said. [-]"""
        if self.mean == 0 or math.isnan(self.variance):
            return math.nan
        return quantile(confidence, self.freedom) * math.sqrt(self.variance) / abs(self.mean)


def quantile(confidence: float, freedom: float) -> float:
    """Two-sided quantile of Student's t, of the normal distribution where the freedom is unlimited. [-]"""
    if math.isinf(freedom):
        return NormalDist().inv_cdf(0.5 + confidence / 2)
    return student_t_quantile(0.5 + confidence / 2, freedom)


def _relative(spread: float, mean: float) -> float:
    return spread / abs(mean) if mean else 0.0
