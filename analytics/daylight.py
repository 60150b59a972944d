"""How long it is dark: the independent variable of lighting."""

import numpy as np

from analytics.arrays import Days, Floats

CIVIL_TWILIGHT_DEG = 6.0
"""Depth of the sun below the horizon up to which outdoor work needs no lamp (civil twilight). [°]"""


def dark_hours(day: Days, latitude_deg: float, sun_depth_deg: float = CIVIL_TWILIGHT_DEG) -> Floats:
    """Hours of a day in which the sun is deeper than `sun_depth_deg` below the horizon. [h]

    24 h less the day length of the CBM model [1]: revolution angle, declination, then the hour angle at which the sun
    stands at the given depth. In the white nights the sun does not get so deep and the result is 0; in the polar night
    it does not get higher and the result is 24.

    Args:
        day: Calendar days.
        latitude_deg: Latitude, north positive. [°]
        sun_depth_deg: Depth of the sun's centre: 0.8333 for sunrise and sunset as almanacs give them, 6 for civil
            twilight. [°]

    References:
        [1] Forsythe, Rykiel, Stahl, Wu, Schoolfield, "A model comparison for daylength as a function of latitude and
            day of year", Ecological Modelling 80 (1995) 87-95, doi 10.1016/0304-3800(94)00034-F, equations 1 to 3.
    """
    if not -90 <= latitude_deg <= 90:
        raise ValueError(f"a latitude lies between -90 and 90, got {latitude_deg}")
    dates = day.astype("datetime64[D]")
    day_of_year = (dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.float64) + 1
    revolution = 0.2163108 + 2 * np.arctan(0.9671396 * np.tan(0.00860 * (day_of_year - 186)))
    declination = np.arcsin(0.39795 * np.cos(revolution))
    latitude = np.radians(latitude_deg)
    # cos(90°) rounds to 6e-17, not to 0: a pole keeps its sign and the quotient saturates, which is what is meant.
    quotient = (np.sin(np.radians(sun_depth_deg)) + np.sin(latitude) * np.sin(declination)) / (
        np.cos(latitude) * np.cos(declination)
    )
    return np.asarray(24 / np.pi * np.arccos(np.clip(quotient, -1, 1)), dtype=np.float64)
