"""A one-phase Mercury meter on the wire. Encoded here from the maker's protocol (Incotex, 2018-04-01)."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from simulators.wire.crc16 import checked, is_checked
from simulators.wire.line_server import Piece
from simulators.wire.spoilt_answer import Fault, spoilt


@dataclass
class Mercury206Slave:
    """One meter.

    Attributes:
        address: The number that it answers to.
        tariffs: Registers of its tariffs at an instant, None where it has none. [kWh]
        now: What time it is.
        zone: The zone that its clock keeps.
        voltage_v: What it measures. [V]
        current_a: What it measures. [A]
        power_w: What it measures. [W]
        silent: Requests that it does not know, and does not answer therefore.
        faults: What goes wrong with the next answers, one each.
        late_s: How late a late answer is. [s]
    """

    address: int
    tariffs: Callable[[datetime], Sequence[float | None]]
    now: Callable[[], datetime]
    zone: tzinfo
    voltage_v: float = 229.8
    current_a: float = 1.84
    power_w: int = 402
    silent: frozenset[int] = frozenset()
    faults: deque[Fault] = field(default_factory=deque)
    late_s: float = 0.2
    _buffer: bytearray = field(default_factory=bytearray)

    def hear(self, data: bytes) -> Iterable[Piece]:
        """Take bytes from the master; a request begins with the address and ends where its check holds."""
        self._buffer += data
        del self._buffer[:-8]
        request = bytes(self._buffer[self._buffer.rfind(self.address.to_bytes(4, "big")) :])
        if len(request) in {7, 8} and is_checked(request):
            self._buffer.clear()
            if answer := self._data(request[4], request[5:-2]):
                fault = self.faults.popleft() if self.faults else Fault.NONE
                yield from spoilt(fault, checked(request[:5] + answer), request, self.late_s)

    def _data(self, code: int, rest: bytes) -> bytes:
        local = self.now().astimezone(self.zone)
        if code == 0x32 and len(rest) == 1 and rest[0] < 12:
            year = local.year - (rest[0] + 1 > local.month)
            start = local.replace(year=year, month=rest[0] + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
            return self._registers(start)
        clock = (local.isoweekday(), local.hour, local.minute, local.second, local.day, local.month, local.year % 100)
        answers = {
            0x21: bytes.fromhex("".join(f"{figure:02d}" for figure in clock)),
            0x27: self._registers(local),
            0x28: bytes.fromhex("050201 120515"),
            0x2F: self.address.to_bytes(4, "big"),
            0x63: bytes.fromhex(f"{self.voltage_v * 10:04.0f}{self.current_a * 100:04.0f}{self.power_w:06d}"),
        }
        return b"" if code in self.silent else answers.get(code, b"")

    def _registers(self, at: datetime) -> bytes:
        return b"".join(
            b"\xff" * 4 if kwh is None else bytes.fromhex(f"{int(kwh * 100 + 1e-6):08d}") for kwh in self.tariffs(at)
        )
