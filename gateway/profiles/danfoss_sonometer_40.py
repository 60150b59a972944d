"""Danfoss SonoMeter 40, and the SonoMeter 30 and Axis meters that speak alike."""

from datetime import datetime, timedelta

from gateway.driver import Archive
from gateway.drivers.mbus.fields import SONOMETER_FIELDS
from gateway.drivers.mbus.profile import Golden, Logger, Match, MbusProfile
from teplosvet.domain.quantities import DeviceClass, Quantity

PROFILE = MbusProfile(
    model="danfoss-sonometer-40",
    manual="Danfoss SonoMeter 40, wired M-Bus protocol description AQ39012919462001en, sections 1 and 2: an "
    "application "
    "reset chooses the data, 00 all, 30 days, 40 months, 60 hours (EN 13757-3:2018, table 20); energy as "
    "AQ409156171501. "
    "The description does not say how deep the loggers are: what stands here is the least that such meters keep.",
    device_class=DeviceClass.HEAT,
    fields=SONOMETER_FIELDS,
    matches=(Match("DFS"), Match("AXI")),
    archives={
        Archive.HOUR: Logger(timedelta(hours=888), subcode=0x60),
        Archive.DAY: Logger(timedelta(days=365), subcode=0x30),
        Archive.MONTH: Logger(timedelta(days=365), subcode=0x40),
    },
    goldens=(
        Golden(
            frame="046D 1E0C4531 0420 80841E00 0424 80510100 04FB8D3B 10270000 04FB8D3C 64000000 0413 40E20100"
            "042B E8030000 043B 0A000000 0259 4C1D 025D A00F 34FD17 00000000",
            origin="hand-assembled from AQ409156171501: 5 January 2026 12:30, 10,000 Mcal (10 Gcal) of heat and 100 "
            "Mcal of "
            "cold, 86,400 s of work, 123.456 m3, 1 kW, 10 l/h, 75.00 and 40.00 degC",
            expected={
                Quantity.HEAT_ENERGY_KWH: 11630,
                Quantity.COOLING_ENERGY_KWH: 116.3,
                Quantity.HEAT_VOLUME_M3: 123.456,
                Quantity.HEAT_POWER_KW: 1,
                Quantity.HEAT_FLOW_M3H: 0.01,
                Quantity.FLOW_TEMPERATURE_C: 75,
                Quantity.RETURN_TEMPERATURE_C: 40,
                Quantity.OPERATING_TIME_H: 24,
                Quantity.HEAT_ERROR_FLAGS: 0,
            },
            clock=datetime(2026, 1, 5, 12, 30),  # noqa: DTZ001  # a meter's time has no zone
        ),
    ),
)
