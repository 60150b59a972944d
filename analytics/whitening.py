"""Regression through days whose noise remembers the day before: AR(1) taken off, then least squares."""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Days, Floats
from analytics.autocorrelation import GREATEST_RHO

_TINY = 1e-12
"""Share of a column's length below which the rest of it is rounding."""


def whitened(day: Days, columns: Floats, rho: float, scale: Floats) -> Floats:
    """Columns whose noise is independent from day to day and equally large [d, k].

    Each day less what the known day before foretells, over what that leaves open; across a gap of g days the memory
    is ``rho**g`` [1]. A long stretch then weighs as many days as it is worth, ``n' = n (1 - rho)/(1 + rho)``.

    Args:
        day: Calendar days, ascending [d].
        columns: Values of those days [d, k].
        rho: Lag-1 autocorrelation of the noise; below 0 taken as 0. [-]
        scale: Standard deviation of each day's noise over that of the whole [d]. [-]

    References:
        [1] Seber, Wild, "Nonlinear Regression", Wiley, 1989, section 6.2.
    """
    level = columns / scale[:, None]
    gap = np.diff(day).astype("timedelta64[D]").astype(np.float64)
    memory = np.clip(rho, 0.0, GREATEST_RHO) ** gap
    free = level.copy()
    free[1:] = (level[1:] - memory[:, None] * level[:-1]) / np.sqrt(1 - memory**2)[:, None]
    return free


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """Least squares on whitened days, open for one more column.

    Attributes:
        basis: Orthonormal columns of the design [d, p].
        rest: What the design leaves of the energy [d].
    """

    basis: Floats
    rest: Floats

    @classmethod
    def of(cls, energy: Floats, design: Floats) -> "Regression":
        """Fit; a column that the others make up is dropped."""
        length = np.sqrt(np.square(design).sum(axis=0))
        left, singular, _ = np.linalg.svd(design[:, length > 0] / length[length > 0], full_matrices=False)
        basis = left[:, singular > 1e-9 * singular.max(initial=0.0)]
        return cls(basis, energy - basis @ (basis.T @ energy))

    def one_more(self, columns: Floats) -> tuple[Floats, Floats, float]:
        """Coefficient and Student's t of each column, added alone to the design, and its degrees of freedom [k]."""
        own = columns - self.basis @ (self.basis.T @ columns)
        square = np.square(own).sum(axis=0)
        told = square > _TINY * np.square(columns).sum(axis=0)
        freedom = float(len(self.rest) - self.basis.shape[1] - 1)
        sse = float(np.square(self.rest).sum())
        with np.errstate(divide="ignore", invalid="ignore"):
            coefficient = np.where(told, (own.T @ self.rest) / square, 0.0)
            explained = np.square(coefficient) * np.where(told, square, 0.0)
            left = np.where(sse > explained, sse - explained, 0.0)
            t = np.where(explained > 0, np.sign(coefficient) * np.sqrt(explained * freedom / left), 0.0)
        return coefficient, t, freedom


def as_normal(t: float, freedom: float) -> float:
    """The normal deviate that is as rare as a Student's t. [-]

    References:
        Wallace, "Bounds on normal approximations to Student's and the chi-square distributions", Annals of
        Mathematical Statistics 30 (1959) 1121-1130.
    """
    if not np.isfinite(t):
        return t
    size = (8 * freedom + 1) / (8 * freedom + 3) * np.sqrt(freedom * np.log1p(t * t / freedom))
    return float(np.copysign(size, t))
