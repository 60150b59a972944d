"""What the sun adds to the outdoor temperature of a heated house, without a sensor for it.

Spring has more sun than autumn at the same outdoor temperature, and a house with thermostats needs less heat then. A
model of temperature alone asks too much of one and too little of the other. The sol-air temperature is the outdoor
temperature plus what the sun is worth [1]; here the sun of a day is that of its date and latitude above the clouds,
and what it is worth in a given house is found in its baseline.

References:
    [1] ASHRAE Handbook - Fundamentals, 2021, chapter 18, sol-air temperature.
"""

import numpy as np

from analytics.arrays import Days, Floats, Mask
from analytics.change_point import fit
from analytics.model_kind import ModelKind

SOLAR_CONSTANT_MJ = 0.0820
"""Radiation outside the atmosphere on a plane that faces the sun. [MJ/(m²·min)]"""

UNIT_MJ = 40.0
"""Daily radiation that counts as 1: about that of midsummer between 40 and 65° north. [MJ/(m²·d)]"""

WORTH_K = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0])
"""What one unit of it may be worth. Our own grid: glass facades gain more, and the rest of theirs is left to the
band. [K]"""

LEAST_DAYS = 300
"""Days below which a baseline has not seen a spring and an autumn to tell apart. Our own limit. [d]"""

LEAST_SPREAD_K = 2.0
"""Standard deviation of the outdoor temperature below which the sun would stand for the season. [K]"""


def daily_sun(day: Days, latitude_deg: float) -> Floats:
    """Radiation of each day on a horizontal plane outside the atmosphere, in units of 40 MJ/(m²·d). [-]

    Args:
        day: Calendar days.
        latitude_deg: Latitude, north positive. [°]

    References:
        Allen, Pereira, Raes, Smith, "Crop evapotranspiration", FAO Irrigation and Drainage Paper 56, Rome, 1998,
        equations 21 to 25.
    """
    if not -90 <= latitude_deg <= 90:
        raise ValueError(f"a latitude lies between -90 and 90, got {latitude_deg}")
    dates = day.astype("datetime64[D]")
    number = (dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.float64) + 1
    distance = 1 + 0.033 * np.cos(2 * np.pi / 365 * number)
    declination, latitude = 0.409 * np.sin(2 * np.pi / 365 * number - 1.39), np.radians(latitude_deg)
    sunset = np.arccos(np.clip(-np.tan(latitude) * np.tan(declination), -1, 1))
    height = sunset * np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.sin(sunset)
    return np.asarray(24 * 60 / np.pi * SOLAR_CONSTANT_MJ * distance * height / UNIT_MJ)


def worth_of_sun(
    temperature_c: Floats, sun: Floats, energy_kwh: Floats, mask: Mask, kinds: tuple[ModelKind, ...]
) -> Floats:
    """What a unit of sun is worth in each building: the least information criterion decides, 0 where it is none. [K]

    Args:
        temperature_c: Daily mean outdoor temperature, shared [d], or one row per building [m, d]. [°C]
        sun: `daily_sun` of those days [d]. [-]
        energy_kwh: Daily energy of each building [m, d]. [kWh/d]
        mask: Days that may be used [m, d].
        kinds: Models to try.
    """
    used = mask & np.isfinite(energy_kwh) & np.isfinite(temperature_c)
    n = used.sum(axis=1).astype(np.float64)
    warm = np.where(used, temperature_c, 0.0)
    mean = warm.sum(axis=1) / np.maximum(n, 1)
    spread = np.sqrt(np.where(used, np.square(warm - mean[:, None]), 0.0).sum(axis=1) / np.maximum(n, 1))
    criteria = []
    for worth in WORTH_K.tolist():
        fits = fit(temperature_c + worth * sun, energy_kwh, used, kinds)
        floor = 1e-24 + 1e-14 * n * np.square(fits.base)
        with np.errstate(divide="ignore", invalid="ignore"):
            criterion = n * np.log(np.maximum(fits.sse, floor) / n) + (fits.parameters + (worth > 0)) * np.log(n)
        criteria.append(np.where(np.isfinite(criterion), criterion, np.inf))
    chosen = WORTH_K[np.argmin(criteria, axis=0)]
    return np.where((n >= LEAST_DAYS) & (spread >= LEAST_SPREAD_K), chosen, 0.0)
