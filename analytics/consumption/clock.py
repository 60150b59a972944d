"""Where a meter's own clock went back: told from late delivery by the register, which went on."""

from dataclasses import dataclass

import numpy as np

from analytics.consumption.chain import Chain
from analytics.consumption.series import Ordered, RegisterSeries


@dataclass(frozen=True, slots=True)
class ClockStep:
    """A clock that was put back.

    Attributes:
        reading: Index of the first reading after the step, or of the one that has its instant, among the ordered ones.
        from_us: Time of the last reading before the step. [µs since 1970]
        to_us: Time of the first reading after it, which is earlier. [µs since 1970]
    """

    reading: int
    from_us: int
    to_us: int


def clock_steps(series: RegisterSeries, readings: Ordered, chain: Chain) -> list[ClockStep]:
    """Steps back of the readings' clock, by order of arrival.

    A late reading has the register of its time, and fits into the chain. A reading after a step back has an earlier
    time and a greater register than the one that arrived before it, the next one goes on from there, and the two cannot
    both be in the chain.
    """
    at, register = series.at_us, series.register
    if series.arrival is not None:
        order = np.argsort(series.arrival, kind="stable")
        at, register = at[order], register[order]
    if len(at) < 3 or (at[1:] >= at[:-1]).all():
        return []
    back = (at[1:-1] < at[:-2]) & (register[1:-1] > register[:-2])
    goes_on = (at[2:] > at[1:-1]) & (register[2:] >= register[1:-1])
    accepted = np.zeros(len(readings), dtype=np.bool_)
    accepted[chain.accepted] = True
    steps: list[ClockStep] = []
    for place in np.flatnonzero(back & goes_on).tolist():
        before, after = np.searchsorted(readings.at_us, at[place : place + 2]).tolist()
        collides = readings.register[after] != register[place + 1]
        if collides or not (accepted[before] and accepted[after]):
            steps.append(ClockStep(after, int(at[place]), int(at[place + 1])))
    return steps
