"""A transparent serial-to-TCP converter with a bus of slaves behind it: one master at a time, as converters have it."""

import socket
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple, Protocol, Self


class Piece(NamedTuple):
    """A part of an answer.

    Attributes:
        data: Bytes.
        delay_s: Silence before them. [s]
    """

    data: bytes
    delay_s: float = 0.0


class Bus(Protocol):
    """What hangs on the line."""

    def hear(self, data: bytes) -> Iterable[Piece]:
        """Take bytes from the master as they come, whole requests or parts of them; what is said to them."""
        ...


class Together:
    """Several slaves on one line: each hears every byte and answers for itself.

    Args:
        slaves: Who hangs on it.
    """

    def __init__(self, *slaves: Bus) -> None:
        self._slaves = slaves

    def hear(self, data: bytes) -> Iterable[Piece]:
        """Take bytes from the master; what the slaves say to them."""
        for slave in self._slaves:
            yield from slave.hear(data)


class LineServer:
    """Listens on a free port of loopback; a second master waits until the first has gone.

    Args:
        bus: What hangs on the line.
        port: Port to listen on, 0 for a free one.

    Attributes:
        url: What a master has to be given.
    """

    def __init__(self, bus: Bus, port: int = 0) -> None:
        self._bus = bus
        self._listener = socket.create_server(("127.0.0.1", port), backlog=4)
        self._listener.settimeout(0.1)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"socket://127.0.0.1:{self.port}"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=f"line-{self.port}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=5)
        self._listener.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            with suppress(TimeoutError):
                master, _ = self._listener.accept()
                with master, suppress(OSError):
                    self._speak_with(master)

    def _speak_with(self, master: socket.socket) -> None:
        master.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        master.settimeout(0.1)
        while not self._stop.is_set():
            try:
                data = master.recv(4096)
            except TimeoutError:
                continue
            if not data:
                return
            for piece in self._bus.hear(data):
                if piece.delay_s:
                    time.sleep(piece.delay_s)
                master.sendall(piece.data)
