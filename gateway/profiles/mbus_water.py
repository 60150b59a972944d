"""Any water meter that keeps to EN 13757-3: its records are known by their VIFs."""

from datetime import datetime, timedelta

from gateway.driver import Archive
from gateway.drivers.mbus.fields import WATER_FIELDS
from gateway.drivers.mbus.profile import Golden, Logger, MbusProfile, Stamp
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = MbusProfile(
    model="mbus-water",
    manual="EN 13757-3:2018, table 10; monthly values at the storage numbers with a date (6.3.4)",
    device_class=DeviceClass.WATER,
    fields=WATER_FIELDS,
    media=(0x06, 0x07, 0x15, 0x16, 0x17),
    archives={Archive.MONTH: Logger(timedelta(days=400), stamp=Stamp.EITHER)},
    goldens=(
        Golden(
            frame="684A4A680801724523117093150A07020000000C1367452301046D3A0DE602426CE1014C135169450042EC7E0111123B"
            "3917426C0111023BF9170F0E42200101010005085E01203D12083D120800C016",
            origin="Elster Falcon: test frame els_falcon of rscada/libmbus (BSD-3-Clause); figures as its XML has them",
            expected={Quantity.WATER_VOLUME_M3: 1234.567, Quantity.WATER_FLOW_M3H: 6.137},
            serial="70112345",
            clock=datetime(2007, 2, 6, 13, 58),  # noqa: DTZ001  # a meter's time has no zone
        ),
    ),
)
