"""Landis+Gyr Ultraheat (2WR5, 2WR6, T230, UH50, T550) over M-Bus."""

from datetime import datetime, timedelta

from gateway.driver import Archive
from gateway.drivers.mbus.fields import HEAT_FIELDS
from gateway.drivers.mbus.profile import Field, Golden, Logger, Match, MbusProfile, Stamp
from gateway.mbus.quantity import Function
from gateway.mbus.quantity import MeterQuantity as Q
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = MbusProfile(
    model="landis-gyr-ultraheat",
    manual="Landis+Gyr, T230 heat meter or cold meter, and TKB, description of the serial interface 2WR6; telegrams in "
    "the "
    "test frames landis+gyr_ultraheat_t230 and metrona_ultraheat_xs of rscada/libmbus (BSD-3-Clause). On time (VIF 22) "
    "is "
    "the time of work, with the function «error» the time without measurement; VIF 26 is the time with flow. VIFE 6F "
    "of "
    "a maximum makes its record a date, not a temperature of 41,065,374.6 degC. Temperatures in steps of 1 K or 0.1 K.",
    device_class=DeviceClass.HEAT,
    fields=(
        *(field for field in HEAT_FIELDS if field.quantity not in (Quantity.OPERATING_TIME_H, Quantity.ERROR_TIME_H)),
        Field(Quantity.OPERATING_TIME_H, word=Q.ON_TIME),
        Field(Quantity.ERROR_TIME_H, word=Q.ON_TIME, function=Function.ERROR),
    ),
    matches=(Match("LUG"),),
    archives={Archive.MONTH: Logger(timedelta(days=31), storages=(1, 1), stamp=Stamp.NEXT_DAY)},
    goldens=(
        Golden(
            frame="0C06 69990100 0C14 18926402 0B2D 160300 0B3B 208800 0B5A 950600 0B5E 970300 0C78 54001165"
            "9410DA6F 32147A18 9B105A 070800 3C22 09160500 0C22 67000700 0C26 00000000 046D 2600 8716",
            origin="hand-assembled from records of both test frames: 19,969 kWh, 26,492.18 m3, 31.6 kW, 8.820 m3/h, "
            "69.5 and "
            "39.7 degC, 51,609 h of error, 70,067 h of work; DA 6F is the date of a maximum",
            expected={
                Quantity.HEAT_ENERGY_KWH: 19969,
                Quantity.HEAT_VOLUME_M3: 26492.18,
                Quantity.HEAT_POWER_KW: 31.6,
                Quantity.HEAT_FLOW_M3H: 8.82,
                Quantity.FLOW_TEMPERATURE_C: 69.5,
                Quantity.RETURN_TEMPERATURE_C: 39.7,
                Quantity.OPERATING_TIME_H: 70067,
                Quantity.ERROR_TIME_H: 51609,
            },
            clock=datetime(2012, 6, 7, 0, 38),  # noqa: DTZ001  # a meter's time has no zone
        ),
    ),
)
