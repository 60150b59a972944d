"""Where the sun stands, how long the day is, and when a stairwell with windows is dark."""

import numpy as np

from simulators.arrays import Floats, stream
from simulators.intervals import Intervals

_STEP_S = 300


def declination_deg(day_of_year: Floats) -> Floats:
    """Declination of the sun. [°]

    Args:
        day_of_year: Day of the year, 1 January = 1. [d]

    References:
        [1] P. I. Cooper, "The absorption of radiation in solar stills", Solar Energy 12 (1969) 333-346.
    """
    declination: Floats = 23.45 * np.sin(np.radians(360.0 / 365.0 * (284.0 + day_of_year)))
    return declination


def equation_of_time_min(day_of_year: Floats) -> Floats:
    """Apparent minus mean solar time. [min]

    Args:
        day_of_year: Day of the year, 1 January = 1. [d]

    References:
        [1] J. W. Spencer, "Fourier series representation of the position of the sun", Search 2 (1971) 172.
    """
    b = 2 * np.pi * (day_of_year - 1) / 365.0
    minutes: Floats = 229.18 * (
        0.000075 + 0.001868 * np.cos(b) - 0.032077 * np.sin(b) - 0.014615 * np.cos(2 * b) - 0.040849 * np.sin(2 * b)
    )
    return minutes


def day_length_h(day_of_year: Floats, latitude_deg: float) -> Floats:
    """Time from geometric sunrise to sunset. [h]

    ``2/15 * acos(-tan(latitude) * tan(declination))`` [1]; 0 in polar night, 24 in polar day.

    Args:
        day_of_year: Day of the year, 1 January = 1. [d]
        latitude_deg: Latitude, north positive. [°]

    References:
        [1] J. A. Duffie, W. A. Beckman, "Solar engineering of thermal processes", 4th ed., equation 1.6.11, 2013.
    """
    cosine = -np.tan(np.radians(latitude_deg)) * np.tan(np.radians(declination_deg(day_of_year)))
    length: Floats = 2.0 / 15.0 * np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
    return length


def sun_elevation_deg(times_s: Floats, latitude_deg: float, longitude_deg: float) -> Floats:
    """Height of the sun's centre above the horizon, without refraction. [°]

    Args:
        times_s: Unix time. [s]
        latitude_deg: Latitude, north positive. [°]
        longitude_deg: Longitude, east positive. [°]

    References:
        [1] J. A. Duffie, W. A. Beckman, "Solar engineering of thermal processes", 4th ed., equation 1.6.5, 2013.
    """
    day = (times_s / 86400.0 - 10957.0) % 365.2425 + 1.0  # 10957 days from 1970 to 2000
    solar_h = (times_s / 3600.0) % 24.0 + longitude_deg / 15.0 + equation_of_time_min(day) / 60.0
    hour_angle = np.radians(15.0 * (solar_h - 12.0))
    latitude, declination = np.radians(latitude_deg), np.radians(declination_deg(day))
    sine = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    elevation: Floats = np.degrees(np.arcsin(sine))
    return elevation


def dark_intervals(
    seed: int, start_s: float, end_s: float, latitude_deg: float, longitude_deg: float, threshold_deg: float = 2.0
) -> Intervals:
    """When a photo relay sees too little daylight: the sun below a threshold that clouds move from day to day.

    Args:
        seed: Which clouds.
        start_s: Unix time of the start. [s]
        end_s: Unix time of the end. [s]
        latitude_deg: Latitude. [°]
        longitude_deg: Longitude. [°]
        threshold_deg: Mean elevation of the sun at which the relay switches. [°]
    """
    times_s = np.arange(start_s, end_s + _STEP_S, _STEP_S)
    day = ((times_s - start_s) // 86400).astype(np.int64)
    clouds = stream(seed, "clouds").normal(0.0, 1.5, int(day[-1]) + 1)
    dark = sun_elevation_deg(times_s, latitude_deg, longitude_deg) < threshold_deg + clouds[day]
    return Intervals.where(times_s, dark)
