"""How simulated meters write figures into registers; by the standards, not by what reads them."""

import struct
from collections.abc import Iterable


def words(data: bytes) -> list[int]:
    """Bytes as registers, high byte first."""
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


def u16(value: int) -> list[int]:
    """An unsigned register."""
    return [value & 0xFFFF]


def i16(value: float) -> list[int]:
    """A signed register, rounded."""
    return words(struct.pack(">h", round(value)))


def u32(value: int) -> list[int]:
    """An unsigned 32-bit integer, high register first."""
    return words(struct.pack(">I", value))


def f32(value: float | None) -> list[int]:
    """A single float of IEEE 754, high register first; None is not a number."""
    return words(struct.pack(">f", float("nan") if value is None else value))


def low_first(registers: Iterable[int]) -> list[int]:
    """The same with the low register first."""
    return list(registers)[::-1]


def f32_low_first(value: float | None) -> list[int]:
    """A single float, low register first."""
    return low_first(f32(value))


def f64_low_first(value: float | None) -> list[int]:
    """A double float, low register first."""
    return low_first(words(struct.pack(">d", float("nan") if value is None else value)))
