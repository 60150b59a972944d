"""Heating degree days, and the degree days of the heating period (ГСОП) of Russian practice."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.arrays import Floats

HEATING_LIMIT_C = 8.0
"""Daily mean outdoor temperature up to which a day belongs to the heating period (SP 50.13330.2012, 5.2). [°C]"""

INDOOR_TEMPERATURE_C = 20.0
"""Indoor temperature of dwellings for degree days (GOST 30494-2011, table 1: 20 to 22). [°C]"""


def daily_mean_temperature(outdoor_temperature_c: "pd.Series[float]", min_coverage: float = 0.9) -> "pd.Series[float]":
    """Mean temperature of each local calendar day. [°C]

    A day with fewer than `min_coverage` of its hours is NaN. A day in which clocks change has 23 or 25 hours.

    Args:
        outdoor_temperature_c: Hourly outdoor dry-bulb temperature, index in the building's time zone. [°C]
        min_coverage: Share of a day's hours that must be present. [-]
    """
    days = pd.DatetimeIndex(outdoor_temperature_c.index).normalize()
    groups = outdoor_temperature_c.groupby(days)
    mean = groups.mean()
    index = pd.DatetimeIndex(mean.index)
    following = (index + pd.DateOffset(days=1)).normalize()
    hours = np.asarray((following - index) / pd.Timedelta(hours=1), dtype=np.float64)
    return mean.where(groups.count() >= min_coverage * hours)


def heating_degree_days(
    outdoor_temperature_c: "pd.Series[float]", base_temperature_c: float, min_coverage: float = 0.9
) -> "pd.Series[float]":
    """Heating degree days of each local calendar day. [K·d]

    ``max(0, base - mean daily temperature)`` [1]. A day with too few hours is NaN, never zero: a missing day must
    not look like a warm one, because that would lower the adjusted baseline.

    Args:
        outdoor_temperature_c: Hourly outdoor dry-bulb temperature in the building's time zone. [°C]
        base_temperature_c: Outdoor temperature above which no heat is needed. [°C]
        min_coverage: Share of a day's hours that must be present. [-]

    References:
        [1] CIBSE, "Degree-days: theory and application", TM41, London, 2006.
    """
    return (base_temperature_c - daily_mean_temperature(outdoor_temperature_c, min_coverage)).clip(lower=0.0)


@dataclass(frozen=True, slots=True)
class HeatingPeriod:
    """The degree days of a heating period (ГСОП).

    Attributes:
        degree_days_kd: ``(t_in - mean t_out) * z``. [K·d]
        days: Days of the period, z. [d]
        mean_outdoor_temperature_c: Mean over those days, NaN if there are none. [°C]
        unknown_days: Days without a temperature, which are in none of the figures above. [d]
    """

    degree_days_kd: float
    days: int
    mean_outdoor_temperature_c: float
    unknown_days: int


def heating_period_degree_days(
    outdoor_temperature_c: Floats,
    indoor_temperature_c: float = INDOOR_TEMPERATURE_C,
    heating_limit_c: float = HEATING_LIMIT_C,
) -> HeatingPeriod:
    """Degree days of the heating period, ГСОП. [K·d]

    ``(t_in - t_out) * z`` over the days whose mean temperature is at most `heating_limit_c` [1].

    Args:
        outdoor_temperature_c: Mean outdoor temperature of each day, NaN where unknown. [°C]
        indoor_temperature_c: Indoor temperature. [°C]
        heating_limit_c: Warmest daily mean of a heating day. [°C]

    References:
        [1] SP 50.13330.2012, "Thermal performance of the buildings", section 5.2, formula 5.2.
    """
    heated = outdoor_temperature_c[outdoor_temperature_c <= heating_limit_c]
    mean = float(heated.mean()) if heated.size else float("nan")
    return HeatingPeriod(
        degree_days_kd=float(np.sum(indoor_temperature_c - heated)),
        days=heated.size,
        mean_outdoor_temperature_c=mean,
        unknown_days=int(np.count_nonzero(np.isnan(outdoor_temperature_c))),
    )
