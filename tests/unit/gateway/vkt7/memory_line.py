"""A line inside the process: bytes pass between a driver and a bus without a socket, thousands in a second."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gateway.errors import CutShortError, NoAnswerError
from gateway.line import Framing, Line
from simulators.wire.line_server import Bus


class MemoryLine(Line):
    """A line with a bus at its end.

    Args:
        bus: What hangs on it.
        spoil: What happens to the bytes that come from it.
    """

    def __init__(self, bus: Bus, spoil: Callable[[bytes], bytes] = lambda data: data) -> None:
        super().__init__("memory", "memory://", slack_s=0.0)
        self._bus, self._spoil = bus, spoil
        self._waiting = b""
        self.usual: Framing | None = None

    @contextmanager
    def owned(self, _framing: Framing | None = None, usual: Framing | None = None) -> Iterator[Line]:
        self.usual = usual
        yield self

    def send(self, data: bytes) -> None:
        self._sent = data
        self._waiting = self._spoil(b"".join(piece.data for piece in self._bus.hear(data)))

    def receive(self, count: int, _wait_s: float) -> bytes:
        data, self._waiting = self._waiting[:count], self._waiting[count:]
        if len(data) < count:
            if data:
                raise CutShortError(f"{len(data)} bytes came of {count}", data)
            raise NoAnswerError
        return data

    def rest(self, _quiet_s: float, most: int = 4096) -> bytes:
        data, self._waiting = self._waiting[:most], self._waiting[most:]
        return data
