"""Instruments: registers cut to their digits, rolled over, and true to what went through."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.heat_meter import KWH_PER_UNIT, HeatMeter
from simulators.house import HeatTrack, House, boundary, simulate
from simulators.series import register
from simulators.weather import outdoor_temperature_c
from teplosvet.domain.quantities import Quantity

HOURS = np.arange(482_000, 482_000 + 24 * 40)
EDGES_S = np.append(HOURS, HOURS[-1] + 1) * 3600.0
HOUSE = House("test", 5.0, 400.0, gains_kw=36.0, hot_water_kw=70.0)


@pytest.fixture(scope="module")
def track() -> HeatTrack:
    return simulate(HOUSE, boundary(HOUSE, 4, HOURS, outdoor_temperature_c(4, HOURS)), None)


@given(
    steps=st.lists(st.floats(0, 90), min_size=1, max_size=60),
    start=st.integers(0, 99_999),
    decimals=st.integers(0, 3),
)
def test_a_rolled_register_undone_by_its_modulus_is_the_truth_within_its_resolution(
    steps: list[float], start: int, decimals: int
) -> None:
    total = np.cumsum([0.0, *steps])
    shown = register(total, start / 1000, decimals, modulus=100.0)
    assert ((shown >= 0) & (shown < 100)).all()
    undone = np.mod(np.diff(shown), 100.0)
    np.testing.assert_array_less(np.abs(np.mod(undone - np.diff(total) + 50, 100) - 50), 10.0**-decimals + 1e-6)


@pytest.mark.parametrize("unit", ["kWh", "MWh", "Gcal", "GJ"])
def test_energy_is_what_the_house_drew_in_any_unit(track: HeatTrack, unit: str) -> None:
    meter = HeatMeter("1", unit=unit, decimals=3, start_energy=1234.567)
    energy = meter.read("d", track, EDGES_S[0], EDGES_S).columns[0]
    assert (energy.quantity, energy.unit) == (Quantity.HEAT_ENERGY_KWH, unit)
    assert energy.values[0] == pytest.approx(1234.567, abs=1e-9)
    drawn = (energy.values[-1] - energy.values[0]) * KWH_PER_UNIT[unit]
    assert drawn == pytest.approx(track.power_kw.sum(), abs=0.0011 * KWH_PER_UNIT[unit])


def test_every_reading_is_physical_within_its_rounding(track: HeatTrack) -> None:
    series = HeatMeter("1").read("d", track, EDGES_S[0], EDGES_S)
    by = {column.quantity: column.values for column in series.columns}
    drop = by[Quantity.FLOW_TEMPERATURE_C] - by[Quantity.RETURN_TEMPERATURE_C]
    expected = 1.163 * by[Quantity.HEAT_FLOW_M3H] * drop
    rounding = 0.05 + 1.163 * (0.0005 * drop + 0.01 * by[Quantity.HEAT_FLOW_M3H] + 0.0005)
    np.testing.assert_array_less(np.abs(by[Quantity.HEAT_POWER_KW] - expected), rounding)
    for quantity in (
        Quantity.HEAT_ENERGY_KWH,
        Quantity.HEAT_VOLUME_M3,
        Quantity.FLOW_VOLUME_TEMPERATURE_M3C,
        Quantity.RETURN_VOLUME_TEMPERATURE_M3C,
        Quantity.OPERATING_TIME_H,
    ):
        assert (np.diff(by[quantity]) >= 0).all(), quantity


def test_the_volume_temperature_registers_give_the_energy_again(track: HeatTrack) -> None:
    """E = 1.163 (V·T in - V·T back): the identity by which such registers are checked."""
    series = HeatMeter("1", unit="kWh", decimals=0).read("d", track, EDGES_S[0], EDGES_S)
    by = {column.quantity: column.values[-1] - column.values[0] for column in series.columns}
    difference = by[Quantity.FLOW_VOLUME_TEMPERATURE_M3C] - by[Quantity.RETURN_VOLUME_TEMPERATURE_M3C]
    assert 1.163 * difference == pytest.approx(by[Quantity.HEAT_ENERGY_KWH], abs=4)


def test_a_small_modulus_rolls_over_and_loses_nothing(track: HeatTrack) -> None:
    plain = HeatMeter("1", unit="kWh", decimals=0, start_energy=9990.0)
    rolling = replace(plain, modulus=10_000.0)
    whole = plain.read("d", track, EDGES_S[0], EDGES_S).columns[0].values
    rolled = rolling.read("d", track, EDGES_S[0], EDGES_S).columns[0].values
    assert (np.diff(rolled) < 0).any()
    np.testing.assert_allclose(np.mod(np.diff(rolled), 10_000), np.diff(whole))


def test_a_successor_counts_from_its_own_start(track: HeatTrack) -> None:
    middle_s = EDGES_S[400]
    series = HeatMeter("1").successor("2", 61.234).read("d", track, middle_s, EDGES_S[400:])
    assert series.serial == "2"
    assert series.columns[0].values[0] == pytest.approx(61.234)
    assert series.columns[1].values[0] == 0
