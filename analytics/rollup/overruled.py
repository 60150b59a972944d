"""Where a meter's own memory speaks, live readings of the same hour are overruled.

A live register is read some seconds before the moment that it is stored under, and may be a glitch; the record of an
hour is what the meter itself closed that hour with. Between two records that are an hour or less apart nothing is
missing, and a live reading there could only contradict them; unless the instrument was exchanged between.
"""

import numpy as np
from numpy.typing import NDArray

from analytics.consumption import RegisterSeries

HOUR_US = 3_600_000_000


def without_overruled(series: RegisterSeries, archive: NDArray[np.bool_]) -> RegisterSeries:
    """A register without the live readings between archive records of neighbouring hours.

    Args:
        series: Its readings in order of time, n of them.
        archive: Which of them are from the meter's archive, bool[n].
    """
    records = np.flatnonzero(archive)
    if len(records) < 2:
        return series
    at_us = series.at_us[records]
    following = np.searchsorted(records, np.arange(len(archive)))
    inner = ~archive & (following > 0) & (following < len(records))
    after = np.clip(following, 1, len(records) - 1)
    serial = series.serial[records]
    neighbours = (at_us[after] - at_us[after - 1] <= HOUR_US) & (serial[after] == serial[after - 1])
    keep = ~(inner & neighbours)
    return RegisterSeries(series.at_us[keep], series.register[keep], series.serial[keep])
