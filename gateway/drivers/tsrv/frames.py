"""Frames and numbers of TSRV.

Modbus RTU: function 4 reads registers, 17 tells the program, 65 gives an archive record by a time that lies in it.
Numbers are big-endian, the high register first. A total is a whole number and a fraction beside it, so that it does not
lose its last digits when it grows.

References:
    [1] Vzlet, "Structure of the archives of TSRV-024" (str_arh_tsrv024),
        in github.com/howker/mudbus_gate (2026), profiles/tsrv024.yaml.
    [2] github.com/baminmru/TEPLOMER, DrvTSRV024: requests of function 65, versions of the program.
"""

import math
import re
import struct
from datetime import datetime, timedelta
from enum import Enum

from gateway.drivers.crc16 import with_crc16
from gateway.errors import DecodeError

INPUT, IDENTIFY, ARCHIVE = 4, 17, 65
_BY_TIME = 1
_CENTURY = 2000
_NO_TIME = frozenset({0, 0xFFFFFFFF})
_VERSION = re.compile(rb"\d\d(?:\.\d\d){3}")


class Form(Enum):
    """How a number stands in registers or in a record: its layout for `struct`."""

    FLOAT = ">f"
    TOTAL = ">if"
    U32 = ">I"
    U16 = ">H"
    I16 = ">h"

    @property
    def size(self) -> int:
        """Its bytes. [B]"""
        return struct.calcsize(self.value)

    def number(self, data: bytes, at: int) -> float | None:
        """The number at an offset; None where a float is none.

        Raises:
            DecodeError: If the data end before.
        """
        if at + self.size > len(data):
            raise DecodeError(f"there are {len(data)} bytes, a number should stand at {at}", data)
        value = math.fsum(struct.unpack_from(self.value, data, at))
        return value if math.isfinite(value) else None


def input_request(address: int, register: int, count: int) -> bytes:
    """Read input registers."""
    return with_crc16(struct.pack(">BBHH", address, INPUT, register, count))


def identify_request(address: int) -> bytes:
    """Ask for the program's name and version."""
    return with_crc16(bytes((address, IDENTIFY)))


def archive_request(address: int, array: int, at: datetime) -> bytes:
    """Ask for the record of an archive in which a time of the calculator's own lies."""
    date = (at.second, at.minute, at.hour, at.day, at.month, at.year - _CENTURY)
    return with_crc16(struct.pack(">BBHHB6B", address, ARCHIVE, array, 1, _BY_TIME, *date))


def answer_length(head: bytes) -> int:
    """Length of an answer: all of them count their bytes. [B]"""
    return head[2] + 5


def data_of(answer: bytes) -> bytes:
    """What an answer carries."""
    return answer[3:-2]


def version(data: bytes) -> str:
    """Version of the program, such as 76.30.03.19; empty if it does not say one."""
    found = _VERSION.search(data)
    return found[0].decode("ascii") if found else ""


def own_time(seconds: float | None) -> datetime | None:
    """The calculator's own time, which it counts as if its zone were UTC; None where it says none or it is not set."""
    if seconds is None or seconds in _NO_TIME:
        return None
    time = datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001 - the calculator's own time
    return time if _CENTURY <= time.year < _CENTURY + 100 else None
