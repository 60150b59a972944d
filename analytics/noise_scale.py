"""How much louder the noise of a cold day is than that of a warm one."""

import numpy as np

from analytics.arrays import Floats, Mask

LEAST_DAYS = 60
"""Days of a fit below which the noise is taken as equal on all days: a slope through so few says little. [d]"""

LEAST_SCALE = 0.3
"""Scale below which no day is taken: an exact day would tell more than any day does. Our own limit. [-]"""


def noise_scale(fitted_kwh: Floats, residual_kwh: Floats, mask: Mask, reporting_kwh: Floats) -> tuple[Floats, Floats]:
    """Standard deviation of each day's noise over that of the baseline as a whole.

    A straight line through the absolute residuals over the fitted energy [1, 2]: wind acts on the temperature
    difference, so a heated house is loud in frost and quiet in summer. The mean square over the days of the fit is 1.

    Args:
        fitted_kwh: The model's energy of the baseline's days [m, d]. [kWh/d]
        residual_kwh: Metered less fitted energy [m, d]. [kWh/d]
        mask: Days of the fit [m, d].
        reporting_kwh: Adjusted baseline [m, r]. [kWh/d]

    Returns:
        Scales [m, d] and [m, r]. [-]

    References:
        [1] Glejser, "A new test for heteroskedasticity", JASA 64 (1969) 316-323.
        [2] Davidian, Carroll, "Variance function estimation", JASA 82 (1987) 1079-1091.
    """
    n = mask.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        center = np.where(mask, fitted_kwh, 0.0).sum(axis=1, keepdims=True) / n
        away = np.where(mask, fitted_kwh - center, 0.0)
        size = np.where(mask, np.abs(residual_kwh), 0.0)
        level = size.sum(axis=1, keepdims=True) / n
        slope = (away * size).sum(axis=1, keepdims=True) / np.square(away).sum(axis=1, keepdims=True) / level
        slope = np.where(np.isfinite(slope) & (n >= LEAST_DAYS), slope, 0.0)
        scales = [np.maximum(1 + slope * (energy - center), LEAST_SCALE) for energy in (fitted_kwh, reporting_kwh)]
        unit = np.sqrt(np.where(mask, np.square(scales[0]), 0.0).sum(axis=1, keepdims=True) / n)
        before, after = (np.where(np.isfinite(scale / unit), scale / unit, 1.0) for scale in scales)
    return before, after
