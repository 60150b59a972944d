"""Records: the values in a telegram, each with its unit, resolution and raw bytes.

What the two information blocks of a record mean is worked out once and remembered, because a meter sends the same ones
every time.

References:
    EN 13757-3:2018, section 6.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

import msgspec

from gateway.mbus import dif as d
from gateway.mbus import number as n
from gateway.mbus.quantity import Function, MeterQuantity
from gateway.mbus.time_point import TimePoint, decode_time_point
from gateway.mbus.variable import hexadecimal, is_binary, is_text, read_variable
from gateway.mbus.vib import parse_vib
from gateway.mbus.vif import Shape, Vif, look_up
from gateway.mbus.vife import qualify

Value = int | float | str | datetime | date | time | None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the information blocks of a record say; its `Record` has these attributes too.

    Attributes:
        function: What kind of value.
        storage: Storage number.
        tariff: Tariff.
        subunit: Part of the meter.
        quantity: What the value is.
        about: What a date, a duration or a count is about: «date of end of last maximum of flow temperature».
        unit: In which unit; empty if it has no dimension, None if it is not known.
        qualifiers: What else the VIFEs say.
        error: The meter's word on why it has no value.
        dib: DIF and DIFEs.
        vib: VIF, VIFEs and the text of a plain-text VIF.
        coding: The data field of the DIF: how the data are coded.
        length: Bytes of the data, None if the data say it themselves. [B]
        step: What the last digit is worth, None if it is no number. [unit]
        shape: How the data are read.
        scale: Power of ten and divisor of the number.
        read: Reads data of a fixed length.
    """

    function: Function
    storage: int
    tariff: int
    subunit: int
    quantity: MeterQuantity
    about: MeterQuantity | None
    unit: str | None
    qualifiers: tuple[str, ...]
    error: str | None
    dib: bytes
    vib: bytes
    coding: int
    length: int | None
    step: float | None
    shape: Shape
    scale: tuple[int, int]
    read: Callable[[bytes], Value | TimePoint]


class Record(msgspec.Struct, frozen=True, gc=False):
    """A value of a meter.

    Attributes:
        meaning: What it is.
        value: The value, or None if the meter says that it has none. [meaning.unit]
        data: Its bytes as they came.
        lvar: The byte that says length and coding of data of variable length.
        time_invalid: The value is a time that the meter marks as invalid, or that is none.
        summer_time: The value is a time of which the meter says that summer time holds.
    """

    meaning: Meaning
    value: Value
    data: bytes
    lvar: int | None = None
    time_invalid: bool = False
    summer_time: bool = False

    @property
    def function(self) -> Function:
        """What kind of value."""
        return self.meaning.function

    @property
    def storage(self) -> int:
        """Storage number."""
        return self.meaning.storage

    @property
    def tariff(self) -> int:
        """Tariff."""
        return self.meaning.tariff

    @property
    def subunit(self) -> int:
        """Part of the meter."""
        return self.meaning.subunit

    @property
    def quantity(self) -> MeterQuantity:
        """What the value is."""
        return self.meaning.quantity

    @property
    def about(self) -> MeterQuantity | None:
        """What a date, a duration or a count is about."""
        return self.meaning.about

    @property
    def unit(self) -> str | None:
        """In which unit; empty if it has no dimension, None if it is not known."""
        return self.meaning.unit

    @property
    def qualifiers(self) -> tuple[str, ...]:
        """What else the VIFEs say."""
        return self.meaning.qualifiers

    @property
    def error(self) -> str | None:
        """The meter's word on why it has no value."""
        return self.meaning.error

    @property
    def dib(self) -> bytes:
        """DIF and DIFEs."""
        return self.meaning.dib

    @property
    def vib(self) -> bytes:
        """VIF, VIFEs and the text of a plain-text VIF."""
        return self.meaning.vib

    @property
    def raw(self) -> bytes:
        """The whole record as it came."""
        length = b"" if self.lvar is None else bytes((self.lvar,))
        return self.meaning.dib + self.meaning.vib + length + self.data

    @property
    def resolution(self) -> float | None:
        """What the last digit of the value is worth, None if it is no number. [unit]"""
        if not isinstance(self.value, int | float):
            return None
        if self.meaning.coding == d.REAL:
            return n.real_step(self.data, self.meaning.scale[0])
        return self.meaning.step


_REMEMBERED = 4096
"""Meanings that are kept; strangers' bytes must not fill our memory."""

_meanings: dict[bytes, Meaning] = {}


def meaning_of(block: bytes, dib_length: int) -> Meaning:
    """What the information blocks of a record mean.

    Args:
        block: Both blocks.
        dib_length: Bytes of the first. [B]
    """
    found = _meanings.get(block)
    if found is None:
        if len(_meanings) >= _REMEMBERED:
            _meanings.clear()
        found = _meanings[block] = _work_out(block[:dib_length], block[dib_length:])
    return found


def _work_out(dib: bytes, vib: bytes) -> Meaning:
    information = d.parse_dib(dib)
    codes, text = parse_vib(vib)
    vif, used = (Vif(MeterQuantity.PLAIN_TEXT, text), 1) if text is not None else look_up(codes)
    qualified = qualify(vif, codes[used:])
    vif = qualified.vif
    is_number = vif.shape in {Shape.NUMBER, Shape.UNSIGNED}
    return Meaning(
        function=information.function,
        storage=information.storage,
        tariff=information.tariff,
        subunit=information.subunit,
        quantity=vif.quantity,
        about=qualified.about,
        unit=vif.unit,
        qualifiers=tuple(qualified.qualifiers),
        error=qualified.error,
        dib=dib,
        vib=vib,
        coding=information.coding,
        length=d.LENGTHS[information.coding],
        step=float(n.scaled(1, vif.exponent, vif.divisor)) if is_number else None,
        shape=vif.shape,
        scale=(vif.exponent, vif.divisor),
        read=_read_nothing if qualified.error else _reader(information.coding, vif),
    )


def _read_nothing(data: bytes) -> None:  # noqa: ARG001  # there is no value, whatever the bytes are
    return None


def _read_raw(data: bytes) -> str:
    return hexadecimal(data)


def _read_no_time(data: bytes) -> TimePoint:  # noqa: ARG001  # no type of date has such a coding
    return TimePoint(None, invalid=True)


def _reader(coding: int, vif: Vif) -> Callable[[bytes], Value | TimePoint]:
    length = d.LENGTHS[coding]
    if not length:  # no data, selection for readout, or variable length
        return _read_nothing
    if vif.shape is Shape.TIME:
        return decode_time_point if coding in d.INTEGERS else _read_no_time
    if vif.shape is Shape.RAW:
        return _read_raw
    return _number_reader(coding, length, vif)


def _number_reader(coding: int, length: int, vif: Vif) -> n.NumberReader:
    if coding == d.REAL:
        return n.real_reader(vif.exponent, vif.divisor)
    if coding in d.BCD:
        return n.bcd_reader(vif.exponent, vif.divisor)
    if vif.shape is Shape.FLAGS:
        return n.read_flags
    if vif.shape is Shape.UNSIGNED:
        return n.unsigned_reader(length, vif.exponent, vif.divisor)
    return n.integer_reader(length, vif.exponent, vif.divisor)


def make_record(meaning: Meaning, data: bytes, lvar: int | None = None, *, reverse: bool = False) -> Record:
    """A record of its meaning and its data.

    Args:
        meaning: What it is.
        data: Its data as they came.
        lvar: The byte before data of variable length.
        reverse: Whether the meter sends the high byte first.
    """
    ordered = data[::-1] if reverse else data
    value = meaning.read(ordered) if lvar is None else _read_variable(meaning, lvar, ordered)
    if isinstance(value, TimePoint):
        return Record(meaning, value.value, data, lvar, value.invalid, value.summer_time)
    return Record(meaning, value, data, lvar)


def _read_variable(meaning: Meaning, lvar: int, data: bytes) -> Value | TimePoint:
    if meaning.error:
        return None
    if meaning.shape is Shape.RAW:
        return hexadecimal(data)
    if meaning.shape is Shape.TIME and is_binary(lvar):
        return decode_time_point(data) if len(data) in {2, 3, 4, 6} else hexadecimal(data)
    if meaning.shape is Shape.FLAGS and not is_text(lvar):
        return n.read_flags(data)
    return read_variable(lvar, data, *meaning.scale)
