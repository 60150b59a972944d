"""Least squares of hinge models at any change point, from running sums over the days sorted by temperature.

A change point splits the sorted days in two. With running sums of 1, T, T², y and T·y every sum of the normal equations
is a difference of two of them, so that thousands of candidates for thousands of buildings cost a few array operations
each, instead of one regression each.
"""

from dataclasses import dataclass
from functools import cached_property

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
        room: Where the running sums may lie, so that buildings after buildings use the same memory. [5, m, d]

    Attributes:
        n: Days that count. [m, 1]
        mean: Their mean energy. [m, 1]
        sst: Sum of squares about it. [m, 1]
        sums: Running sums of 1, T, T², y and T·y over the first 1, 2, .. d days. [5, m, d]
    """

    def __init__(self, temperature: Floats, energy: Floats, mask: Mask, room: Floats | None = None) -> None:
        self.temperature, self._energy, self.mask = temperature, energy, mask
        self.n = mask.sum(axis=1, keepdims=True).astype(np.float64)
        # A building without a single day has no mean and gets no model; its divisions must only not stop the others'.
        self._n = np.maximum(self.n, 1)
        y = np.where(mask, energy, 0.0)
        self.mean = y.sum(axis=1, keepdims=True) / self._n
        y -= self.mean
        y *= mask
        self.sst = np.einsum("md,md->m", y, y)[:, None]
        self.sums = _running(temperature, y, mask, np.empty((5, *mask.shape)) if room is None else room)

    @cached_property
    def _first(self) -> Floats:
        """The running sums over the first 0, 1, .. d days. [5, m, d + 1]"""
        return np.concatenate([np.zeros_like(self.sums[:, :, :1]), self.sums], axis=2)

    def upside_down(self) -> "SortedDays":
        """The same days with the sign of the temperature turned, so that what cools becomes what heats."""
        return SortedDays(-self.temperature[::-1], self._energy[:, ::-1], self.mask[:, ::-1])

    def split(self, change_point: Floats) -> Indices:
        """How many of the sorted days are colder than each candidate."""
        return np.searchsorted(self.temperature, change_point, side="left")

    def admissible(self, change_point: Floats, split: Indices) -> Mask:
        """Candidates inside the temperatures with enough of the building's days on either side."""
        colder = _at(self._first[0], split)
        least = np.maximum(SEARCH_SHARE * self.n, MIN_DAYS_BESIDE)
        return np.asarray((colder >= least) & (self.n - colder >= least) & (change_point >= self.temperature[0]))

    def hinge(self, change_point: Floats, split: Indices) -> tuple[Floats, Floats, Floats]:
        """Sums of x, x² and x·y for ``x = (change point - T)+``. [m, candidates]"""
        count, t, tt, y, ty = (_at(sums, split) for sums in self._first)
        x = change_point * count - t
        xx = change_point * (x - t) + tt
        return x, xx, change_point * y - ty

    def opposite_hinge(self, change_point: Floats, split: Indices) -> tuple[Floats, Floats, Floats]:
        """Sums of x, x² and x·y for ``x = (T - change point)+``. [m, candidates]"""
        count, t, tt, y, ty = (sums[:, -1:] - _at(sums, split) for sums in self._first)
        x = t - change_point * count
        xx = tt - change_point * (t + x)
        return x, xx, ty - change_point * y

    def line(self) -> Line:
        """The straight line over all days, as slope against temperature. [m, 1]"""
        _, t, tt, _, ty = self.sums[:, :, -1:]
        return _one_slope(self._n, t, tt, ty, self.sst)

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

    def crossings(self) -> Floats:
        """Where the line through the colder days meets the line through the warmer days; `one_hinge` says why.

        Where it does not lie between the neighbours, a point outside the temperatures stands for it, which no search
        admits. Candidate k has k + 1 colder days. [m, d - 1]
        """
        n, t, tt, y, ty = self.sums[:, :, :-1]
        whole_t, whole_tt, whole_ty = (self.sums[place, :, -1:] for place in (1, 2, 4))
        with np.errstate(divide="ignore", invalid="ignore"):
            slope, offset = _regression(n, t, tt, y, ty)
            slope_beyond, offset_beyond = _regression(self.n - n, whole_t - t, whole_tt - tt, -y, whole_ty - ty)
            crossing = (offset_beyond - offset) / (slope - slope_beyond)
        between = (crossing > self.temperature[:-1]) & (crossing < self.temperature[1:])
        return np.asarray(np.where(between, crossing, self.temperature[0] - 1))


def _running(temperature: Floats, y: Floats, mask: Mask, room: Floats) -> Floats:
    """Running sums of 1, T, T², y and T·y over the days of `mask`, written to `room` [5, m, d].

    A running sum waits for the addition before it, so two of them go as one of complex numbers in the same time. All
    lie side by side in memory that is used again: the search is bound by memory, not by arithmetic.
    """
    np.cumsum(mask, axis=1, out=room[0])
    pair = np.empty(mask.shape, dtype=np.complex128)
    for place, first in ((1, mask * temperature), (3, y)):
        pair.real = first
        np.multiply(first, temperature, out=pair.imag)
        np.cumsum(pair, axis=1, out=pair)
        room[place], room[place + 1] = pair.real, pair.imag
    return room


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
