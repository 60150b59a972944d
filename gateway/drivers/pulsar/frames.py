"""Frames of the Pulsar protocol (Teplovodokhran): what is asked, and what an answer says.

``address[4] function[1] length[1] data[..] id[2] check[2]``: the address is packed decimal, high digits first; the
length is that of the whole frame; the identifier of the request comes back in the answer; numbers and the check go low
byte first.

References:
    [1] Teplovodokhran, "Описание протокола обмена «Пульсар-М»" (exchange protocol Pulsar-M), functions 01, 04, 06, 0A
        and the error codes; as reported by kihamo/boggart and srgsf/tvh-pulsar (read for facts).
"""

import math
import struct
from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from gateway.drivers.crc16 import crc16_holds, with_crc16
from gateway.errors import CodedRefusalError, DecodeError, NothingArchivedError, WrongDeviceError

HEAD = 6
"""Bytes up to the length. [B]"""
SHORTEST = 10
"""Bytes of a frame without data. [B]"""


class Function(IntEnum):
    """What a frame is about [1]."""

    ERROR = 0x00
    CHANNELS = 0x01
    CLOCK = 0x04
    ARCHIVE = 0x06
    PARAMETER = 0x0A


class Parameter(IntEnum):
    """Settings and counters that function 0A reads [1]."""

    FIRMWARE = 0x0005
    DIAGNOSTICS = 0x0006
    OPERATING_HOURS = 0x000C
    ERROR_HOURS = 0x000D


NO_FUNCTION, BAD_MASK, NO_PARAMETER, NO_ARCHIVE = 0x01, 0x02, 0x04, 0x07
_REFUSALS = {
    NO_FUNCTION: "it does not know the function",
    BAD_MASK: "it does not have the channel",
    0x03: "the request has the wrong length",
    NO_PARAMETER: "it does not have the parameter",
    0x05: "it is locked",
    0x06: "the value is out of its range",
    NO_ARCHIVE: "it does not have the archive",
    0x08: "more archive values were asked for than go into a frame",
}


class Number(NamedTuple):
    """A number of an answer.

    Attributes:
        value: The number; NaN if the meter has none.
        step: Distance to the next number of that width: its figure cannot be finer.
    """

    value: float
    step: float


class ArchivePart(NamedTuple):
    """Consecutive values of an archive.

    Attributes:
        first: Date and time of the first, by the meter's clock, without a zone; None if it is no date.
        values: The values; NaN where there is none.
    """

    first: datetime | None
    values: tuple[Number, ...]


def packed_address(number: int) -> bytes:
    """The address as it stands in frames: eight decimal digits, high ones first."""
    return bytes.fromhex(f"{number:08d}")


def request(address: bytes, function: Function, data: bytes, request_id: int) -> bytes:
    """A request."""
    length = SHORTEST + len(data)
    return with_crc16(address + bytes([function, length]) + data + request_id.to_bytes(2, "big"))


def length_of(head: bytes) -> int:
    """How long the frame is that begins so. [B]

    Raises:
        DecodeError: If no frame begins so.
    """
    if head[5] < SHORTEST:
        raise DecodeError(f"the answer says that it has {head[5]} bytes, and no answer is so short", head)
    return head[5]


def data_of(frame: bytes, address: bytes, function: Function, request_id: int) -> bytes:
    """The data of an answer.

    Raises:
        DecodeError: If its check is wrong or it is about something else.
        WrongDeviceError: If another meter answers, or this one answers another request.
        RefusedError: If the meter refuses; `NothingArchivedError` if it lacks the archive.
    """
    if len(frame) < SHORTEST or frame[5] != len(frame) or not crc16_holds(frame):
        raise DecodeError("the check of the answer is wrong: noise on the line", frame)
    if frame[:4] != address:
        raise WrongDeviceError(f"meter {frame[:4].hex()} answered, {address.hex()} was asked", frame)
    if frame[-4:-2] != request_id.to_bytes(2, "big"):
        raise WrongDeviceError("the answer belongs to another request: a second master is on the line", frame)
    data = frame[HEAD:-4]
    if frame[4] == Function.ERROR:
        code = data[0] if data else 0
        if code == NO_ARCHIVE:
            raise NothingArchivedError("the meter does not keep such an archive", frame)
        raise CodedRefusalError(f"the meter refuses: {_REFUSALS.get(code, f'error {code}')}", frame, code)
    if frame[4] != function:
        raise DecodeError(f"function {function:#04x} was asked, {frame[4]:#04x} is answered", frame)
    return data


def channel_mask(bits: Sequence[int]) -> bytes:
    """The mask that asks for channels, whose bits are counted from 0."""
    return sum(1 << bit for bit in bits).to_bytes(4, "little")


def numbers(data: bytes, count: int) -> tuple[Number, ...]:
    """Floating point numbers of an answer: 4 or 8 bytes each, whatever this version of the meter sends.

    Raises:
        DecodeError: If they are neither.
    """
    width = len(data) // count
    if len(data) != width * count or width not in {4, 8}:
        raise DecodeError(f"{len(data)} bytes are not {count} numbers", data)
    digits = 24 if width == 4 else 53
    values: tuple[float, ...] = struct.unpack(f"<{count}{'f' if width == 4 else 'd'}", data)
    return tuple(
        Number(value, math.ldexp(1.0, math.frexp(value)[1] - digits)) if math.isfinite(value) else Number(math.nan, 0.0)
        for value in values
    )


def clock(data: bytes) -> datetime | None:
    """Date and time, without a zone, or None if they are none: year, month, day, hour, minute, second [1]."""
    if len(data) != 6:
        return None
    try:
        return datetime(2000 + data[0], *data[1:])  # noqa: DTZ001  # its zone is the configuration's
    except ValueError:
        return None


def stamp(local: datetime) -> bytes:
    """Date and time of the meter's clock as it writes them."""
    return bytes([local.year - 2000, local.month, local.day, local.hour, local.minute, local.second])


def archive_request(bit: int, kind: int, first: bytes, last: bytes) -> bytes:
    """The data that ask for archive values of a channel, from one stamp to another, both included."""
    return channel_mask([bit]) + kind.to_bytes(2, "little") + first + last


def archive_part(data: bytes) -> ArchivePart:
    """The archive values of an answer: mask, stamp of the first, float32 values [1].

    Raises:
        DecodeError: If it is none.
    """
    body = data[10:]
    if len(data) < 10 or len(body) % 4:
        raise DecodeError(f"{len(data)} bytes are no archive", data)
    return ArchivePart(clock(data[4:10]), numbers(body, len(body) // 4) if body else ())
