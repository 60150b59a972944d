"""What may be chosen about a method."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analytics.arrays import Days, Indices
from analytics.degree_days import HEATING_LIMIT_C, INDOOR_TEMPERATURE_C
from analytics.model_kind import ALL_MODELS, ModelKind
from analytics.production_calendar import days_off


class DayTypes(StrEnum):
    """Which days are told apart."""

    NONE = "none"
    """All days alike."""
    WEEK = "week"
    """Monday to Friday, and the weekend."""
    RUSSIA = "ru"
    """Days that are worked and days off, by the production calendar of Russia."""

    def of(self, day: Days) -> Indices:
        """0 for a working day, 1 for a day off. [d]"""
        match self:
            case DayTypes.NONE:
                return np.zeros(len(day), dtype=np.intp)
            case DayTypes.WEEK:
                return (weekday(day) >= 5).astype(np.intp)
            case DayTypes.RUSSIA:
                return days_off(day).astype(np.intp)

    def day_of_week(self, day: Days) -> Indices:
        """0 Monday to 6 Sunday; a holiday counts as a Sunday, a Saturday that is worked as a Friday. [d]"""
        plain = weekday(day)
        if self is not DayTypes.RUSSIA:
            return plain
        off = days_off(day)
        return np.where(off & (plain < 5), 6, np.where(~off & (plain >= 5), 4, plain))


def weekday(day: Days) -> Indices:
    """0 Monday to 6 Sunday. [d]"""
    return ((day.astype("datetime64[D]").astype(np.int64) + 3) % 7).astype(np.intp)


@dataclass(frozen=True, slots=True)
class MethodOptions:
    """Choices; each method looks at its own.

    Attributes:
        models: Change-point models to choose from by BIC.
        day_types: Which days are told apart.
        base_c: Base temperature of degree days, None to search it. [°C]
        indoor_c: Indoor temperature of degree days of the heating period. [°C]
        heating_limit_c: Warmest daily mean of a heating day. [°C]
        segments: Segments of the temperature of time-of-week-and-temperature. [-]
        knots_c: Where its segments meet instead, None for segments of equal length. [°C]
        meter_error: Maximum permissible error of the meter, in quadrature with the band; 0 leaves it out. [-]
        latitude_deg: Latitude where the sun may count in change-point-daily, None where it must not. [°]
    """

    models: tuple[ModelKind, ...] = ALL_MODELS
    day_types: DayTypes = DayTypes.NONE
    base_c: float | None = None
    indoor_c: float = INDOOR_TEMPERATURE_C
    heating_limit_c: float = HEATING_LIMIT_C
    segments: int = 6
    knots_c: tuple[float, ...] | None = None
    meter_error: float = 0.0
    latitude_deg: float | None = None
