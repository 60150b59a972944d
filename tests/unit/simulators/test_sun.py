"""The sun over St Petersburg, against published times."""

from datetime import UTC, datetime

import numpy as np
import pytest

from simulators.sun import dark_intervals, day_length_h, sun_elevation_deg


@pytest.mark.parametrize(
    ("day", "almanac_h"),
    [(172, 18.87), (355, 5.87), (80, 12.2)],
    ids=["midsummer 18 h 52 min", "midwinter 5 h 52 min", "equinox 12 h 12 min"],
)
def test_day_length_agrees_with_the_almanac(day: int, almanac_h: float) -> None:
    """Origin: almanac of St Petersburg; it counts refraction and the sun's disc, up to 0.4 h at this latitude."""
    length = day_length_h(np.array([float(day)]), 59.94)[0]
    assert 0 <= almanac_h - length < 0.45


def test_the_poles_have_polar_day_and_night() -> None:
    np.testing.assert_allclose(day_length_h(np.array([172.0, 355.0]), 80.0), [24.0, 0.0])


def test_the_sun_culminates_at_local_noon() -> None:
    """At 30.31° E the mean sun culminates at 12:00 - 2:01 = 9:59 UTC; on 15 April the true sun does so too."""
    times_s = datetime(2025, 4, 15, tzinfo=UTC).timestamp() + np.arange(0, 86400, 60.0)
    highest = times_s[np.argmax(sun_elevation_deg(times_s, 59.94, 30.31))]
    assert abs(highest - datetime(2025, 4, 15, 9, 59, tzinfo=UTC).timestamp()) < 180


def test_dark_hours_are_the_rest_of_the_day() -> None:
    start = datetime(2025, 12, 1, tzinfo=UTC).timestamp()
    dark = dark_intervals(3, start, start + 30 * 86400, 59.94, 30.31)
    hours_a_day = dark.elapsed_s(np.array([start + 30 * 86400]))[0] / 30 / 3600
    assert 18.3 < hours_a_day < 20.5  # night of 17.8 h and the time below the relay's threshold
