"""How a meter writes a figure into 16-bit registers, and how it says that it has none.

Figures are decimals, so that 3 counts of 0.1 are 0.3: a register value that is not exactly the meter's own would look
like consumption.

References:
    MODBUS Application Protocol Specification V1.1b3, section 4.2: bytes of a register come high byte first. It leaves
    open in which order the registers of a longer figure come; each meter's manual says it.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol

from teplosvet.domain.quantities import NULL_SENTINELS


class Figure(NamedTuple):
    """What registers say.

    Attributes:
        value: The figure. [counts or units, as the register's table says]
        step: The least step that this format can show near this value, or None if it is not known.
    """

    value: Decimal
    step: Decimal | None


class Format(Protocol):
    """One way of writing a figure."""

    @property
    def words(self) -> int:
        """How many registers it takes."""
        ...

    def figure(self, words: Sequence[int]) -> Figure | None:
        """The figure, or None if the registers say that there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Integer:
    """A binary integer.

    Attributes:
        words: How many registers it takes.
        signed: Whether it is a two's complement.
        low_first: Whether the register with the lowest bits comes first.
    """

    words: int
    signed: bool = False
    low_first: bool = False

    def figure(self, words: Sequence[int]) -> Figure | None:
        """The integer; the usual «not available» is none (EN 13757-3 has the same ones)."""
        value = int.from_bytes(_bytes(words, low_first=self.low_first), "big", signed=self.signed)
        return None if value in NULL_SENTINELS else Figure(Decimal(value), Decimal(1))


@dataclass(frozen=True, slots=True)
class Float:
    """A binary floating point number of IEEE 754; 32 bits of it carry 24 bits of figure.

    Attributes:
        words: How many registers it takes, 2 or 4.
        low_first: Whether the register with the lowest bits comes first.
    """

    words: int
    low_first: bool = False

    def figure(self, words: Sequence[int]) -> Figure | None:
        """The number; what is not one, and what is infinite, is none."""
        data = _bytes(words, low_first=self.low_first)
        value: float = struct.unpack(">f" if self.words == 2 else ">d", data)[0]
        if not math.isfinite(value) or value in NULL_SENTINELS:
            return None
        mantissa_bits = 24 if self.words == 2 else 53
        step = Decimal(2) ** (math.frexp(value)[1] - mantissa_bits)
        return Figure(_shortest_single(value, data) if self.words == 2 else Decimal(repr(value)), step)


@dataclass(frozen=True, slots=True)
class Bcd:
    """Decimal digits, four to a register, most significant first."""

    words: int

    def figure(self, words: Sequence[int]) -> Figure | None:
        """The number; digits above 9 are none."""
        digits = "".join(f"{word:04x}" for word in words)
        return Figure(Decimal(digits), Decimal(1)) if digits.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Bit:
    """One bit of a register.

    Attributes:
        number: Which, 0 is the lowest.
        absent: The register's value that says «not available».
    """

    number: int
    absent: int = 0xFFFF
    words: int = 1

    def figure(self, words: Sequence[int]) -> Figure | None:
        """0 or 1."""
        return None if words[0] == self.absent else Figure(Decimal(words[0] >> self.number & 1), None)


def _bytes(words: Sequence[int], *, low_first: bool) -> bytes:
    return b"".join(word.to_bytes(2, "big") for word in (reversed(words) if low_first else words))


def _shortest_single(value: float, data: bytes) -> Decimal:
    """The decimal with the fewest digits that is this 32-bit number and no other: 0.1 and not 0.10000000149."""
    for digits in range(6, 9):
        text = f"{value:.{digits}g}"
        if struct.pack(">f", float(text)) == data:
            return Decimal(text)
    return Decimal(f"{value:.9g}")


U16 = Integer(1)
I16 = Integer(1, signed=True)
U32 = Integer(2)
I32 = Integer(2, signed=True)
U64 = Integer(4)
I64 = Integer(4, signed=True)
F32 = Float(2)
F64 = Float(4)
U32_LOW_FIRST = Integer(2, low_first=True)
I32_LOW_FIRST = Integer(2, signed=True, low_first=True)
F32_LOW_FIRST = Float(2, low_first=True)
F64_LOW_FIRST = Float(4, low_first=True)

FORMATS: dict[str, Format] = {
    "u16": U16,
    "i16": I16,
    "u32": U32,
    "i32": I32,
    "u64": U64,
    "i64": I64,
    "f32": F32,
    "f64": F64,
    "bcd32": Bcd(2),
    "u32-low-first": U32_LOW_FIRST,
    "i32-low-first": I32_LOW_FIRST,
    "f32-low-first": F32_LOW_FIRST,
    "f64-low-first": F64_LOW_FIRST,
}
"""The formats by the names that a configuration can use."""
