"""Frames of VKT-7: Modbus framing with two bytes FF before a request, on registers that are none.

Function 3 reads, function 16 writes; the count of registers is 0. What is read depends on what was written before: the
type of values, the list of elements, the date of the archive record. A date is day, month, year of the century, hour.

References:
    [1] Teplocom, "Implementation of the exchange protocol with the calculator VKT-7", sections 3 and 4.
    [2] github.com/mustdieku/vkt7d (2026): a refusal has a service byte between its code and its check.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from gateway.drivers.crc16 import with_crc16
from gateway.errors import DecodeError

READ, WRITE = 3, 16
_WAKE = b"\xff\xff"
_OF_LIST = 0x40000000
"""Set in the address of an element of the list to read [1, 4.2]."""
_CENTURY = 2000
_WRITE_ANSWER = 8


class Register(IntEnum):
    """What can be read or written [1, 4]."""

    BOUNDS = 0x3FF6
    SERVICE = 0x3FF9
    DATE = 0x3FFB
    ACTIVE = 0x3FFC
    VALUE_TYPE = 0x3FFD
    DATA = 0x3FFE
    LIST = 0x3FFF


class ValueType(IntEnum):
    """What `Register.DATA` shall give [1, 4.3]."""

    HOUR = 0
    DAY = 1
    MONTH = 2
    TOTAL = 3
    CURRENT = 4
    CURRENT_TOTAL = 5
    PROPERTIES = 6


class Element(NamedTuple):
    """An element of data.

    Attributes:
        number: Which.
        size: Its bytes without the quality byte and the byte of the abnormal situation. [B]
    """

    number: int
    size: int


class Service(NamedTuple):
    """What the calculator says of itself [1, 4.6].

    Attributes:
        version: Version of its program.
        subscriber: Eight characters that whoever put it into operation gave it, usually its serial number.
        report_day: Day of the month at whose end totals are kept.
        model: Number of its model, such as 3 for VKT-7-03.
    """

    version: str
    subscriber: str
    report_day: int
    model: int | None


class Bounds(NamedTuple):
    """From when and until when there are archives, in the calculator's own time [1, 4.9].

    Attributes:
        hours_from: The first hour.
        now: The hour that runs.
        days_from: The first day.
    """

    hours_from: datetime
    now: datetime
    days_from: datetime


def begin_request(address: int) -> bytes:
    """Begin a session [1, 4.7]."""
    return _request(address, WRITE, Register.LIST, b"\xcc\x80\0\0\0")


def read_request(address: int, register: Register) -> bytes:
    """Read."""
    return _request(address, READ, register, b"")


def write_request(address: int, register: Register, payload: bytes) -> bytes:
    """Write."""
    return _request(address, WRITE, register, bytes((len(payload),)) + payload)


def _request(address: int, function: int, register: Register, rest: bytes) -> bytes:
    return _WAKE + with_crc16(bytes((address, function)) + register.to_bytes(2, "big") + b"\0\0" + rest)


def read_answer_length(head: bytes) -> int:
    """Length of an answer to a reading request. [B]"""
    return head[2] + 5


def write_answer_length(_head: bytes) -> int:
    """Length of an answer to a writing request. [B]"""
    return _WRITE_ANSWER


def data_of(answer: bytes) -> bytes:
    """What an answer to a reading request carries."""
    return answer[3:-2]


def value_type_payload(value_type: ValueType) -> bytes:
    """Payload that chooses a type of values."""
    return value_type.to_bytes(2, "little")


def date_payload(date: datetime) -> bytes:
    """Payload that chooses an archive record; a day is its hour 23 [1, 4.4]."""
    return bytes((date.day, date.month, date.year - _CENTURY, date.hour))


def list_payload(elements: Iterable[Element]) -> bytes:
    """Payload that chooses elements."""
    return b"".join(
        (element.number | _OF_LIST).to_bytes(4, "little") + element.size.to_bytes(2, "little") for element in elements
    )


def active_elements(data: bytes) -> tuple[Element, ...]:
    """The elements that the measuring scheme has.

    Raises:
        DecodeError: If this is no list of them.
    """
    if len(data) % 6:
        raise DecodeError(f"the list of elements has {len(data)} bytes, which is no multiple of 6", data)
    return tuple(
        Element(
            int.from_bytes(data[at : at + 4], "little") & ~_OF_LIST, int.from_bytes(data[at + 4 : at + 6], "little")
        )
        for at in range(0, len(data), 6)
    )


def service(data: bytes) -> Service:
    """What the calculator says of itself; before version 1.5 it says only the report day.

    Raises:
        DecodeError: If this is nothing of the kind.
    """
    if not data:
        raise DecodeError("the service information is empty", data)
    if len(data) < 16:
        return Service("", "", data[0], None)
    subscriber = data[5:13].decode("ascii", "replace").strip(" \0")
    known = subscriber.isprintable() and "�" not in subscriber
    return Service(f"{data[0] >> 4}.{data[0] & 15}", subscriber if known else "", data[14], data[15])


def clock(data: bytes) -> datetime | None:
    """The calculator's clock in its own time; None if it says only the hour (before version 2.7) or nonsense."""
    if len(data) < 6:
        return None
    day, month, year, hour, minute, second = data[:6]
    try:
        return datetime(_CENTURY + year, month, day, hour, minute, second)  # noqa: DTZ001 - its own time, zoned by the driver
    except ValueError:
        return None


def bounds(data: bytes) -> Bounds:
    """From when and until when there are archives.

    Raises:
        DecodeError: If these are no dates.
    """
    if len(data) < 12:
        raise DecodeError(f"the bounds of the archives have {len(data)} bytes, 12 were expected", data)
    try:
        hours_from, now, days_from = (_date(data[at : at + 4]) for at in (0, 4, 8))
    except ValueError as error:
        raise DecodeError(f"the bounds of the archives are no dates: {error}", data) from error
    if now.year == _CENTURY:
        raise DecodeError("the clock of the calculator is not set, so its archives cannot be dated", data)
    return Bounds(hours_from, now, days_from)


def _date(data: Sequence[int]) -> datetime:
    day, month, year, hour = data
    return datetime(_CENTURY + year, month, day, hour)  # noqa: DTZ001 - the calculator's own time
