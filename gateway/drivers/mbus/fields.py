"""Fields that most meters of a kind share, and what several makers' models have in common."""

from gateway.drivers.mbus.profile import Field
from gateway.mbus.quantity import Function
from gateway.mbus.quantity import MeterQuantity as Q
from teplosvet.domain.quantities import Quantity

HEAT_FIELDS = (
    Field(Quantity.HEAT_ENERGY_KWH),
    Field(Quantity.COOLING_ENERGY_KWH, qualifier="only negative contributions"),
    Field(Quantity.HEAT_VOLUME_M3),
    Field(Quantity.HEAT_POWER_KW),
    Field(Quantity.HEAT_FLOW_M3H),
    Field(Quantity.FLOW_TEMPERATURE_C),
    Field(Quantity.RETURN_TEMPERATURE_C),
    Field(Quantity.OPERATING_TIME_H),
    Field(Quantity.ERROR_TIME_H, function=Function.ERROR),
    Field(Quantity.HEAT_ERROR_FLAGS),
    Field(Quantity.HEAT_ERROR_FLAGS, function=Function.ERROR),
)
"""What a heat meter usually shows (EN 13757-3:2018, tables 10, 12 and 15)."""

WATER_FIELDS = (
    Field(Quantity.WATER_VOLUME_M3),
    Field(Quantity.WATER_FLOW_M3H),
    Field(Quantity.WATER_TEMPERATURE_C),
    Field(Quantity.WATER_TEMPERATURE_C, word=Q.EXTERNAL_TEMPERATURE),
)
"""What a water meter usually shows."""

ELECTRICITY_FIELDS = (
    Field(Quantity.ACTIVE_ENERGY_KWH),
    Field(Quantity.REACTIVE_ENERGY_KVARH),
    Field(Quantity.ACTIVE_POWER_W),
    Field(Quantity.VOLTAGE_V),
    Field(Quantity.CURRENT_A),
    Field(Quantity.FREQUENCY_HZ),
)
"""What an electricity meter usually shows."""

SONOMETER_FIELDS = (
    *HEAT_FIELDS[:-2],
    Field(Quantity.HEAT_ERROR_FLAGS, function=Function.ERROR),
)
"""Meters of Axis Industries, which Danfoss and Sensus sell too: error code as 34 FD 17, energy with VIFE 3B."""
