"""Frames of the M-Bus link layer: what stands between start and stop.

References:
    EN 13757-2:2018, section 5.5 (frame formats FT 1.2 of IEC 60870-5-1).
"""

from dataclasses import dataclass

from gateway.errors import DecodeError

ACK = 0xE5
"""The single character that acknowledges."""

SHORT_START, LONG_START, STOP = 0x10, 0x68, 0x16

LONGEST = 261
"""The longest frame: 255 counted bytes and six around them. [B]"""

_SHORT_LENGTH = 5
_AROUND = 6
_COUNTED_LEAST = 3


@dataclass(frozen=True, slots=True)
class Ack:
    """The single character E5: understood."""

    def encode(self) -> bytes:
        """The byte on the line."""
        return bytes((ACK,))


@dataclass(frozen=True, slots=True)
class ShortFrame:
    """A frame without data.

    Attributes:
        control: C field.
        address: A field, the primary address.
    """

    control: int
    address: int

    def encode(self) -> bytes:
        """The bytes on the line."""
        return bytes((SHORT_START, self.control, self.address, (self.control + self.address) & 0xFF, STOP))


@dataclass(frozen=True, slots=True)
class LongFrame:
    """A frame with data; without any it is what the standard calls a control frame.

    Attributes:
        control: C field.
        address: A field, the primary address.
        ci: CI field: what the data are.
        data: What follows the CI field.
    """

    control: int
    address: int
    ci: int
    data: bytes = b""

    def encode(self) -> bytes:
        """The bytes on the line."""
        counted = bytes((self.control, self.address, self.ci)) + self.data
        start = bytes((LONG_START, len(counted), len(counted), LONG_START))
        return start + counted + bytes((sum(counted) & 0xFF, STOP))


Frame = Ack | ShortFrame | LongFrame


def expected_length(prefix: bytes) -> int | None:
    """How long a frame will be, as soon as its first bytes say so. [B]

    Over TCP the silence between frames is lost, so the length has to come from the bytes. A byte that starts no frame
    counts as a frame of its own length, so that a receiver does not wait for more of what cannot be read anyway.
    """
    if not prefix:
        return None
    if prefix[0] == SHORT_START:
        return _SHORT_LENGTH
    if prefix[0] != LONG_START:
        return 1
    return prefix[1] + _AROUND if len(prefix) > 1 else None


def parse_frame(data: bytes) -> Frame:
    """Take a frame apart.

    Raises:
        DecodeError: If it is none; the sentence says what is wrong with it.
    """
    if not data:
        raise DecodeError("there are no bytes: nothing was received")
    if data[0] == LONG_START:
        return _parse_long(data)
    if data[0] == ACK and len(data) == 1:
        return Ack()
    if data[0] == SHORT_START:
        return _parse_short(data)
    raise DecodeError(
        f"byte {data[0]:02X} starts no M-Bus frame: noise, a wrong speed, or a meter with another protocol", data
    )


def _parse_short(data: bytes) -> ShortFrame:
    if len(data) != _SHORT_LENGTH:
        raise DecodeError(f"a short frame has {_SHORT_LENGTH} bytes, here are {len(data)}", data)
    _check_end(data, data[1:3])
    return ShortFrame(data[1], data[2])


def _parse_long(data: bytes) -> LongFrame:
    if len(data) < _AROUND + _COUNTED_LEAST:
        raise DecodeError(f"the frame is cut short: {len(data)} bytes are no long frame", data)
    length = data[1]
    if length != data[2] or data[3] != LONG_START:
        raise DecodeError(
            f"the start {data[:4].hex(' ').upper()} is damaged: a long frame says its length twice between two 68", data
        )
    if length < _COUNTED_LEAST or len(data) != length + _AROUND:
        raise DecodeError(f"the frame says {length + _AROUND} bytes and has {len(data)}", data)
    counted = data[4:-2]
    _check_end(data, counted)
    return LongFrame(counted[0], counted[1], counted[2], counted[3:])


def _check_end(data: bytes, counted: bytes) -> None:
    checksum = sum(counted) & 0xFF
    if checksum != data[-2]:
        raise DecodeError(
            f"the checksum is {data[-2]:02X} and should be {checksum:02X}: noise, or two meters that spoke at once",
            data,
        )
    if data[-1] != STOP:
        raise DecodeError(f"the frame ends with {data[-1]:02X} and not with 16", data)
