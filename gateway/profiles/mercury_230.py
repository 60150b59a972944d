"""Mercury 230 to 238, 203.2TD, 204 and 208 of Incotex: three-phase electricity meters of whole houses, over RS-485."""

from gateway.drivers.mercury.mercury_230 import Instant, Mercury230Profile, first, mean
from gateway.golden import ExchangeGolden
from teplosvet.domain.quantities import Quantity

_WIREN = "captured from a Mercury 230: tests of wb-mqtt-serial"

PROFILE = Mercury230Profile(
    model="mercury-230",
    manual="Incotex, protocol of three-phase meters Mercury (system of commands, 2022-12-12), requests 01, 02, 04, 05, "
    "06 and 08, as reported by wb-mqtt-serial, kihamo/boggart and ioBroker.mercury",
    instants=(
        Instant(Quantity.ACTIVE_POWER_W, 0x00, 4, 0.01, first, "ui"),
        Instant(Quantity.VOLTAGE_V, 0x11, 3, 0.01, mean, "u"),
        Instant(Quantity.CURRENT_A, 0x21, 3, 0.001, sum, "i"),
        Instant(Quantity.POWER_FACTOR, 0x30, 4, 0.001, first),
        Instant(Quantity.FREQUENCY_HZ, 0x40, 1, 0.01, first),
    ),
    goldens=(
        ExchangeGolden(
            "00 05 00 00 1025",
            "00 300028C5 FFFFFFFF 04009C95 FFFFFFFF 44AB",
            f"{_WIREN}: 3196.200 kWh, 300.444 kvarh",
            {"active_wh": 3_196_200, "reactive_varh": 300_444},
        ),
        ExchangeGolden("00 08 11 11 4DBA", "00 00405E B01C", f"{_WIREN}: 241.28 V", {"measured": 24128}),
        ExchangeGolden("00 08 11 21 4DAE", "00 004500 32B4", f"{_WIREN}: 0.069 A", {"measured": 69}),
        ExchangeGolden("00 08 11 00 8DB6", "00 488770 E226", f"{_WIREN}: 5530.95 W forwards", {"measured": 553_095}),
        ExchangeGolden("00 08 11 01 4C76", "00 C88770 E3CE", f"{_WIREN}: 5530.95 W backwards", {"measured": -553_095}),
        ExchangeGolden(
            "87 08 14 30 A646",
            "87 40FA01 000000 000000 40FA01 07F8",
            "captured by the author of a Mercury poller in Python: power factor 0.506",
            {"measured": 506},
        ),
    ),
)
