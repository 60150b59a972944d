"""Itron CF 50, CF 51, CF 55 and CF Echo II, also sold as Allmess, Actaris and Schlumberger."""

from datetime import timedelta

from gateway.driver import Archive
from gateway.drivers.mbus.fields import HEAT_FIELDS
from gateway.drivers.mbus.profile import Golden, Logger, Match, MbusProfile, Stamp
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = MbusProfile(
    model="itron-cf",
    manual="Itron CF 50/55, telegrams in the test frames allmess_cf50, itron_cf_55 and itron_integral_mk_maxx of "
    "rscada/libmbus (BSD-3-Clause). "
    "Energy in steps of 10 kWh; a broken sensor's figures come with the function «error» and are no values.",
    device_class=DeviceClass.HEAT,
    fields=HEAT_FIELDS,
    matches=(Match("SLB"), Match("ACW"), Match("ITW")),
    archives={Archive.MONTH: Logger(timedelta(days=400), stamp=Stamp.EITHER)},
    goldens=(
        Golden(
            frame="683D3D6808017200512002824D0204008800000407000000000C15030000000B2E0000000B3B0000000A5A88120A5E16"
            "050B61237700026C8C110227370D0F60006716",
            origin="test frame allmess_cf50 of rscada/libmbus (BSD-3-Clause); figures as its XML has them, 3,383 d = "
            "81,192 h",
            expected={
                Quantity.HEAT_ENERGY_KWH: 0,
                Quantity.HEAT_VOLUME_M3: 0.3,
                Quantity.HEAT_POWER_KW: 0,
                Quantity.HEAT_FLOW_M3H: 0,
                Quantity.FLOW_TEMPERATURE_C: 128.8,
                Quantity.RETURN_TEMPERATURE_C: 51.6,
                Quantity.OPERATING_TIME_H: 81192,
                Quantity.HEAT_ERROR_FLAGS: 136,
            },
            serial="02205100",
            remarks=("meter_error",),
        ),
    ),
)
