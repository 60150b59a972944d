"""A line in this process, on which answers can be spoiled or written by hand."""

import random
from typing import Any

from gateway.line import Framing, Line
from simulators.wire.crc16 import check, checked
from simulators.wire.line_server import Piece
from simulators.wire.modbus_slave import RtuBus, Slave, TcpBus


class Wire:
    """A port in this process, on which some answers are spoiled."""

    def __init__(self, bus: "RtuBus | TcpBus | Script", chance: random.Random, clock: list[float]) -> None:
        self.bus, self.chance, self.clock = bus, chance, clock
        self.share = chance.choice((0.1, 0.4, 0.9, 0.9))
        self.buffer = b""
        self.spoiled = 0

    @property
    def in_waiting(self) -> int:
        return len(self.buffer)

    def write(self, data: bytes) -> None:
        for piece in self.bus.hear(data):
            self.buffer += self.spoil(piece.data) if self.chance.random() < self.share else piece.data

    def spoil(self, frame: bytes) -> bytes:
        self.spoiled += 1
        data = bytearray(frame)
        for _ in range(self.chance.choice((1, 1, 1, 2, 3, 8))):
            at = self.chance.randrange(len(data) + 1)
            match self.chance.randrange(5):
                case 0:
                    del data[at:]
                case 1:
                    data[at:at] = self.chance.randbytes(self.chance.randrange(1, 5))
                case _ if at < len(data):
                    data[at] = self.chance.choice((0, 1, 0x7F, 0x80, 0xFF, self.chance.randrange(256)))
            if not data:
                return b""
        if isinstance(self.bus, RtuBus) and len(data) > 3 and self.chance.random() < 0.7:
            data[-2:] = check(bytes(data[:-2]))
        return bytes(data)

    def read(self, count: int) -> bytes:
        if not self.buffer:
            self.clock[0] += 0.05
        found, self.buffer = self.buffer[:count], self.buffer[count:]
        return found

    def reset_input_buffer(self) -> None:
        self.buffer = b""

    def apply_settings(self, _: object) -> None: ...

    def close(self) -> None:
        self.buffer = b""


class WireLine(Line):
    """A line whose port is a `Wire`, and whose clock runs while nothing comes."""

    def __init__(self, slave: Slave, seed: int, *, tcp: bool) -> None:
        self.clock = [0.0]
        url = "modbus-tcp://127.0.0.1:9" if tcp else "socket://127.0.0.1:9"
        super().__init__("wire", url, Framing(baud=10**9), monotonic=lambda: self.clock[0])
        self.wire = Wire(TcpBus([slave]) if tcp else RtuBus([slave]), random.Random(seed), self.clock)  # noqa: S311 (to be repeated)

    @property
    def port(self) -> Any:
        return self.wire


class Script:
    """A bus on which every request gets the next of some answers, whatever it asks."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.heard: list[bytes] = []

    def hear(self, data: bytes) -> list[Piece]:
        self.heard.append(data)
        return [Piece(self.answers.pop(0))] if self.answers else []


def scripted(*answers: bytes, tcp: bool = False) -> WireLine:
    """A line with such a bus."""
    line = WireLine(Slave(1), 0, tcp=tcp)
    line.wire.bus = Script(*answers)
    line.wire.share = 0.0
    return line


def rtu(text: str) -> bytes:
    """A frame with its check, out of hexadecimal."""
    return checked(bytes.fromhex(text))
