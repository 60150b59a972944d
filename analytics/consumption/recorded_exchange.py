"""Recorded exchanges: where in the readings they may have happened, and whether their registers fit."""

from collections.abc import Iterator

from analytics.consumption import costs
from analytics.consumption.rules import EXCHANGE_WINDOW_US, HOUR_US
from analytics.consumption.series import UNKNOWN_SERIAL, Exchange
from analytics.consumption.span import Kind, Span, State, Way


def recorded_exchanges(
    span: Span, i: int, j: int, state: State, serial: int, grown: float, *, usual: bool
) -> Iterator[Way]:
    """Every recorded exchange that may have happened between two readings.

    Args:
        span: The readings and what is known around them.
        i: Reading before.
        j: Reading after.
        state: What holds at `i`.
        serial: Code of the instrument at `j`.
        grown: By how much the register grew, as if nothing had happened. [unit]
        usual: Whether that is what the readings around lead to expect.
    """
    for index in range(state.recorded, len(span.exchanges)):
        exchange = span.exchanges[index]
        nearest_us = min(max(exchange.at_us, span.at_us[i]), span.at_us[j])
        off_us = abs(exchange.at_us - nearest_us)
        if off_us > EXCHANGE_WINDOW_US:
            continue
        fits = registers_fit(span, i, j, exchange, state.shift)
        cost = costs.EXCHANGE_PER_HOUR_OFF * off_us // HOUR_US + costs.EXCHANGE_NOT_FOUND * (index - state.recorded)
        cost += _serial_cost(span, exchange, state.serial, serial)
        if not fits:
            cost += costs.EXCHANGE_INCONSISTENT
        elif exchange.closing is None or exchange.opening is None:
            cost += _sign_cost(span, i, j, grown, usual=usual, same_serial=serial == state.serial)
        yield Way(cost, Kind.EXCHANGE, State(serial, index + 1, 0), exchange=index, consistent=fits)


def registers_fit(span: Span, i: int, j: int, exchange: Exchange, shift: int) -> bool:
    """Whether closing and opening register lie where the readings leave room for them."""
    limit = span.limit.at_shift(shift)
    possible = limit.possible(span.hours(i, j)) + span.resolution / 10.0**shift
    rest = 0.0 if exchange.closing is None else (exchange.closing - span.register[i]) / 10.0**shift
    begun = 0.0 if exchange.opening is None else span.register[j] - exchange.opening
    # People note whole units, so that a register may lie a little beyond the reading beside it.
    rounding = span.usual(i, j, shift)
    return min(rest, begun) >= -rounding and -rounding <= rest + begun <= possible


def seems_untouched(span: Span, i: int, j: int, grown: float) -> int:
    """What it costs to place an exchange where the register went on as if nothing had happened."""
    expected = span.rate_per_h * span.hours(i, j)
    return costs.EXCHANGE_UNTOUCHED if 0.4 * expected <= grown <= 2.5 * expected else 0


def _serial_cost(span: Span, exchange: Exchange, before: int, after: int) -> int:
    if after == UNKNOWN_SERIAL:
        return 0
    cost = costs.EXCHANGE_WRONG_SERIAL if exchange.serial_after not in (UNKNOWN_SERIAL, after) else 0
    if before == after:
        changes = span.serials[0] != span.serials[-1]
        cost += costs.EXCHANGE_BESIDE_SERIAL_CHANGE if changes else costs.EXCHANGE_SAME_SERIAL
    return cost


def _sign_cost(span: Span, i: int, j: int, grown: float, *, usual: bool, same_serial: bool) -> int:
    if not same_serial:
        return seems_untouched(span, i, j, grown)
    return costs.EXCHANGE_WITHOUT_SIGN if usual else 0
