"""Engelmann SensoStar 2, and other makers' meters that are one."""

from datetime import datetime, timedelta

from gateway.driver import Archive
from gateway.drivers.mbus.fields import HEAT_FIELDS
from gateway.drivers.mbus.profile import Golden, Logger, Match, MbusProfile, Stamp
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = MbusProfile(
    model="engelmann-sensostar",
    manual="Engelmann SensoStar 2C; telegram in the test frame engelmann_sensostar2c of rscada/libmbus (BSD-3-Clause). "
    "Storage numbers 1 and up are target dates, stamped 31.12 for their end. Energy may come in steps of 0.1 MWh.",
    device_class=DeviceClass.HEAT,
    fields=HEAT_FIELDS,
    matches=(Match("EFE"),),
    archives={Archive.MONTH: Logger(timedelta(days=400), stamp=Stamp.SAME_DAY)},
    goldens=(
        Golden(
            frame="046D 32148616 0415 81000000 04FB00 08000000 8420FB00 03000000 043D 05000000 042D 14000000 025B 5F00"
            "025F 2B00 0461 8A140000 0227 FA01 01FD17 00 049028 A0860100 426C 7F1C 4415 81000000 44FB00 08000000",
            origin="hand-assembled in the order of the test frame: 6 June 2012 20:50, 12.9 m3, 0.8 MWh (0.3 MWh of it "
            "in tariff "
            "2), 0.5 m3/h, 2 kW, 95 and 43 degC, 506 d, no error",
            expected={
                Quantity.HEAT_ENERGY_KWH: 800,
                Quantity.HEAT_VOLUME_M3: 12.9,
                Quantity.HEAT_POWER_KW: 2,
                Quantity.HEAT_FLOW_M3H: 0.5,
                Quantity.FLOW_TEMPERATURE_C: 95,
                Quantity.RETURN_TEMPERATURE_C: 43,
                Quantity.OPERATING_TIME_H: 506 * 24,
                Quantity.HEAT_ERROR_FLAGS: 0,
            },
            clock=datetime(2012, 6, 6, 20, 50),  # noqa: DTZ001  # a meter's time has no zone
        ),
    ),
)
