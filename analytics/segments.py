"""Least squares of hinge models at any change point, from running sums over the days sorted by temperature.

A change point splits the sorted days in two. With running sums of 1, T, T², y and T·y every sum of the normal equations
is a difference of two of them, so that thousands of candidates for thousands of buildings cost a few array operations
each, instead of one regression each.
"""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats, Indices, Mask

SEARCH_SHARE = 0.025
"""Share of a building's days that must lie on each side of a change point [RP-1050: Kissock, Haberl, Claridge,
"Inverse modeling toolkit", ASHRAE Transactions 109(2), 2003]. [-]"""

MIN_DAYS_BESIDE = 3
"""Days that must lie on each side of a change point, however short the baseline is. [d]"""


@dataclass(frozen=True, slots=True)
class Line:
    """Slope of one hinge and the sum of squares that is left. Arrays [buildings, candidates]."""

    slope: Floats
    sse: Floats


@dataclass(frozen=True, slots=True)
class TwoLines:
    """Slopes of a heating and a cooling hinge and the sum of squares that is left. Arrays [buildings, candidates]."""

    heating_slope: Floats
    cooling_slope: Floats
    sse: Floats


class SortedDays:
    """Days of buildings under one sky, sorted by temperature, energy taken about its mean.

    Args:
        temperature: Temperature of each day, sorted. [d]
        energy: Energy of each building and day, in the same order; anything where `mask` is False. [m, d]
        mask: Days that count. [m, d]
    """

    def __init__(self, temperature: Floats, energy: Floats, mask: Mask) -> None:
        self.temperature, self._energy, self._mask = temperature, energy, mask
        weight = mask.astype(np.float64)
        self.n = weight.sum(axis=1, keepdims=True)
        y = np.where(mask, energy, 0.0)
        # A building without a single day has no mean and gets no model; its divisions must only not stop the others'.
        self._n = np.maximum(self.n, 1)
        self.mean = y.sum(axis=1, keepdims=True) / self._n
        y = np.where(mask, y - self.mean, 0.0)
        self.sst = np.square(y).sum(axis=1, keepdims=True)
        self._count, self._t = _running(weight), _running(weight * temperature)
        self._tt = _running(weight * temperature**2)
        self._y, self._ty = _running(y), _running(y * temperature)

    def upside_down(self) -> "SortedDays":
        """The same days with the sign of the temperature turned, so that what cools becomes what heats."""
        return SortedDays(-self.temperature[::-1], self._energy[:, ::-1], self._mask[:, ::-1])

    def split(self, change_point: Floats) -> Indices:
        """How many of the sorted days are colder than each candidate."""
        return np.searchsorted(self.temperature, change_point, side="left")

    def admissible(self, change_point: Floats, split: Indices) -> Mask:
        """Candidates inside the temperatures with enough of the building's days on either side."""
        colder = _at(self._count, split)
        least = np.maximum(SEARCH_SHARE * self.n, MIN_DAYS_BESIDE)
        return np.asarray((colder >= least) & (self.n - colder >= least) & (change_point >= self.temperature[0]))

    def hinge(self, change_point: Floats, split: Indices) -> tuple[Floats, Floats, Floats]:
        """Sums of x, x² and x·y for ``x = (change point - T)+``. [m, candidates]"""
        count, t, y = _at(self._count, split), _at(self._t, split), _at(self._y, split)
        x = change_point * count - t
        xx = change_point * (x - t) + _at(self._tt, split)
        return x, xx, change_point * y - _at(self._ty, split)

    def opposite_hinge(self, change_point: Floats, split: Indices) -> tuple[Floats, Floats, Floats]:
        """Sums of x, x² and x·y for ``x = (T - change point)+``. [m, candidates]"""
        count, t = self.n - _at(self._count, split), self._t[:, -1:] - _at(self._t, split)
        y, ty = self._y[:, -1:] - _at(self._y, split), self._ty[:, -1:] - _at(self._ty, split)
        x = t - change_point * count
        xx = self._tt[:, -1:] - _at(self._tt, split) - change_point * (t + x)
        return x, xx, ty - change_point * y

    def line(self) -> Line:
        """The straight line over all days, as slope against temperature. [m, 1]"""
        t, ty = self._t[:, -1:], self._ty[:, -1:]
        return _one_slope(self._n, t, self._tt[:, -1:], ty, self.sst)

    def one_hinge(self, change_point: Floats, split: Indices) -> Line:
        """Base and ``slope (change point - T)+`` at each candidate."""
        x, xx, xy = self.hinge(change_point, split)
        fit = _one_slope(self._n, x, xx, xy, self.sst)
        return Line(fit.slope, np.where(self.admissible(change_point, split) & (fit.slope > 0), fit.sse, np.inf))

    def two_hinges(self, colder: Floats, split: Indices, warmer: Floats, split_warmer: Indices) -> TwoLines:
        """Base, ``slope (colder - T)+`` and ``slope (T - warmer)+`` at each pair of candidates."""
        ax, axx, axy = self.hinge(colder, split)
        bx, bxx, bxy = self.opposite_hinge(warmer, split_warmer)
        aa, bb, ab = axx - ax**2 / self._n, bxx - bx**2 / self._n, -ax * bx / self._n
        determinant = aa * bb - ab**2
        sound = (determinant > 1e-9 * aa * bb) & self.admissible(colder, split) & self.admissible(warmer, split_warmer)
        divisor = np.where(sound, determinant, 1.0)
        a, b = (bb * axy - ab * bxy) / divisor, (aa * bxy - ab * axy) / divisor
        return TwoLines(a, b, np.where(sound, self.sst - a * axy - b * bxy, np.inf))

    def crossings(self, flat: bool) -> Floats:
        """Where the line through the colder days meets the warmer days' line, or their mean if `flat`.

        Between two neighbouring temperatures the best change point is this crossing, if it lies there, else one of the
        two temperatures [1]. Where it does not lie there, a point outside the temperatures stands for it, which no
        search admits. Candidate k has k + 1 colder days. [m, d - 1]

        References:
            [1] Hudson, "Fitting segmented curves whose join points have to be estimated", JASA 61 (1966) 1097-1129.
        """
        left = slice(1, -1)
        n, t, tt = self._count[:, left], self._t[:, left], self._tt[:, left]
        y, ty = self._y[:, left], self._ty[:, left]
        with np.errstate(divide="ignore", invalid="ignore"):
            slope, offset = _regression(n, t, tt, y, ty)
            rest = self.n - n
            if flat:
                slope_beyond, offset_beyond = np.zeros_like(slope), -y / rest
            else:
                slope_beyond, offset_beyond = _regression(
                    rest, self._t[:, -1:] - t, self._tt[:, -1:] - tt, -y, self._ty[:, -1:] - ty
                )
            crossing = (offset_beyond - offset) / (slope - slope_beyond)
        between = (crossing > self.temperature[:-1]) & (crossing < self.temperature[1:])
        return np.asarray(np.where(between, crossing, self.temperature[0] - 1))


def _running(values: Floats) -> Floats:
    """Sums of the first 0, 1, .. d values of each row."""
    sums = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums


def _at(running: Floats, split: Indices) -> Floats:
    return np.asarray(running[:, split] if split.ndim == 1 else np.take_along_axis(running, split, axis=1))


def _one_slope(n: Floats, x: Floats, xx: Floats, xy: Floats, sst: Floats) -> Line:
    spread = xx - x**2 / n
    sound = spread > 1e-12 * xx
    slope = np.where(sound, xy / np.where(sound, spread, 1.0), 0.0)
    return Line(slope, np.where(sound, sst - slope * xy, np.inf))


def _regression(n: Floats, x: Floats, xx: Floats, y: Floats, xy: Floats) -> tuple[Floats, Floats]:
    slope = (n * xy - x * y) / (n * xx - x**2)
    return slope, (y - slope * x) / n
