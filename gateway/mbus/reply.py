"""Hears the answer to a request on an M-Bus line, whatever else is heard there.

Frames are found by their start, length and checksum and never by silence (EN 13757-2, 5.5). Before the answer there may
be noise, the echo of a converter, an answer to somebody else, or another master.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.errors import (
    CollisionError,
    CutShortError,
    DecodeError,
    DeviceError,
    NoAnswerError,
    RefusedError,
    WrongDeviceError,
)
from gateway.line import Line
from gateway.mbus.frame import ACK, LONG_START, SHORT_START, LongFrame, parse_frame

MOST_HEARD = 1024
"""Bytes that are listened to for one answer: four of the longest frames. [B]"""
_FROM_MASTER = 0x40
"""Bit of the control field that only masters set (EN 13757-2, 5.7.2)."""

Judge = Callable[[LongFrame, bytes], str | None]
"""Says why a frame is not the answer, or None if it is."""


@dataclass(slots=True)
class Listening:
    """One answer that is waited for.

    Attributes:
        line: Where.
        wait_s: How long a meter may take before it begins. [s]
        heard: All bytes that came.
        second_master: Requests of another master that were heard.
    """

    line: Line
    wait_s: float
    heard: bytes = b""
    second_master: int = 0
    _until_s: float = field(default=0.0, init=False)
    _buffer: bytes = b""
    _noise: int = 0
    _echoes: int = 0
    _acks: int = 0
    _silent: bool = False
    _damaged: str = ""
    _cut: str = ""
    _strangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Whoever sends a byte now and then keeps nobody waiting for longer than the most that is heard would take."""
        allowed_s = self.wait_s + self.line.slack_s + self.line.wire_time_s(MOST_HEARD)
        self._until_s = time.monotonic() + allowed_s

    def acknowledgement(self) -> None:
        """Wait for an E5; a frame that comes meanwhile is a late answer to an earlier request.

        Raises:
            DeviceError: If it does not come.
        """
        while self._next() != bytes((ACK,)):
            pass

    def data(self, judge: Judge) -> tuple[LongFrame, bytes]:
        """Wait for a frame with data.

        Args:
            judge: Says whether it is the right one; others are passed over.

        Raises:
            DeviceError: If it does not come.
        """
        while True:
            raw = self._next()
            if raw == bytes((ACK,)):
                self._acks += 1
                continue
            frame = parse_frame(raw)
            if isinstance(frame, LongFrame):
                objection = judge(frame, raw)
                if objection is None:
                    return frame, raw
                self._strangers.append(objection)

    def verdict(self) -> DeviceError:
        """What to say after no answer was found among what was heard: the first that holds."""
        heard = self.heard
        if self._strangers:
            return WrongDeviceError(self._strangers[-1], heard)
        if self.second_master:
            return CollisionError("another master asks meters on this line: only one may, disconnect it", heard)
        if self._cut:
            return CutShortError(f"{self._cut}: noise, a wrong speed, or two meters that speak at once", heard)
        return DecodeError(self._damaged, heard) if self._damaged else self._verdict_without_frame()

    def _verdict_without_frame(self) -> DeviceError:
        if self._noise:
            return CollisionError(
                f"{self._noise} bytes came that are no frame: several meters answered at once, noise, or a wrong speed",
                self.heard,
            )
        if self._acks:
            return RefusedError("the meter says that it has no data: it may be in another mode, or its credit used up")
        if self._echoes:
            return NoAnswerError("only the converter's echo came back: check the wires to the meter and its address")
        return NoAnswerError()

    def _next(self) -> bytes:
        """The next sound frame that is neither echo nor another master's."""
        while True:
            raw = self._sound()
            if raw[0] == SHORT_START or (raw[0] == LONG_START and raw[4] & _FROM_MASTER):
                if raw == self.line.sent:
                    self._echoes += 1
                else:
                    self.second_master += 1
                continue
            return raw

    def _sound(self) -> bytes:
        """Take the next sound frame out of what is heard; bytes that begin none are noise."""
        while True:
            missing = _missing(self._buffer)
            if missing is None:
                self._drop_byte()
            elif missing and not self._silent:
                self._hear(missing)
            elif missing:
                self._give_up_frame()
            else:
                raw = self._buffer[: _length(self._buffer)]
                if self._is_sound(raw):
                    self._buffer = self._buffer[len(raw) :]
                    return raw
                self._drop_byte()

    def _is_sound(self, raw: bytes) -> bool:
        try:
            parse_frame(raw)
        except DecodeError as error:
            if raw[0] == LONG_START:
                self._damaged = str(error)
            return False
        return True

    def _hear(self, count: int) -> None:
        if len(self.heard) > MOST_HEARD or (self.heard and time.monotonic() > self._until_s):
            raise CollisionError("the line is never quiet: another master, or a converter that sends noise", self.heard)
        try:
            piece = self.line.receive(count, 0.0 if self._buffer else self.wait_s)
        except NoAnswerError as error:  # a part may have come
            piece = error.raw
            self._silent = True
        self.heard += piece
        self._buffer += piece

    def _give_up_frame(self) -> None:
        """The line is silent and the frame is not whole: what began it may have been noise before a shorter one."""
        if not self._buffer:
            raise self.verdict()
        if len(self._buffer) >= 4 and self._buffer[0] == LONG_START and not self._cut:
            self._cut = f"the frame says {_length(self._buffer)} bytes and ended after {len(self._buffer)}"
        self._drop_byte()

    def _drop_byte(self) -> None:
        self._buffer = self._buffer[1:]
        self._noise += 1


def _missing(buffer: bytes) -> int | None:
    """Bytes that the frame which begins here still lacks; None if none begins here."""
    if not buffer:
        return 1
    if buffer[0] == ACK:
        return 0
    if buffer[0] not in (SHORT_START, LONG_START):
        return None
    if buffer[0] == LONG_START:
        if len(buffer) < 4:
            return 4 - len(buffer)
        if buffer[1] != buffer[2] or buffer[3] != LONG_START or buffer[1] < 3:
            return None
    whole = _length(buffer)
    return whole - len(buffer) if len(buffer) < whole else 0


def _length(buffer: bytes) -> int:
    """Length of the frame that begins here, whose header is whole. [B]"""
    return {ACK: 1, SHORT_START: 5}.get(buffer[0]) or buffer[1] + 6
