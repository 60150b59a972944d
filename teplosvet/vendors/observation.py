"""What a vendor's message says, in our words: who, when, and values with the unit that they came in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from teplosvet.domain.quantities import DeviceClass, Quantity
from teplosvet.domain.readings import Origin


class Clock(StrEnum):
    """Who says when something was measured."""

    DEVICE = "device"
    """The device, with a zone or as Unix time."""
    DEVICE_LOCAL = "device_local"
    """The device, in local time without a zone: that of its building is meant."""
    NETWORK = "network"
    """The receiver or the network server, when the message reached it."""
    ARRIVAL = "arrival"
    """Nobody: the time of arrival stands for it. A message that waited somewhere would be dated wrongly."""


class Measure(StrEnum):
    """What a vendor's value is, before it is known in what kind of device it was measured."""

    ENERGY = "energy"
    POWER = "power"
    VOLUME = "volume"
    FLOW = "flow"
    TEMPERATURE = "temperature"
    """Of the air around, or of the water in a water meter."""
    FLOW_TEMPERATURE = "flow_temperature"
    RETURN_TEMPERATURE = "return_temperature"
    FLOW_VOLUME_TEMPERATURE = "flow_volume_temperature"
    RETURN_VOLUME_TEMPERATURE = "return_volume_temperature"
    COOLING_ENERGY = "cooling_energy"
    OPERATING_TIME = "operating_time"
    ERROR_FLAGS = "error_flags"
    ERROR_TIME = "error_time"
    REACTIVE_ENERGY = "reactive_energy"
    VOLTAGE = "voltage"
    CURRENT = "current"
    FREQUENCY = "frequency"
    POWER_FACTOR = "power_factor"
    LEVEL = "level"
    ILLUMINANCE = "illuminance"
    PRESENCE = "presence"
    PRESENCE_SHARE = "presence_share"
    MOVEMENTS = "movements"
    ON_TIME = "on_time"
    GEAR_TIME = "gear_time"
    LAMP_FAILURE = "lamp_failure"
    OVERRIDE = "override"
    GEAR_TEMPERATURE = "gear_temperature"
    HUMIDITY = "humidity"
    PRESSURE = "pressure"
    RETURN_VOLUME = "return_volume"
    INDOOR_SETPOINT = "indoor_setpoint"
    VALVE_POSITION = "valve_position"


_ALWAYS: dict[Measure, Quantity] = {
    Measure.FLOW_TEMPERATURE: Quantity.FLOW_TEMPERATURE_C,
    Measure.RETURN_TEMPERATURE: Quantity.RETURN_TEMPERATURE_C,
    Measure.FLOW_VOLUME_TEMPERATURE: Quantity.FLOW_VOLUME_TEMPERATURE_M3C,
    Measure.RETURN_VOLUME_TEMPERATURE: Quantity.RETURN_VOLUME_TEMPERATURE_M3C,
    Measure.COOLING_ENERGY: Quantity.COOLING_ENERGY_KWH,
    Measure.OPERATING_TIME: Quantity.OPERATING_TIME_H,
    Measure.ERROR_FLAGS: Quantity.HEAT_ERROR_FLAGS,
    Measure.ERROR_TIME: Quantity.ERROR_TIME_H,
    Measure.REACTIVE_ENERGY: Quantity.REACTIVE_ENERGY_KVARH,
    Measure.VOLTAGE: Quantity.VOLTAGE_V,
    Measure.CURRENT: Quantity.CURRENT_A,
    Measure.FREQUENCY: Quantity.FREQUENCY_HZ,
    Measure.POWER_FACTOR: Quantity.POWER_FACTOR,
    Measure.LEVEL: Quantity.LIGHT_LEVEL_PERCENT,
    Measure.ILLUMINANCE: Quantity.ILLUMINANCE_LX,
    Measure.PRESENCE: Quantity.PRESENCE,
    Measure.PRESENCE_SHARE: Quantity.PRESENCE_SHARE_PERCENT,
    Measure.MOVEMENTS: Quantity.MOVEMENTS,
    Measure.ON_TIME: Quantity.LAMP_ON_TIME_H,
    Measure.GEAR_TIME: Quantity.GEAR_OPERATING_TIME_H,
    Measure.LAMP_FAILURE: Quantity.LAMP_FAILURE,
    Measure.OVERRIDE: Quantity.OVERRIDE_MODE,
    Measure.GEAR_TEMPERATURE: Quantity.LUMINAIRE_TEMPERATURE_C,
    Measure.HUMIDITY: Quantity.RELATIVE_HUMIDITY_PERCENT,
    Measure.PRESSURE: Quantity.FLOW_PRESSURE_KPA,
    Measure.RETURN_VOLUME: Quantity.RETURN_VOLUME_M3,
    Measure.INDOOR_SETPOINT: Quantity.INDOOR_SETPOINT_C,
    Measure.VALVE_POSITION: Quantity.VALVE_POSITION_PERCENT,
    Measure.TEMPERATURE: Quantity.INDOOR_TEMPERATURE_C,
    Measure.ENERGY: Quantity.ACTIVE_ENERGY_KWH,
    Measure.POWER: Quantity.ACTIVE_POWER_W,
    Measure.VOLUME: Quantity.WATER_VOLUME_M3,
    Measure.FLOW: Quantity.WATER_FLOW_M3H,
}

_IN_CLASS: dict[tuple[Measure, DeviceClass], Quantity] = {
    (Measure.ENERGY, DeviceClass.LIGHT): Quantity.LIGHT_ENERGY_KWH,
    (Measure.POWER, DeviceClass.LIGHT): Quantity.LIGHT_POWER_W,
    (Measure.ENERGY, DeviceClass.HEAT): Quantity.HEAT_ENERGY_KWH,
    (Measure.POWER, DeviceClass.HEAT): Quantity.HEAT_POWER_KW,
    (Measure.VOLUME, DeviceClass.HEAT): Quantity.HEAT_VOLUME_M3,
    (Measure.FLOW, DeviceClass.HEAT): Quantity.HEAT_FLOW_M3H,
    (Measure.TEMPERATURE, DeviceClass.WATER): Quantity.WATER_TEMPERATURE_C,
}


def quantity_for(measure: Measure, device_class: DeviceClass) -> Quantity:
    """What a measure is in a device of that class."""
    return _IN_CLASS.get((measure, device_class), _ALWAYS[measure])


class Value(NamedTuple):
    """One value as it came.

    Attributes:
        measure: What.
        value: How much. [unit]
        unit: In which unit, by its name on our wire (`teplosvet.wire.units`).
    """

    measure: Measure
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What one vendor's message says of one device at one instant.

    Attributes:
        identity: Who, in the vendor's words: what the registry binds a device to.
        at: When: aware; naive if the device speaks local time (`Clock.DEVICE_LOCAL`); None for the time of arrival.
        values: What. A field that is missing, null or «not available» is not here: it is never zero.
        device_class: What the device probably is, for whoever looks at a message before the device is registered.
        origin: Live, or told later.
        serial: Serial number of the instrument, if the message says it.
        problems: Reason and detail of what cannot be read in it.
        clock: Who said when, where that is not the vendor's usual clock.
    """

    identity: str
    at: datetime | None
    values: tuple[Value, ...]
    device_class: DeviceClass
    origin: Origin = Origin.LIVE
    serial: str | None = None
    problems: tuple[tuple[str, str], ...] = ()
    clock: Clock | None = None
