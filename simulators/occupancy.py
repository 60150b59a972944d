"""People on the stairs: arrivals by hour and weekday, an inhomogeneous Poisson process."""

from dataclasses import dataclass

import numpy as np

from simulators.arrays import SECONDS_PER_HOUR, Floats, Ints, stream

WEEKDAY_PER_H = (
    *(0.25, 0.15, 0.1, 0.1, 0.2, 0.6, 1.8, 4.2, 4.6, 2.4, 1.6, 1.6),
    *(1.9, 2.0, 2.0, 2.6, 3.4, 4.4, 5.0, 4.6, 3.6, 2.4, 1.3, 0.6),
)
"""Passages of one landing in each local hour of a working day: out in the morning, home in the evening. [1/h]"""

WEEKEND_PER_H = (
    *(0.6, 0.4, 0.3, 0.2, 0.2, 0.3, 0.6, 1.1, 1.9, 2.6, 3.2, 3.5),
    *(3.6, 3.5, 3.4, 3.4, 3.5, 3.6, 3.6, 3.2, 2.6, 1.9, 1.3, 0.9),
)
"""Passages of one landing in each local hour of a Saturday or Sunday. [1/h]"""

_THURSDAY = 3  # 1970-01-01, counted from Monday = 0


@dataclass(frozen=True, slots=True)
class Passages:
    """How often people pass one landing.

    Attributes:
        traffic: Passages against the ordinary landing; the ground floor sees everybody. [-]
        utc_offset_h: Local time minus UTC; Russian cities keep one offset all year. [h]
    """

    traffic: float
    utc_offset_h: int = 3

    def rate_per_h(self, hours: Ints) -> Floats:
        """Expected passages in each hour. [1/h]

        Args:
            hours: Hours since 1970-01-01T00:00Z. [h]
        """
        local = hours + self.utc_offset_h
        weekend = (local // 24 + _THURSDAY) % 7 >= 5
        hour = local % 24
        rate: Floats = self.traffic * np.where(weekend, np.array(WEEKEND_PER_H)[hour], np.array(WEEKDAY_PER_H)[hour])
        return rate

    def arrivals_s(self, seed: int, name: str, hours: Ints) -> Floats:
        """Unix times of the passages in order; a longer span starts with the same ones. [s]

        Args:
            seed: Which people.
            name: Which landing.
            hours: Consecutive hours since 1970-01-01T00:00Z. [h]
        """
        counts = stream(seed, name, "passages").poisson(self.rate_per_h(hours))
        within = stream(seed, name, "moments").random(int(counts.sum()))
        arrivals: Floats = (np.repeat(hours, counts) + within) * SECONDS_PER_HOUR
        arrivals.sort()
        return arrivals
