"""The band of a saving: what noise and the fitted parameters leave open."""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Days, Floats, Mask
from analytics.autocorrelation import correlated, memory_of
from analytics.change_point import ChangePointFits
from analytics.goodness import effective_days
from analytics.student_t import student_t_quantile

GUIDELINE_14_K = 1.26
"""The factor that Reddy and Claridge found for monthly and daily data, ASHRAE Guideline 14-2014, Annex B. [-]"""

DAYS_A_MONTH = 30.4375


@dataclass(frozen=True, slots=True, eq=False)
class SavingVariance:
    """Where the variance of an avoided energy comes from, for each of m buildings.

    The part of the parameters grows with the square of the reporting days, the part of the noise with their number:
    a longer reporting period proves more, but never more than the baseline allows.

    Attributes:
        parameters_kwh2: From the fitted parameters, the change points among them. [kWh²]
        noise_kwh2: From the reporting days' own noise. [kWh²]
        rho: Lag-1 autocorrelation of the noise, freed from the fit's bias. [-]
        n_effective: Independent days that the baseline is worth, n'. [d]
        freedom: Degrees of freedom of the band, ``n' - p``. [-]
    """

    parameters_kwh2: Floats
    noise_kwh2: Floats
    rho: Floats
    n_effective: Floats
    freedom: Floats

    def half_width(self, confidence: float) -> Floats:
        """Half of the band that holds the true saving with `confidence`; NaN without a degree of freedom. [kWh]"""
        return t_quantiles(confidence, self.freedom) * np.sqrt(self.parameters_kwh2 + self.noise_kwh2)


@dataclass(frozen=True, slots=True, eq=False)
class DaysUsed:
    """The days of a period that count.

    Attributes:
        day: Calendar days, ascending [d].
        variable: Independent variable of the model, shared [d] or one row per building [m, d]: outdoor temperature
            [°C] or dark hours [h].
        mask: Days that count [m, d].
    """

    day: Days
    variable: Floats
    mask: Mask


def saving_variance(
    fits: ChangePointFits, baseline: DaysUsed, reporting: DaysUsed, residual_rho: Floats
) -> SavingVariance:
    """Variance of the sum of adjusted baseline less metered energy over the reporting days.

    The exact form for least squares, ``s² (1' C 1 + g' (X'X)⁻¹ X'CX (X'X)⁻¹ g)``, with X the gradient of the model by
    all its parameters, the change points among them, g the sum of that gradient over the reporting days, and C the
    AR(1) correlation of the days' noise [1, 2]. s² is the residuals' sum of squares over its expectation, which under
    autocorrelation is less than ``n - p``.

    Args:
        fits: The baselines.
        baseline: Days of the fit.
        reporting: Days that are summed; another calendar, the same kind of variable.
        residual_rho: Lag-1 autocorrelation of the baseline's residuals [m], NaN where it is unknown. [-]

    References:
        [1] Seber, Wild, "Nonlinear Regression", Wiley, 1989, sections 5.1 and 6.2.
        [2] Koran, Boyer, Khawaja, Rushton, Stewart, "A comparison of approaches to estimating the time-aggregated
            uncertainty of savings estimated from meter data", IEPEC 2017.
    """
    memory = memory_of(baseline.day, fits.gradient(baseline.variable), baseline.mask, residual_rho)
    with np.errstate(divide="ignore", invalid="ignore"):
        noise_variance = np.where(memory.freedom > 0, fits.sse / memory.freedom, np.nan)
    counted = np.where(reporting.mask[:, :, None], 1.0, 0.0)
    total = np.sum(counted * fits.gradient(reporting.variable), axis=1)
    weights = counted.transpose(1, 0, 2)
    noise = np.sum(weights * correlated(reporting.day, weights, memory.rho), axis=(0, 2))
    n_effective = effective_days(fits.n, memory.rho)
    return SavingVariance(
        parameters_kwh2=noise_variance * np.einsum("mi,mij,mj->m", total, memory.spread, total),
        noise_kwh2=noise_variance * noise,
        rho=memory.rho,
        n_effective=n_effective,
        freedom=n_effective - fits.parameters,
    )


def guideline_14_half_width(
    confidence: float,
    adjusted_baseline_kwh: Floats,
    cv_rmse: Floats,
    n: Floats,
    n_effective: Floats,
    parameters: Floats,
    reporting_days: Floats,
    k: Floats | float = GUIDELINE_14_K,
) -> Floats:
    """Half width of the band by the fractional savings uncertainty of ASHRAE Guideline 14 [1]. [kWh]

    ``t K CV E sqrt((n/n') (1 + 2/n') / m)``; divided by the avoided energy it is the fractional savings uncertainty.

    Args:
        confidence: Of the band. [-]
        adjusted_baseline_kwh: Adjusted baseline of the whole reporting period, E. [kWh]
        cv_rmse: CV(RMSE) of the baseline. [-]
        n: Days of the baseline. [d]
        n_effective: Independent days that they are worth, n'. [d]
        parameters: Number of fitted parameters p. [-]
        reporting_days: Days of the reporting period that count, m. [d]
        k: The factor K: 1.26, or `sun_baltazar_k`. [-]

    References:
        [1] Reddy, Claridge, "Uncertainty of measured energy savings from statistical baseline models", HVAC&R Research
            6(1), 2000; ASHRAE Guideline 14-2014, Annex B, equation B-12.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = k * cv_rmse * np.sqrt(n / n_effective * (1 + 2 / n_effective) / reporting_days)
    return np.asarray(t_quantiles(confidence, n_effective - parameters) * relative * np.abs(adjusted_baseline_kwh))


def sun_baltazar_k(reporting_days: Floats) -> Floats:
    """The factor K for daily data, by the months of the reporting period. [-]

    Args:
        reporting_days: Days of the reporting period, not of the baseline. [d]

    References:
        Sun, Baltazar, "Analysis and improvement on the estimation of building energy savings uncertainty", ASHRAE
        Transactions 119(2), 2013.
    """
    months = reporting_days / DAYS_A_MONTH
    return np.asarray(-0.00024 * months**2 + 0.03535 * months + 1.00286)


def t_quantiles(confidence: float, freedom: Floats) -> Floats:
    """Two-sided Student quantile for each number of degrees of freedom. [-]"""
    return np.array([student_t_quantile(0.5 + confidence / 2, df) if df > 0 else np.nan for df in freedom.tolist()])
