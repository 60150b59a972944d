"""Numbers of meters: data types A (BCD), B and C (integers), D (bits) and H (floating point).

A number that is a whole multiple of a power of ten is divided once, so that it prints as the meter shows it: 0.3576 and
not 0.35760000000000003.

References:
    EN 13757-3:2018, annex A, tables A.1 to A.4 and A.7.
"""

import math
import struct
from collections.abc import Callable
from decimal import Decimal

Number = int | float | None
NumberReader = Callable[[bytes], Number]

_SIXTH_DECIMAL = Decimal("5e-7")


def integer_reader(length: int, exponent: int, divisor: int = 1) -> NumberReader:
    """Reads signed integers of a length; the most negative one means «not available» (table A.2)."""
    none = -(1 << (8 * length - 1))
    factor, divisor = _fraction(exponent, divisor)
    from_bytes = int.from_bytes

    def read_whole(data: bytes) -> Number:
        number = from_bytes(data, "little", signed=True)
        return None if number == none else number * factor

    def read_fraction(data: bytes) -> Number:
        number = from_bytes(data, "little", signed=True)
        return None if number == none else number * factor / divisor

    return read_whole if divisor == 1 else read_fraction


def unsigned_reader(length: int, exponent: int, divisor: int = 1) -> NumberReader:
    """Reads integers without a sign; all ones mean «not available» (table A.3)."""
    none = (1 << (8 * length)) - 1

    def read(data: bytes) -> Number:
        number = int.from_bytes(data, "little")
        return None if number == none else scaled(number, exponent, divisor)

    return read


def read_flags(data: bytes) -> Number:
    """Bits as a number; every combination is one (table A.4)."""
    return int.from_bytes(data, "little")


def bcd_reader(exponent: int, divisor: int = 1) -> NumberReader:
    """Reads BCD; F in the first digit is a minus sign, any other digit above 9 means «not available» (table A.1)."""
    factor, divisor = _fraction(exponent, divisor)

    def read(data: bytes) -> Number:
        digits = data[::-1].hex()
        if digits.isdecimal():
            number = int(digits)
        elif digits[:1] == "f" and digits[1:].isdecimal():
            number = -int(digits[1:])
        else:
            return None
        return number * factor if divisor == 1 else number * factor / divisor

    return read


def real_reader(exponent: int, divisor: int = 1) -> NumberReader:
    """Reads 32-bit floating point; what is no finite number means «not available» (table A.7)."""

    def read(data: bytes) -> Number:
        number: float = struct.unpack("<f", data)[0]
        if not math.isfinite(number):
            return None
        value = float(_shortest(number, data, exponent).scaleb(exponent) / divisor)
        return value or 0.0  # -0.0 is none that a meter shows

    return read


def real_step(data: bytes, exponent: int) -> float | None:
    """The distance of a floating-point number to its neighbour: what it resolves. [unit of the record]"""
    number: float = struct.unpack("<f", data)[0]
    if not math.isfinite(number) or number == 0.0:
        return None
    return math.ldexp(1.0, math.frexp(number)[1] - 24) * 10.0**exponent


def scaled(number: int, exponent: int, divisor: int = 1) -> int | float:
    """A number times a power of ten, rounded once at most."""
    factor, divisor = _fraction(exponent, divisor)
    return number * factor if divisor == 1 else number * factor / divisor


def _fraction(exponent: int, divisor: int) -> tuple[int, int]:
    return (10**exponent, divisor) if exponent >= 0 else (1, divisor * 10**-exponent)


def _shortest(number: float, data: bytes, exponent: int) -> Decimal:
    """The shortest decimal number that is this 32-bit one: 357.6 and not 357.6000061.

    One that would change the sixth decimal of the value is not taken: others who read the same bytes print six.
    """
    exact = Decimal(number)
    for digits in range(6, 9):
        text = f"{number:.{digits}g}"
        short = Decimal(text)
        if struct.pack("<f", float(text)) == data and abs(short - exact).scaleb(exponent) < _SIXTH_DECIMAL:
            return short
    return exact
