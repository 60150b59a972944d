"""Units: factors of the standards, and that every quantity has its own."""

import math

import pytest

from teplosvet.domain.quantities import Quantity
from teplosvet.wire.units import conversion, quantity_of, units_of

Q = Quantity

# unit: value outside, value inside. Energy: SI brochure 9th ed., 1 kWh = 3.6 MJ; ISO 80000-5, international table
# calorie 4.1868 J exactly, hence 1 Gcal = 4.1868 GJ = 1163 kWh exactly. Temperature: 0 °C = 273.15 K exactly.
GOLDENS = [
    (Q.HEAT_ENERGY_KWH, "Gcal", 1.0, 1163.0),
    (Q.HEAT_ENERGY_KWH, "GJ", 4.1868, 1163.0),
    (Q.HEAT_ENERGY_KWH, "GJ", 3.6, 1000.0),
    (Q.HEAT_ENERGY_KWH, "MJ", 3.6, 1.0),
    (Q.HEAT_ENERGY_KWH, "J", 3.6e6, 1.0),
    (Q.HEAT_ENERGY_KWH, "Mcal", 1000.0, 1163.0),
    (Q.HEAT_ENERGY_KWH, "MWh", 1.163, 1163.0),
    (Q.HEAT_ENERGY_KWH, "kWh", 5.0, 5.0),
    (Q.LIGHT_ENERGY_KWH, "Wh", 48211.0, 48.211),
    (Q.LAMP_ON_TIME_H, "min", 90.0, 1.5),
    (Q.LAMP_ON_TIME_H, "s", 5400.0, 1.5),
    (Q.LAMP_ON_TIME_H, "d", 2.0, 48.0),
    (Q.LIGHT_POWER_W, "kW", 0.015, 15.0),
    (Q.LIGHT_POWER_W, "mW", 1500.0, 1.5),
    (Q.LIGHT_LEVEL_PERCENT, "/", 0.25, 25.0),
    (Q.HEAT_VOLUME_M3, "l", 1893.4, 1.8934),
    (Q.HEAT_POWER_KW, "Gcal/h", 1.0, 1163.0),
    (Q.HEAT_POWER_KW, "MW", 1.163, 1163.0),
    (Q.HEAT_POWER_KW, "W", 1500.0, 1.5),
    (Q.HEAT_POWER_KW, "MJ/h", 3.6, 1.0),
    (Q.HEAT_POWER_KW, "GJ/h", 4.1868, 1163.0),
    (Q.HEAT_FLOW_M3H, "m3/min", 0.5, 30.0),
    (Q.HEAT_FLOW_M3H, "l/h", 1500.0, 1.5),
    (Q.HEAT_FLOW_M3H, "l/s", 1.0, 3.6),
    (Q.HEAT_FLOW_M3H, "m3/s", 1.0, 3600.0),
    (Q.FLOW_TEMPERATURE_C, "K", 344.45, 71.3),
    (Q.FLOW_TEMPERATURE_C, "K", 273.15, 0.0),
    (Q.OUTDOOR_TEMPERATURE_C, "Cel", -31.4, -31.4),
    (Q.REACTIVE_ENERGY_KVARH, "varh", 2500.0, 2.5),
    (Q.VOLTAGE_V, "mV", 230_000.0, 230.0),
    (Q.CURRENT_A, "mA", 16.0, 0.016),
    (Q.RELATIVE_HUMIDITY_PERCENT, "%", 45.0, 45.0),
    (Q.FLOW_VOLUME_TEMPERATURE_M3C, "m3*Cel", 7.0, 7.0),
    (Q.POWER_FACTOR, "/", 0.97, 0.97),
    (Q.FLOW_MASS_T, "kg", 1500.0, 1.5),
    (Q.FLOW_PRESSURE_KPA, "Pa", 101_325.0, 101.325),
    (Q.FLOW_PRESSURE_KPA, "hPa", 1013.25, 101.325),
    (Q.FLOW_PRESSURE_KPA, "MPa", 0.6, 600.0),
    (Q.FLOW_PRESSURE_KPA, "bar", 6.0, 600.0),
    (Q.FLOW_PRESSURE_KPA, "mbar", 1013.25, 101.325),
    (Q.FLOW_PRESSURE_KPA, "kgf/cm2", 1.0, 98.0665),  # the technical atmosphere, exactly
]


@pytest.mark.parametrize(("quantity", "unit", "outside", "inside"), GOLDENS)
def test_values_of_the_standards(quantity: Quantity, unit: str, outside: float, inside: float) -> None:
    convert = conversion(quantity, unit)
    assert convert is not None
    assert math.isclose(convert.apply(outside), inside, rel_tol=1e-12, abs_tol=1e-12)


def test_the_goldens_can_fail() -> None:
    """Negative control: the thermochemical calorie, 4.184 J, would not pass."""
    convert = conversion(Q.HEAT_ENERGY_KWH, "GJ")
    assert convert is not None
    assert not math.isclose(convert.apply(4.184), 1163.0, rel_tol=1e-12)


@pytest.mark.parametrize("quantity", Quantity)
def test_a_quantity_travels_in_its_own_unit_unchanged(quantity: Quantity) -> None:
    convert = conversion(quantity, quantity.spec.unit)
    assert convert is not None
    assert [convert.apply(value) for value in (0.0, -1.5, 1e9, 0.1)] == [0.0, -1.5, 1e9, 0.1]


@pytest.mark.parametrize("quantity", Quantity)
def test_every_unit_of_a_quantity_has_a_golden_of_its_dimension(quantity: Quantity) -> None:
    tried = {(each.spec.unit, unit) for each, unit, _, _ in GOLDENS}
    own = quantity.spec.unit
    assert [unit for unit in units_of(quantity) if unit not in {own, "1"} and (own, unit) not in tried] == []


def test_a_unit_is_never_guessed() -> None:
    assert conversion(Q.HEAT_ENERGY_KWH, "") is None
    assert conversion(Q.HEAT_ENERGY_KWH, "kwh") is None
    assert conversion(Q.HEAT_ENERGY_KWH, "Cel") is None
    assert conversion(Q.PRESENCE, "%") is None


@pytest.mark.parametrize("quantity", Quantity)
def test_a_quantity_is_found_by_both_its_names(quantity: Quantity) -> None:
    assert quantity_of(quantity.wire_name) is quantity
    assert quantity_of(quantity.value) is quantity


def test_wire_names_are_distinct() -> None:
    assert len({quantity.wire_name for quantity in Quantity}) == len(Quantity)


def test_unknown_names_and_units_leave_nothing_behind() -> None:
    """Strangers may invent names without end: none may be remembered."""
    assert quantity_of("x" * 100) is None
    for function in (quantity_of, conversion):
        assert not hasattr(function, "cache_info")
