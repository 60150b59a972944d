"""Apator Elf, a compact heat meter."""

from gateway.drivers.mbus.fields import HEAT_FIELDS
from gateway.drivers.mbus.profile import Golden, Match, MbusProfile
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = MbusProfile(
    model="elf",
    manual="Apator Elf: no description of its telegrams was to be had; it keeps to EN 13757-3, by which it is read. "
    "What its archives hold is not known, so none is read.",
    device_class=DeviceClass.HEAT,
    fields=HEAT_FIELDS,
    matches=(Match("APA"),),
    goldens=(
        Golden(
            frame="040E 40420F00 0413 40E20100 025A 0203 025E 9001",
            origin="hand-assembled from EN 13757-3, table 10: 1,000,000 MJ (1 TJ), 123.456 m3, 77.0 and 40.0 degC",
            expected={
                Quantity.HEAT_ENERGY_KWH: 1_000_000 / 3.6,
                Quantity.HEAT_VOLUME_M3: 123.456,
                Quantity.FLOW_TEMPERATURE_C: 77,
                Quantity.RETURN_TEMPERATURE_C: 40,
            },
        ),
    ),
)
