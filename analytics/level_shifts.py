"""Lasting level shifts of a building's energy: candidates for a non-routine event. Nothing is ever adjusted here."""

from dataclasses import dataclass
from datetime import date
from math import erfc, exp, log, pi, sqrt

import numpy as np

from analytics.arrays import Days, Floats
from analytics.whitening import Regression, as_normal, whitened

LEAST_DAYS = 30
"""Known days on either side of a shift: what lasts less is an outage or a cold spell. Our own limit. [d]"""

MOST_SHIFTS = 3
"""A period with more of them has no level that could have shifted. [-]"""

CONFIDENCE = 0.95
"""Of a shift, the search for its day counted in. [-]"""

LEAST_SIZE = 0.05
"""Shift, over the mean energy, from which on somebody should look. Our own limit. [-]"""

NOISE_ALLOWANCE = 1.34
"""How much greater the deviates of houses without a shift are than theory has them, because noise is not quite AR(1)
and no model quite right. Measured with analytics.study: it brings the false alarms at rho 0.6 to the stated 5 %. [-]"""


@dataclass(frozen=True, slots=True)
class LevelShift:
    """From one day on the building uses more, or less, than its model and weather say.

    Attributes:
        first_day: First day at the new level, the most likely one.
        size_kwh: How much more is metered; below zero: less. [kWh/d]
        confidence: That there is a shift at all, the search counted in. [-]
        days: Calendar days that the new level lasted within the period. [d]
    """

    first_day: date
    size_kwh: float
    confidence: float
    days: int


def level_shifts(day: Days, metered_kwh: Floats, design: Floats, rho: float, scale: Floats) -> tuple[LevelShift, ...]:
    """Shifts in order of time; none where there are too few days or rho is not known.

    A step at each day in turn is added to a regression of the metered energy on `design`, with the noise's memory
    taken off first [1]; the best one stays if it is surer than `CONFIDENCE`, then the next is looked for beside it [2].

    Args:
        day: Known calendar days, ascending [d].
        metered_kwh: Their energy [d]. [kWh/d]
        design: What else the energy follows [d, k]: at least the model's energy.
        rho: Lag-1 autocorrelation of the noise. [-]
        scale: Standard deviation of each day's noise over that of the whole [d]. [-]

    References:
        [1] Robbins, Gallagher, Lund, Aue, "Mean shift testing in correlated data", Journal of Time Series Analysis 32
            (2011) 498-511.
        [2] Bai, "Estimating multiple breaks one at a time", Econometric Theory 13 (1997) 315-352.
    """
    if not _can_be_searched(day, rho):
        return ()
    free, steps = _columns(day, metered_kwh, design, rho, scale)
    found: dict[int, float] = {}
    while len(found) < MOST_SHIFTS:
        place, deviate = _strongest(free, steps, found)
        confidence = searched_confidence(deviate / NOISE_ALLOWANCE, LEAST_DAYS / len(day))
        if confidence < CONFIDENCE:
            break
        found[place] = confidence
    return _told(day, metered_kwh, free, steps, dict(sorted(found.items())))


def strongest_step(day: Days, metered_kwh: Floats, design: Floats, rho: float, scale: Floats) -> float:
    """Normal deviate of the best single step, 0 where none can be looked for; the arguments of `level_shifts`. [-]"""
    if not _can_be_searched(day, rho):
        return 0.0
    return _strongest(*_columns(day, metered_kwh, design, rho, scale), {})[1]


def _can_be_searched(day: Days, rho: float) -> bool:
    return len(day) > 2 * LEAST_DAYS and bool(np.isfinite(rho))


def _columns(day: Days, metered_kwh: Floats, design: Floats, rho: float, scale: Floats) -> tuple[Floats, Floats]:
    """Energy and design, and a step at each day from `LEAST_DAYS` on, without the noise's memory [d, 2 + k], [d, s]."""
    n = len(day)
    first = np.arange(LEAST_DAYS, n - LEAST_DAYS + 1)
    steps = (np.arange(n)[:, None] >= first).astype(np.float64)
    free = np.column_stack([metered_kwh, np.ones(n), design])
    return whitened(day, free, rho, scale), whitened(day, steps, rho, scale)


def _strongest(free: Floats, steps: Floats, found: dict[int, float]) -> tuple[int, float]:
    """Place and deviate of the best further step; 0 where no day is far enough from the steps found."""
    places = np.arange(LEAST_DAYS, LEAST_DAYS + steps.shape[1])
    far = np.array([all(abs(place - other) >= LEAST_DAYS for other in found) for place in places])
    _, t, freedom = Regression.of(free[:, 0], np.column_stack([free[:, 1:], *_at(steps, found)])).one_more(steps)
    best = int(np.argmax(np.where(far, np.abs(t), -1.0)))
    return int(places[best]), abs(as_normal(float(t[best]), freedom)) if far.any() else 0.0


def _at(steps: Floats, found: dict[int, float]) -> list[Floats]:
    return [steps[:, place - LEAST_DAYS] for place in found]


def _told(
    day: Days, metered_kwh: Floats, free: Floats, steps: Floats, found: dict[int, float]
) -> tuple[LevelShift, ...]:
    """The shifts with their sizes beside each other."""
    places, shifts = list(found), []
    for number, place in enumerate(places):
        others = {other: confidence for other, confidence in found.items() if other != place}
        regression = Regression.of(free[:, 0], np.column_stack([free[:, 1:], *_at(steps, others)]))
        size = float(regression.one_more(steps[:, [place - LEAST_DAYS]])[0][0])
        if abs(size) < LEAST_SIZE * abs(float(metered_kwh.mean())):
            continue
        end = day[places[number + 1]] if number + 1 < len(places) else day[-1] + 1
        lasted = int((end - day[place]).astype("timedelta64[D]").astype(np.int64))
        shifts.append(LevelShift(day[place].astype(date), size, found[place], lasted))
    return tuple(shifts)


def searched_confidence(deviate: float, trim: float) -> float:
    """Confidence that the greatest of all the steps' deviates is no chance. [-]

    The tail of a standardised Brownian bridge's maximum over the middle ``1 - 2 trim`` of a period [1, eq. 1.3.26]. It
    gives the published 5 % point of Andrews' table [2], 8.85 for trim 0.15, to 0.001.

    Args:
        deviate: Normal deviate of the best step. [-]
        trim: Share of the period at either end where no step is looked for. [-]

    References:
        [1] Csörgő, Horváth, "Limit Theorems in Change-Point Analysis", Wiley, 1997.
        [2] Andrews, "Tests for parameter instability and structural change with unknown change point", Econometrica 61
            (1993) 821-856, table 1.
    """
    x = abs(deviate)
    if not np.isfinite(x):
        return 1.0
    if x <= 1:
        return 0.0
    looks = log(((1 - trim) / trim) ** 2)
    tail = x * exp(-x * x / 2) / sqrt(2 * pi) * ((1 - 1 / x**2) * looks + 4 / x**2)
    return float(np.clip(1 - max(tail, erfc(x / sqrt(2))), 0.0, 1.0))
