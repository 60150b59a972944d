"""Teplocom VKT-7: heat calculator with two heat inputs, each of up to three pipes.

Not verified on an instrument: that an hour's record is named by the hour in which it begins (two independent programs
read it so), that the total archive holds the end of its report day (checked against the current totals each time before
it is used), the models' numbers, and the units besides Gcal, GJ, m3, t, kgf/cm2, °C and h. Versions before 1.5 have no
service information; they are read, but have neither serial number nor total archive here.

8 data bits, no parity, 2 stop bits, 1200 to 19200 Bd; on RS-232 the line RTS has to be high, as it is on an open port.
"""

from datetime import timedelta

from gateway.driver import Archive
from gateway.drivers.vkt7.driver import Vkt7Profile
from gateway.drivers.vkt7.values import Item
from teplosvet.domain.quantities import Quantity

PROFILE = Vkt7Profile(
    model="vkt-7",
    manual=(
        "Teplocom, implementation of the exchange protocol with the calculator VKT-7, sections 3 and 4, annex A; "
        "elements and properties also in github.com/mustdieku/vkt7d (2026); depth of archives in "
        "EnergyTechAudit.PowerAccounting.DeviceReader (VKT7, ArchiveReadCondition)"
    ),
    items=(
        Item(Quantity.HEAT_ENERGY_KWH, element=12, unit=53, decimals=66),
        Item(Quantity.HEAT_VOLUME_M3, element=3, unit=46, decimals=59),
        Item(Quantity.RETURN_VOLUME_M3, element=4, unit=46, decimals=59),
        Item(Quantity.FLOW_MASS_T, element=6, unit=47, decimals=60),
        Item(Quantity.RETURN_MASS_T, element=7, unit=47, decimals=60),
        Item(Quantity.OPERATING_TIME_H, element=17, unit=55),
        Item(Quantity.ERROR_TIME_H, element=18, unit=56),
        Item(Quantity.FLOW_TEMPERATURE_C, element=0, unit=44, decimals=57),
        Item(Quantity.RETURN_TEMPERATURE_C, element=1, unit=44, decimals=57),
        Item(Quantity.FLOW_PRESSURE_KPA, element=9, unit=48, decimals=61),
        Item(Quantity.RETURN_PRESSURE_KPA, element=10, unit=48, decimals=61),
        Item(Quantity.HEAT_FLOW_M3H, element=19, unit=45, archived=False),
    ),
    told_by=(
        (Quantity.HEAT_ENERGY_KWH,),
        (Quantity.FLOW_MASS_T, Quantity.HEAT_VOLUME_M3),
        (Quantity.FLOW_TEMPERATURE_C,),
        (Quantity.RETURN_TEMPERATURE_C,),
    ),
    archives={Archive.HOUR: timedelta(hours=1152), Archive.DAY: timedelta(days=128)},
)
