"""A line without a wire: the bus answers at once, so that many thousands of exchanges can be tried."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gateway.errors import CutShortError, NoAnswerError
from gateway.line import Framing, Line
from simulators.wire.line_server import Bus


class _Port:
    """What a line asks of a port that cannot fail."""

    in_waiting = 0

    def apply_settings(self, _: object) -> None: ...

    def close(self) -> None: ...


class InstantLine(Line):
    """A line whose far end is in this process; time passes for nobody, so a missing byte fails at once.

    Args:
        bus: What hangs on it.
        spoil: What noise makes of the bytes that come.

    Attributes:
        requests: What was asked.
        usual: The framing that the driver has for usual.
    """

    def __init__(self, bus: Bus, spoil: Callable[[bytes], bytes] = lambda data: data) -> None:
        super().__init__("instant", "socket://127.0.0.1:1", Framing(), slack_s=0.0)
        self._port = _Port()  # type: ignore[assignment]
        self._bus, self._spoil = bus, spoil
        self._input = b""
        self.requests: list[bytes] = []
        self.usual: Framing | None = None

    @contextmanager
    def owned(self, framing: Framing | None = None, usual: Framing | None = None) -> Iterator[Line]:
        self.usual = usual
        with super().owned(framing, usual):
            yield self

    def send(self, data: bytes) -> None:
        self._sent = data
        self.requests.append(data)
        self._input = self._spoil(b"".join(piece.data for piece in self._bus.hear(data)))

    def receive(self, count: int, wait_s: float) -> bytes:  # noqa: ARG002  # nobody waits
        data, self._input = self._input[:count], self._input[count:]
        if len(data) == count:
            return data
        if data:
            raise CutShortError(f"{len(data)} bytes came of {count}", data)
        raise NoAnswerError

    def rest(self, quiet_s: float, most: int = 4096) -> bytes:  # noqa: ARG002
        data, self._input = self._input[:most], self._input[most:]
        return data
