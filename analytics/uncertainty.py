"""The band of a saving: what noise and the fitted parameters leave open."""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Days, Floats, Mask
from analytics.autocorrelation import Memory, correlated, memory_of
from analytics.change_point import ChangePointFits
from analytics.goodness import effective_days
from analytics.noise_scale import noise_scale
from analytics.season_misfit import season_weights
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
        misfit_kwh2: From what the model misses at this season; grows with the square of the days too. [kWh²]
        rho: Lag-1 autocorrelation of the noise, freed from the fit's bias. [-]
        n_effective: Independent days that the baseline is worth, n'. [d]
        freedom: Degrees of freedom of the band, ``n' - p``. [-]
    """

    parameters_kwh2: Floats
    noise_kwh2: Floats
    misfit_kwh2: Floats
    rho: Floats
    n_effective: Floats
    freedom: Floats

    def half_width(self, confidence: float) -> Floats:
        """Half of the band that holds the true saving with `confidence`; NaN without a degree of freedom. [kWh]"""
        variance = self.parameters_kwh2 + self.noise_kwh2 + self.misfit_kwh2
        return t_quantiles(confidence, self.freedom) * np.sqrt(variance)


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
    fits: ChangePointFits,
    baseline: DaysUsed,
    reporting: DaysUsed,
    residual_rho: Floats,
    residual_kwh: Floats | None = None,
) -> SavingVariance:
    """Variance of the sum of adjusted baseline less metered energy over the reporting days.

    The exact form for least squares, ``s² (1' C 1 + g' (X'X)⁻¹ X'CX (X'X)⁻¹ g)``, with X the gradient of the model by
    all its parameters, the change points among them, g the sum of that gradient over the reporting days, and C the
    covariance of the days' noise, AR(1) and louder on some days than on others [1, 2]. s² is the residuals' sum of
    squares over its expectation, which under autocorrelation is less than ``n - p``. To this comes the square of what
    the model missed at the same season of the baseline, less what chance makes of it: an effect that is known and not
    corrected for widens the band [3].

    Args:
        fits: The baselines.
        baseline: Days of the fit.
        reporting: Days that are summed; another calendar, the same kind of variable.
        residual_rho: Lag-1 autocorrelation of the baseline's residuals [m], NaN where it is unknown. [-]
        residual_kwh: The baseline's metered less fitted energy [m, d]; without it all days are taken as equally loud
            and all seasons as fitted equally well. [kWh/d]

    References:
        [1] Seber, Wild, "Nonlinear Regression", Wiley, 1989, sections 2.8, 5.1 and 6.2.
        [2] Koran, Boyer, Khawaja, Rushton, Stewart, "A comparison of approaches to estimating the time-aggregated
            uncertainty of savings estimated from meter data", IEPEC 2017.
        [3] JCGM 100:2008 (GUM), section F.2.4.5.
    """
    loud = (np.ones(baseline.mask.shape), np.ones(reporting.mask.shape))
    if residual_kwh is not None:
        fitted, adjusted = fits.predict(baseline.variable), fits.predict(reporting.variable)
        loud = noise_scale(fitted, residual_kwh, baseline.mask, adjusted)
    gradient = fits.gradient(baseline.variable)
    memory = memory_of(baseline.day, gradient, baseline.mask, residual_rho, loud[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        noise_variance = np.where(memory.freedom > 0, fits.sse / memory.freedom, np.nan)
    counted = np.where(reporting.mask[:, :, None], 1.0, 0.0)
    total = np.sum(counted * fits.gradient(reporting.variable), axis=1)
    misfit = np.zeros(len(fits))
    if residual_kwh is not None:
        misfit = _season_misfit(baseline, reporting, gradient, residual_kwh, memory, loud[0], noise_variance)
    n_effective = effective_days(fits.n, memory.rho)
    return SavingVariance(
        parameters_kwh2=noise_variance * np.einsum("mi,mij,mj->m", total, memory.spread, total),
        noise_kwh2=noise_variance * _variance_of_sum(reporting.day, counted[:, :, 0] * loud[1], memory.rho),
        misfit_kwh2=misfit,
        rho=memory.rho,
        n_effective=n_effective,
        freedom=n_effective - fits.parameters,
    )


def _variance_of_sum(day: Days, weight: Floats, rho: Floats) -> Floats:
    """Variance of a weighted sum of AR(1) noise of variance 1 [m]. [-]"""
    columns = np.ascontiguousarray(weight.T)[:, :, None]
    return np.asarray(np.sum(columns * correlated(day, columns, rho), axis=(0, 2)))


def _season_misfit(
    baseline: DaysUsed,
    reporting: DaysUsed,
    gradient: Floats,
    residual_kwh: Floats,
    memory: Memory,
    loud: Floats,
    noise_variance: Floats,
) -> Floats:
    """Square of what the model missed at the season of the reporting days, beyond chance [m]. [kWh²]"""
    weight = season_weights(baseline.day, baseline.mask, reporting.day, reporting.mask)
    missed = (weight * np.where(baseline.mask, residual_kwh, 0.0)).sum(axis=1)
    x = np.where(baseline.mask[:, :, None], gradient, 0.0)
    length = np.sqrt(np.square(x).sum(axis=1))
    x = x / np.where(length > 0, length, 1.0)[:, None, :]
    turned = x.transpose(0, 2, 1)
    along = np.linalg.pinv(turned @ x, rcond=1e-10, hermitian=True) @ (turned @ weight[:, :, None])
    left = weight - (x @ along)[:, :, 0]
    chance = noise_variance * _variance_of_sum(baseline.day, left * loud, memory.rho)
    square = np.square(missed)
    return np.where(square <= chance, 0.0, square - chance)


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
