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

    @property
    def spec(self) -> QuantitySpec:
        """Unit, class, kind and range."""
        return SPECS[self]

    @cached_property
    def wire_name(self) -> str:
        """The name on the wire: without the unit suffix, because the unit travels beside it."""
        suffix = next((suffix for suffix in _SUFFIXES if self.value.endswith(suffix)), "")
        return self.value.removesuffix(suffix)


_SUFFIXES = ("_kvarh", "_kwh", "_percent", "_m3c", "_m3h", "_m3", "_kw", "_hz", "_lx", "_w", "_v", "_a", "_h", "_c")


def _specs() -> dict[Quantity, QuantitySpec]:
    light, heat, electricity = DeviceClass.LIGHT, DeviceClass.HEAT, DeviceClass.ELECTRICITY
    water, climate = DeviceClass.WATER, DeviceClass.CLIMATE
    counter, gauge, state = Kind.COUNTER, Kind.GAUGE, Kind.STATE
    q = Quantity
    return {
        q.LIGHT_ENERGY_KWH: QuantitySpec("kWh", light, counter, 0, 1e8),
        q.LAMP_ON_TIME_H: QuantitySpec("h", light, counter, 0, 1e6),
        q.LIGHT_POWER_W: QuantitySpec("W", light, gauge, 0, 1e5),
        q.LIGHT_LEVEL_PERCENT: QuantitySpec("%", light, gauge, 0, 100),
        q.ILLUMINANCE_LX: QuantitySpec("lx", light, gauge, 0, 2e5),
        q.PRESENCE: QuantitySpec("", light, state, 0, 1),
        q.LAMP_FAILURE: QuantitySpec("", light, state, 0, 1),
        q.HEAT_ENERGY_KWH: QuantitySpec("kWh", heat, counter, 0, 1e10),
        q.HEAT_VOLUME_M3: QuantitySpec("m3", heat, counter, 0, 1e9),
        q.FLOW_VOLUME_TEMPERATURE_M3C: QuantitySpec("m3*Cel", heat, counter, 0, 1e11),
        q.RETURN_VOLUME_TEMPERATURE_M3C: QuantitySpec("m3*Cel", heat, counter, 0, 1e11),
        q.OPERATING_TIME_H: QuantitySpec("h", heat, counter, 0, 1e6),
        q.HEAT_POWER_KW: QuantitySpec("kW", heat, gauge, -1e5, 1e5),
        q.HEAT_FLOW_M3H: QuantitySpec("m3/h", heat, gauge, -1e4, 1e4),
        q.FLOW_TEMPERATURE_C: QuantitySpec("Cel", heat, gauge, -30, 180),
        q.RETURN_TEMPERATURE_C: QuantitySpec("Cel", heat, gauge, -30, 180),
        q.HEAT_ERROR_FLAGS: QuantitySpec("", heat, state, 0, 2**32 - 1),
        q.ACTIVE_ENERGY_KWH: QuantitySpec("kWh", electricity, counter, 0, 1e10),
        q.REACTIVE_ENERGY_KVARH: QuantitySpec("kvarh", electricity, counter, 0, 1e10),
        q.ACTIVE_POWER_W: QuantitySpec("W", electricity, gauge, -1e8, 1e8),
        q.VOLTAGE_V: QuantitySpec("V", electricity, gauge, 0, 1e6),
        q.CURRENT_A: QuantitySpec("A", electricity, gauge, -1e5, 1e5),
        q.FREQUENCY_HZ: QuantitySpec("Hz", electricity, gauge, 0, 100),
        q.POWER_FACTOR: QuantitySpec("", electricity, gauge, -1, 1),
        q.WATER_VOLUME_M3: QuantitySpec("m3", water, counter, 0, 1e9),
        q.WATER_FLOW_M3H: QuantitySpec("m3/h", water, gauge, -1e4, 1e4),
        q.WATER_TEMPERATURE_C: QuantitySpec("Cel", water, gauge, -30, 130),
        q.OUTDOOR_TEMPERATURE_C: QuantitySpec("Cel", climate, gauge, -70, 60),
        q.INDOOR_TEMPERATURE_C: QuantitySpec("Cel", climate, gauge, -50, 70),
        q.RELATIVE_HUMIDITY_PERCENT: QuantitySpec("%RH", climate, gauge, 0, 100),
    }


SPECS = _specs()

NULL_SENTINELS = frozenset({-32768.0, -2147483648.0, 2147483647.0, 4294967295.0, -9.2233720368547758e18})
"""Values by which meters say «not available»; they mean missing, never a quantity (EN 13757-3)."""


def columns_of(device_class: DeviceClass) -> tuple[Quantity, ...]:
    """The quantities that are columns of a class's wide table, in table order."""
    return tuple(q for q in Quantity if SPECS[q].device_class is device_class)


def counters_of(device_class: DeviceClass) -> tuple[Quantity, ...]:
    """The registers of a class: the quantities that become consumption."""
    return tuple(q for q in columns_of(device_class) if SPECS[q].kind is Kind.COUNTER)
