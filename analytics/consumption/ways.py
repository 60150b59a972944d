"""The ways in which a register can have come from one reading to a later one, each with what it costs to believe it."""

from collections.abc import Iterator
from math import inf, log2, log10

from analytics.consumption import costs
from analytics.consumption.decimal_change import decimal_change
from analytics.consumption.rates import decades_between
from analytics.consumption.recorded_exchange import recorded_exchanges, seems_untouched
from analytics.consumption.span import Kind, Span, State, Way

NEAR_MODULUS = 0.01
"""Share of the modulus within which a fall is hardly anything but a rollover. [-]"""

AT_MODULUS = 0.002
"""Share of an unstated modulus within which a rollover has to lie. [-]"""

INFERRED_ROLLOVER = 3.0
"""A rollover at an unstated modulus may be this many times what the readings around lead to expect. [-]"""

LEAST_DIGITS = 4
"""A register without a stated modulus has at least so many digits before the point. [-]"""

BINARY_MODULUS = 4_294_967.296
"""32 bits of Wh, as M-Bus and LoRaWAN converters count. [kWh]"""

SAME_DECADE = 0.2
"""Decades by which a rate may change over a break and still be read with the same decimal point. [-]"""


def ways(span: Span, i: int, j: int, state: State) -> Iterator[Way]:
    """Every way from reading `i`, accepted in `state`, to reading `j`."""
    scale = 10.0**state.shift
    grown = (span.register[j] - span.register[i]) / scale
    limit = span.limit.at_shift(state.shift)
    possible = limit.believed(span.hours(i, j), span.register[i] / scale) + span.resolution / scale
    parted = span.within[i] ^ span.within[j]
    believed = 0.0 <= grown <= possible and not parted
    usual = believed and grown <= span.usual(i, j, state.shift)
    decimal = None if usual or any(pair.short for pair in parted) else decimal_change(span, i, j, state)
    for serial in span.serials[j]:
        if span.exchanges:
            yield from recorded_exchanges(span, i, j, state, serial, grown, usual=usual)
        if serial != state.serial:
            cost = costs.SERIAL_CHANGE + seems_untouched(span, i, j, grown)
            yield Way(cost, Kind.SERIAL_CHANGE, State(serial, state.recorded, 0))
            continue
        if believed and not _hides_a_jump(span, i, j, state.shift):
            yield Way(_growth_cost(span, i, j, state.shift, grown, decimal), Kind.NORMAL, state)
        elif not believed:
            if grown < 0:
                yield from _rollovers(span, i, j, state)
            yield _break(span, i, j, state, grown)
        if decimal is not None:
            yield decimal


def _hides_a_jump(span: Span, i: int, j: int, shift: int) -> bool:
    """Whether the dropped readings lie between both ends, so that dropping them only stretches the time for a jump."""
    low, high = span.register[i], span.register[j]
    if j == i + 1 or high - low <= span.limit.at_shift(shift).great(span.hours(i, j)) * 10.0**shift:
        return False
    return all(low <= value <= high for value in span.register[i + 1 : j])


def _growth_cost(span: Span, i: int, j: int, shift: int, grown: float, decimal: Way | None) -> int:
    """What a growth costs that is possible, but much for the readings around."""
    expected = span.usual(i, j, shift)
    if grown <= expected:
        return 0
    if decimal is not None and decimal.cost == costs.DECIMAL_CHANGE_SURE:
        return costs.UNUSUAL_AT_MOST
    expected = max(expected, span.limit.at_shift(shift).great(span.hours(i, j)))
    return _unusual(grown, expected, costs.UNUSUAL_PER_DOUBLING, costs.UNUSUAL_AT_MOST)


def _unusual(amount: float, usual: float, per_doubling: int, at_most: int) -> int:
    if amount <= usual:
        return 0
    doublings = log2(amount) - log2(usual) if usual > 0 else inf
    return at_most if doublings > at_most else min(at_most, round(per_doubling * doublings))


def _rollovers(span: Span, i: int, j: int, state: State) -> Iterator[Way]:
    """Forward over the stated modulus, or over one that the register stood right before."""
    scale = 10.0**state.shift
    before, after, hours = span.register[i], span.register[j], span.hours(i, j)
    if span.modulus is not None:
        possible = span.limit.at_shift(state.shift).possible(hours) + span.resolution / scale
        for modulus in (span.modulus, span.modulus * scale) if state.shift else (span.modulus,):
            distance = (after + modulus - before) / scale
            if before < modulus and 0 < distance <= possible:
                expected = max(span.usual(i, j, state.shift), NEAR_MODULUS * modulus / scale)
                cost = costs.ROLLOVER + _unusual(distance, expected, 60, costs.ROLLOVER_UNUSUAL_AT_MOST)
                yield Way(cost, Kind.ROLLOVER, state, modulus=modulus)
        return
    likely = INFERRED_ROLLOVER * span.rate_per_h * hours + span.resolution / scale
    for modulus in (10.0 ** max(_digits(before), LEAST_DIGITS), BINARY_MODULUS):
        distance = (after + modulus - before) / scale
        if before < modulus and 0 < distance <= likely and distance * scale < AT_MODULUS * modulus:
            yield Way(costs.ROLLOVER_INFERRED, Kind.ROLLOVER_INFERRED, state, modulus=modulus)


def _digits(register: float) -> int:
    return int(log10(register)) + 1 if register >= 1 else 0


def _break(span: Span, i: int, j: int, state: State, grown: float) -> Way:
    """Nothing explains it: a new epoch begins, without decimal shift unless its rate shows that the shift stayed."""
    kind = Kind.JUMP
    if grown < 0:
        some = max(span.usual(i, j, 0), span.limit.great(span.hours(i, j)), 0.001 * span.register[i])
        kind = Kind.RESET if span.register[j] <= some else Kind.DECREASE
    shift = 0
    if state.shift:
        decades = decades_between(span, i, j)
        shift = state.shift if decades is not None and abs(decades) < SAME_DECADE else 0
    return Way(costs.BREAK, kind, State(state.serial, state.recorded, shift))
