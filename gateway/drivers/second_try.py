"""A question whose answer was disturbed is asked once more, and what came is kept for whoever looks into it."""

from collections.abc import Callable
from typing import TypeVar

from gateway.errors import DecodeError, NoAnswerError, WrongDeviceError
from gateway.line import Line

QUIET_S = 0.1
"""A silence that ends what is left of a spoilt answer. [s]"""
_DISTURBED = (NoAnswerError, DecodeError, WrongDeviceError)
_Answer = TypeVar("_Answer")


def asked_twice(line: Line, meter: str, exchange: Callable[[], _Answer], late_s: float = 0.0) -> _Answer:
    """What one exchange brings, or the one after it.

    Args:
        line: The line; it is owned meanwhile.
        meter: Name of the meter, for those who look at failures.
        exchange: One question and its answer.
        late_s: How long an answer to the first question may still come, if answers have no number: else it would be
            taken for that of the next question. [s]

    Raises:
        DeviceError: If the second answer is disturbed, too, or the meter refuses.
    """
    with line.owned():
        try:
            return _noted(line, meter, exchange)
        except _DISTURBED:
            answer = _noted(line, meter, exchange)
        if late_s:
            line.rest(late_s)
        return answer


def _noted(line: Line, meter: str, exchange: Callable[[], _Answer]) -> _Answer:
    try:
        return exchange()
    except _DISTURBED as error:
        line.note_failure(meter, error.raw + line.rest(QUIET_S), str(error))
        raise
