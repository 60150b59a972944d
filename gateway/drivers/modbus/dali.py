"""What DALI-2 control gear says, as a gateway mirrors it into registers.

MASK is the standard's «not available», TMASK its «not available now»; either is missing and never zero.

References:
    [1] IEC 62386-102:2014, sections 9.3 (dimming curve) and 11.5.2 (QUERY STATUS).
    [2] DiiA Specification DALI Part 252, Energy Reporting, version 1.1: memory bank 202.
    [3] DiiA Specification DALI Part 253, Diagnostics and Maintenance, version 1.1: memory banks 205 and 206.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway.drivers.modbus.format import Figure

_SCALES = range(-6, 7)


@dataclass(frozen=True, slots=True)
class Scaled:
    """A value of memory bank 202: one byte that is the power of ten, then the value's bytes, high first. [2]

    Attributes:
        length: Bytes of the value: 6 of active energy, 4 of active power.
        skip: Bytes of the first register that belong to the value before.
    """

    length: int
    skip: int = 0

    @property
    def words(self) -> int:
        """How many registers it takes."""
        return (self.skip + 1 + self.length + 1) // 2

    def figure(self, words: Sequence[int]) -> Figure | None:
        """The value, its step the power of ten. [Wh or W]"""
        data = b"".join(word.to_bytes(2, "big") for word in words)[self.skip :][: 1 + self.length]
        exponent = int.from_bytes(data[:1], "big", signed=True)
        value, highest = int.from_bytes(data[1:], "big"), (1 << 8 * self.length) - 1
        if exponent not in _SCALES or value >= highest - 1:
            return None
        step = Decimal(10) ** exponent
        return Figure(value * step, step)


@dataclass(frozen=True, slots=True)
class Masked:
    """An unsigned value with MASK and TMASK as its two highest.

    Attributes:
        bits: 8, 16 or 32.
        offset: What is added: temperatures are told from -60 °C upwards. [3]
        tmask: Whether the value below MASK is TMASK.
    """

    bits: int
    offset: int = 0
    tmask: bool = True

    @property
    def words(self) -> int:
        """How many registers it takes."""
        return 2 if self.bits == 32 else 1

    def figure(self, words: Sequence[int]) -> Figure | None:
        """The value."""
        value = int.from_bytes(b"".join(word.to_bytes(2, "big") for word in words), "big")
        mask = (1 << self.bits) - 1
        if value >= mask - self.tmask:
            return None
        return Figure(Decimal(value + self.offset), Decimal(1))


def logarithmic_percent(level: Decimal) -> Decimal | None:
    """Light output of an arc power level on the standard dimming curve. [%]

    ``10 ** ((level - 1) * 3 / 253 - 1)`` for 1..254, so that 254 is 100 % and 1 is 0.1 % [1]; level 0 is off.
    """
    if level == 0:
        return Decimal(0)
    return Decimal(repr(round(10 ** ((float(level) - 1) * 3 / 253 - 1), 3))) if level <= 254 else None


def linear_percent(level: Decimal) -> Decimal | None:
    """Light output of an arc power level on the linear curve that IEC 62386-207 allows. [%]"""
    return Decimal(repr(round(float(level) / 2.54, 3))) if level <= 254 else None
