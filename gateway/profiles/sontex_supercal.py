"""Sontex Supercal 531: energy in J, temperatures as floating-point numbers, a second telegram."""

from datetime import timedelta

from gateway.driver import Archive
from gateway.drivers.mbus.fields import HEAT_FIELDS
from gateway.drivers.mbus.profile import Golden, Logger, Match, MbusProfile, Stamp
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = MbusProfile(
    model="sontex-supercal",
    manual="Sontex Supercal 531; telegram in the test frame sontex_supercal_531_telegram1 of rscada/libmbus "
    "(BSD-3-Clause). Auxiliary counters (subunits 1 and 2) are not read.",
    device_class=DeviceClass.HEAT,
    fields=HEAT_FIELDS,
    matches=(Match("SON"),),
    archives={Archive.MONTH: Logger(timedelta(days=31), storages=(1, 1), stamp=Stamp.EITHER)},
    goldens=(
        Golden(
            frame="6851516808017224064208EE4D0D042C300000040E00000000041400000000055B00000000055F00000000053E000000"
            "00052B00000000C4000E00000000C4001400000000C4401400000000C4804014000000001F7116",
            origin="test frame sontex_supercal_531_telegram1 of rscada/libmbus (BSD-3-Clause): a meter that has "
            "measured nothing yet",
            expected={
                Quantity.HEAT_ENERGY_KWH: 0,
                Quantity.HEAT_VOLUME_M3: 0,
                Quantity.HEAT_POWER_KW: 0,
                Quantity.HEAT_FLOW_M3H: 0,
                Quantity.FLOW_TEMPERATURE_C: 0,
                Quantity.RETURN_TEMPERATURE_C: 0,
                Quantity.HEAT_ERROR_FLAGS: 0x30,
            },
            serial="08420624",
            remarks=("meter_error",),
        ),
    ),
)
