"""Minol Minocal C2, a meter of Zenner: the end of each of the last months at its own storage number."""

from datetime import datetime, timedelta

from gateway.driver import Archive
from gateway.drivers.mbus.fields import HEAT_FIELDS
from gateway.drivers.mbus.profile import Golden, Logger, Match, MbusProfile, Stamp
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = MbusProfile(
    model="minol-minocal",
    manual="Minol Minocal C2; telegram in the test frame ZRM_Minol-Minocal-C2 of rscada/libmbus (BSD-3-Clause): "
    "storage "
    "numbers 32 to 39 are months, stamped with the first of the next one, 8 the target date.",
    device_class=DeviceClass.HEAT,
    fields=HEAT_FIELDS,
    matches=(Match("ZRM"), Match("ZRI"), Match("MIN")),
    archives={Archive.MONTH: Logger(timedelta(days=243), storages=(32, 39), stamp=Stamp.NEXT_DAY)},
    goldens=(
        Golden(
            frame="0406 03000000 02FD17 0000 84046D 0000E111 840406 03000000 0413 4A000000 043B 2B000000 042D 14000000"
            "0259 1708 025D F607 046D 2D0CCD13 8280016C C113 84800106 03000000 C280016C C112 C4800106 02000000",
            origin="hand-assembled in the order of the test frame: 3 kWh, 0.074 m3, 43 l/h, 2 kW, 20.71 and 20.38 "
            "degC, "
            "13 March 2014 12:45",
            expected={
                Quantity.HEAT_ENERGY_KWH: 3,
                Quantity.HEAT_VOLUME_M3: 0.074,
                Quantity.HEAT_POWER_KW: 2,
                Quantity.HEAT_FLOW_M3H: 0.043,
                Quantity.FLOW_TEMPERATURE_C: 20.71,
                Quantity.RETURN_TEMPERATURE_C: 20.38,
                Quantity.HEAT_ERROR_FLAGS: 0,
            },
            clock=datetime(2014, 3, 13, 12, 45),  # noqa: DTZ001  # a meter's time has no zone
        ),
    ),
)
