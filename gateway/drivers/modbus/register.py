"""The registers of a Modbus meter as a table, and what their contents say."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from gateway.driver import Remark, Sample
from gateway.drivers.modbus.format import FORMATS, Figure, Format
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity
from teplosvet.wire.units import conversion, quantity_of


class Table(Enum):
    """Which of a slave's two tables of registers; the value is the function that reads it."""

    HOLDING = 3
    INPUT = 4


@dataclass(frozen=True, slots=True)
class Span:
    """Registers that follow each other.

    Attributes:
        table: The table they are in.
        address: The first one, counted from 0 as it travels.
        count: How many.
    """

    table: Table
    address: int
    count: int


_GREATEST = 10**300
"""What is above cannot be told as a number of 64 bits once it is converted."""

Words = Mapping[tuple[Table, int], int]
"""Contents of registers by table and address."""


@dataclass(frozen=True, slots=True)
class UnitRegister:
    """A register that says in which unit another one is.

    Attributes:
        address: Where.
        units: Names of units, as `teplosvet.wire.units` has them, by what the register holds.
    """

    address: int
    units: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Register:
    """A quantity in registers.

    Attributes:
        quantity: What.
        address: The first register, counted from 0 as it travels.
        format: How the figure is written.
        unit: The unit of one count times `step`, by its name on our wire.
        step: What one count is. [unit]
        table: Where.
        nulls: Figures, before `step`, by which the meter says that it has none.
        faults: Figures, before `step`, by which it says that the sensor is broken.
        shape: What else has to be done with the figure; None says that it is no value.
        unit_at: The register that says the unit, if one does; it goes before `unit`.
        factor_at: The register that holds the power of ten of a count, if one does; it goes before `step`.
    """

    quantity: Quantity
    address: int
    format: Format
    unit: str = ""
    step: str = "1"
    table: Table = Table.HOLDING
    nulls: frozenset[float] = frozenset()
    faults: frozenset[float] = frozenset()
    shape: Callable[[Decimal], Decimal | None] | None = None
    unit_at: UnitRegister | None = None
    factor_at: int | None = None

    def spans(self) -> tuple[Span, ...]:
        """The registers that have to be read for it."""
        others = [self.unit_at.address if self.unit_at else None, self.factor_at]
        return (
            Span(self.table, self.address, self.format.words),
            *(Span(self.table, address, 1) for address in others if address is not None),
        )


@dataclass(frozen=True, slots=True)
class Text:
    """Something in registers that is no quantity: a serial number, a version, a model.

    Attributes:
        address: The first register.
        count: How many.
        decode: What they say; None if they say nothing.
        table: Where.
    """

    address: int
    count: int
    decode: Callable[[Sequence[int]], str | None]
    table: Table = Table.HOLDING

    def span(self) -> Span:
        """The registers that have to be read for it."""
        return Span(self.table, self.address, self.count)

    def read(self, words: Words) -> str | None:
        """What the registers say, None if they were not read."""
        found = contents(words, self.span())
        return None if found is None else self.decode(found)


@dataclass(frozen=True, slots=True)
class ClockRegisters:
    """The meter's clock.

    Attributes:
        address: The first register.
        count: How many.
        decode: Year, month, day, hour, minute, second in the meter's own zone.
        table: Where.
    """

    address: int
    count: int
    decode: Callable[[Sequence[int]], tuple[int, int, int, int, int, int]]
    table: Table = Table.HOLDING

    def span(self) -> Span:
        """The registers that have to be read for it."""
        return Span(self.table, self.address, self.count)

    def read(self, words: Words) -> datetime | None:
        """The time, without a zone; None if the registers were not read or hold no date."""
        found = contents(words, self.span())
        try:
            return None if found is None else datetime(*self.decode(found))  # noqa: DTZ001 (the meter's zone is set later)
        except ValueError:
            return None


def contents(words: Words, span: Span) -> list[int] | None:
    """What a span holds, or None if not all of it was read."""
    found = [words.get((span.table, span.address + n)) for n in range(span.count)]
    return None if None in found else [word for word in found if word is not None]


def sample(register: Register, words: Words) -> Sample | Remark | None:
    """The value of a register, or what a person has to know of it, or None if the meter has none."""
    found = contents(words, register.spans()[0])
    figure = None if found is None else register.format.figure(found)
    if figure is None or figure.value in register.nulls:
        return None
    if figure.value in register.faults:
        return Remark("sensor_fault", {"quantity": str(register.quantity), "value": float(figure.value)})
    if register.shape is not None:
        shaped = register.shape(figure.value)
        if shaped is None:
            return None
        figure = Figure(shaped, None)
    unit, step = _unit(register, words), _step(register, words)
    if step is None or unit is None:
        return None
    return possible(register.quantity, Figure(figure.value * step, figure.step and figure.step * step), unit)


def possible(quantity: Quantity, figure: Figure, unit: str) -> Sample | Remark:
    """A figure in a unit as a sample in the quantity's own, or a remark if nature does not allow it.

    Conversion factors are small fractions, such as 1/3600 of seconds or 2500/9 of gigajoules; as such they are applied,
    so that 3,600,000 s are 1000 h and nothing beside it.
    """
    exact = _exact(quantity, unit)
    if exact is None:
        return Remark("unknown_unit", {"quantity": str(quantity), "unit": unit})
    factor, offset = exact
    value = Fraction(figure.value) * factor + offset
    spec = quantity.spec
    if not spec.low <= value <= spec.high:
        shown = float(value) if abs(value) < _GREATEST else None
        return Remark("impossible_value", {"quantity": str(quantity), "value": shown, "unit": spec.unit})
    return Sample(quantity, float(value), None if figure.step is None else float(Fraction(figure.step) * factor))


@lru_cache(maxsize=512)
def _exact(quantity: Quantity, unit: str) -> tuple[Fraction, Fraction] | None:
    """Factor and offset of a unit, or None if the quantity cannot be in it."""
    convert = conversion(quantity, unit)
    if convert is None:
        return None
    return Fraction(convert.factor).limit_denominator(10_000_000), Fraction(repr(convert.offset))


def _unit(register: Register, words: Words) -> str | None:
    """The unit's name; a code that no table has is named as such, and then nothing can be converted."""
    if register.unit_at is None:
        return register.unit
    code = words.get((register.table, register.unit_at.address))
    return None if code is None else register.unit_at.units.get(code, f"code {code}")


def _step(register: Register, words: Words) -> Decimal | None:
    if register.factor_at is None:
        return Decimal(register.step)
    word = words.get((register.table, register.factor_at))
    exponent = None if word is None else word - 0x10000 if word >= 0x8000 else word
    return None if exponent is None or not -12 <= exponent <= 12 else Decimal(10) ** exponent


KMP_UNITS = {
    1: "Wh",
    2: "kWh",
    3: "MWh",
    5: "J",
    7: "MJ",
    8: "GJ",
    11: "Mcal",
    12: "Gcal",
    22: "kW",
    23: "MW",
    37: "Cel",
    38: "K",
    39: "l",
    40: "m3",
    41: "l/h",
    42: "m3/h",
    43: "m3*Cel",
    44: "t",
    46: "h",
    52: "bar",
}
"""Kamstrup's codes of units, as its optical protocol KMP has them (PyKamstrup, table provided by Erik Jensen)."""

_STATED = re.compile(
    r"(?P<table>holding|input)\s+(?P<address>0x[0-9a-fA-F]{1,4}|\d{1,5})\s+(?P<format>[a-z0-9-]+)"
    r"(?:\s+(?:kmp@(?P<unit_at>0x[0-9a-fA-F]{1,4}|\d{1,5})|(?P<unit>[A-Za-z%][A-Za-z0-9/%*]*)))?"
    r"(?:\s+(?:@(?P<factor_at>0x[0-9a-fA-F]{1,4}|\d{1,5})|(?P<step>\d+(?:\.\d+)?)))?"
)


def stated(name: str, text: str) -> Register | None:
    """A register that the configuration adds, because the manual of a meter has it and our table has not.

    Args:
        name: Name of the option; None is returned if no quantity is called so.
        text: Such as ``input 0x0022 i32 MWh 0.01``: table, address as it travels, format, unit, what one count is.
            ``kmp@0x0030`` in place of the unit is a register with a unit code of Kamstrup's, ``@0x0031`` in place of
            the count a register with its power of ten.

    Raises:
        ConfigurationError: If the text cannot be understood.
    """
    quantity = quantity_of(name)
    if quantity is None:
        return None
    found = _STATED.fullmatch(text.strip())
    addresses = {key: int(found[key], 0) for key in ("address", "unit_at", "factor_at") if found[key]} if found else {}
    if found is None or found["format"] not in FORMATS or max(addresses.values()) > 0xFFFF:
        raise ConfigurationError(
            f"{name}: expected such as 'input 0x0022 i32 MWh 0.01', with a format of {', '.join(FORMATS)}; not {text!r}"
        )
    unit = found["unit"] or ""
    if "unit_at" not in addresses and conversion(quantity, unit) is None:
        raise ConfigurationError(f"{name}: cannot be in {unit or 'no unit'}")
    return Register(
        quantity,
        addresses["address"],
        FORMATS[found["format"]],
        unit,
        found["step"] or "1",
        table=Table.HOLDING if found["table"] == "holding" else Table.INPUT,
        unit_at=UnitRegister(addresses["unit_at"], KMP_UNITS) if "unit_at" in addresses else None,
        factor_at=addresses.get("factor_at"),
    )
