"""A session with a three-phase Mercury meter: opened with a password, opened again when the meter has closed it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from gateway.drivers.crc16 import crc16_holds
from gateway.drivers.mercury.frames import CLOSED, OVERHEAD, STATUS, data_of, must_be_ok, request
from gateway.drivers.second_try import asked_twice
from gateway.errors import CodedRefusalError, CutShortError, DecodeError, DeviceError, NoAnswerError
from gateway.line import Line

_OPEN, _CLOSE = 0x01, 0x02
_PATIENCE_S = 0.4
"""How long a meter may think: 150 ms at 9600 Bd, 400 ms at 1200 Bd. [s]"""


class MercurySession:
    """Speaks with one meter.

    Args:
        line: The line that the meter is on.
        name: Name of the device.
        address: Its address, 0 for whichever is alone on the line.
        level: Level of access: 1 reads, 2 may write.
        password: Six bytes.

    Attributes:
        frames: The answers that came.
    """

    def __init__(self, line: Line, name: str, address: int, level: int, password: bytes) -> None:
        self.line, self.name = line, name
        self._address = address
        self._opening = bytes([_OPEN, level, *password])
        self.frames: list[bytes] = []

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Open a session, and close it at the end, so that nobody else uses its level of access.

        Raises:
            gateway.errors.DeviceError: If the meter does not open it.
        """
        self._open()
        try:
            yield
        finally:
            with suppress(DeviceError):  # what was read is good; the meter closes it by itself after 240 s
                self._try(bytes([_CLOSE]), 0)

    def ask(self, *code: int, count: int) -> bytes:
        """The data that answer a request.

        Args:
            code: Code and parameters of the request.
            count: How many bytes of data answer it. [B]

        Raises:
            gateway.errors.DeviceError: If the meter does not answer, refuses, or answers what nobody understands.
        """
        try:
            return self._try(bytes(code), count)
        except CodedRefusalError as error:
            if error.code != CLOSED:
                raise
        self._open()
        return self._try(bytes(code), count)

    def _open(self) -> None:
        self._try(self._opening, 0)

    def _try(self, code: bytes, count: int) -> bytes:
        """Send a request, and once more if the answer is spoilt."""
        return asked_twice(self.line, self.name, partial(self._exchange, code, count), late_s=_PATIENCE_S)

    def _exchange(self, code: bytes, count: int) -> bytes:
        sent = request(self._address, *code)
        self.line.send(sent)
        frame = self._frame(count, sent)
        data = data_of(frame, self._address)
        if len(data) != count:
            must_be_ok(data[0], frame)
            if count:
                raise DecodeError("the meter agrees and sends no data", frame)
            data = b""
        self.frames.append(frame)
        return data

    def _frame(self, count: int, sent: bytes) -> bytes:
        """An answer with so many bytes of data, or a status."""
        head = self.line.receive(STATUS, _PATIENCE_S)
        if head == sent[:STATUS] and (count == 0 or len(sent) > STATUS):  # a converter with echo
            if head + self._rest(head, len(sent)) != sent:
                raise DecodeError("the converter's echo is not what was sent: noise on the line", head)
            head = self.line.receive(STATUS, _PATIENCE_S)
        if crc16_holds(head):
            return head
        return head + self._rest(head, count + OVERHEAD)

    def _rest(self, head: bytes, length: int) -> bytes:
        if length <= len(head):
            return b""
        try:
            return self.line.receive(length - len(head), _PATIENCE_S)
        except NoAnswerError as error:
            sentence = f"{len(head + error.raw)} bytes came of {length}: noise, or two meters that speak at once"
            raise CutShortError(sentence, head + error.raw) from error
