"""Kamstrup MULTICAL 803 with an M-Bus module."""

from datetime import timedelta

from gateway.driver import Archive
from gateway.drivers.mbus_fields import KAMSTRUP_BITS, KAMSTRUP_FIELDS, KAMSTRUP_IMPOSSIBLE
from gateway.drivers.mbus_profile import Golden, Logger, Match, MbusProfile, Stamp
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = MbusProfile(
    model="kamstrup-803-mbus",
    manual="Kamstrup MULTICAL 803, technical description 5512-2360, page 121 and section 11.4.3 (HC-003-20). "
    "Values of the target date are stamped 01.01 00:00, other than the 402, 602 and 801, which stamp 31.12 24:00.",
    device_class=DeviceClass.HEAT,
    fields=KAMSTRUP_FIELDS,
    matches=(Match("KAM", (0x39,), (0x04, 0x0C, 0x0D)),),
    impossible=KAMSTRUP_IMPOSSIBLE,
    status_bits=KAMSTRUP_BITS,
    archives={Archive.MONTH: Logger(timedelta(days=31), storages=(1, 1), stamp=Stamp.NEXT_DAY)},
    goldens=(
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
    ),
)
