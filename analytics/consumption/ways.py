"""The ways in which a register can have come from one reading to a later one, each with what it costs to believe it.

Costs are whole numbers, so that a window and the full series add up to the same and break ties alike. What they order:
a dropped reading (100) is believed before a break (350), four dropped readings are not; two breaks (700) are not
believed where readings that return to the trend say excursion (600); a recorded exchange or a change of serial number
is believed almost for nothing, because somebody said so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from math import log2, log10
from typing import NamedTuple

from analytics.consumption.plausibility import Limit
from analytics.consumption.rules import EXCHANGE_WINDOW_US, HOUR_US
from analytics.consumption.series import UNKNOWN_SERIAL, Exchange

DROP = 100
DROP_AT_START = 150
EXCURSION = 600
ROLLOVER = 60
ROLLOVER_INFERRED = 150
DECIMAL_CHANGE = 250
DECIMAL_CHANGE_SURE = 60
DECIMAL_CHANGE_UNLIKELY = 400
BREAK = 350
SERIAL_CHANGE = 60
EXCHANGE_NOT_FOUND = 70
EXCHANGE_WITHOUT_SIGN = 100
EXCHANGE_SAME_SERIAL = 50
EXCHANGE_BESIDE_SERIAL_CHANGE = 200
EXCHANGE_WRONG_SERIAL = 100
EXCHANGE_UNTOUCHED = 20
EXCHANGE_INCONSISTENT = 320
EXCHANGE_PER_HOUR_OFF = 10
UNUSUAL_AT_MOST = 90

UNUSUAL = 8.0
"""An amount is unusual above this many times what the readings around lead to expect. [-]"""

NEAR_MODULUS = 0.01
"""Share of the modulus within which a fall is hardly anything but a rollover. [-]"""

INFERRED_ROLLOVER = 3.0
"""A rollover at an unstated modulus may be this many times what the readings around lead to expect. [-]"""

BINARY_MODULUS = 4_294_967.296
"""32 bits of Wh, as M-Bus and LoRaWAN converters count. [kWh]"""


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

    def hours(self, i: int, j: int) -> float:
        """Duration between two readings. [h]"""
        return (self.at_us[j] - self.at_us[i]) / HOUR_US

    def usual(self, i: int, j: int, shift: int) -> float:
        """The most that would not be unusual between two readings. [unit]"""
        return UNUSUAL * self.rate_per_h * self.hours(i, j) + self.resolution / 10.0**shift


def ways(span: Span, i: int, j: int, state: State) -> Iterator[Way]:
    """Every way from reading `i`, accepted in `state`, to reading `j`."""
    grown = (span.register[j] - span.register[i]) / 10.0**state.shift
    scale = 10.0**state.shift
    limit = span.limit.at_shift(state.shift)
    possible = limit.believed(span.hours(i, j), span.register[i] / scale) + span.resolution / scale
    believed = 0.0 <= grown <= possible
    usual = believed and grown <= span.usual(i, j, state.shift)
    decimal = None if usual else _decimal_change(span, i, j, state)
    for serial in span.serials[j]:
        if span.exchanges:
            yield from _exchanges(span, i, j, state, serial, plain=usual)
        if serial != state.serial:
            cost = SERIAL_CHANGE + _seems_untouched(span, i, j, grown)
            yield Way(cost, Kind.SERIAL_CHANGE, State(serial, state.recorded, 0))
            continue
        if believed and not _hides_a_jump(span, i, j, state.shift):
            yield Way(_unusual_growth(span, i, j, state.shift, grown, decimal), Kind.NORMAL, state)
        elif not believed:
            yield from _without_record(span, i, j, state, grown)
        if decimal is not None:
            yield decimal


def _seems_untouched(span: Span, i: int, j: int, grown: float) -> int:
    """What it costs to place an exchange where the register went on as if nothing had happened."""
    expected = span.rate_per_h * span.hours(i, j)
    return EXCHANGE_UNTOUCHED if 0.4 * expected <= grown <= 2.5 * expected else 0


def _unusual_growth(span: Span, i: int, j: int, shift: int, grown: float, decimal: Way | None) -> int:
    """What a growth costs that is possible, but much for the readings around."""
    expected = span.usual(i, j, shift)
    if grown <= expected:
        return 0
    if decimal is not None and decimal.cost == DECIMAL_CHANGE_SURE:
        return UNUSUAL_AT_MOST
    return _unusual(grown, max(expected, span.limit.at_shift(shift).great(span.hours(i, j))), 15, UNUSUAL_AT_MOST)


def _hides_a_jump(span: Span, i: int, j: int, shift: int) -> bool:
    """Whether the dropped readings lie between both ends, so that dropping them only stretches the time for a jump."""
    low, high = span.register[i], span.register[j]
    if j == i + 1 or high - low <= span.limit.at_shift(shift).great(span.hours(i, j)) * 10.0**shift:
        return False
    return all(low <= value <= high for value in span.register[i + 1 : j])


def _unusual(amount: float, usual: float, per_doubling: int, at_most: int) -> int:
    if amount <= usual:
        return 0
    return min(at_most, round(per_doubling * log2(amount / usual))) if usual > 0 else at_most


def _without_record(span: Span, i: int, j: int, state: State, grown: float) -> Iterator[Way]:
    """Rollover and break: what nobody recorded."""
    if grown < 0:
        yield from _rollovers(span, i, j, state)
    new_shift = _shift_after_break(span, i, j, state.shift)
    yield Way(BREAK, _break_kind(span, i, j, grown), State(state.serial, state.recorded, new_shift))


def _break_kind(span: Span, i: int, j: int, grown: float) -> Kind:
    if grown > 0:
        return Kind.JUMP
    near_zero = max(span.usual(i, j, 0), span.limit.great(span.hours(i, j)), 0.001 * span.register[i])
    return Kind.RESET if span.register[j] <= near_zero else Kind.DECREASE


def _rollovers(span: Span, i: int, j: int, state: State) -> Iterator[Way]:
    scale = 10.0**state.shift
    before, after = span.register[i], span.register[j]
    if span.modulus is not None:
        limit = span.limit.at_shift(state.shift)
        possible = limit.possible(span.hours(i, j)) + span.resolution / scale
        for modulus in {span.modulus, span.modulus * scale}:
            distance = (after + modulus - before) / scale
            if before < modulus and 0 < distance <= possible:
                expected = max(span.usual(i, j, state.shift), NEAR_MODULUS * modulus / scale)
                yield Way(ROLLOVER + _unusual(distance, expected, 60, 400), Kind.ROLLOVER, state, modulus=modulus)
        return
    for modulus in (10.0 ** _digits(before), BINARY_MODULUS):
        distance = (after + modulus - before) / scale
        likely = distance <= INFERRED_ROLLOVER * span.rate_per_h * span.hours(i, j) + span.resolution / scale
        if before < modulus and 0 < distance and likely and distance * scale < 0.002 * modulus:
            yield Way(ROLLOVER_INFERRED, Kind.ROLLOVER_INFERRED, state, modulus=modulus)


def _digits(register: float) -> int:
    return int(log10(register)) + 1 if register >= 1 else 0


def _decimal_change(span: Span, i: int, j: int, state: State) -> Way | None:
    before, after = span.register[i], span.register[j]
    if before <= 0 or after <= 0:
        return None
    moved = round(log10(after / before))
    if not 1 <= abs(moved) <= 3 or abs(state.shift + moved) > 6:
        return None
    new_shift = state.shift + moved
    grown = after / 10.0**new_shift - before / 10.0**state.shift
    step = span.resolution * (10.0**-new_shift + 10.0**-state.shift)
    rate_before, rate_after = _rates_as_read(span, i, j)
    rate = max(rate_before / 10.0**state.shift, rate_after / 10.0**new_shift)
    usual = max(UNUSUAL * rate * span.hours(i, j), span.limit.great(span.hours(i, j)))
    if not -step <= grown <= usual + step:
        return None
    by_chance = abs(grown) * 10.0**state.shift / before
    known = rate_before > 0 and rate_after > 0
    differs = abs(log10(rate_after / rate_before) - moved) if known else 1.0
    agrees = differs < 0.4
    unchanged = abs(log10(rate_after / rate_before)) if known else 1.0
    contradicts = unchanged < 0.4
    if by_chance > 1.5:
        return None
    goes_on = any(0 <= later - after <= 0.2 * after for later in span.register[j + 1 : j + 4])
    leaps = moved < 0 or after - before > 2.0 * rate_after * span.hours(i, j)
    same_rate = differs < 0.1 and before > 50.0 * span.resolution
    near = 1.5 if same_rate else 0.05 if agrees else 0.002 if goes_on and not contradicts else 0.0
    sure = leaps and by_chance < near
    likely = same_rate or by_chance < (0.15 if agrees else 0.05 if not contradicts else 0.005 if unchanged > 0.1 else 0.0)
    cost = DECIMAL_CHANGE_SURE if sure else DECIMAL_CHANGE if likely else DECIMAL_CHANGE_UNLIKELY
    return Way(cost, Kind.DECIMAL_CHANGE, State(state.serial, state.recorded, new_shift))


def _rates_as_read(span: Span, i: int, j: int) -> tuple[float, float]:
    """Mean rates of the few readings up to `i` and from `j` on, undivided; 0 where not known. [register/h]"""
    return _rate_as_read(span, max(0, i - 6), i), _rate_as_read(span, j, min(len(span.register) - 1, j + 6))


def _rate_as_read(span: Span, first: int, last: int) -> float:
    """Mean rate of the intervals that do not fall or leap out of their kind; 0 if there is none."""
    grown = [span.register[k + 1] - span.register[k] for k in range(first, last)]
    rates = [g / span.hours(k, k + 1) for k, g in enumerate(grown, first) if g >= 0]
    if not rates:
        return 0.0
    middle = sorted(rates)[(len(rates) - 1) // 2]
    kept = [r for r in rates if r <= 10.0 * middle] if middle > 0 else rates
    return sum(kept) / len(kept)


def _shift_after_break(span: Span, i: int, j: int, shift: int) -> int:
    """A new epoch starts unshifted, unless its rate shows that the decimal point stayed where it was moved to."""
    if shift == 0:
        return 0
    before, after = _rates_as_read(span, i, j)
    if before <= 0 or after <= 0:
        return 0
    ratio = log10(after / before)
    return shift if abs(ratio) < 0.2 else 0


def _exchanges(span: Span, i: int, j: int, state: State, serial: int, *, plain: bool) -> Iterator[Way]:
    """Recorded exchanges that may have happened between two readings."""
    for index in range(state.recorded, len(span.exchanges)):
        exchange = span.exchanges[index]
        off_us = max(0, span.at_us[i] - exchange.at_us, exchange.at_us - span.at_us[j])
        if off_us > EXCHANGE_WINDOW_US:
            continue
        cost = EXCHANGE_PER_HOUR_OFF * off_us // HOUR_US + EXCHANGE_NOT_FOUND * (index - state.recorded)
        if serial == state.serial and serial != UNKNOWN_SERIAL:
            cost += EXCHANGE_BESIDE_SERIAL_CHANGE if span.serials[0] != span.serials[-1] else EXCHANGE_SAME_SERIAL
        if exchange.serial_after not in (UNKNOWN_SERIAL, serial) and serial != UNKNOWN_SERIAL:
            cost += EXCHANGE_WRONG_SERIAL
        fits = registers_fit(span, i, j, exchange, state.shift)
        both = exchange.closing is not None and exchange.opening is not None
        if not fits:
            cost += EXCHANGE_INCONSISTENT
        elif not both and serial == state.serial:
            cost += EXCHANGE_WITHOUT_SIGN if plain else 0
        elif not both:
            cost += _seems_untouched(span, i, j, (span.register[j] - span.register[i]) / 10.0**state.shift)
        after = State(serial, index + 1, 0)
        yield Way(cost, Kind.EXCHANGE, after, exchange=index, consistent=fits)


def registers_fit(span: Span, i: int, j: int, exchange: Exchange, shift: int) -> bool:
    """Whether closing and opening register lie where the readings leave room for them."""
    limit = span.limit.at_shift(shift)
    possible = limit.possible(span.hours(i, j)) + span.resolution / 10.0**shift
    rest = 0.0 if exchange.closing is None else (exchange.closing - span.register[i]) / 10.0**shift
    begun = 0.0 if exchange.opening is None else span.register[j] - exchange.opening
    rounding = span.usual(i, j, shift)  # people note whole units
    return min(rest, begun) >= -rounding and 0 <= rest + begun <= possible
