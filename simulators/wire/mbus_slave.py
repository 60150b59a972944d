"""An M-Bus with several simulated meters, and what goes wrong on such lines."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from simulators.wire.line_server import Piece
from simulators.wire.mbus_frame import ACK, Request, checksum, take_requests
from simulators.wire.mbus_meter import MbusMeter

_APART = 12
"""How many bytes the answers of two meters may be apart: at 2400 Bd they begin within 50 ms of each other. [B]"""


@dataclass(slots=True)
class Faults:
    """What goes wrong with answers; `times` says how often yet, None for always.

    Attributes:
        times: Answers that are still spoilt.
        delay_s: Silence before an answer. [s]
        half: Only the first half of a frame comes.
        split_s: A frame comes in two parts with such a silence between them. [s]
        noise: Bytes before an answer.
        wrong_checksum: The checksum is wrong.
        lost_ack: An E5 does not come.
        lost: No answer comes at all.
        address: Another primary address stands in the answer.
        identification: Another number stands in the answer.
        second_master: A request of another master that is heard before the answer.
        echo: The converter gives back what it sends.
    """

    times: int | None = None
    delay_s: float = 0.0
    half: bool = False
    split_s: float = 0.0
    noise: bytes = b""
    wrong_checksum: bool = False
    lost_ack: bool = False
    lost: bool = False
    address: int | None = None
    identification: str | None = None
    second_master: bytes = b""
    echo: bool = False

    def strikes(self) -> bool:
        """Whether the next answer is spoilt; counts it."""
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


@dataclass
class MbusBus:
    """The line.

    Attributes:
        meters: What hangs on it.
        faults: What goes wrong.
        random: How far the answers of two meters that speak at once are apart.
        heard: Requests that came, for those who test.
    """

    meters: Sequence[MbusMeter]
    faults: Faults | None = None
    random: Random = field(default_factory=lambda: Random(1))
    heard: list[Request] = field(default_factory=list)
    _buffer: bytearray = field(default_factory=bytearray)

    def hear(self, data: bytes) -> Iterable[Piece]:
        """Take bytes from the master; what the meters say to the requests among them."""
        if self.faults is not None and self.faults.echo:
            yield Piece(data)
        self._buffer += data
        for request in take_requests(self._buffer):
            self.heard.append(request)
            answers = [answer for meter in self.meters if (answer := meter.answer(request))]
            if answers:
                yield from self._spoilt(self._overlaid(answers))

    def _overlaid(self, answers: list[bytes]) -> bytes:
        """What is heard of meters that answer at once: a 0 of one of them covers the others' 1."""
        if all(answer == ACK for answer in answers):
            return ACK
        shifted = [b"\xff" * self.random.randrange(_APART) + answer for answer in answers] if answers[1:] else answers
        heard = bytearray(b"\xff" * max(map(len, shifted)))
        for answer in shifted:
            for n, byte in enumerate(answer):
                heard[n] &= byte
        return bytes(heard)

    def _spoilt(self, answer: bytes) -> Iterator[Piece]:
        faults = self.faults
        if faults is None or not faults.strikes():
            yield Piece(answer)
            return
        if faults.lost or (faults.lost_ack and answer == ACK):
            return
        answer = faults.noise + faults.second_master + _rewritten(answer, faults)
        if faults.half:
            answer = answer[: (len(answer) + 1) // 2]
        if faults.split_s:
            yield Piece(answer[: len(answer) // 2], faults.delay_s)
            yield Piece(answer[len(answer) // 2 :], faults.split_s)
        else:
            yield Piece(answer, faults.delay_s)


def _rewritten(answer: bytes, faults: Faults) -> bytes:
    """A long frame with what the faults change in it; its checksum fits again unless it is to be wrong."""
    if len(answer) < 20:
        return answer
    frame = bytearray(answer)
    if faults.address is not None:
        frame[5] = faults.address
    if faults.identification is not None:
        frame[7:11] = bytes.fromhex(faults.identification)[::-1]
    frame[-2] = (checksum(bytes(frame[4:-2])) + faults.wrong_checksum) & 0xFF
    return bytes(frame)
