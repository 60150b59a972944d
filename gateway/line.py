"""A line with meters on it: one connection, one owner at a time, and the raw bytes of what failed.

A serial port, a raw TCP socket (``socket://host:port``) or RFC 2217 (``rfc2217://host:port``). Over TCP the silences of
the serial line do not hold, so an answer ends by its length and never by a pause.
"""

import socket
import termios
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn, cast

import serial
from serial.urlhandler import protocol_socket

from gateway.errors import CutShortError, LineError, NoAnswerError
from gateway.rfc2217_port import Rfc2217Port

FAILURES_KEPT = 64
"""Failed exchanges whose bytes a line remembers."""
_SLICE_S = 0.02
"""A port is asked for bytes in slices of this, so that an end is noticed. [s]"""
_MOST_STALE = 65536
"""Bytes of earlier conversations that are thrown away at once; more is a line that never is quiet. [B]"""
_LONGEST_ANSWER = 1024
"""No answer of any protocol has more. [B]"""
_WRITE_S = 5.0
"""A request that is not gone after this never will be; pyserial's RFC 2217 has a limit of its own. [s]"""
_UNWILLING = (OSError, ValueError, NotImplementedError, serial.SerialException, termios.error)
"""How a port says that it does not open or does not take a setting; `termios.error` is none of the others."""
_RFC2217 = "rfc2217://"
_MODBUS_TCP = "modbus-tcp://"
"""The scheme of Modbus TCP: a plain TCP connection, on which `gateway.drivers.modbus.master` frames differently."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How a byte travels.

    Attributes:
        baud: Speed. [Bd]
        parity: N, E or O.
        data_bits: 7 or 8.
        stop_bits: 1 or 2.
    """

    baud: int = 9600
    parity: str = "N"
    data_bits: int = 8
    stop_bits: int = 1

    @property
    def bits(self) -> int:
        """Bits of a byte on the wire, start bit included."""
        return 1 + self.data_bits + (self.parity != "N") + self.stop_bits


@dataclass(frozen=True, slots=True)
class Failure:
    """An exchange that failed, so that a decoder's mistake can be repeated.

    Attributes:
        at: When, aware, UTC.
        meter: Name of the meter.
        sent: What was asked.
        received: What came.
        sentence: What was wrong.
    """

    at: datetime
    meter: str
    sent: bytes
    received: bytes
    sentence: str


class Line:
    """One line.

    Args:
        name: Its name in the configuration.
        url: A serial port, ``socket://host:port`` or ``rfc2217://host:port``.
        framing: How bytes travel, if the configuration says it; else each protocol's own usual framing holds.
        slack_s: What converters and networks may add to the time that an answer takes. [s]
        monotonic: The clock that deadlines are measured with. [s]

    Attributes:
        elapsed_s: The clock by which what was read grows old; in a simulated run it goes faster than deadlines do. [s]
    """

    def __init__(
        self,
        name: str,
        url: str,
        framing: Framing | None = None,
        slack_s: float = 0.5,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name, self.url, self.slack_s = name, url, slack_s
        self.stated = framing
        self.framing = framing or Framing()
        self.failures: deque[Failure] = deque(maxlen=FAILURES_KEPT)
        self._port: serial.Serial | None = None
        self._owner = threading.RLock()
        self._monotonic = monotonic
        self.elapsed_s = monotonic
        self._sent = b""

    @contextmanager
    def owned(self, framing: Framing | None = None, usual: Framing | None = None) -> Iterator["Line"]:
        """Hold the line for an exchange; nobody else speaks meanwhile.

        Args:
            framing: The meter's own framing, if it differs from the line's.
            usual: The framing of the meter's protocol, for a line whose configuration says none.

        Raises:
            LineError: If the line cannot be opened.
        """
        with self._owner:
            before = self.framing
            self.framing = framing or self.stated or usual or before
            try:
                self._wake()
                self._use(self.port)
                yield self
            finally:
                self.framing = before

    @property
    def port(self) -> serial.Serial:
        """The open port, for a protocol library that speaks on it while the line is owned.

        Raises:
            LineError: If the line cannot be opened.
        """
        if self._port is None:
            try:
                if self.url.startswith(_RFC2217):
                    self._port = cast("serial.Serial", Rfc2217Port(self.url, timeout=_SLICE_S))
                else:
                    self._port = serial.serial_for_url(
                        _port_url(self.url), timeout=_SLICE_S, write_timeout=_WRITE_S, exclusive=True
                    )
            except _UNWILLING as error:
                raise LineError(f"the line {self.name} ({self.url}) cannot be opened: {error}") from error
            self._use(self._port)
        return self._port

    @property
    def sent(self) -> bytes:
        """What was sent last: a converter with echo gives it back."""
        return self._sent

    def send(self, data: bytes) -> None:
        """Send a request; what was left in the input is of an earlier one and is dropped.

        Raises:
            LineError: If the line breaks.
        """
        self._sent = data
        try:
            self.port.reset_input_buffer()
            self.port.write(data)
        except (OSError, serial.SerialException) as error:
            self._broken(error)

    def receive(self, count: int, wait_s: float) -> bytes:
        """Exactly so many bytes.

        Args:
            count: How many. [B]
            wait_s: How long the meter may take before it begins; the time of the bytes themselves is added. [s]

        Raises:
            NoAnswerError: If nothing came.
            CutShortError: If some came and the rest did not; `raw` has them.
            LineError: If the line breaks.
        """
        deadline = self._monotonic() + wait_s + self.slack_s + self.wire_time_s(count)
        data = b""
        while len(data) < count:
            if self._monotonic() > deadline:
                if data:
                    raise CutShortError(f"{len(data)} bytes came of {count}", data)
                raise NoAnswerError
            data += self._read(count - len(data))
        return data

    def rest(self, quiet_s: float, most: int = 4096) -> bytes:
        """Whatever still comes until it is quiet: what is left of an answer that cannot be read.

        Args:
            quiet_s: A silence of this ends it. [s]
            most: No more than so many bytes are taken. [B]
        """
        data, since = b"", self._monotonic()
        # Whoever sends a byte now and then is never quiet: no longer than the longest answer would take.
        deadline = since + quiet_s + self.slack_s + self.wire_time_s(_LONGEST_ANSWER)
        while self._monotonic() < min(deadline, since + quiet_s) and len(data) < most:
            if piece := self._read(most - len(data)):
                data, since = data + piece, self._monotonic()
        return data

    def wire_time_s(self, count: int) -> float:
        """How long so many bytes travel. [s]"""
        return count * self.framing.bits / self.framing.baud

    def note_failure(self, meter: str, received: bytes, sentence: str) -> None:
        """Remember an exchange that failed: what was sent last, and what came."""
        self.failures.append(Failure(datetime.now(UTC), meter, self._sent, received, sentence))

    def doubt(self) -> None:
        """Close a network connection over which no answer came; a serial port stays open.

        A converter that lost its power, or a firewall that forgot the connection, says nothing, and the system would
        go on sending into it for a quarter of an hour.
        """
        if "://" in self.url:
            self.close()

    def close(self) -> None:
        """Close the connection; it is opened again when somebody needs it."""
        port, self._port = self._port, None
        if port is None:
            return
        connection = getattr(port, "_socket", None)
        if isinstance(port, protocol_socket.Serial) and isinstance(connection, socket.socket):
            connection.close()  # pyserial forgets to, if the other side has hung up, and else sleeps for 0.3 s
            port.is_open = False
        else:
            port.close()

    def _wake(self) -> None:
        """A converter that restarted or hung up since the last exchange is connected to anew before the next."""
        if self._port is None:
            return
        try:
            stale = 0
            while (waiting := self._port.in_waiting) and stale < _MOST_STALE:
                stale += len(self._port.read(waiting))
        except (OSError, serial.SerialException):
            self.close()

    def _read(self, count: int) -> bytes:
        try:
            data: bytes = self.port.read(count)
        except (OSError, serial.SerialException) as error:
            self._broken(error)
        return data

    def _use(self, port: serial.Serial) -> None:
        """Bring the present framing to a port; nothing happens where it has it already."""
        try:
            wanted = {
                "baudrate": self.framing.baud,
                "parity": self.framing.parity,
                "bytesize": self.framing.data_bits,
                "stopbits": self.framing.stop_bits,
            }
            port.apply_settings(wanted)
        except _UNWILLING as error:
            self._broken(error)

    def _broken(self, error: Exception) -> NoReturn:
        self.close()
        raise LineError(f"the line {self.name} ({self.url}) broke: {error}") from error


def _port_url(url: str) -> str:
    """The address of the port, as pyserial understands it; Modbus TCP is on port 502 unless the URL says another."""
    if not url.startswith(_MODBUS_TCP):
        return url
    host, _, port = url.removeprefix(_MODBUS_TCP).rstrip("/").partition(":")
    return f"socket://{host}:{port or '502'}"
