"""M-Bus on the wire as a slave sees it: requests come in, frames go out (EN 13757-2, sections 5.2 to 5.7).

Written from the standard and not from the gateway's decoder, so that a shared mistake cannot pass a test.
"""

from collections.abc import Iterator
from dataclasses import dataclass

ACK = b"\xe5"
"""The single character with which a slave says yes."""
_SHORT_START, _LONG_START, _STOP = 0x10, 0x68, 0x16

SND_NKE = 0x40
SND_UD = 0x53
REQ_UD1 = 0x5A
REQ_UD2 = 0x5B
FCB = 0x20
"""Bit of the control field that a master toggles with each new request."""
RSP_UD = 0x08

ANY_WITH_ANSWER, ANY_IN_SILENCE, SELECTED = 0xFE, 0xFF, 0xFD
"""Addresses that are no meter's own: test, broadcast, and whoever is selected."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a master asked.

    Attributes:
        control: Control field without the frame count bit.
        fcb: The frame count bit.
        address: Address field.
        ci: Control information, or None in a short frame.
        data: What follows it.
    """

    control: int
    fcb: bool
    address: int
    ci: int | None = None
    data: bytes = b""


def checksum(body: bytes | bytearray) -> int:
    """Sum of the bytes from the control field on, without carry."""
    return sum(body) & 0xFF


def long_frame(control: int, address: int, ci: int, data: bytes) -> bytes:
    """A frame with data."""
    body = bytes([control, address, ci]) + data
    return bytes([_LONG_START, len(body), len(body), _LONG_START]) + body + bytes([checksum(body), _STOP])


def short_frame(control: int, address: int) -> bytes:
    """A frame without data, as only masters send them."""
    return bytes([_SHORT_START, control, address, (control + address) & 0xFF, _STOP])


def take_requests(buffer: bytearray) -> Iterator[Request]:
    """Take every whole request out of what was heard; a part of one stays, and what is none is dropped."""
    while buffer:
        length = _length(buffer)
        if length is None:
            return
        if length == 0 or not _is_sound(buffer[:length]):
            del buffer[0]
            continue
        frame = bytes(buffer[:length])
        del buffer[:length]
        if frame[0] == _SHORT_START:
            yield Request(frame[1] & ~FCB, bool(frame[1] & FCB), frame[2])
        else:
            yield Request(frame[4] & ~FCB, bool(frame[4] & FCB), frame[5], frame[6], frame[7:-2])


def _length(buffer: bytearray) -> int | None:
    """Length of the frame that begins here, 0 if none does, None if that cannot be told yet."""
    if buffer[0] == _SHORT_START:
        return 5 if len(buffer) >= 5 else None
    if buffer[0] != _LONG_START:
        return 0
    if len(buffer) < 4:
        return None
    if buffer[1] != buffer[2] or buffer[3] != _LONG_START or buffer[1] < 3:
        return 0
    whole = buffer[1] + 6
    return whole if len(buffer) >= whole else None


def _is_sound(frame: bytearray) -> bool:
    body = frame[1:3] if frame[0] == _SHORT_START else frame[4:-2]
    return frame[-1] == _STOP and frame[-2] == checksum(body)
