"""Types of devices: what a model measures, where its registers roll over; models are those of the gateway."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from teplosvet.domain.quantities import DeviceClass, Quantity


@dataclass(frozen=True, slots=True)
class DeviceType:
    """A model.

    Attributes:
        model: As profiles of the gateway name it.
        device_class: What it measures.
        expected: What a healthy one reports.
        modulus: Where registers roll over, where the maker says so. [unit of the quantity]
    """

    model: str
    device_class: DeviceClass
    expected: tuple[Quantity, ...]
    modulus: Mapping[Quantity, float] = field(default_factory=dict)


_HEAT = (
    Quantity.HEAT_ENERGY_KWH,
    Quantity.HEAT_VOLUME_M3,
    Quantity.FLOW_TEMPERATURE_C,
    Quantity.RETURN_TEMPERATURE_C,
)

_HEAT_MODELS = (
    "danfoss-sonometer-40",
    "elf",
    "engelmann-sensostar",
    "itron-cf",
    "kamstrup-403",
    "kamstrup-403-mbus",
    "kamstrup-603",
    "kamstrup-603-mbus",
    "kamstrup-803",
    "kamstrup-803-mbus",
    "landis-gyr-ultraheat",
    "mbus-heat",
    "minol-minocal",
    "pulsar",
    "sensus-pollustat",
    "sontex-supercal",
    "termotronik-tv7",
    "tsrv-024",
    "tsrv-026",
    "vkt-7",
)

_ELECTRICITY_MODELS = ("mbus-electricity", "mercury-206", "mercury-230", "sdm120", "sdm630")

_WATER_MODELS = ("mbus-water", "pulsar-m")

TYPES: Mapping[str, DeviceType] = {
    each.model: each
    for each in (
        *(DeviceType(model, DeviceClass.HEAT, _HEAT) for model in _HEAT_MODELS),
        *(DeviceType(m, DeviceClass.ELECTRICITY, (Quantity.ACTIVE_ENERGY_KWH,)) for m in _ELECTRICITY_MODELS),
        *(DeviceType(model, DeviceClass.WATER, (Quantity.WATER_VOLUME_M3,)) for model in _WATER_MODELS),
        DeviceType("dali2-light", DeviceClass.LIGHT, (Quantity.LIGHT_ENERGY_KWH, Quantity.LIGHT_POWER_W)),
        DeviceType("led-presence", DeviceClass.LIGHT, (Quantity.LIGHT_ENERGY_KWH, Quantity.LIGHT_POWER_W)),
        DeviceType("danfoss-ecl", DeviceClass.CLIMATE, (Quantity.OUTDOOR_TEMPERATURE_C,)),
    )
}
"""The types by model; `led-presence` is a luminaire that speaks our own wire contract."""

GREATEST_RATE: Mapping[DeviceClass, float] = {
    DeviceClass.LIGHT: 1.0,
    DeviceClass.HEAT: 3000.0,
    DeviceClass.ELECTRICITY: 1000.0,
    DeviceClass.WATER: 100.0,
}
"""What a house's instrument can add to its main register in an hour, for the check of a typed register. [unit/h]"""
