"""Any electricity meter that keeps to EN 13757-3: its records are known by their VIFs."""

from gateway.drivers.mbus.fields import ELECTRICITY_FIELDS
from gateway.drivers.mbus.profile import Golden, MbusProfile
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = MbusProfile(
    model="mbus-electricity",
    manual="EN 13757-3:2018, tables 10, 12 and 14. The total is the register without a tariff; a meter that sends "
    "registers of tariffs alone needs a profile of its own.",
    device_class=DeviceClass.ELECTRICITY,
    fields=ELECTRICITY_FIELDS,
    media=(0x02,),
    battery=False,
    goldens=(
        Golden(
            frame="0E03 563412000000 042B A0050000 02FD48 FC08 03FD59 2A1200 02FB2D E803",
            origin="hand-assembled from EN 13757-3: 123,456 Wh (12 digits), 1,440 W, 230.0 V, 4.650 A, 10.00 Hz",
            expected={
                Quantity.ACTIVE_ENERGY_KWH: 123.456,
                Quantity.ACTIVE_POWER_W: 1440,
                Quantity.VOLTAGE_V: 230.0,
                Quantity.CURRENT_A: 4.650,
                Quantity.FREQUENCY_HZ: 10.0,
            },
        ),
    ),
)
