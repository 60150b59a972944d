"""The master of an M-Bus line: asks one meter at a time and hears its telegrams (EN 13757-2, 5.7; EN 13757-3, 11)."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from gateway.errors import (
    CollisionError,
    CutShortError,
    DeviceError,
    LineError,
    NoAnswerError,
    WrongDeviceError,
)
from gateway.line import Framing, Line
from gateway.mbus.address import SELECTED, TEST, Primary, Secondary
from gateway.mbus.frame import LongFrame, ShortFrame
from gateway.mbus.reply import Listening
from gateway.mbus.telegram import Telegram, decode

USUAL = Framing(baud=2400, parity="E")
"""How most meters are delivered: 2400 Bd, 8E1."""
ATTEMPTS = 3
"""A request is made so often in all (EN 13757-2, 5.7.3: up to two repetitions)."""
MOST_TELEGRAMS = 32
"""Telegrams of one read-out; a meter that promises more for ever is stopped here."""

_SND_NKE, _SND_UD, _REQ_UD2, _FCB = 0x40, 0x53, 0x5B, 0x20
_CI_RESET, _CI_SELECT = 0x50, 0x52
_RSP_UD, _FUNCTION = 0x08, 0x0F
_ANSWER_BITS, _ANSWER_S = 330, 0.05
"""A meter begins its answer within 330 bit times and 50 ms (EN 13757-2, 5.7.4)."""
_VARIABLE_LONG = {0x72, 0x76}
_ACCESS_NUMBER = 8

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Answer:
    """A telegram with its bytes.

    Attributes:
        telegram: What it says.
        raw: The whole frame.
        address: Primary address in the answer.
    """

    telegram: Telegram
    raw: bytes
    address: int


class Master:
    """Speaks with one meter; whoever uses it owns the line meanwhile.

    Args:
        line: The line.
        meter: Name of the meter, for sentences.
        address: Its address.
        attempts: How often a request is made.
    """

    def __init__(self, line: Line, meter: str, address: Primary | Secondary, attempts: int = ATTEMPTS) -> None:
        self.line, self.meter, self.address, self.attempts = line, meter, address, attempts
        self.second_master = 0
        """Requests of another master that were heard."""
        self.stuck = False
        """Whether the meter gave the same telegram again instead of the next one."""
        self.endless = False
        """Whether the meter promised more telegrams than are asked for."""
        self._fcb = True
        self._unsettled = False

    @property
    def link_address(self) -> int:
        """The address field of requests."""
        return self.address.number if isinstance(self.address, Primary) else SELECTED

    def begin(self) -> None:
        """Bring the meter's link to its start: SND_NKE, or the selection of its secondary address.

        Raises:
            DeviceError: If a secondary address selects nothing.
        """
        self._fcb = True
        if isinstance(self.address, Secondary):
            self._select(self.address)
            return
        request = ShortFrame(_SND_NKE, self.address.number).encode()
        try:
            self._exchange(request, Listening.acknowledgement, attempts=min(self.attempts, 2))
        except LineError:
            raise
        except DeviceError:
            return  # an E5 may be lost, and some meters send none; whether somebody is there shows the next request

    def end(self) -> None:
        """Release a meter that was selected (SND_NKE to 253), so that it does not answer where others are meant.

        Most meters say nothing to it; the line is listened to for as long as one might, because a late E5 would be
        taken for the answer to the next request. A line that breaks here is found out then.
        """
        if isinstance(self.address, Secondary):
            with suppress(LineError):
                self.line.send(ShortFrame(_SND_NKE, SELECTED).encode())
                self.line.rest(self.wait_s)

    def telegrams(self, most: int = MOST_TELEGRAMS) -> Iterator[Answer]:
        """The meter's telegrams, until none follows.

        The frame count bit is toggled for each next one, a repeated request keeps it (EN 13757-2, 5.7.5). A meter that
        gives the same telegram once more is asked again, because the answer may have been a late one, then no more.

        Raises:
            DeviceError: If one does not come.
        """
        previous: Answer | None = None
        for _ in range(most):
            answer = self._request()
            if previous is not None and _is_same(previous.raw, answer.raw):
                self._unsettled = True
                answer = self._request()
                if _is_same(previous.raw, answer.raw):
                    self.stuck = True
                    return
            self._fcb = not self._fcb
            yield answer
            if not answer.telegram.more_follows:
                return
            previous = answer
        self.endless = True

    def reset_application(self, subcode: int | None) -> None:
        """Choose the data set that the next telegrams bring (CI 50; EN 13757-3, 7).

        Args:
            subcode: Which, or None for the meter's own choice.

        Raises:
            DeviceError: If the meter does not acknowledge.
        """
        control = _SND_UD | (_FCB if self._fcb else 0)
        data = b"" if subcode is None else bytes([subcode])
        self._exchange(LongFrame(control, self.link_address, _CI_RESET, data).encode(), Listening.acknowledgement)
        self._fcb = not self._fcb

    def _select(self, address: Secondary) -> None:
        request = LongFrame(_SND_UD, SELECTED, _CI_SELECT, address.mask).encode()
        try:
            self._exchange(request, Listening.acknowledgement)
        except CutShortError:
            raise
        except NoAnswerError as error:
            if not self._answers_silently():
                raise NoAnswerError(
                    f"{self._who()}: no meter on the line {self.line.name} has this secondary address: compare it with "
                    "the number on the meter's plate, and check wires and speed",
                    error.raw,
                ) from error

    def _answers_silently(self) -> bool:
        """Whether a meter is selected although its E5 was lost; then its answer says so."""
        try:
            self._request(attempts=1)
        except NoAnswerError:
            return False
        return True

    def _request(self, attempts: int | None = None) -> Answer:
        control = _REQ_UD2 | (_FCB if self._fcb else 0)
        request = ShortFrame(control, self.link_address).encode()
        frame, raw = self._exchange(request, lambda listening: listening.data(self._judge), attempts)
        return Answer(decode(raw), raw, frame.address)

    def _judge(self, frame: LongFrame, raw: bytes) -> str | None:
        """Why an answer is another meter's, or None."""
        if frame.control & _FUNCTION != _RSP_UD:
            return f"the answer's control field {frame.control:02X} is none of an answer with data"
        if isinstance(self.address, Primary):
            if self.address.number in (TEST, frame.address):
                return None
            return f"the meter with address p{frame.address} answered: is that the address which is set in the meter?"
        telegram = decode(raw)
        says = (telegram.identification or "", telegram.manufacturer or "", telegram.version, telegram.medium)
        if self.address.fits(*says):
            return None
        return f"the meter {telegram.identification} {telegram.manufacturer} answered"

    def _exchange(self, request: bytes, hear: Callable[[Listening], _T], attempts: int | None = None) -> _T:
        """Ask until an answer comes; what went wrong is remembered by the line."""
        failures: list[DeviceError] = []
        for _ in range(attempts or self.attempts):
            listening = Listening(self.line, self.wait_s)
            try:
                if self._unsettled:
                    self.line.rest(self.wait_s)
                    self._unsettled = False
                self.line.send(request)
                answer = hear(listening)
            except DeviceError as error:
                failures.append(error)
                self._unsettled = bool(listening.heard)
                self.line.note_failure(self.meter, listening.heard or error.raw, str(error))
                if isinstance(error, LineError) and len(failures) > 1:
                    break  # it was opened anew once, and does not hold
                continue
            finally:
                self.second_master += listening.second_master
            self._unsettled = bool(failures)
            return answer
        raise self._verdict(failures)

    @property
    def wait_s(self) -> float:
        """How long a meter may take to begin its answer. [s]"""
        return _ANSWER_BITS / self.line.framing.baud + _ANSWER_S

    def _verdict(self, failures: list[DeviceError]) -> DeviceError:
        """One error of all attempts: the one that tells most of them."""
        if isinstance(failures[-1], LineError):
            return failures[-1]
        for kind in (WrongDeviceError, CollisionError):
            if found := [failure for failure in failures if isinstance(failure, kind)]:
                return kind(f"{self._who()}: {found[-1]}", found[-1].raw)
        broken = [failure for failure in failures if failure.raw]
        if len({failure.raw for failure in broken}) > 1:
            return CollisionError(
                f"{self._who()}: what came was garbled in another way each time ({broken[-1]}): two meters have this "
                "address, or the line is noisy",
                broken[-1].raw,
            )
        last = broken[-1] if broken else failures[-1]
        return type(last)(f"{self._who()}: {last}", last.raw)

    def _who(self) -> str:
        return f"{self.meter} at {self.address}"


def _is_same(one: bytes, other: bytes) -> bool:
    """Whether two frames say the same, the access number apart."""
    return _without_count(one) == _without_count(other)


def _without_count(raw: bytes) -> bytes:
    if raw[6] in _VARIABLE_LONG and len(raw) > 7 + _ACCESS_NUMBER:
        return raw[4 : 7 + _ACCESS_NUMBER] + raw[8 + _ACCESS_NUMBER : -2]
    return raw[4:-2]
