"""Any heat meter that keeps to EN 13757-3: its records are known by their VIFs."""

from datetime import timedelta

from gateway.driver import Archive
from gateway.drivers.mbus.fields import HEAT_FIELDS
from gateway.drivers.mbus.profile import Golden, Logger, MbusProfile, Stamp
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = MbusProfile(
    model="mbus-heat",
    manual="EN 13757-3:2018, tables 10, 12 and 14; monthly values at the storage numbers with a date (6.3.4)",
    device_class=DeviceClass.HEAT,
    fields=HEAT_FIELDS,
    media=(0x04, 0x0A, 0x0B, 0x0C, 0x0D),
    archives={Archive.MONTH: Logger(timedelta(days=400), stamp=Stamp.EITHER)},
    goldens=(
        Golden(
            frame="0406 39300000 0414 15CD5B07 022B E803 023B F401 025A 0203 025E 9001 0422 10270000",
            origin="hand-assembled from EN 13757-3, table 10: 12,345 kWh, 1,234,567.89 m3, 1,000 W, 500 l/h, 77.0 and "
            "40.0 degC, 10,000 h",
            expected={
                Quantity.HEAT_ENERGY_KWH: 12345,
                Quantity.HEAT_VOLUME_M3: 1234567.89,
                Quantity.HEAT_POWER_KW: 1.0,
                Quantity.HEAT_FLOW_M3H: 0.5,
                Quantity.FLOW_TEMPERATURE_C: 77.0,
                Quantity.RETURN_TEMPERATURE_C: 40.0,
                Quantity.OPERATING_TIME_H: 10000,
            },
        ),
        Golden(
            frame="04FB8D3B 10270000 025A 0080 025E 2003",
            origin="hand-assembled: 10,000 Mcal as Danfoss AQ409156171501 writes them, flow temperature not available "
            "(EN 13757-3, table A.2), 80.0 degC",
            expected={Quantity.HEAT_ENERGY_KWH: 11630, Quantity.RETURN_TEMPERATURE_C: 80.0},
            remarks=("missing_value",),
        ),
    ),
)
