"""Sums over days whose errors remember the day before: first-order autoregressive noise, AR(1)."""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Days, Floats, Mask

GREATEST_RHO = 0.97
"""Autocorrelation above which a season holds hardly one independent stretch; the estimate is cut there. [-]"""

_ROUNDS = 4
"""Each leaves about a tenth of the bias that the one before left."""

_ROWS_AT_ONCE = 256
"""Buildings per pass, so that the days of all of them stay in a processor's cache."""


def correlated(day: Days, columns: Floats, rho: Floats) -> Floats:
    """Product of the days' correlation matrix, ``rho ** |days apart|``, with columns over the days.

    A forward and a backward recursion replace the matrix, so that a gap needs no filling and a year of 3,500 buildings
    no memory.

    Args:
        day: Calendar days, ascending [d].
        columns: Zero on days that do not count [d, m, k].
        rho: Lag-1 autocorrelation, not negative [m]. [-]

    Returns:
        The product, [d, m, k].
    """
    gap = np.diff(day).astype("timedelta64[D]").astype(np.int64)
    forward, backward = columns.copy(), columns.copy()
    memory = {int(days): (rho ** float(days))[:, None] for days in np.unique(gap)}
    for place in range(1, len(day)):
        forward[place] += memory[int(gap[place - 1])] * forward[place - 1]
    for place in range(len(day) - 2, -1, -1):
        backward[place] += memory[int(gap[place])] * backward[place + 1]
    return np.asarray(forward + backward - columns)


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """What autocorrelated noise does to a least-squares fit, for each of m buildings.

    Attributes:
        rho: Autocorrelation of the noise: that of the residuals, freed from the fit's own bias. [-]
        freedom: Expectation of the residuals' sum of squares, in units of the noise's variance. [-]
        spread: Covariance of the fitted parameters, in units of the noise's variance [m, k, k].
    """

    rho: Floats
    freedom: Floats
    spread: Floats


def memory_of(day: Days, design: Floats, mask: Mask, residual_rho: Floats, scale: Floats | None = None) -> Memory:
    """Autocorrelation and parameter covariance behind a least-squares fit.

    Residuals are less autocorrelated and smaller than the noise that made them, because the fit follows it. For a
    given rho both effects are known exactly [1]; rho is the value whose residuals would show `residual_rho`.

    Args:
        day: Calendar days, ascending [d].
        design: Gradient of the model by its parameters; all zero for a parameter that it has not [m, d, k].
        mask: Days of the fit [m, d].
        residual_rho: Lag-1 autocorrelation of the residuals [m]. [-]
        scale: Standard deviation of each day's noise over that of the whole [m, d]; None where all days are alike. [-]

    References:
        [1] Watson, "Serial correlation in regression analysis", Biometrika 42 (1955) 327-341.
    """
    rows = [slice(start, start + _ROWS_AT_ONCE) for start in range(0, max(len(mask), 1), _ROWS_AT_ONCE)]
    loud = np.ones(mask.shape) if scale is None else scale
    parts = [_memory_of(day, design[row], mask[row], residual_rho[row], loud[row]) for row in rows]
    return Memory(
        np.concatenate([part.rho for part in parts]),
        np.concatenate([part.freedom for part in parts]),
        np.concatenate([part.spread for part in parts]),
    )


def _memory_of(day: Days, design: Floats, mask: Mask, residual_rho: Floats, loud: Floats) -> Memory:
    x = np.where(mask[:, :, None], design, 0.0)
    scale = np.sqrt(np.square(x).sum(axis=1))
    scale = np.where(scale > 0, scale, 1.0)
    x /= scale[:, None, :]
    fit = _LeastSquares(day, x, mask, loud)
    aim = np.clip(np.nan_to_num(residual_rho), -GREATEST_RHO, GREATEST_RHO)
    rho = np.clip(aim, 0.0, GREATEST_RHO)
    for _ in range(_ROUNDS):
        shown, _, _ = fit.residuals(rho)
        rho = np.clip(rho + aim - shown, 0.0, GREATEST_RHO)
    _, freedom, product = fit.residuals(rho)
    spread = fit.inverse @ product @ fit.inverse / (scale[:, :, None] * scale[:, None, :])
    return Memory(np.where(np.isnan(residual_rho), np.nan, rho), freedom, spread)


class _LeastSquares:
    """The fixed part of a least-squares fit, for trying one autocorrelation after another.

    Args:
        day: Calendar days, ascending [d].
        x: Scaled design, zero on days that do not count [m, d, k].
        mask: Days of the fit [m, d].
        loud: Standard deviation of each day's noise over that of the whole [m, d]. [-]
    """

    def __init__(self, day: Days, x: Floats, mask: Mask, loud: Floats) -> None:
        pair = mask[:, 1:] & mask[:, :-1] & (np.diff(day) == np.timedelta64(1, "D"))
        beside = np.zeros_like(x)
        beside[:, 1:] += np.where(pair[:, :, None], 0.5 * x[:, :-1], 0.0)
        beside[:, :-1] += np.where(pair[:, :, None], 0.5 * x[:, 1:], 0.0)
        self._day, self._n, self._pairs = day, mask.sum(axis=1), pair.sum(axis=1)
        self._noise = np.where(mask, np.square(loud), 0.0).sum(axis=1)
        self._paired_noise = np.where(pair, loud[:, 1:] * loud[:, :-1], 0.0).sum(axis=1)
        self._loud = loud[:, :, None]
        self._by_day = np.ascontiguousarray((self._loud * x).transpose(1, 0, 2))
        self._turned, self._beside_turned = x.transpose(0, 2, 1), beside.transpose(0, 2, 1)
        self.inverse = np.linalg.pinv(self._turned @ x, rcond=1e-10, hermitian=True)
        self._lag = self.inverse @ (self._turned @ beside) @ self.inverse

    def residuals(self, rho: Floats) -> tuple[Floats, Floats, Floats]:
        """The lag-1 autocorrelation that residuals show, their expected sum of squares, and ``X' covariance X``."""
        carried = self._loud * correlated(self._day, self._by_day, rho).transpose(1, 0, 2)
        product = self._turned @ carried
        freedom = self._noise - np.einsum("mij,mji->m", self.inverse, product)
        together = (
            self._paired_noise * rho
            - 2 * np.einsum("mij,mji->m", self.inverse, self._beside_turned @ carried)
            + np.einsum("mij,mji->m", self._lag, product)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            return (together / self._pairs) / (freedom / self._n), freedom, product
