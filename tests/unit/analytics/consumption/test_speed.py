"""Recomputing a day of a thousand devices is a matter of seconds."""

from time import perf_counter

import numpy as np

from analytics.consumption import energy_path, per_bucket
from tests.unit.analytics.consumption.faults import HOUR_US, START_US, meter


def test_a_day_of_minutes_takes_less_than_a_millisecond() -> None:
    series = meter("random", count=1_440, step_min=1).series()
    edges = START_US + HOUR_US * np.arange(25, dtype=np.int64)

    def once() -> float:
        begin = perf_counter()
        per_bucket(energy_path(series), edges)
        return perf_counter() - begin

    assert min(once() for _ in range(200)) < 1e-3
