"""Makes a register of interval amounts, as the meter would have that measured them.

A register knows nothing of an interval that is missing: a real one would have gone on counting by an amount that
nobody wrote down. Neither zero nor a guess may stand for it. So the register ends with the last known interval, and one
of a new instrument (another serial number) starts at zero behind the gap: every known interval is counted once, and the
platform sees that it does not know what went through between.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_GAP = 1.5
"""A step this much longer than the usual one is a gap; days of 23 and 25 hours are none."""


@dataclass(frozen=True, slots=True)
class Run:
    """An unbroken series of intervals.

    Attributes:
        first: Row of the first interval.
        last: Row of the last interval.
        end_s: Where the last interval ends, Unix time. [s]
    """

    first: int
    last: int
    end_s: float


def usual_step_s(times_s: Sequence[float]) -> float:
    """The length of an interval: the median of the steps. [s]"""
    return float(median(second - first for first, second in pairwise(times_s)))


def unbroken_runs(times_s: Sequence[float], known: Sequence[bool]) -> list[Run]:
    """Where registers start and end.

    Args:
        times_s: Starts of the intervals, rising. [s]
        known: Whether the amount of each is known.
    """
    step_s = usual_step_s(times_s)
    runs: list[Run] = []
    first: int | None = None
    for row, time_s in enumerate(times_s):
        following_s = times_s[row + 1] if row + 1 < len(times_s) else math.inf
        adjacent = following_s - time_s <= _GAP * step_s
        if known[row] and first is None:
            first = row
        if first is not None and known[row] and not (adjacent and known[row + 1]):
            runs.append(Run(first, row, following_s if adjacent else time_s + step_s))
            first = None
    return runs


def registers(amounts: Sequence[float], run: Run) -> list[float]:
    """The register at the start of each interval of a run and at the end of the last; zero first. [unit]"""
    total, lost, result = 0.0, 0.0, [0.0]
    for value in amounts[run.first : run.last + 1]:
        rest = value - lost  # Kahan's summation: years of hours must not drift by rounding
        following = total + rest
        lost, total = (following - total) - rest, following
        result.append(total)
    return result
