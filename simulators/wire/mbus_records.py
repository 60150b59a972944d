"""M-Bus data records as a slave writes them: DIF, VIF and value (EN 13757-3, sections 6.2 to 6.4, annex A)."""

import struct
from datetime import date, datetime

_INTEGER_CODE = {1: 0x1, 2: 0x2, 3: 0x3, 4: 0x4, 6: 0x6, 8: 0x7}
_BCD_CODE = {2: 0x9, 4: 0xA, 6: 0xB, 8: 0xC, 12: 0xE}
_REAL_CODE = 0x5

ENERGY_VIB = {"Wh": "03", "kWh": "06", "MWh": "FB01", "MJ": "0E", "GJ": "FB09", "Mcal": "FB0D", "0.1 Mcal": "FB0C"}
"""VIF of the energy units that meters are set to (EN 13757-3, tables 10 and 12); the step is one unit."""

MORE_FOLLOWS = b"\x1f"
"""DIF that stands last in a telegram when another one follows."""

FLOW_TEMPERATURE = bytes.fromhex("5a")
RETURN_TEMPERATURE = bytes.fromhex("5e")
VOLUME_10_L = bytes.fromhex("14")
POWER_W = bytes.fromhex("2b")
FLOW_L_H = bytes.fromhex("3b")
OPERATING_TIME_H = bytes.fromhex("22")
MOMENT = bytes.fromhex("6d")
DAY = bytes.fromhex("6c")
"""VIFs; temperatures in 0.1 °C, volume in 10 l, power in W, flow in l/h, time in h."""


def data_block(code: int, storage: int = 0, tariff: int = 0, subunit: int = 0, function: int = 0) -> bytes:
    """DIF and as many DIFEs as the storage number, tariff and subunit need (EN 13757-3, 6.3.3 to 6.3.5)."""
    block = [code | function << 4 | (storage & 1) << 6]
    storage >>= 1
    while storage or tariff or subunit:
        block[-1] |= 0x80
        block.append(storage & 0xF | (tariff & 0x3) << 4 | (subunit & 1) << 6)
        storage, tariff, subunit = storage >> 4, tariff >> 2, subunit >> 1
    return bytes(block)


def integer(vib: bytes, value: int, size: int = 4, storage: int = 0) -> bytes:
    """A signed integer (type B)."""
    return data_block(_INTEGER_CODE[size], storage) + vib + value.to_bytes(size, "little", signed=True)


def bcd(vib: bytes, value: int, digits: int = 8, storage: int = 0) -> bytes:
    """Packed decimal digits (type A); a negative number has F as its first digit."""
    text = f"{value:0{digits}d}" if value >= 0 else "F" + f"{-value:0{digits - 1}d}"
    return data_block(_BCD_CODE[digits], storage) + vib + bytes.fromhex(text)[::-1]


def real(vib: bytes, value: float, storage: int = 0) -> bytes:
    """A 32-bit float (type H)."""
    return data_block(_REAL_CODE, storage) + vib + struct.pack("<f", value)


def moment(when: datetime | None, storage: int = 0, *, summer: bool = False) -> bytes:
    """Date and time to the minute (type F); None is a clock that is not set (bit IV)."""
    if when is None:
        return data_block(0x4, storage) + MOMENT + bytes([0x80, 0, 0, 0])
    low, high = _day_bytes(when)
    return data_block(0x4, storage) + MOMENT + bytes([when.minute, when.hour | summer << 7, low, high])


def day(when: date, storage: int = 0) -> bytes:
    """A date (type G)."""
    return data_block(0x2, storage) + DAY + bytes(_day_bytes(when))


def _day_bytes(when: date) -> tuple[int, int]:
    year = when.year % 100
    return when.day | (year & 0x7) << 5, when.month | (year >> 3) << 4
