"""A question and its answer on a line, in frames that begin with an address and a function and end with CRC-16.

The heat calculators VKT-7 and TSRV speak such dialects of Modbus, with functions and lengths of their own.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from gateway.drivers.crc16 import crc16_holds
from gateway.errors import (
    CodedRefusalError,
    CollisionError,
    CutShortError,
    DecodeError,
    DeviceError,
    NoAnswerError,
    WrongDeviceError,
)
from gateway.line import Framing, Line

HEAD = 3
"""Address, function and what follows: a count of bytes, or the first byte of something else. [B]"""
EXCEPTION = 0x80
"""Set in the function of an answer that refuses."""
_ATTEMPTS = 2
_Content = TypeVar("_Content")
_QUIET_S = 0.05
"""A silence that ends what cannot be read. [s]"""


class Exchange:
    """Asks one meter; a question whose answer is disturbed is asked once more.

    Args:
        line: The line that the meter is on.
        meter: Its name, for sentences.
        address: Its address.
        usual: How its bytes travel, unless the configuration of the line says otherwise.
        patience_s: How long the meter may take before it begins to answer. [s]
        reasons: What its codes of refusal mean.

    Attributes:
        frames: The answers that came, in their order.
    """

    def __init__(
        self, line: Line, meter: str, address: int, usual: Framing, patience_s: float, reasons: Mapping[int, str]
    ) -> None:
        self.line, self.meter, self.address = line, meter, address
        self._usual, self._patience_s, self._reasons = usual, patience_s, reasons
        self.frames: list[bytes] = []

    def ask(self, request: bytes, function: int, length: Callable[[bytes], int]) -> bytes:
        """The whole answer, its check included.

        Args:
            request: The bytes to send.
            function: The function that the answer has to be of.
            length: How long the answer is, told by its first `HEAD` bytes. [B]

        Raises:
            CodedRefusalError: If the meter refuses.
            DeviceError: If it cannot be read.
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._once(request, function, length)
            except (NoAnswerError, DecodeError, CollisionError):
                continue
        return self._once(request, function, length)

    def understood(self, parse: Callable[[bytes], _Content], data: bytes) -> _Content:
        """What an answer says; one that says nothing is remembered, so that it can be looked at.

        Raises:
            DecodeError: If `parse` does.
        """
        try:
            return parse(data)
        except DecodeError as error:
            sentence = self._of(str(error))
            self.line.note_failure(self.meter, data, sentence)
            raise DecodeError(sentence, data) from error

    def _once(self, request: bytes, function: int, length: Callable[[bytes], int]) -> bytes:
        with self.line.owned(usual=self._usual):
            self.line.send(request)
            try:
                answer = self._receive(request, function, length)
            except DeviceError as error:
                self.line.note_failure(self.meter, error.raw, str(error))
                raise
        self.frames.append(answer)
        return answer

    def _receive(self, request: bytes, function: int, length: Callable[[bytes], int]) -> bytes:
        head = self._head()
        if head == request[:HEAD]:
            head = self._past_echo(request, head)
        if head[1] == function:
            answer = head + self._more(head, max(length(head) - HEAD, 2))
        elif head[1] == function | EXCEPTION:
            answer = self._refusal(head)
        else:
            raise self._stranger(head)
        if not crc16_holds(answer):
            raise DecodeError(
                self._of("the check of its answer is wrong: noise, or two meters that speak at once"),
                answer + self.line.rest(_QUIET_S),
            )
        if answer[0] != self.address:
            raise WrongDeviceError(
                self._of(f"address {answer[0]} answered instead of {self.address}: which meter is it?"), answer
            )
        if answer[1] & EXCEPTION:
            code = answer[2]
            raise CodedRefusalError(self._of(self._reasons.get(code, f"it refuses with code {code}")), answer, code)
        return answer

    def _head(self) -> bytes:
        try:
            return self.line.receive(HEAD, self._patience_s)
        except CutShortError as error:
            raise CutShortError(self._of(CutShortError.__doc__ or ""), error.raw) from error
        except NoAnswerError as error:
            raise NoAnswerError(self._of(NoAnswerError.__doc__ or "")) from error

    def _past_echo(self, request: bytes, head: bytes) -> bytes:
        """A converter with echo gives the request back before the answer comes."""
        rest = self.line.rest(_QUIET_S, len(request) - HEAD)
        if rest == request[HEAD:]:
            return self._head()
        raise DecodeError(self._of("a spoilt copy of the question came back: a converter with echo?"), head + rest)

    def _more(self, before: bytes, count: int) -> bytes:
        try:
            return self.line.receive(count, 0.0)
        except NoAnswerError as error:
            raise CutShortError(self._of(CutShortError.__doc__ or ""), before + error.raw) from error

    def _refusal(self, head: bytes) -> bytes:
        """A refusal; VKT-7 adds a service byte to the five of the standard."""
        answer = head + self._more(head, 2)
        return answer if crc16_holds(answer) else answer + self._more(answer, 1)

    def _stranger(self, head: bytes) -> DeviceError:
        frame = head + self.line.rest(_QUIET_S)
        if crc16_holds(frame):
            return CollisionError(
                self._of("an answer to what nobody here asked: another master speaks on the line"), frame
            )
        return DecodeError(self._of("its answer is of another function: noise, or another protocol on the line"), frame)

    def _of(self, what: str) -> str:
        return f"{self.meter}: {what}"
