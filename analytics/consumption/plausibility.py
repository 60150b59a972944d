"""How much may be consumed between two readings: stated by the profile, or inferred generously from the series."""

from dataclasses import dataclass

import numpy as np

from analytics.consumption.rules import HOUR_US, LOOK_AROUND
from analytics.consumption.series import Floats, Ints, Ordered, RegisterProfile

CLOCK_SLACK_H = 1.0
"""A clock may be put right, or change to summer time, by an hour between two readings. [h]"""

INFERRED_FACTOR = 20.0
"""An inferred limit is this many times the great rates of the series itself. [-]"""

BELIEVED_FACTOR = 100.0
"""Up to as many times the great rates an amount of a young register is believed once. [-]"""

INFERRED_SUPPORT = 4
"""As many intervals must have a rate before it counts as one that the thing can have; faults come singly. [-]"""

PEER = 2.0
"""Two rates within this factor of each other support each other; faults hardly ever come in one size. [-]"""

PEER_AT_MOST = 500.0
"""Rates with a peer are believed up to so many times the great rates. [-]"""

BELIEVED_JUMP = 0.02
"""Share of the register by which it may jump under an inferred limit: a wrong value hardly ever lands so near. [-]"""

RESOLUTION_UNITS = (1.0, 1.163, 1.0 / 3.6)
"""Decimal steps of kWh, of Gcal and of GJ, as they look after conversion to kWh. [kWh, 1e-3 Gcal, 1e-3 GJ]"""


@dataclass(frozen=True, slots=True)
class Limit:
    """The greatest amount that two readings may differ by.

    Attributes:
        rate_per_h: Greatest rate of the profile, or a great rate of the series; infinite if unknown. [unit/h]
        stated: Whether the profile stated it.
        everything_else: Under an inferred limit, what the series consumed in all its ordinary intervals. [unit]
    """

    rate_per_h: float
    stated: bool
    everything_else: float = 0.0

    def at_shift(self, shift: int) -> "Limit":
        """The limit where registers are divided by ``10**shift``.

        A limit that was inferred may stem from increments which a lowered decimal point made small.
        """
        if self.stated or shift >= 0:
            return self
        return Limit(self.rate_per_h / 10.0**shift, stated=False, everything_else=self.everything_else / 10.0**shift)

    def great(self, duration_h: float) -> float:
        """What a device in full use consumes in `duration_h`. [unit]"""
        return self.rate_per_h * duration_h * (1.0 if self.stated else 2.0)

    def possible(self, duration_h: float) -> float:
        """The most that can be consumed in `duration_h`. [unit]"""
        with_slack = self.rate_per_h * (duration_h + CLOCK_SLACK_H)
        return with_slack if self.stated else max(INFERRED_FACTOR * self.rate_per_h * duration_h, 1.5 * with_slack)

    def believed(self, duration_h: float, register: float) -> float:
        """The most that a register may grow by in `duration_h` before it needs another explanation. [unit]"""
        possible = self.possible(duration_h)
        if self.stated:
            return possible
        once = min(BELIEVED_FACTOR * self.rate_per_h * duration_h, self.everything_else)
        return max(possible, BELIEVED_JUMP * abs(register), once if register < self.everything_else else 0.0)

    def believed_each(self, duration_h: Floats, register: Floats) -> Floats:
        """`believed` for arrays. [unit]"""
        with_slack = self.rate_per_h * (duration_h + CLOCK_SLACK_H)
        if self.stated:
            return with_slack
        possible = np.maximum(INFERRED_FACTOR * self.rate_per_h * duration_h, 1.5 * with_slack)
        once = np.minimum(BELIEVED_FACTOR * self.rate_per_h * duration_h, self.everything_else)
        once = np.where(register < self.everything_else, once, 0.0)
        return np.maximum(np.maximum(possible, once), BELIEVED_JUMP * np.abs(register))


def limit_of(readings: Ordered, profile: RegisterProfile) -> Limit:
    """The profile's greatest rate, or one inferred from readings which no later or earlier reading contradicts.

    Only positive rates count, so that a device which idles for weeks does not make its first busy hour a fault, and the
    limit is twenty times the fourth greatest of them (of many readings, one in a thousand), so that three faults do
    not raise it; or twice a greater one that has a peer. A single greater amount of a young register is believed
    too, up to a hundred times, as long as all else that was consumed is more than it, and than the register. A false
    jump is worse than a missed one.
    """
    if profile.greatest_rate_per_h is not None:
        return Limit(profile.greatest_rate_per_h, stated=True)
    rates, duration_h = _rates(*_uncontradicted(readings.at_us, readings.register))
    if not len(rates):
        return _limit_of_few(readings)
    support = min(max(INFERRED_SUPPORT, len(rates) // 1000), (len(rates) + 1) // 2)
    great = np.sort(np.partition(rates, len(rates) - support)[len(rates) - support :])
    with_peer = great[:-1][(great[1:] <= PEER * great[:-1]) & (great[:-1] <= PEER_AT_MOST * great[0])]
    peer = PEER * float(with_peer[-1]) / INFERRED_FACTOR if len(with_peer) else 0.0
    rate = max(float(great[0]), peer)
    ordinary = rates <= INFERRED_FACTOR * rate
    return Limit(rate, stated=False, everything_else=float(np.sum((rates * duration_h)[ordinary])))


def _limit_of_few(readings: Ordered) -> Limit:
    """A limit where every reading is contradicted, from the middle of all rates that are not negative."""
    grown = np.diff(readings.register)
    rates = grown[grown > 0] * HOUR_US / np.diff(readings.at_us)[grown > 0]
    enough = len(rates) >= LOOK_AROUND
    return Limit(PEER * float(np.median(rates)) if enough else float("inf"), stated=False)


def _rates(at: Ints, register: Floats) -> tuple[Floats, Floats]:
    """Positive rates [unit/h] and their durations [h], but for intervals that leave for an excursion or return."""
    if len(at) < 2:
        return np.zeros(0), np.zeros(0)
    duration_h = np.diff(at) / HOUR_US
    # Jitter of the clock makes short intervals look fast.
    duration_h = np.maximum(duration_h, 0.5 * float(np.median(duration_h)))
    moved = _moved(register)
    rates = np.diff(register) / duration_h / moved
    rates[np.diff(moved, prepend=1.0) != 0] = 0.0
    if rates.min() < 0:
        highest = np.maximum.accumulate(register)[:-1]
        least = np.minimum.accumulate(register[::-1])[::-1][1:]
        leaves = (register[:-1] <= least) & (least < register[1:])
        returns = (register[:-1] < highest) & (highest <= register[1:])
        rates[leaves | returns] = 0.0
    positive = rates > 0
    return rates[positive], duration_h[positive]


def _moved(register: Floats) -> Floats:
    """By how much the decimal point seems to have moved up before each interval. [-]

    The increments have to move with it: a new register that its first great hour multiplies moves nothing.
    """
    before, after = register[:-1], register[1:]
    places = np.flatnonzero((before > 0) & (after > 5.0 * before) & (after < 3_000.0 * before))
    moved = np.ones(len(before))
    if len(places) > LOOK_AROUND:
        return moved
    grown = after - before
    for place in places.tolist():
        behind, ahead = grown[max(0, place - LOOK_AROUND) : place], grown[place + 1 : place + 1 + LOOK_AROUND]
        behind, ahead = behind[behind > 0], ahead[ahead > 0]
        if len(behind) and len(ahead):
            decades = np.log10(after[place] / before[place])
            leaps = grown[place] > 3.0 * ahead.max()
            if leaps and abs(np.log10(np.median(ahead) / np.median(behind)) - decades) < 0.4:
                moved[place:] *= 10.0 ** np.rint(decades)
    return moved


def _uncontradicted(at: Ints, register: Floats) -> tuple[Ints, Floats]:
    """Leave out readings above one of the next few or below one of the last few."""
    if len(at) < 2 or (register[1:] >= register[:-1]).all():
        return at, register
    edge = np.full(LOOK_AROUND, np.inf)
    windows = np.lib.stride_tricks.sliding_window_view
    least_ahead = windows(np.concatenate((register, edge)), LOOK_AROUND + 1).min(axis=1)
    greatest_behind = windows(np.concatenate((-edge, register)), LOOK_AROUND + 1).max(axis=1)
    good = (register <= least_ahead) & (register >= greatest_behind)
    return at[good], register[good]


def resolution_of(register: Floats) -> float:
    """The step of a register as its values show it: the greatest one that four in five are multiples of. [unit]"""
    values = np.abs(register[register != 0.0])
    if len(values) < 2 or (values == values[0]).all():
        return 0.0
    best = 0.0
    for unit in RESOLUTION_UNITS:
        for power in range(3, -7, -1):
            step = unit * 10.0**power
            if step <= best:
                break
            steps = values / step
            rounding = np.maximum(1e-6, 4.0 * np.finfo(np.float64).eps * steps)
            whole = np.maximum(np.rint(steps), 1.0)
            if np.count_nonzero(np.abs(steps - whole) <= rounding) >= 0.8 * len(values):
                best = step
                break
    return best
