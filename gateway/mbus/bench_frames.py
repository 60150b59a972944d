"""Telegrams for the benchmark, assembled by hand from EN 13757-3: five meters as they hang in basements."""

from gateway.mbus.frame import LongFrame

_HEAT_METER = """
    04 78 4E 61 BC 00   04 06 39 30 00 00   04 14 9F 86 01 00   02 59 5C 1C   02 5D A4 10   02 61 B8 0B
    04 2D F4 01 00 00   14 2D 20 03 00 00   04 3B 2C 01 00 00   14 3B F4 01 00 00   04 22 10 27 00 00
    04 6D 1E 2C 35 31   44 06 10 27 00 00   44 14 00 71 02 00   42 6C BF 3C   01 FD 17 00
"""
"""A heat meter with integers: register, volume, temperatures, power and flow with their greatest, and a set day."""

_MONTHS = "".join(
    f"{0x84 | (number & 1) << 6:02X} {number >> 1:02X} 06 {10 + number:02X} 27 00 00 "
    f"{0x82 | (number & 1) << 6:02X} {number >> 1:02X} 6C {0xA0 | number % 28 + 1:02X} 3{number % 12 + 1:X} "
    for number in range(2, 15)
)
_HEAT_METER_WITH_MONTHS = f"0C 06 45 23 01 00  0C 14 67 45 02 00  0B 5A 34 07 00  0B 5E 12 04 00 {_MONTHS} 1F"
"""A heat meter in BCD with thirteen months, which has more to give."""

_FLOATS = """
    05 2E 33 33 13 40   05 3E 5A F5 B9 3E   05 5B 9A 99 8F 42   05 5F 66 66 26 42   05 63 34 33 F3 41
    85 40 5B 00 00 B8 42   84 00 86 3B 23 00 00 00   84 00 86 3C D1 01 00 00   84 10 94 3B 10 27 00 00
"""
"""A heat meter with floating point and both directions of flow."""

_WATER = (
    "0C 78 56 34 12 00  04 6D 32 37 1F 15  04 13 4F 61 BC 00  02 3B 2C 01  44 13 00 00 A0 00  42 6C FF 1C  0F 01 02"
)
"""A water meter."""

_ELECTRICITY = """
    8C 10 04 45 23 01 00   8C 20 04 12 00 00 00   02 FD C9 FF 81 00 E7 00   02 FD DB FF 81 00 0A 00
    02 AC FF 81 00 17 00   0C AB FF 81 00 71 01 00 00   02 FF 52 00 00   01 FD 17 00
"""
"""An electricity meter with phases in the manufacturer's own VIFEs."""

_SENDERS = (
    ("4E 61 BC 00", "2D 2C", "1B 04"),
    ("78 56 34 12", "68 50", "43 0C"),
    ("95 08 12 11", "83 14", "02 04"),
    ("21 43 65 87", "77 04", "14 16"),
    ("11 11 00 32", "42 04", "10 02"),
)

_BODIES = (_HEAT_METER, _HEAT_METER_WITH_MONTHS, _FLOATS, _WATER, _ELECTRICITY)


def built_in_frames() -> tuple[bytes, ...]:
    """The frames."""
    return tuple(
        LongFrame(0x08, 1, 0x72, bytes.fromhex(f"{number} {maker} {kind} 17 00 00 00 {body}")).encode()
        for (number, maker, kind), body in zip(_SENDERS, _BODIES, strict=True)
    )
