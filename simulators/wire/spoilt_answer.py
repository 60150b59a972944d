"""What goes wrong between a meter and its master, for meters whose frames end with CRC-16."""

import struct
from collections.abc import Iterator
from enum import StrEnum

from simulators.wire.line_server import Piece


class Fault(StrEnum):
    """What goes wrong with an answer."""

    NONE = "none"
    LOST = "lost"
    LATE = "late"
    HALF = "half"
    WRONG_CHECK = "wrong_check"
    OTHER_ADDRESS = "other_address"
    OTHER_REQUEST = "other_request"
    ECHO = "echo"
    NOISE = "noise"


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ 0xA001 if byte & 1 else byte >> 1
    return byte


_TABLE = [_entry(byte) for byte in range(256)]


def check(data: bytes) -> bytes:
    """CRC-16 as Modbus has it (polynomial A001, begun with FFFF), low byte first."""
    value = 0xFFFF
    for byte in data:
        value = value >> 8 ^ _TABLE[(value ^ byte) & 0xFF]
    return struct.pack("<H", value)


def sealed(body: bytes) -> bytes:
    """A frame: the body and its check."""
    return body + check(body)


def spoilt(fault: Fault, answer: bytes, request: bytes, late_s: float) -> Iterator[Piece]:
    """The pieces in which an answer comes.

    Args:
        fault: What goes wrong.
        answer: The answer as the meter meant it.
        request: What was asked.
        late_s: How late a late answer is. [s]
    """
    match fault:
        case Fault.LOST:
            return
        case Fault.LATE:
            yield Piece(answer, late_s)
        case Fault.HALF:
            yield Piece(answer[: len(answer) // 2])
        case Fault.WRONG_CHECK:
            yield Piece(answer[:-1] + bytes([answer[-1] ^ 0x55]))
        case Fault.OTHER_ADDRESS:
            yield Piece(sealed(bytes([answer[0] ^ 0x99]) + answer[1:-2]))
        case Fault.OTHER_REQUEST:
            yield Piece(sealed(answer[:-4] + bytes([answer[-4] ^ 0xFF, answer[-3]])))
        case Fault.ECHO:
            yield Piece(request)
            yield Piece(answer)
        case Fault.NOISE:
            yield Piece(b"\x00\xff\x17" + answer)
        case _:
            yield Piece(answer)
