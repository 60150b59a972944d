"""The house: energy is conserved, and the measure saves for the reasons it should."""

from datetime import UTC, datetime

import numpy as np
import pytest

from simulators.house import KW_PER_T_K_H, Boundary, Control, House, boundary, network_supply_c, simulate
from simulators.weather import outdoor_temperature_c

HOUSE = House("test", 5.0, 400.0, gains_kw=36.0, hot_water_kw=70.0)
HOURS = np.arange(
    int(datetime(2024, 9, 30, 21, tzinfo=UTC).timestamp() // 3600),
    int(datetime(2025, 4, 30, 21, tzinfo=UTC).timestamp() // 3600),
)


@pytest.fixture(scope="module")
def around() -> Boundary:
    return boundary(HOUSE, 4, HOURS, outdoor_temperature_c(4, HOURS))


@pytest.mark.parametrize(
    ("outdoor_c", "supply_c"), [(-24.0, 150.0), (8.0, 70.0), (-10.0, 112.1)], ids=["design", "cut", "between"]
)
def test_the_graph_has_its_design_point_and_its_cut(outdoor_c: float, supply_c: float) -> None:
    """Origin: the 150/70 graph for -24 °C, formula of Sokolov worked by hand; without the upper cut."""
    assert network_supply_c(np.array([outdoor_c]), high_cut_c=160.0)[0] == pytest.approx(supply_c, abs=0.3)


@pytest.mark.parametrize("control", [None, Control()], ids=["elevator", "automated"])
def test_power_is_flow_times_temperature_drop(around: Boundary, control: Control | None) -> None:
    track = simulate(HOUSE, around, control)
    np.testing.assert_allclose(
        KW_PER_T_K_H * track.flow_t_h * (track.supply_c - track.return_c), track.power_kw, rtol=1e-9
    )
    assert (track.power_kw > 0).all()
    assert (track.return_c > 20).all()
    assert (track.return_c < track.supply_c).all()


def test_the_heat_balance_closes(around: Boundary) -> None:
    """What went in and what the mass gave up is what went out through walls and windows."""
    track = simulate(HOUSE, around, None)
    before = np.concatenate([[21.0], track.indoor_c[:-1]])
    opened = np.where(before > 23.0, 0.35 * (before - 23.0), 0.0)
    lost = HOUSE.heat_loss_kw_per_k * (around.wind_factor + opened) * (before - around.outdoor_c)
    heating = track.power_kw - around.hot_water_kw
    stored = HOUSE.heat_capacity_kwh_per_k * (track.indoor_c[-1] - 21.0)
    assert (heating + around.gains_kw - lost).sum() == pytest.approx(stored, rel=1e-6)


def test_the_measure_saves_most_in_mild_weather_and_keeps_people_warm(around: Boundary) -> None:
    before, after = simulate(HOUSE, around, None), simulate(HOUSE, around, Control(night_setback_k=0.0))
    saved = (before.power_kw - after.power_kw) / before.power_kw
    mild, cold = around.outdoor_c > 4, around.outdoor_c < -5
    assert saved[mild].mean() > saved[cold].mean() + 0.05
    assert 0.08 < 1 - after.power_kw.sum() / before.power_kw.sum() < 0.3
    assert before.indoor_c.mean() > 22.5
    assert 19.5 < after.indoor_c[240:].mean() < 21.5


def test_a_night_setback_saves_more(around: Boundary) -> None:
    without, with_setback = (simulate(HOUSE, around, Control(night_setback_k=k)) for k in (0.0, 2.0))
    assert with_setback.power_kw.sum() < without.power_kw.sum()


def test_before_its_first_hour_the_measure_does_nothing(around: Boundary) -> None:
    start = int(HOURS[2000])
    before, after = simulate(HOUSE, around, None), simulate(HOUSE, around, Control(), start)
    np.testing.assert_array_equal(before.power_kw[:2000], after.power_kw[:2000])
    assert (before.power_kw[2000:] != after.power_kw[2000:]).any()


def test_a_longer_span_starts_with_the_same_values(around: Boundary) -> None:
    short = boundary(HOUSE, 4, HOURS[:3000], outdoor_temperature_c(4, HOURS[:3000]))
    for name in ("supply_c", "gains_kw", "wind_factor", "hot_water_kw"):
        np.testing.assert_array_equal(getattr(short, name), getattr(around, name)[:3000])
