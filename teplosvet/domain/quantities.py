"""The quantities that a device can report: one unit each, and what counts as possible.

A quantity is named with its unit, belongs to one device class and is one column of that class's table. On the wire it
travels without the unit suffix (``heat_energy``) and with a unit of its own, which `teplosvet.wire` converts.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class DeviceClass(StrEnum):
    """What a device measures; every class has its own wide table."""

    LIGHT = "light"
    HEAT = "heat"
    ELECTRICITY = "electricity"
    WATER = "water"
    CLIMATE = "climate"


class Kind(StrEnum):
    """How values of a quantity relate over time."""

    COUNTER = "counter"
    """A register value that only grows within an epoch; its difference is the interval energy (volume, time)."""
    GAUGE = "gauge"
    """An instantaneous value; an hour has a mean, a lowest and a highest one."""
    STATE = "state"
    """A flag or a bit field; an hour has the share of readings in which it was not zero."""


@dataclass(frozen=True, slots=True)
class QuantitySpec:
    """Unit, kind and physical range of a quantity.

    Attributes:
        unit: The one unit inside Teplosvet, by its SenML name where RFC 8428 or RFC 8798 has one.
        device_class: The class whose table has a column for it.
        kind: Counter, gauge or state.
        low: Least value that nature and the instrument allow. [unit]
        high: Greatest value that nature and the instrument allow. [unit]
    """

    unit: str
    device_class: DeviceClass
    kind: Kind
    low: float
    high: float


class Quantity(StrEnum):
    """Every quantity of the wide tables; the value is the column name."""

    LIGHT_ENERGY_KWH = "light_energy_kwh"
    LAMP_ON_TIME_H = "lamp_on_time_h"
    LIGHT_POWER_W = "light_power_w"
    LIGHT_LEVEL_PERCENT = "light_level_percent"
    ILLUMINANCE_LX = "illuminance_lx"
    PRESENCE = "presence"
    LAMP_FAILURE = "lamp_failure"
    GEAR_OPERATING_TIME_H = "gear_operating_time_h"
    PRESENCE_SHARE_PERCENT = "presence_share_percent"
    MOVEMENTS = "movements"
    OVERRIDE_MODE = "override_mode"
    LUMINAIRE_TEMPERATURE_C = "luminaire_temperature_c"

    HEAT_ENERGY_KWH = "heat_energy_kwh"
    HEAT_VOLUME_M3 = "heat_volume_m3"
    FLOW_VOLUME_TEMPERATURE_M3C = "flow_volume_temperature_m3c"
    RETURN_VOLUME_TEMPERATURE_M3C = "return_volume_temperature_m3c"
    OPERATING_TIME_H = "operating_time_h"
    HEAT_POWER_KW = "heat_power_kw"
    HEAT_FLOW_M3H = "heat_flow_m3h"
    FLOW_TEMPERATURE_C = "flow_temperature_c"
    RETURN_TEMPERATURE_C = "return_temperature_c"
    HEAT_ERROR_FLAGS = "heat_error_flags"
    HEAT_QUALITY_FLAGS = "heat_quality_flags"
    COOLING_ENERGY_KWH = "cooling_energy_kwh"
    RETURN_VOLUME_M3 = "return_volume_m3"
    FLOW_MASS_T = "flow_mass_t"
    RETURN_MASS_T = "return_mass_t"
    ERROR_TIME_H = "error_time_h"
    FLOW_PRESSURE_KPA = "flow_pressure_kpa"
    RETURN_PRESSURE_KPA = "return_pressure_kpa"

    ACTIVE_ENERGY_KWH = "active_energy_kwh"
    REACTIVE_ENERGY_KVARH = "reactive_energy_kvarh"
    ACTIVE_POWER_W = "active_power_w"
    VOLTAGE_V = "voltage_v"
    CURRENT_A = "current_a"
    FREQUENCY_HZ = "frequency_hz"
    POWER_FACTOR = "power_factor"

    WATER_VOLUME_M3 = "water_volume_m3"
    WATER_FLOW_M3H = "water_flow_m3h"
    WATER_TEMPERATURE_C = "water_temperature_c"

    OUTDOOR_TEMPERATURE_C = "outdoor_temperature_c"
    INDOOR_TEMPERATURE_C = "indoor_temperature_c"
    RELATIVE_HUMIDITY_PERCENT = "relative_humidity_percent"
    FLOW_SETPOINT_C = "flow_setpoint_c"
    INDOOR_SETPOINT_C = "indoor_setpoint_c"
    VALVE_POSITION_PERCENT = "valve_position_percent"

    @property
    def spec(self) -> QuantitySpec:
        """Unit, class, kind and range."""
        return SPECS[self]

    @cached_property
    def wire_name(self) -> str:
        """The name on the wire: without the unit suffix, because the unit travels beside it."""
        suffix = next((suffix for suffix in _SUFFIXES if self.value.endswith(suffix)), "")
        return self.value.removesuffix(suffix)


_SUFFIXES = (
    "_kvarh",
    "_kwh",
    "_percent",
    "_m3c",
    "_m3h",
    "_m3",
    "_kw",
    "_hz",
    "_lx",
    "_kpa",
    "_w",
    "_v",
    "_a",
    "_h",
    "_c",
    "_t",
)


_Row = tuple[str, Kind, float, float]

_OF_CLASS: dict[DeviceClass, dict[Quantity, _Row]] = {
    DeviceClass.LIGHT: {
        Quantity.LIGHT_ENERGY_KWH: ("kWh", Kind.COUNTER, 0, 1e8),
        Quantity.LAMP_ON_TIME_H: ("h", Kind.COUNTER, 0, 1e6),
        Quantity.LIGHT_POWER_W: ("W", Kind.GAUGE, 0, 1e5),
        Quantity.LIGHT_LEVEL_PERCENT: ("%", Kind.GAUGE, 0, 100),
        Quantity.ILLUMINANCE_LX: ("lx", Kind.GAUGE, 0, 2e5),
        Quantity.PRESENCE: ("", Kind.STATE, 0, 1),
        Quantity.LAMP_FAILURE: ("", Kind.STATE, 0, 1),
        Quantity.GEAR_OPERATING_TIME_H: ("h", Kind.COUNTER, 0, 1e6),
        Quantity.PRESENCE_SHARE_PERCENT: ("%", Kind.GAUGE, 0, 100),
        Quantity.MOVEMENTS: ("", Kind.GAUGE, 0, 1e6),
        Quantity.OVERRIDE_MODE: ("", Kind.STATE, 0, 3),
        Quantity.LUMINAIRE_TEMPERATURE_C: ("Cel", Kind.GAUGE, -60, 150),
    },
    DeviceClass.HEAT: {
        Quantity.HEAT_ENERGY_KWH: ("kWh", Kind.COUNTER, 0, 1e10),
        Quantity.HEAT_VOLUME_M3: ("m3", Kind.COUNTER, 0, 1e9),
        Quantity.FLOW_VOLUME_TEMPERATURE_M3C: ("m3*Cel", Kind.COUNTER, 0, 1e11),
        Quantity.RETURN_VOLUME_TEMPERATURE_M3C: ("m3*Cel", Kind.COUNTER, 0, 1e11),
        Quantity.OPERATING_TIME_H: ("h", Kind.COUNTER, 0, 1e6),
        Quantity.HEAT_POWER_KW: ("kW", Kind.GAUGE, -1e5, 1e5),
        Quantity.HEAT_FLOW_M3H: ("m3/h", Kind.GAUGE, -1e4, 1e4),
        Quantity.FLOW_TEMPERATURE_C: ("Cel", Kind.GAUGE, -30, 180),
        Quantity.RETURN_TEMPERATURE_C: ("Cel", Kind.GAUGE, -30, 180),
        Quantity.HEAT_ERROR_FLAGS: ("", Kind.STATE, 0, 2**32 - 1),
        Quantity.HEAT_QUALITY_FLAGS: ("", Kind.STATE, 0, 2**32 - 1),
        Quantity.COOLING_ENERGY_KWH: ("kWh", Kind.COUNTER, 0, 1e10),
        Quantity.RETURN_VOLUME_M3: ("m3", Kind.COUNTER, 0, 1e9),
        Quantity.FLOW_MASS_T: ("t", Kind.COUNTER, 0, 1e9),
        Quantity.RETURN_MASS_T: ("t", Kind.COUNTER, 0, 1e9),
        Quantity.ERROR_TIME_H: ("h", Kind.COUNTER, 0, 1e6),
        Quantity.FLOW_PRESSURE_KPA: ("kPa", Kind.GAUGE, 0, 10_000),
        Quantity.RETURN_PRESSURE_KPA: ("kPa", Kind.GAUGE, 0, 10_000),
    },
    DeviceClass.ELECTRICITY: {
        Quantity.ACTIVE_ENERGY_KWH: ("kWh", Kind.COUNTER, 0, 1e10),
        Quantity.REACTIVE_ENERGY_KVARH: ("kvarh", Kind.COUNTER, 0, 1e10),
        Quantity.ACTIVE_POWER_W: ("W", Kind.GAUGE, -1e8, 1e8),
        Quantity.VOLTAGE_V: ("V", Kind.GAUGE, 0, 1e6),
        Quantity.CURRENT_A: ("A", Kind.GAUGE, -1e5, 1e5),
        Quantity.FREQUENCY_HZ: ("Hz", Kind.GAUGE, 0, 100),
        Quantity.POWER_FACTOR: ("", Kind.GAUGE, -1, 1),
    },
    DeviceClass.WATER: {
        Quantity.WATER_VOLUME_M3: ("m3", Kind.COUNTER, 0, 1e9),
        Quantity.WATER_FLOW_M3H: ("m3/h", Kind.GAUGE, -1e4, 1e4),
        Quantity.WATER_TEMPERATURE_C: ("Cel", Kind.GAUGE, -30, 130),
    },
    DeviceClass.CLIMATE: {
        Quantity.OUTDOOR_TEMPERATURE_C: ("Cel", Kind.GAUGE, -70, 60),
        Quantity.INDOOR_TEMPERATURE_C: ("Cel", Kind.GAUGE, -50, 70),
        Quantity.RELATIVE_HUMIDITY_PERCENT: ("%RH", Kind.GAUGE, 0, 100),
        Quantity.FLOW_SETPOINT_C: ("Cel", Kind.GAUGE, 0, 150),
        Quantity.INDOOR_SETPOINT_C: ("Cel", Kind.GAUGE, 0, 40),
        Quantity.VALVE_POSITION_PERCENT: ("%", Kind.GAUGE, 0, 100),
    },
}

SPECS = {
    quantity: QuantitySpec(unit, device_class, kind, low, high)
    for device_class, rows in _OF_CLASS.items()
    for quantity, (unit, kind, low, high) in rows.items()
}

NULL_SENTINELS = frozenset({-32768.0, -2147483648.0, 2147483647.0, 4294967295.0, -9.2233720368547758e18})
"""Values by which meters say «not available»; they mean missing, never a quantity (EN 13757-3)."""


def columns_of(device_class: DeviceClass) -> tuple[Quantity, ...]:
    """The quantities that are columns of a class's wide table, in table order."""
    return tuple(q for q in Quantity if SPECS[q].device_class is device_class)


def counters_of(device_class: DeviceClass) -> tuple[Quantity, ...]:
    """The registers of a class: the quantities that become consumption."""
    return tuple(q for q in columns_of(device_class) if SPECS[q].kind is Kind.COUNTER)
