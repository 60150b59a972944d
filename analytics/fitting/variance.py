"""The exact variance of an avoided energy whose adjusted baseline is a sum of weighted baseline energies."""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Days, Floats
from analytics.autocorrelation import GREATEST_RHO, correlated, memory_of
from analytics.goodness import effective_days, lag1_autocorrelation
from analytics.uncertainty import SavingVariance


@dataclass(frozen=True, slots=True, eq=False)
class FittedRows:
    """The rows of a baseline fit, in the scale in which their noise is equally large.

    Attributes:
        place: Calendar place of each row, ascending [n].
        design: Gradient of the model by its parameters, scaled like the residuals [n, p].
        residual: Metered less fitted energy, scaled [n]. [kWh]
        parameters: Number of fitted parameters p. [-]
    """

    place: Days
    design: Floats
    residual: Floats
    parameters: int

    @property
    def rho(self) -> float:
        """Lag-1 autocorrelation of the residuals, NaN with fewer than 10 pairs of neighbours. [-]"""
        return float(lag1_autocorrelation(self.place, self.residual[None], np.isfinite(self.residual)[None])[0])

    def influence(self, total: Floats) -> Floats:
        """Weights with which the baseline's scaled energies make up the sum ``total · parameters`` [n]."""
        return np.asarray(self.design @ (np.linalg.pinv(self.design.T @ self.design, hermitian=True) @ total))


def variance_of_sum(
    fitted: FittedRows, influence: Floats, place: Days, weight: Floats, *, few: bool = False
) -> SavingVariance:
    """Variance of the adjusted baseline less the metered energy of the reporting rows.

    ``s² (a' C a + v' C v)``: a the influence of the baseline's rows on the adjusted baseline, for least squares
    ``X (X'X)⁻¹ g``; v the noise of a reporting row in units of the scaled noise; C its AR(1) correlation. s² is the
    residuals' sum of squares over its expectation, as in `analytics.uncertainty.saving_variance`, whose band this is
    where a model is one for all days. Where rho cannot be told it is taken as 0 and n' as n.

    Args:
        fitted: Rows of the fit.
        influence: a [n]. [-]
        place: Calendar place of each reporting row [m].
        weight: v; 1 for a day [m]. [-]
        few: A dozen rows tell rho to about 0.3, too roughly to free it from the bias of the fit: it is taken as the
            residuals show it, not below 0, and s² is their sum of squares over n - p. [-]

    References:
        Seber, Wild, "Nonlinear Regression", Wiley, 1989, sections 5.1 and 6.2.
    """
    n = np.array([float(len(fitted.place))])
    rho = fitted.rho
    told = np.array([rho if np.isfinite(rho) else 0.0])
    told, freedom = _few(fitted, told) if few else _many(fitted, told)
    noise_variance = float(np.square(fitted.residual).sum() / (freedom if freedom > 0 else np.nan))
    n_effective = effective_days(n, told)
    left = n_effective - fitted.parameters
    return SavingVariance(
        parameters_kwh2=np.array([noise_variance * _spread(fitted.place, influence, told)]),
        noise_kwh2=np.array([noise_variance * _spread(place, weight, told)]),
        misfit_kwh2=np.array([0.0]),  # the season's misfit is asked of daily change-point fits alone
        rho=told,
        n_effective=n_effective,
        freedom=np.where(left >= 1, left, np.nan),
    )


def _many(fitted: FittedRows, told: Floats) -> tuple[Floats, float]:
    """Autocorrelation freed from the bias of the fit, and the expected sum of squares of the residuals."""
    memory = memory_of(fitted.place, fitted.design[None], np.ones((1, len(fitted.place)), dtype=np.bool_), told)
    return memory.rho, float(memory.freedom[0])


def _few(fitted: FittedRows, told: Floats) -> tuple[Floats, float]:
    return np.clip(told, 0.0, GREATEST_RHO), float(len(fitted.place) - fitted.parameters)


def _spread(place: Days, weight: Floats, rho: Floats) -> float:
    """``weight' C weight`` over a calendar with gaps. [-]"""
    if not len(place):
        return 0.0
    return float(weight @ correlated(place, weight[:, None, None].copy(), rho)[:, 0, 0])
