import numpy as np
import pandas as pd
import pytest

from analytics.degree_days import daily_mean_temperature, heating_degree_days, heating_period_degree_days


def hours(start: str, count: int, value: float, zone: str = "Europe/Moscow") -> "pd.Series[float]":
    return pd.Series(value, index=pd.date_range(start, periods=count, freq="h", tz=zone))


def test_degree_days_of_cold_warm_and_badly_covered_days() -> None:
    temperature = pd.concat([hours("2025-01-01", 24, -10), hours("2025-01-02", 24, 25), hours("2025-01-03", 21, 0)])
    found = heating_degree_days(temperature, 18)
    assert found.iloc[:2].tolist() == [28, 0]
    assert np.isnan(found.iloc[2])
    assert heating_degree_days(temperature, 18, min_coverage=0.8).iloc[2] == 18


def test_a_missing_hour_is_not_an_hour_of_coverage() -> None:
    temperature = hours("2025-01-01", 24, -10)
    temperature.iloc[:3] = np.nan
    assert np.isnan(heating_degree_days(temperature, 18).iloc[0])


@pytest.mark.parametrize(("day", "length"), [("2025-03-30", 23), ("2025-10-26", 25)])
def test_a_day_in_which_clocks_change_has_its_own_number_of_hours(day: str, length: int) -> None:
    whole = hours(day, length, 5, "Europe/Berlin")
    assert daily_mean_temperature(whole, min_coverage=1).tolist() == [5]
    assert np.isnan(daily_mean_temperature(whole.iloc[:-1], min_coverage=1).iloc[0])


def test_heating_period_of_the_climate_norm() -> None:
    # origin: St Petersburg, SP 131.13330: 213 days at -1.3 °C in the mean, hence (20 + 1.3) * 213 = 4537 K·d
    temperature = np.concatenate([np.full(213, -1.3), np.full(150, 15.0), [np.nan, np.nan]])
    found = heating_period_degree_days(temperature)
    assert found.degree_days_kd == pytest.approx(4537, abs=0.5)
    assert (found.days, found.unknown_days) == (213, 2)
    assert found.mean_outdoor_temperature_c == pytest.approx(-1.3)


def test_the_limit_itself_is_a_heating_day_and_a_summer_has_none() -> None:
    assert heating_period_degree_days(np.array([8.0, 8.01])).degree_days_kd == 12
    summer = heating_period_degree_days(np.array([20.0]))
    assert summer.degree_days_kd == 0
    assert np.isnan(summer.mean_outdoor_temperature_c)
