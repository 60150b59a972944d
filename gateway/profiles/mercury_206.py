"""Mercury 200, 201, 203 and 206 of Incotex: one-phase electricity meters, over CAN or RS-485."""

from gateway.drivers.mercury.mercury_206 import Mercury206Profile
from gateway.golden import ExchangeGolden

PROFILE = Mercury206Profile(
    model="mercury-206",
    manual="Incotex, protocol of one-phase meters Mercury 200, 201, 203 (without 203.2TD), 206 (2018-04-01), as "
    "reported by wb-mqtt-serial, kihamo/boggart and sergray/energy-meter-mercury206",
    goldens=(
        ExchangeGolden(
            "0001E240 27 F410",
            "0001E240 27 00062142 00020834 00011111 00022222 3242",
            "tests of wb-mqtt-serial: tariffs of 621.42, 208.34, 111.11 and 222.22 kWh",
            {"active_energy_kwh": 621.42 + 208.34 + 111.11 + 222.22},
        ),
        ExchangeGolden(
            "FE123456 63 36EB",
            "FE123456 63 1234 5678 765432 790E",
            "tests of wb-mqtt-serial: 123.4 V, 56.78 A, 765432 W",
            {"voltage_v": 123.4, "current_a": 56.78, "active_power_w": 765_432},
        ),
        ExchangeGolden(
            "000E1F9B 32 07 4B43",
            "000E1F9B 32 07006300 FFFFFFFF FFFFFFFF FFFFFFFF 7F56",
            "captured by ioBroker.mercury: one tariff, register of the start of a month; the request's check is ours",
            {"active_energy_kwh": 70_063.00},
        ),
    ),
)
