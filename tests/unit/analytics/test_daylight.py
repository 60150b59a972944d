import numpy as np
import pytest

from analytics.daylight import dark_hours

SUNRISE = 0.8333


def night(day: str, latitude: float, depth: float = SUNRISE) -> float:
    return float(dark_hours(np.array([day], dtype="datetime64[D]"), latitude, depth)[0])


@pytest.mark.parametrize(
    ("day", "latitude", "day_length_h"),
    [
        # origin: almanac sunrise and sunset; 18 h 51 min and 5 h 53 min in St Petersburg, 17 h 34 min in Moscow
        ("2025-06-21", 59.94, 18.85),
        ("2025-12-21", 59.94, 5.88),
        ("2025-06-21", 55.75, 17.57),
        ("2025-03-20", 0.0, 12.11),
    ],
)
def test_day_length_is_that_of_the_almanac(day: str, latitude: float, day_length_h: float) -> None:
    assert 24 - night(day, latitude) == pytest.approx(day_length_h, abs=0.15)


def test_white_nights_and_polar_nights() -> None:
    assert night("2025-06-21", 61, 6) == 0
    assert night("2025-12-21", 75) == 24
    assert night("2025-06-21", 90) == 0
    assert night("2025-12-21", 90) == 24
    assert night("2025-12-21", -90) == 0


def test_a_year_of_dark_hours_has_its_longest_night_in_december() -> None:
    year = np.arange("2025-01-01", "2026-01-01", dtype="datetime64[D]")
    dark = dark_hours(year, 59.94)
    assert str(year[np.argmax(dark)])[:7] == "2025-12"
    assert str(year[np.argmin(dark)])[:7] == "2025-06"


def test_an_impossible_latitude_is_refused() -> None:
    with pytest.raises(ValueError, match="between -90 and 90"):
        night("2025-06-21", 91)
