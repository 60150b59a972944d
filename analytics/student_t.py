"""Student's t quantile, written out so that a statement needs no statistics library to be computed again."""

import math
from functools import lru_cache
from statistics import NormalDist

_TINY = 1e-300
_CONVERGED = 1e-15


@lru_cache(maxsize=1024)
def student_t_quantile(probability: float, degrees_of_freedom: float) -> float:
    """Value that a t-distributed variable stays below with `probability`. [-]

    The tail is the regularised incomplete beta function [1, eq. 26.5.27]; its inverse is found by Newton's method
    inside a bracket, so that it is as exact as the tail itself, also for fractions of a degree of freedom, which an
    effective number of days has.

    Args:
        probability: Between 0 and 1, both excluded. [-]
        degrees_of_freedom: Greater than 0; need not be whole. [-]

    Returns:
        The quantile, or NaN when there is no degree of freedom left.

    References:
        [1] Abramowitz, Stegun, "Handbook of Mathematical Functions", NBS, 1964, sections 26.5 and 26.7.
    """
    if not 0 < probability < 1:
        raise ValueError(f"a probability lies between 0 and 1, got {probability}")
    if not degrees_of_freedom > 0:
        return math.nan
    tail = min(probability, 1 - probability)
    magnitude = _upper_quantile(tail, degrees_of_freedom)
    return magnitude if probability > 0.5 else -magnitude


def _upper_quantile(tail: float, df: float) -> float:
    if tail == 0.5:
        return 0.0
    z = NormalDist().inv_cdf(1 - tail)
    t = z + (z**3 + z) / (4 * df) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df**2)  # [1, 26.7.5]
    low, high = 0.0, math.inf
    for _ in range(200):
        error = _upper_tail(t, df) - tail
        low, high = (t, high) if error > 0 else (low, t)
        step = t + error / _density(t, df)
        # Newton's step may leave what is known of the root's place: then halve it, or double while it has no upper end.
        following = step if low < step < high else (0.5 * (low + high) if high < math.inf else 2 * low)
        if abs(following - t) <= 1e-14 * abs(t):
            return following
        t = following
    return t


def _density(t: float, df: float) -> float:
    log_constant = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
    return math.exp(log_constant - (df + 1) / 2 * math.log1p(t * t / df))


def _upper_tail(t: float, df: float) -> float:
    return 0.5 * _incomplete_beta(df / (df + t * t), t * t / (df + t * t), df / 2, 0.5)


def _incomplete_beta(x: float, complement: float, a: float, b: float) -> float:
    """Regularised incomplete beta function; `complement` is 1 - x, given apart because x may round to 1. [-]"""
    if x <= 0 or complement <= 0:
        return float(x > 0)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(complement)
    # The fraction converges fast only on its own side of the mean of the distribution [1, 26.5.8].
    if x < (a + 1) / (a + b + 2):
        return math.exp(log_front) * _beta_fraction(x, a, b) / a
    return 1 - math.exp(log_front) * _beta_fraction(complement, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    """Continued fraction of the incomplete beta function by Lentz's method. [-]"""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            change = d * c
            value *= change
        if abs(change - 1) < _CONVERGED:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
