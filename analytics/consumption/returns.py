"""Excursions that are told by their end: a register that leaves its trend and comes back to it.

A register that is another one, or starts anew, does not know where the old one stood. Where one falls and then leaps to
where it would have been by now, or leaps and then falls back to there, the readings between are therefore wrong,
whatever they show and however well the leap alone could be consumption. A register which merely grows through old
values does not leap.
"""

from typing import NamedTuple

import numpy as np

from analytics.consumption.plausibility import Limit
from analytics.consumption.rules import EXCURSION_TIME_US, HOUR_US, LOOK_AROUND
from analytics.consumption.series import Codes, Floats, Ints

Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

READINGS = 6
"""Intervals on each side that tell what the register ordinarily grows by. [-]"""

LEAP = 3.0
"""A growth above this many times the ordinary ones is a leap. [-]"""

COUNTED = 0.5
"""Share of the growth over a long excursion above which what was counted in it is consumption. [-]"""


class Return(NamedTuple):
    """A register's way out of its trend and back.

    Attributes:
        before: Last reading before it left.
        after: First reading after it came back.
    """

    before: int
    after: int

    @property
    def short(self) -> bool:
        """Whether it is so short that nothing but wrong readings comes back like that."""
        return self.after - self.before - 1 <= LOOK_AROUND


class _Growth(NamedTuple):
    """What the register grows by.

    Attributes:
        rates: Rate of each interval. [unit/h]
        behind: Greatest of the last few before each reading, at least 0. [unit/h]
        ahead: Greatest of the next few after each reading, at least 0. [unit/h]
    """

    rates: list[float]
    behind: list[float]
    ahead: list[float]


def returns_of(at: Ints, register: Floats, serial: Codes, limit: Limit) -> tuple[Return, ...]:
    """Every excursion that returns: one leads down or ends with a fall, so that falls are where to look.

    Args:
        at: Instants. [µs since 1970]
        register: Register values, in the unit of the limit.
        serial: Codes of the instruments.
        limit: What is possible.
    """
    falls = np.flatnonzero(register[1:] < register[:-1]).tolist()
    found: set[Return] = set()
    growth = _growth(at, register)
    for fall in falls:
        for pairs in (_after(at, register, fall, limit), _before(at, register, fall + 1, limit)):
            same = (pair for pair in pairs if serial[pair.before] == serial[pair.after])
            leaping = [p for p in same if _leaps(growth, p) and _is_wrong(at, register, p, limit)]
            if leaping:
                found.add(min(leaping, key=lambda pair: float(register[pair.after] - register[pair.before])))
    return _from_the_trend(found, len(register))


def _from_the_trend(found: set[Return], count: int) -> tuple[Return, ...]:
    """Leave out what only seems to return, because it began or ended within a shorter excursion."""
    wrong = np.zeros(count, dtype=np.bool_)
    kept: list[Return] = []
    for pair in sorted(found, key=lambda pair: (pair.after - pair.before, pair)):
        if not wrong[pair.before] and not wrong[pair.after]:
            kept.append(pair)
            wrong[pair.before + 1 : pair.after] = True
    return tuple(sorted(kept))


def within(returns: tuple[Return, ...], count: int) -> tuple[frozenset[Return], ...]:
    """For each reading the excursions that it is part of."""
    found: list[set[Return]] = [set() for _ in range(count)]
    for pair in returns:
        for k in range(pair.before + 1, pair.after):
            found[k].add(pair)
    return tuple(frozenset(pairs) for pairs in found)


def _after(at: Ints, register: Floats, i: int, limit: Limit) -> list[Return]:
    """Where a register that falls after `i` may be back on its trend: any of the next readings, or the first later."""
    near = min(len(at), i + 2 + LOOK_AROUND)
    end = max(near, int(np.searchsorted(at, at[i] + EXCURSION_TIME_US, side="right")))
    later = slice(i + 2, end)
    on_trend = _on_trend(at[later] - at[i], register[later] - register[i], register[i], limit)
    places = (np.flatnonzero(on_trend) + i + 2).tolist()
    short = [j for j in places if j < near]
    return [Return(i, j) for j in short or places[:1]]


def _before(at: Ints, register: Floats, j: int, limit: Limit) -> list[Return]:
    """Where a register that falls to `j` may have been on its trend: any of the last readings, or the last earlier."""
    near = max(j - 1 - LOOK_AROUND, 0)
    first = min(near, int(np.searchsorted(at, at[j] - EXCURSION_TIME_US)))
    earlier = slice(first, max(j - 1, 0))
    on_trend = _on_trend(at[j] - at[earlier], register[j] - register[earlier], register[earlier], limit)
    places = (np.flatnonzero(on_trend) + first).tolist()
    short = [i for i in places if i >= near]
    return [Return(i, j) for i in short[::-1] or places[-1:]]


def _on_trend(elapsed_us: Ints, grown: Floats, register: Floats | float, limit: Limit) -> Bools:
    believed = limit.believed_each(elapsed_us / HOUR_US, np.broadcast_to(register, grown.shape))
    return np.asarray((grown >= 0) & (grown <= believed))


def _growth(at: Ints, register: Floats) -> _Growth:
    rates = np.diff(register) * HOUR_US / np.diff(at)
    beyond = np.full(READINGS, -1.0)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate((beyond, rates, beyond)), READINGS)
    greatest = np.maximum(windows.max(axis=1), 0.0).tolist()
    return _Growth(rates.tolist(), greatest[: len(at)], greatest[READINGS:])


def _leaps(growth: _Growth, pair: Return) -> bool:
    """Whether the growth at either end is more than the register ordinarily grows by, or no growth at all."""
    i, j = pair
    ends = [rate for rate in (growth.rates[i], growth.rates[j - 1]) if rate >= 0]
    if not ends:
        return True
    least = min(ends)
    if least <= LEAP * max(growth.behind[i], growth.ahead[j]):
        return False
    inside = sorted(rate for rate in growth.rates[i + 1 : j - 1] if rate >= 0)
    return not inside or least > LEAP * inside[len(inside) // 2]


def _is_wrong(at: Ints, register: Floats, pair: Return, limit: Limit) -> bool:
    """Whether a long excursion did not count meanwhile what the register grew by over it: then it was an epoch."""
    if pair.short:
        return True
    inside = slice(pair.before + 1, pair.after)
    grown = np.diff(register[inside])
    believed = limit.believed_each(np.diff(at[inside]) / HOUR_US, register[inside][:-1])
    counted = float(np.sum(grown[(grown > 0) & (grown <= believed)]))
    return counted <= COUNTED * float(register[pair.after] - register[pair.before])
