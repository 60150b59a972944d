"""The fit behind time of week and temperature."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analytics.arrays import Days, Floats, Indices, Mask
from analytics.fitting.observations import sums_of

OCCUPIED_SHARE = 0.65
"""Share of its rows above a rough model from which on a time of week is occupied, as in LBNL's implementation. [-]"""

ROUGH_HEATING_C, ROUGH_COOLING_C = 10.0, 18.333333
"""Change points of that rough model, 50 and 65 °F. [°C]"""

LEAST_ROWS = 20
"""Rows below which a segment of the temperature is joined to its neighbour. [-]"""


@dataclass(frozen=True, slots=True, eq=False)
class TowtRows:
    """Hours or days of a period.

    Attributes:
        day: Local calendar day [n].
        slot: Time of week: day of the week x 24 + hour, or the day of the week [n].
        day_of_week: 0 Monday to 6 Sunday [n].
        share: Share of the day that the row covers [n]. [-]
        energy_kwh: [n] [kWh]
        temperature_c: [n] [°C]
    """

    day: Days
    slot: Indices
    day_of_week: Indices
    share: Floats
    energy_kwh: Floats
    temperature_c: Floats


@dataclass(frozen=True, slots=True, eq=False)
class TowtFit:
    """The fitted model.

    Attributes:
        rows: Rows of the baseline period.
        level_kwh: Level of each time of week, NaN where the baseline has none [s]. [kWh]
        slopes_kwh: Slopes over the segments, occupied times first. [kWh/K]
        occupied: Times of week that count as occupied [s].
        seen: Times of week that the baseline has [s].
        knots_c: Where the segments meet. [°C]
        range_c: Least and greatest temperature of the fit. [°C]
        parameters: Number of fitted parameters. [-]
        r2: Of the rows. [-]
        cv_rmse: Of the rows. [-]
    """

    rows: TowtRows
    level_kwh: Floats
    slopes_kwh: Floats
    occupied: Mask
    seen: Mask
    knots_c: Floats
    range_c: tuple[float, float]
    parameters: int
    r2: float
    cv_rmse: float

    def columns(self, rows: TowtRows) -> Floats:
        """The temperature's columns of the design [n, 2 x segments]. [K]"""
        return _columns(rows, self.occupied, self.knots_c)

    def energy(self, rows: TowtRows) -> Floats:
        """Energy of each row; NaN where its temperature is unknown or its time of week was never seen. [kWh]"""
        return np.asarray(self.level_kwh[rows.slot] + self.columns(rows) @ self.slopes_kwh)


def fit_towt(rows: TowtRows, used: Mask, segments: int, knots_c: tuple[float, ...] | None) -> TowtFit:
    """Least squares with the levels of the times of week taken out first (Frisch and Waugh 1933).

    Args:
        rows: Rows of the baseline.
        used: Rows with energy and temperature [n].
        segments: Segments of equal length between the least and the greatest temperature, as in the paper. [-]
        knots_c: Where segments meet instead. [°C]
    """
    inside = _taken(rows, used)
    slots = 168 if int(rows.slot.max()) > 6 else 7
    low, high = float(inside.temperature_c.min()), float(inside.temperature_c.max())
    wanted = np.linspace(low, high, segments + 1)[1:-1] if knots_c is None else np.sort(np.array(knots_c))
    knots = _supported(inside.temperature_c, wanted)
    occupied = _occupied(inside, slots)
    columns = _columns(inside, occupied, knots)
    count = np.bincount(inside.slot, minlength=slots).astype(np.float64)
    centred = np.stack([column - _means(inside.slot, column, count)[inside.slot] for column in columns.T], axis=1)
    level = _means(inside.slot, inside.energy_kwh, count)
    slopes = np.linalg.lstsq(centred, inside.energy_kwh - level[inside.slot], rcond=1e-10)[0]
    rest = inside.energy_kwh - level[inside.slot] - centred @ slopes
    means = np.stack([_means(inside.slot, column, count) for column in columns.T], axis=1)
    parameters = int((count > 0).sum()) + int(np.linalg.matrix_rank(centred))
    sse, mean = float(np.square(rest).sum()), float(inside.energy_kwh.mean())
    total = float(np.square(inside.energy_kwh - mean).sum())
    freedom = len(rest) - parameters
    return TowtFit(
        rows,
        level - means @ slopes,
        slopes,
        occupied,
        count > 0,
        knots,
        (low, high),
        parameters,
        1 - sse / total if total > 0 else np.nan,
        float(np.sqrt(sse / freedom) / mean) if freedom > 0 and mean else np.nan,
    )


def _taken(rows: TowtRows, used: Mask) -> TowtRows:
    return TowtRows(
        rows.day[used],
        rows.slot[used],
        rows.day_of_week[used],
        rows.share[used],
        rows.energy_kwh[used],
        rows.temperature_c[used],
    )


def _means(slot: Indices, values: Floats, count: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 0, sums_of(slot, values, len(count)) / count, np.nan)


def _supported(temperature: Floats, knots: Floats) -> Floats:
    """The knots that have enough rows on either side, up to the next knot."""
    kept: list[float] = []
    for knot in knots.tolist():
        below = temperature <= knot
        since = below & (temperature > kept[-1]) if kept else below
        if since.sum() >= LEAST_ROWS and (~below).sum() >= LEAST_ROWS:
            kept.append(knot)
    return np.array(kept)


def _occupied(rows: TowtRows, slots: int) -> Mask:
    """Times of week that mostly lie above a rough model of the temperature alone."""
    cold, warm = ROUGH_HEATING_C - rows.temperature_c, rows.temperature_c - ROUGH_COOLING_C
    x = np.stack([np.ones(len(cold)), np.where(cold > 0, cold, 0.0), np.where(warm > 0, warm, 0.0)], axis=1)
    above = rows.energy_kwh > x @ np.linalg.lstsq(x, rows.energy_kwh, rcond=None)[0]
    share = _means(rows.slot, above.astype(np.float64), np.bincount(rows.slot, minlength=slots).astype(np.float64))
    return np.asarray(share > OCCUPIED_SHARE)


def _columns(rows: TowtRows, occupied: Mask, knots: Floats) -> Floats:
    """The temperature cut into segments, for occupied and for unoccupied times [n, 2 x segments]. [K]"""
    t = rows.temperature_c
    edges = [-np.inf, *knots.tolist(), np.inf]
    parts = [np.minimum(t, edges[1])] + [np.clip(t, low, high) - low for low, high in pairwise(edges[1:])]
    segments = np.stack(parts, axis=1)
    busy = occupied[rows.slot][:, None]
    return np.concatenate([np.where(busy, segments, 0.0), np.where(busy, 0.0, segments)], axis=1)
