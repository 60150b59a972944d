"""Modbus slaves on a simulated line: RTU behind a transparent converter, or Modbus TCP.

References:
    MODBUS Application Protocol Specification V1.1b3, sections 6.3, 6.4, 6.6, 6.12 (functions 3, 4, 6, 16) and 7.
    MODBUS over Serial Line V1.02, section 2.5.1 (RTU framing and CRC).
    MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3 (MBAP).
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from simulators.wire.crc16 import checked, is_checked
from simulators.wire.line_server import Piece

HOLDING, INPUT = 3, 4
WRITE_ONE, WRITE_SEVERAL = 6, 16
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3


class RefusalError(Exception):
    """A slave refuses a request.

    Args:
        code: The exception code.
    """

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


Contents = Callable[[], Sequence[int]]
"""What a run of registers holds now."""
Write = Callable[[int, Sequence[int]], None]
"""Takes written registers, or raises a `RefusalError`."""


@dataclass(slots=True)
class Slave:
    """One slave.

    Attributes:
        unit: Its number.
        holding: Runs of holding registers by the first one's address.
        input: Runs of input registers.
        write: Takes written registers; none can be written without it.
        most: Registers that it gives in one answer.
        requests: Table, address and count of every reading so far.
    """

    unit: int
    holding: dict[int, Contents] = field(default_factory=dict)
    input: dict[int, Contents] = field(default_factory=dict)
    write: Write | None = None
    most: int = 125
    requests: list[tuple[int, int, int]] = field(default_factory=list)

    def answer(self, pdu: bytes) -> bytes:
        """The answer to a request, both without address and check."""
        function = pdu[0]
        try:
            if function in (HOLDING, INPUT) and len(pdu) == 5:
                return self._read(function, int.from_bytes(pdu[1:3], "big"), int.from_bytes(pdu[3:5], "big"))
            if function == WRITE_ONE and len(pdu) == 5:
                self._written(int.from_bytes(pdu[1:3], "big"), _words(pdu[3:5]))
                return pdu
            if function == WRITE_SEVERAL and len(pdu) == 6 + pdu[5] and pdu[5] == 2 * int.from_bytes(pdu[3:5], "big"):
                self._written(int.from_bytes(pdu[1:3], "big"), _words(pdu[6:]))
                return pdu[:5]
        except RefusalError as refusal:
            return bytes([function | 0x80, refusal.code])
        return bytes([function | 0x80, ILLEGAL_FUNCTION])

    def _read(self, table: int, address: int, count: int) -> bytes:
        self.requests.append((table, address, count))
        if not 1 <= count <= self.most:
            raise RefusalError(ILLEGAL_VALUE)
        runs = self.holding if table == HOLDING else self.input
        held: dict[int, int] = {}
        for first, contents in runs.items():
            if first < address + count and first + 125 > address:
                held.update({first + n: word for n, word in enumerate(contents())})
        wanted = [held.get(address + n) for n in range(count)]
        if None in wanted:
            raise RefusalError(ILLEGAL_ADDRESS)
        return bytes([table, 2 * count]) + b"".join(word.to_bytes(2, "big") for word in wanted if word is not None)

    def _written(self, address: int, words: Sequence[int]) -> None:
        if self.write is None:
            raise RefusalError(ILLEGAL_ADDRESS)
        self.write(address, words)


def _words(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


class Fault(Enum):
    """What can go wrong with one answer."""

    SILENT = auto()
    """Nothing comes."""
    LATE = auto()
    """It comes after `FaultyLine.late_s`."""
    HALF = auto()
    """Only its first half comes."""
    SPLIT = auto()
    """It comes in two pieces."""
    WRONG_CHECK = auto()
    """Its check sum is wrong; over TCP, its protocol number."""
    OTHER_UNIT = auto()
    """It says that it is another unit's."""
    OTHER_FUNCTION = auto()
    """It answers another function."""
    NOISE = auto()
    """Something that is no frame."""
    ECHO = auto()
    """The converter gives the request back before it."""
    BUSY = auto()
    """Exception 6."""
    STALE = auto()
    """Over TCP, an answer to an earlier request comes first."""


@dataclass(slots=True)
class Faults:
    """The faults of the next answers.

    Attributes:
        next: What happens to the next answers, one each; None for a good one.
        late_s: How late a late answer is. [s]
    """

    next: deque[Fault | None] = field(default_factory=deque)
    late_s: float = 0.2

    def take(self) -> Fault | None:
        """What happens to this answer."""
        return self.next.popleft() if self.next else None


class _Bus:
    """Slaves that can be reached by one connection.

    Args:
        slaves: Who can be reached.
        faults: What goes wrong.
    """

    def __init__(self, slaves: Iterable[Slave], faults: Faults | None = None) -> None:
        self.slaves = {slave.unit: slave for slave in slaves}
        self.faults = faults or Faults()
        self._heard = b""


class RtuBus(_Bus):
    """Slaves on a serial line."""

    def hear(self, data: bytes) -> Iterator[Piece]:
        """Take bytes of the master; whole requests are answered."""
        self._heard += data
        while (length := _request_length(self._heard)) and len(self._heard) >= length:
            frame, self._heard = self._heard[:length], self._heard[length:]
            if not is_checked(frame):
                self._heard = b""
                return
            slave = self.slaves.get(frame[0])
            if slave is not None:
                yield from self._answered(slave, frame)

    def _answered(self, slave: Slave, request: bytes) -> Iterator[Piece]:
        fault = self.faults.take()
        pdu = slave.answer(request[1:-2]) if fault is not Fault.BUSY else bytes([request[1] | 0x80, 6])
        unit = slave.unit % 247 + 1 if fault is Fault.OTHER_UNIT else slave.unit
        if fault is Fault.OTHER_FUNCTION:
            pdu = bytes([pdu[0] ^ 7]) + pdu[1:]
        frame = bytes([unit]) + pdu
        frame = checked(frame) if fault is not Fault.WRONG_CHECK else frame + b"\xde\xad"
        yield from _spoiled(frame, request, fault, self.faults.late_s)


class TcpBus(_Bus):
    """Slaves behind a Modbus TCP server."""

    def hear(self, data: bytes) -> Iterator[Piece]:
        """Take bytes of the master; whole requests are answered."""
        self._heard += data
        while len(self._heard) >= 8 and len(self._heard) >= (length := 6 + int.from_bytes(self._heard[4:6], "big")):
            frame, self._heard = self._heard[:length], self._heard[length:]
            yield from self._answered(frame)

    def _answered(self, request: bytes) -> Iterator[Piece]:
        fault, slave = self.faults.take(), self.slaves.get(request[6])
        if fault is Fault.BUSY or slave is None:
            # 11: the gateway got no answer from the device behind it
            pdu = bytes([request[7] | 0x80, 6 if slave is not None else 11])
        else:
            pdu = slave.answer(request[7:])
        if fault is Fault.OTHER_FUNCTION:
            pdu = bytes([pdu[0] ^ 7]) + pdu[1:]
        unit = request[6] % 247 + 1 if fault is Fault.OTHER_UNIT else request[6]
        protocol = b"\0\1" if fault is Fault.WRONG_CHECK else b"\0\0"
        frame = request[:2] + protocol + (len(pdu) + 1).to_bytes(2, "big") + bytes([unit]) + pdu
        if fault is Fault.STALE:
            earlier = (int.from_bytes(request[:2], "big") - 1 & 0xFFFF).to_bytes(2, "big")
            yield Piece(earlier + frame[2:])
        yield from _spoiled(frame, request, fault, self.faults.late_s)


def _spoiled(frame: bytes, request: bytes, fault: Fault | None, late_s: float) -> Iterator[Piece]:
    half = len(frame) // 2
    match fault:
        case Fault.SILENT:
            return
        case Fault.LATE:
            yield Piece(frame, late_s)
        case Fault.HALF:
            yield Piece(frame[:half])
        case Fault.SPLIT:
            yield Piece(frame[:half])
            yield Piece(frame[half:], 0.05)
        case Fault.NOISE:
            yield Piece(bytes((7 * n + 0x55) & 0xFF for n in range(23)))
        case Fault.ECHO:
            yield Piece(request)
            yield Piece(frame)
        case _:
            yield Piece(frame)


def _request_length(data: bytes) -> int:
    """How long a request is, 0 as long as that is not known."""
    if len(data) < 8:
        return 0
    return 9 + data[6] if data[1] == WRITE_SEVERAL else 8
