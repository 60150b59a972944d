"""Answers that end with CRC-16, and what can happen to them on the way.

References:
    Modbus over Serial Line V1.02, section 2.5.1.2 and appendix B.
"""

from dataclasses import dataclass

from simulators.wire.line_server import Piece


def _after(check: int) -> int:
    for _ in range(8):
        check = (check >> 1) ^ (0xA001 if check & 1 else 0)
    return check


_AFTER = [_after(byte) for byte in range(256)]


def checked(frame: bytes) -> bytes:
    """A frame with its check behind it, low byte first."""
    check = 0xFFFF
    for byte in frame:
        check = _AFTER[(check ^ byte) & 0xFF] ^ (check >> 8)
    return frame + bytes((check & 0xFF, check >> 8))


def is_checked(frame: bytes) -> bool:
    """Whether a frame ends with its check."""
    return len(frame) > 2 and checked(frame[:-2]) == frame


@dataclass(slots=True)
class Mishaps:
    """What happens to the next answers; counts go down.

    Attributes:
        spoilt: So many answers come with a wrong check.
        cut: So many answers end in their middle.
        mute: So many questions stay without an answer.
        foreign: So many answers are another meter's.
        echo: Whether the converter gives every question back.
        delay_s: Silence before an answer. [s]
    """

    spoilt: int = 0
    cut: int = 0
    mute: int = 0
    foreign: int = 0
    echo: bool = False
    delay_s: float = 0.0

    def sent(self, question: bytes, answer: bytes) -> list[Piece]:
        """What reaches the master of an answer that has its check."""
        before = [Piece(question)] if self.echo else []
        if self.mute:
            self.mute -= 1
            return before
        if self.foreign:
            self.foreign -= 1
            answer = checked(bytes((answer[0] + 1,)) + answer[1:-2])
        if self.spoilt:
            self.spoilt -= 1
            answer = answer[:-1] + bytes((answer[-1] ^ 0x55,))
        if self.cut:
            self.cut -= 1
            answer = answer[: len(answer) // 2]
        return [*before, Piece(answer, self.delay_s)]
