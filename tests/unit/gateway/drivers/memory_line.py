"""A line whose other end is a function in this process, with a clock of its own: nothing waits for real time."""

from collections.abc import Callable

from gateway.line import Framing, Line

_SLICE_S = 0.05


class MemoryPort:
    """Stands where pyserial's port is.

    Args:
        answer: What comes back for each request.
    """

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self._waiting = b""
        self.clock_s = 0.0
        self.written: list[bytes] = []

    @property
    def in_waiting(self) -> int:
        return len(self._waiting)

    def apply_settings(self, settings: object) -> None:
        pass

    def reset_input_buffer(self) -> None:
        self._waiting = b""

    def write(self, data: bytes) -> None:
        self.written.append(data)
        self._waiting += self._answer(data)

    def read(self, count: int) -> bytes:
        piece, self._waiting = self._waiting[:count], self._waiting[count:]
        if len(piece) < count:
            self.clock_s += _SLICE_S
        return piece

    def close(self) -> None:
        pass


def memory_line(answer: Callable[[bytes], bytes]) -> tuple[Line, MemoryPort]:
    """A line and the port that it speaks on."""
    port = MemoryPort(answer)
    line = Line("memory", "memory://", Framing(2400, "E"), monotonic=lambda: port.clock_s)
    line._port = port  # type: ignore[assignment]
    return line, port
