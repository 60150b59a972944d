"""The best change point of each change-point model, among all candidates, for many buildings at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats, Indices
from analytics.model_kind import ModelKind
from analytics.one_hinge import best_hinge
from analytics.segments import SortedDays

GRID_POINTS = 40
"""Change points on each axis of the first search of "5P". [-]"""


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The best of one model for each building; `sse` is infinite where the model has no admissible fit. Arrays [m]."""

    heating_slope: Floats
    cooling_slope: Floats
    heating_change_point: Floats
    cooling_change_point: Floats
    sse: Floats


def mean(days: SortedDays) -> Best:
    """No slope at all."""
    nothing, nowhere = _constant(days, 0.0), _constant(days, np.nan)
    return Best(nothing, nothing, nowhere, nowhere, days.sst[:, 0])


def heating_line(days: SortedDays) -> Best:
    """A straight line that falls with the temperature."""
    line = days.line()
    slope, nowhere = -line.slope[:, 0], _constant(days, np.nan)
    return Best(slope, _constant(days, 0.0), nowhere, nowhere, np.where(slope > 0, line.sse[:, 0], np.inf))


def cooling_line(days: SortedDays) -> Best:
    """A straight line that grows with the temperature."""
    line = days.line()
    slope, nowhere = line.slope[:, 0], _constant(days, np.nan)
    return Best(_constant(days, 0.0), slope, nowhere, nowhere, np.where(slope > 0, line.sse[:, 0], np.inf))


def heating(days: SortedDays) -> Best:
    """Flat above the change point, growing below it."""
    change_point, slope, sse = best_hinge(days)
    return Best(slope, _constant(days, 0.0), change_point, _constant(days, np.nan), sse)


def cooling(days: SortedDays) -> Best:
    """Flat below the change point, growing above it: heating under a sky turned upside down."""
    change_point, slope, sse = best_hinge(days.upside_down())
    return Best(_constant(days, 0.0), slope, _constant(days, np.nan), -change_point, sse)


def bent_line(days: SortedDays) -> Best:
    """Two lines that meet, of either sign."""
    return _either(
        _bent_at(days, days.temperature, days.split(days.temperature)),
        _bent_at(days, days.crossings(), np.arange(1, len(days.temperature))),
    )


def heating_and_cooling(days: SortedDays) -> Best:
    """Growing below one change point and above another, flat between them."""
    grid = np.quantile(days.temperature, np.linspace(0.025, 0.975, GRID_POINTS))
    first, second = np.triu_indices(GRID_POINTS)
    best = _best_pair(days, grid[first], grid[second])
    step = np.ptp(grid) / GRID_POINTS
    offsets = np.linspace(-1, 1, 5)
    colder_offset, warmer_offset = (axis.ravel() for axis in np.meshgrid(offsets, offsets))
    for _ in range(12):
        # The rest has kinks at each day's temperature: halving the step walks to the bottom of the valley found.
        colder = best.heating_change_point[:, None] + step * colder_offset
        warmer = best.cooling_change_point[:, None] + step * warmer_offset
        best = _either(best, _best_pair(days, np.minimum(colder, warmer), np.maximum(colder, warmer)))
        step *= 0.5
    return best


SEARCHES: Mapping[ModelKind, Callable[[SortedDays], Best]] = {
    ModelKind.MEAN: mean,
    ModelKind.HEATING_LINE: heating_line,
    ModelKind.COOLING_LINE: cooling_line,
    ModelKind.HEATING: heating,
    ModelKind.COOLING: cooling,
    ModelKind.BENT_LINE: bent_line,
    ModelKind.HEATING_AND_COOLING: heating_and_cooling,
}


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """The best of every model for all buildings, filled group by group.

    Attributes:
        best: The fields of `Best` for each model [kinds, 5, m].
        n: Days of each building that count [m]. [d]
        mean: Their mean energy [m]. [kWh/d]
        sst: Sum of squares about it [m]. [kWh²]
    """

    best: Floats
    n: Floats
    mean: Floats
    sst: Floats

    @classmethod
    def nothing(cls, kinds: int, buildings: int) -> "Searched":
        """Nothing is found yet: every rest is infinite."""
        return cls(np.full((kinds, 5, buildings), np.inf), *np.zeros((3, buildings)))

    def search(self, rows: Indices, days: SortedDays, kinds: tuple[ModelKind, ...]) -> None:
        """Search every model that the days are enough for."""
        self.n[rows], self.mean[rows], self.sst[rows] = days.n[:, 0], days.mean[:, 0], days.sst[:, 0]
        for place, kind in enumerate(kinds):
            if kind.parameters + 2 <= len(days.temperature):
                one = SEARCHES[kind](days)
                self.best[place][:, rows] = (
                    one.heating_slope,
                    one.cooling_slope,
                    one.heating_change_point,
                    one.cooling_change_point,
                    one.sse,
                )


def _bent_at(days: SortedDays, change_point: Floats, split: Indices) -> Best:
    lines = days.two_hinges(change_point, split, change_point, split)
    return _least(lines.sse, lines.heating_slope, lines.cooling_slope, change_point, change_point)


def _best_pair(days: SortedDays, colder: Floats, warmer: Floats) -> Best:
    lines = days.two_hinges(colder, days.split(colder), warmer, days.split(warmer))
    sse = np.where((lines.heating_slope > 0) & (lines.cooling_slope > 0), lines.sse, np.inf)
    return _least(sse, lines.heating_slope, lines.cooling_slope, colder, warmer)


def _least(sse: Floats, heating_slope: Floats, cooling_slope: Floats, colder: Floats, warmer: Floats) -> Best:
    """The candidate with the least rest in each row."""
    place = np.argmin(sse, axis=1)[:, None]

    def at(values: Floats) -> Floats:
        return np.take_along_axis(np.broadcast_to(values, sse.shape), place, axis=1)[:, 0]

    return Best(at(heating_slope), at(cooling_slope), at(colder), at(warmer), at(sse))


def _either(one: Best, other: Best) -> Best:
    """Row by row the one with less rest."""
    better = other.sse < one.sse
    return Best(
        np.where(better, other.heating_slope, one.heating_slope),
        np.where(better, other.cooling_slope, one.cooling_slope),
        np.where(better, other.heating_change_point, one.heating_change_point),
        np.where(better, other.cooling_change_point, one.cooling_change_point),
        np.minimum(one.sse, other.sse),
    )


def _constant(days: SortedDays, value: float) -> Floats:
    return np.full(len(days.n), value)
