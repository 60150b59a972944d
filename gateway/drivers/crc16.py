"""CRC-16 of Modbus frames, which the Russian calculators and the electricity meters use too.

References:
    Modbus over Serial Line, Specification and Implementation Guide V1.02, section 2.5.1.2: polynomial A001 (reflected
    8005), begun with FFFF, sent low byte first.
"""

_POLYNOMIAL = 0xA001


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_TABLE = tuple(_entry(byte) for byte in range(256))


def crc16(data: bytes) -> int:
    """The check of `data`, 16 bits."""
    check = 0xFFFF
    for byte in data:
        check = (check >> 8) ^ _TABLE[(check ^ byte) & 0xFF]
    return check


def with_crc16(data: bytes) -> bytes:
    """`data` and its check, low byte first."""
    return data + crc16(data).to_bytes(2, "little")


def crc16_holds(frame: bytes) -> bool:
    """Whether the last two bytes of a frame are the check of those before."""
    return len(frame) > 2 and crc16(frame[:-2]) == int.from_bytes(frame[-2:], "little")
