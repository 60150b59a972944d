"""Weather: reproducible hour by hour, and like the climate it stands for."""

from datetime import UTC, datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.weather import MONTHLY_NORMALS_C, outdoor_temperature_c, relative_humidity_percent

YEARS = np.arange(
    int(datetime(2001, 1, 1, tzinfo=UTC).timestamp() // 3600), int(datetime(2031, 1, 1, tzinfo=UTC).timestamp() // 3600)
)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), start=st.integers(300_000, 600_000), length=st.integers(1, 9000), cut=st.data())
def test_a_part_of_a_period_has_the_same_values_to_the_last_bit(
    seed: int, start: int, length: int, cut: st.DataObject
) -> None:
    whole = np.arange(start, start + length)
    first = cut.draw(st.integers(0, length - 1))
    last = cut.draw(st.integers(first + 1, length))
    np.testing.assert_array_equal(
        outdoor_temperature_c(seed, whole)[first:last], outdoor_temperature_c(seed, whole[first:last])
    )


def test_seeds_differ() -> None:
    hours = YEARS[:1000]
    assert np.abs(outdoor_temperature_c(1, hours) - outdoor_temperature_c(2, hours)).max() > 1


def test_thirty_years_have_the_climate_of_the_city() -> None:
    temperature_c = outdoor_temperature_c(11, YEARS)
    month = YEARS.astype("datetime64[h]").astype("datetime64[M]").astype(int) % 12
    means_c = np.array([temperature_c[month == n].mean() for n in range(12)])
    assert abs(temperature_c.mean() - np.mean(MONTHLY_NORMALS_C)) < 0.6
    np.testing.assert_allclose(means_c, MONTHLY_NORMALS_C, atol=1.6)


def test_the_heating_season_is_as_cold_as_the_building_code_says() -> None:
    """SP 131.13330, St Petersburg: 213 days at or below 8 °C with a mean of -1.3 °C."""
    daily_c = outdoor_temperature_c(11, YEARS)[: 24 * (YEARS.size // 24)].reshape(-1, 24).mean(axis=1)
    year = np.array([daily_c[n * 365 : (n + 1) * 365] for n in range(30)]).mean(axis=0)
    season = np.convolve(np.concatenate([year, year]), np.ones(213) / 213, mode="valid").min()
    assert abs(season - -1.3) < 0.8


def test_days_remember_the_day_before_and_winters_differ() -> None:
    temperature_c = outdoor_temperature_c(11, YEARS)[: 24 * (YEARS.size // 24)].reshape(-1, 24).mean(axis=1)
    day = np.arange(temperature_c.size) % 365
    anomaly = temperature_c - np.array([temperature_c[day == n].mean() for n in range(365)])[day]
    lag_one = np.corrcoef(anomaly[1:], anomaly[:-1])[0, 1]
    assert 0.7 < lag_one < 0.92
    winters = [temperature_c[n * 365 - 90 : n * 365 + 90].mean() for n in range(1, 29)]
    assert 0.7 < np.std(winters) < 2.5


def test_afternoons_are_warmer_than_nights_above_all_in_summer() -> None:
    hours = YEARS
    temperature_c, local = outdoor_temperature_c(11, hours), (hours + 3) % 24
    month = hours.astype("datetime64[h]").astype("datetime64[M]").astype(int) % 12 + 1
    swing = {m: temperature_c[(month == m) & (local == 16)].mean() - temperature_c[(month == m) & (local == 4)].mean()
             for m in (1, 7)}  # fmt: skip
    assert 0.5 < swing[1] < 3
    assert 6 < swing[7] < 10


def test_humidity_stays_a_share() -> None:
    humidity = relative_humidity_percent(11, YEARS[:9000])
    assert humidity.min() >= 20
    assert humidity.max() <= 100
    assert 70 < humidity.mean() < 86
