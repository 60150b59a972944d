"""What goes wrong between a meter and its master, for meters whose frames end with CRC-16."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from simulators.wire.crc16 import checked
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
            yield Piece(checked(bytes([answer[0] ^ 0x99]) + answer[1:-2]))
        case Fault.OTHER_REQUEST:
            yield Piece(checked(answer[:-4] + bytes([answer[-4] ^ 0xFF, answer[-3]])))
        case Fault.ECHO:
            yield Piece(request)
            yield Piece(answer)
        case Fault.NOISE:
            yield Piece(b"\x00\xff\x17" + answer)
        case _:
            yield Piece(answer)


@dataclass(slots=True)
class Mishaps:
    """What happens to the next answers; counts go down.

    Attributes:
        mute: So many questions stay without an answer.
        foreign: So many answers are another meter's.
        spoilt: So many answers come with a wrong check.
        cut: So many answers end in their middle.
        echo: Whether the converter gives every question back.
        delay_s: Silence before an answer. [s]
    """

    mute: int = 0
    foreign: int = 0
    spoilt: int = 0
    cut: int = 0
    echo: bool = False
    delay_s: float = 0.0

    def sent(self, question: bytes, answer: bytes) -> list[Piece]:
        """What reaches the master of an answer that has its check."""
        before = [Piece(question)] if self.echo else []
        return [*before, *spoilt(self._next(), answer, question, self.delay_s)]

    def _next(self) -> Fault:
        if self.mute:
            self.mute -= 1
            return Fault.LOST
        if self.foreign:
            self.foreign -= 1
            return Fault.OTHER_ADDRESS
        if self.spoilt:
            self.spoilt -= 1
            return Fault.WRONG_CHECK
        if self.cut:
            self.cut -= 1
            return Fault.HALF
        return Fault.LATE if self.delay_s else Fault.NONE
