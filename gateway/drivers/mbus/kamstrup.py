"""What Kamstrup's M-Bus modules HC-003-20 have in common in MULTICAL 403, 603 and 803.

Values of the target date are stamped 01.01 00:00, other than by the 402, 602 and 801, which stamp 31.12 24:00.

References:
    [1] MULTICAL 603 technical description, section 7.7.2.
    [2] MULTICAL 803 technical description 5512-2360, page 121 and section 11.4.3.
"""

from datetime import timedelta

from gateway.driver import Archive
from gateway.drivers.mbus.fields import HEAT_FIELDS
from gateway.drivers.mbus.profile import Field, Golden, Logger, Match, MbusProfile, Stamp
from teplosvet.domain.quantities import DeviceClass, Quantity

_FIELDS = (
    *HEAT_FIELDS[:-2],
    Field(Quantity.FLOW_VOLUME_TEMPERATURE_M3C, vib="FF07", unit="m3*Cel"),
    Field(Quantity.RETURN_VOLUME_TEMPERATURE_M3C, vib="FF08", unit="m3*Cel"),
    Field(Quantity.HEAT_ERROR_FLAGS, vib="FF22"),
)
"""The registers E8 and E9 and the info code have codes of the maker."""

_IMPOSSIBLE = {
    Quantity.FLOW_TEMPERATURE_C: (0.0, 185.0),
    Quantity.RETURN_TEMPERATURE_C: (0.0, 185.0),
}
"""A short-circuited and an open sensor (Kamstrup MULTICAL 803, technical description 5512-2360, page 121)."""

_BITS = {
    0x0001: "supply voltage interrupted",
    0x0002: "battery low",
    0x0004: "sensor error",
    0x0008: "t1 above range or open",
    0x0010: "t2 above range or open",
    0x0020: "t1 below range or short-circuited",
    0x0040: "t2 below range or short-circuited",
    0x0080: "temperature difference has the wrong sign",
    0x0100: "flow sensor weak or air",
    0x0200: "flow in the wrong direction",
    0x0800: "flow above its limit",
}
"""Bits of the info code (Kamstrup MULTICAL 603, technical description, section 7.7.2)."""

GOLDENS = (
    Golden(
        frame="0406 40E20100 04FF07 E8030000 04FF08 F4010000 0414 10270000 043B 64000000 0259 4C1D 025D A00F"
        "042D 19000000 0422 E8030000 04FF22 00000000",
        origin="hand-assembled in the order of the module's telegram: 123,456 kWh, 1,000 and 500 m3*degC, 100 m3, "
        "100 l/h, 75.00 and 40.00 degC, 2.5 kW, 1,000 h, info code 0",
        expected={
            Quantity.HEAT_ENERGY_KWH: 123456,
            Quantity.FLOW_VOLUME_TEMPERATURE_M3C: 1000,
            Quantity.RETURN_VOLUME_TEMPERATURE_M3C: 500,
            Quantity.HEAT_VOLUME_M3: 100,
            Quantity.HEAT_FLOW_M3H: 0.1,
            Quantity.FLOW_TEMPERATURE_C: 75,
            Quantity.RETURN_TEMPERATURE_C: 40,
            Quantity.HEAT_POWER_KW: 2.5,
            Quantity.OPERATING_TIME_H: 1000,
            Quantity.HEAT_ERROR_FLAGS: 0,
        },
    ),
    Golden(
        frame="04FB09 79000000 0259 4448 025D 0000 04FF22 0C000000",
        origin="hand-assembled: a meter set to GJ (VIF FB 09) shows 121 GJ, an open t1 as 185.00 degC and a "
        "short-circuited t2 as 0.00 degC (803 manual, page 121), info code with bits 2 and 3",
        expected={Quantity.HEAT_ENERGY_KWH: 121 * 1000 / 3.6, Quantity.HEAT_ERROR_FLAGS: 12},
        remarks=("impossible_value", "impossible_value", "meter_error"),
    ),
)


def multical(model: str, manual: str, version: int, media: tuple[int, ...] = (0x04, 0x0C, 0x0D)) -> MbusProfile:
    """The profile of one of the three meters.

    Args:
        model: Its name in configurations.
        manual: Where its facts come from.
        version: Generation that its telegrams say.
        media: Media that it can have.
    """
    return MbusProfile(
        model=model,
        manual=manual,
        device_class=DeviceClass.HEAT,
        fields=_FIELDS,
        matches=(Match("KAM", (version,), media),),
        impossible=_IMPOSSIBLE,
        status_bits=_BITS,
        archives={Archive.MONTH: Logger(timedelta(days=31), storages=(1, 1), stamp=Stamp.NEXT_DAY)},
        goldens=GOLDENS,
    )
