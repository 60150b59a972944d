"""The readings around an anomaly, what is known there, and what a way through them is."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from analytics.consumption.plausibility import Limit
from analytics.consumption.returns import Return
from analytics.consumption.rules import HOUR_US
from analytics.consumption.series import Exchange

UNUSUAL = 8.0
"""An amount is unusual above this many times what the readings around lead to expect. [-]"""


class Kind(Enum):
    """How the register came from one accepted reading to the next."""

    NORMAL = "normal"
    ROLLOVER = "rollover"
    ROLLOVER_INFERRED = "rollover inferred"
    DECIMAL_CHANGE = "decimal change"
    EXCHANGE = "recorded exchange"
    SERIAL_CHANGE = "serial change"
    RESET = "reset"
    DECREASE = "decrease"
    JUMP = "jump"


class State(NamedTuple):
    """What holds at an accepted reading.

    Attributes:
        serial: Code of the instrument.
        recorded: How many of the span's recorded exchanges are behind.
        shift: Decimal exponent: the register divided by ``10**shift`` is in the unit of the quantity.
    """

    serial: int
    recorded: int
    shift: int


class Way(NamedTuple):
    """One way from an accepted reading to a later one.

    Attributes:
        cost: What it costs to believe it.
        kind: How.
        state: What holds afterwards.
        exchange: Index of the recorded exchange in the span, or -1.
        modulus: Value at which the register rolled over, or 0. [register]
        consistent: Whether the stated registers of the exchange agree with the readings.
    """

    cost: int
    kind: Kind
    state: State
    exchange: int = -1
    modulus: float = 0.0
    consistent: bool = True


@dataclass(frozen=True, slots=True)
class Span:
    """The readings around one or several anomalies, and what is known about them.

    Attributes:
        first: Index of the first reading among the ordered ones.
        at_us: Instants. [µs since 1970]
        register: Register values as they were read.
        serials: Codes of the instruments that each reading may come from.
        exchanges: Recorded exchanges that may lie in the span, by stated time.
        limit: What is possible.
        rate_per_h: Mean rate of the undisputed intervals of the span. [unit/h]
        resolution: Step of the register as read.
        modulus: Modulus of the profile.
        returns: Excursions that returned to the trend, by index in the span.
        within: For each reading those that it is part of.
    """

    first: int
    at_us: list[int]
    register: list[float]
    serials: list[tuple[int, ...]]
    exchanges: tuple[Exchange, ...]
    limit: Limit
    rate_per_h: float
    resolution: float
    modulus: float | None
    returns: tuple[Return, ...]
    within: tuple[frozenset[Return], ...]

    def hours(self, i: int, j: int) -> float:
        """Duration between two readings. [h]"""
        return (self.at_us[j] - self.at_us[i]) / HOUR_US

    def usual(self, i: int, j: int, shift: int) -> float:
        """The most that would not be unusual between two readings. [unit]"""
        return UNUSUAL * self.rate_per_h * self.hours(i, j) + self.resolution / 10.0**shift
