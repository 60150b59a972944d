"""A line with meters on it: one connection, one owner at a time, and the raw bytes of what failed.

A serial port, a raw TCP socket (``socket://host:port``) or RFC 2217 (``rfc2217://host:port``). Over TCP the silences of
the serial line do not hold, so an answer ends by its length and never by a pause.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

import serial

from gateway.errors import CutShortError, LineError, NoAnswerError

FAILURES_KEPT = 64
"""Failed exchanges whose bytes a line remembers."""
_SLICE_S = 0.05
"""A port is asked for bytes in slices of this, so that an end is noticed. [s]"""


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
        framing: How bytes travel, unless a meter's own says otherwise.
        slack_s: What converters and networks may add to the time that an answer takes. [s]
    """

    def __init__(self, name: str, url: str, framing: Framing | None = None, slack_s: float = 0.5) -> None:
        self.name, self.url, self.slack_s = name, url, slack_s
        self.framing = framing or Framing()
        self.failures: deque[Failure] = deque(maxlen=FAILURES_KEPT)
        self._port: serial.Serial | None = None
        self._owner = threading.RLock()
        self._sent = b""

    @contextmanager
    def owned(self, framing: Framing | None = None) -> Iterator["Line"]:
        """Hold the line for an exchange; nobody else speaks meanwhile.

        Args:
            framing: The meter's own framing, if it differs from the line's.

        Raises:
            LineError: If the line cannot be opened.
        """
        with self._owner:
            self._use(framing or self.framing)
            yield self

    @property
    def port(self) -> serial.Serial:
        """The open port, for a protocol library that speaks on it while the line is owned.

        Raises:
            LineError: If the line cannot be opened.
        """
        if self._port is None:
            try:
                self._port = serial.serial_for_url(self.url, timeout=_SLICE_S, write_timeout=5.0)
            except (OSError, ValueError, serial.SerialException) as error:
                raise LineError(f"the line {self.name} ({self.url}) cannot be opened: {error}") from error
        return self._port

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
        deadline = time.monotonic() + wait_s + self.slack_s + self.wire_time_s(count)
        data = b""
        while len(data) < count:
            if time.monotonic() > deadline:
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
        data, since = b"", time.monotonic()
        while time.monotonic() - since < quiet_s and len(data) < most:
            if piece := self._read(most - len(data)):
                data, since = data + piece, time.monotonic()
        return data

    def wire_time_s(self, count: int) -> float:
        """How long so many bytes travel. [s]"""
        return count * self.framing.bits / self.framing.baud

    def note_failure(self, meter: str, received: bytes, sentence: str) -> None:
        """Remember an exchange that failed: what was sent last, and what came."""
        self.failures.append(Failure(datetime.now(UTC), meter, self._sent, received, sentence))

    def close(self) -> None:
        """Close the connection; it is opened again when somebody needs it."""
        port, self._port = self._port, None
        if port is not None:
            port.close()

    def _read(self, count: int) -> bytes:
        try:
            data: bytes = self.port.read(min(count, self.port.in_waiting or 1))
        except (OSError, serial.SerialException) as error:
            self._broken(error)
        return data

    def _use(self, framing: Framing) -> None:
        port = self.port
        try:
            wanted = {
                "baudrate": framing.baud,
                "parity": framing.parity,
                "bytesize": framing.data_bits,
                "stopbits": framing.stop_bits,
            }
            port.apply_settings(wanted)
        except (OSError, ValueError, serial.SerialException) as error:
            self._broken(error)

    def _broken(self, error: Exception) -> NoReturn:
        self.close()
        raise LineError(f"the line {self.name} ({self.url}) broke: {error}") from error
