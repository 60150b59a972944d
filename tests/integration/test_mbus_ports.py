"""A meter behind each kind of port: a serial one (a pseudo-terminal), and RFC 2217 with its negotiation."""

import os
import pty
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest
import serial
from serial import rfc2217

from gateway.driver import DriverSettings
from gateway.errors import LineError
from gateway.line import Framing, Line
from gateway.profiles import profile
from simulators.wire.mbus_meter import MbusMeter, Plate, Registers
from simulators.wire.mbus_slave import MbusBus

PLAIN = Framing(2400, "N")
"""A pseudo-terminal has no parity bit."""
SHOWN = Registers(12345, 678.9, 12.3, 0.4, 75.5, 41.2, 300)


def bus() -> MbusBus:
    return MbusBus([MbusMeter(Plate("12345678", 5), lambda _: SHOWN, lambda: datetime(2026, 1, 5, 12, tzinfo=UTC))])


@contextmanager
def pseudo_terminal(hung: MbusBus) -> Iterator[str]:
    """A serial port with the bus at its other end."""
    ours, theirs = pty.openpty()
    name = os.ttyname(theirs)

    def serve() -> None:
        with suppress(OSError):  # the other side was closed
            while data := os.read(ours, 1024):
                for piece in hung.hear(data):
                    os.write(ours, piece.data)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield name
    finally:
        os.close(theirs)
        thread.join(timeout=5)
        os.close(ours)


class _Wire:
    """What pyserial's port manager writes its side of the negotiation to.

    Args:
        connection: The client.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def write(self, data: bytes) -> None:
        self._connection.sendall(data)


@contextmanager
def rfc2217_server(hung: MbusBus, asked: list[tuple[int, str]]) -> Iterator[str]:
    """A converter that speaks RFC 2217; notes the speed and parity that it was asked for."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        client, _ = listener.accept()
        with client, serial.serial_for_url("loop://") as port, suppress(OSError):
            manager = rfc2217.PortManager(port, _Wire(client))
            while data := client.recv(1024):
                plain = b"".join(manager.filter(data))
                asked.append((port.baudrate, port.parity))
                for piece in hung.hear(plain):
                    client.sendall(b"".join(manager.escape(piece.data)))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"rfc2217://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        thread.join(timeout=5)
        listener.close()


def read_once(line: Line) -> tuple[str | None, int]:
    contact = profile("mbus-heat").driver(line, DriverSettings("heat-1", "p5")).read()
    return contact.serial, len(contact.samples)


def test_a_meter_on_a_serial_port() -> None:
    with pseudo_terminal(bus()) as name:
        line = Line("basement", name, PLAIN)
        assert read_once(line) == ("12345678", 8)
        assert line.port.baudrate == 2400
        line.close()


def test_a_serial_port_has_one_owner() -> None:
    with pseudo_terminal(bus()) as name:
        line = Line("basement", name, PLAIN)
        assert read_once(line) == ("12345678", 8)
        with pytest.raises(LineError, match="cannot be opened"):
            read_once(Line("another program", name, PLAIN))
        line.close()


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # in pyserial itself
@pytest.mark.parametrize(("stated", "asked_for"), [(None, (2400, "E")), (Framing(4800, "E"), (4800, "E"))])
def test_a_meter_behind_rfc2217(stated: Framing | None, asked_for: tuple[int, str]) -> None:
    asked: list[tuple[int, str]] = []
    with rfc2217_server(bus(), asked) as url:
        line = Line("basement", url, stated)
        assert read_once(line) == ("12345678", 8)
        line.close()
    assert asked[-1] == asked_for, "M-Bus's own speed if the line states none"
