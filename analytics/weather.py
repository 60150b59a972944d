"""Outdoor temperature of local days from the hours that a station reported."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from analytics.arrays import Days, Floats
from analytics.degree_days import daily_mean_temperature

LONGEST_BRIDGED_GAP_H = 6
"""Hours without a temperature that a straight line may bridge, as CalTRACK 2.0 allows for hourly temperature. [h]"""

DAILY_STEP = pd.Timedelta(hours=20)
"""A station whose usual step is longer reports the mean of each local day, as weather services publish it."""


@dataclass(frozen=True, slots=True)
class DailyTemperature:
    """Mean outdoor temperature of local days.

    Attributes:
        day: Local calendar days, ascending.
        mean_c: Mean of the day, NaN where too few hours are known. [°C]
    """

    day: Days
    mean_c: Floats


def daily_temperature(hour: pd.DatetimeIndex, mean_c: Floats, zone: ZoneInfo) -> DailyTemperature:
    """Mean temperature of each local day, short gaps bridged. [°C]

    A station that misses an hour or a pack of six loses no day; a longer gap stays a gap, because a straight line
    through a night would make the day warmer than it was. A station that reports once a day reports the day's mean.

    Args:
        hour: Hours that the station reported, UTC, ascending.
        mean_c: Mean temperature of each. [°C]
        zone: Time zone of the days.

    References:
        CalTRACK methods 2.0, hourly methods, on missing temperature.
    """
    if not len(hour):
        return DailyTemperature(np.empty(0, dtype="datetime64[D]"), np.empty(0))
    if len(hour) > 1 and hour.to_series().diff().median() >= DAILY_STEP:
        return _of_daily_values(hour.tz_convert(zone), mean_c)
    every = pd.date_range(hour[0], hour[-1], freq="h")
    series = pd.Series(mean_c, index=hour).reindex(every)
    bridged = pd.Series(_bridge(np.asarray(series, dtype=np.float64)), index=every.tz_convert(zone))
    daily = daily_mean_temperature(bridged)
    days = np.array([stamp.date() for stamp in pd.DatetimeIndex(daily.index)], dtype="datetime64[D]")
    return DailyTemperature(days, np.asarray(daily, dtype=np.float64))


def _of_daily_values(local: pd.DatetimeIndex, mean_c: Floats) -> DailyTemperature:
    days, first = np.unique(np.array([stamp.date() for stamp in local], dtype="datetime64[D]"), return_index=True)
    return DailyTemperature(days, mean_c[first])


def _bridge(values_c: Floats) -> Floats:
    """Fill runs of at most `LONGEST_BRIDGED_GAP_H` missing hours by a straight line. [°C]"""
    missing = np.isnan(values_c)
    if not missing.any():
        return values_c
    place = np.arange(len(values_c))
    before = np.maximum.accumulate(np.where(missing, -1, place))
    after = np.minimum.accumulate(np.where(missing, len(values_c), place)[::-1])[::-1]
    short = missing & (before >= 0) & (after < len(values_c)) & (after - before - 1 <= LONGEST_BRIDGED_GAP_H)
    result = values_c.copy()
    result[short] = np.interp(place[short], place[~missing], values_c[~missing])
    return result
