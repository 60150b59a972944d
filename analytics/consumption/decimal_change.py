"""Whether a register moved its decimal point: its digits go on, and its increments change with them."""

from math import inf, log10

from analytics.consumption.costs import DECIMAL_CHANGE, DECIMAL_CHANGE_SURE, DECIMAL_CHANGE_UNLIKELY
from analytics.consumption.rates import decades_between, rates_as_read
from analytics.consumption.span import UNUSUAL, Kind, Span, State, Way

GREATEST_MOVE = 3
"""Digits that a decimal point is moved by at once. [-]"""

GREATEST_SHIFT = 6
"""Digits that it is believed to have been moved by in all. [-]"""

ROUGHLY, CLOSELY = 0.4, 0.1
"""How near the change of the rate comes to the move, in decades. [-]"""

DIGITS = 10.0
"""Steps that a register must have counted before its digits are evidence. [-]"""


def decimal_change(span: Span, i: int, j: int, state: State) -> Way | None:
    """The way by a moved decimal point, or None if the digits do not go on.

    The evidence is how near the moved register comes to the one before, as a share of it, which is how probable it is
    that another register would have landed there; and whether the increments moved as well.
    """
    before, after = span.register[i], span.register[j]
    if before <= 0 or after <= 0:
        return None
    moved = round(log10(after) - log10(before))
    if moved > 0 and not _leaps(span, i, j):
        return None
    shift = state.shift + moved
    if not 1 <= abs(moved) <= GREATEST_MOVE or abs(shift) > GREATEST_SHIFT:
        return None
    grown = after / 10.0**shift - before / 10.0**state.shift
    lost_digit = span.resolution * (10.0**-shift + 10.0**-state.shift)
    rate_before, rate_after = rates_as_read(span, i, j)
    rate = max(rate_before / 10.0**state.shift, rate_after / 10.0**shift)
    possible = max(UNUSUAL * rate * span.hours(i, j), span.limit.possible(span.hours(i, j)))
    by_chance = abs(grown) * 10.0**state.shift / before
    if not -lost_digit <= grown <= possible + lost_digit or by_chance > 1.5:
        return None
    return Way(_cost(span, i, j, moved, by_chance), Kind.DECIMAL_CHANGE, State(state.serial, state.recorded, shift))


def _cost(span: Span, i: int, j: int, moved: int, by_chance: float) -> int:
    decades = decades_between(span, i, j)
    differs = inf if decades is None else abs(decades - moved)
    unchanged = inf if decades is None else abs(decades)
    same_rate = differs < CLOSELY
    if same_rate:
        sure_below, likely_below = inf, inf
    elif differs < ROUGHLY:
        sure_below, likely_below = 0.05, 0.15
    elif unchanged < CLOSELY:
        sure_below, likely_below = 0.0, 0.0001
    elif unchanged < ROUGHLY:
        sure_below, likely_below = 0.0, 0.01
    else:
        sure_below, likely_below = (0.002 if _goes_on(span, j) else 0.0), 0.05
    if by_chance < sure_below:
        return DECIMAL_CHANGE_SURE
    return DECIMAL_CHANGE if by_chance < likely_below else DECIMAL_CHANGE_UNLIKELY


def _leaps(span: Span, i: int, j: int) -> bool:
    """Whether a register grew by more than a start explains.

    An idle device that starts also multiplies a small register, but then its later increments are as great.
    """
    before, after = span.register[i], span.register[j]
    return before > DIGITS * span.resolution and after - before > 2.0 * rates_as_read(span, i, j)[1] * span.hours(i, j)


def _goes_on(span: Span, j: int) -> bool:
    """Whether one of the next readings carries on from `j`, so that it is no single wrong reading."""
    value = span.register[j]
    return any(0 <= later - value <= 0.2 * value for later in span.register[j + 1 : j + 4])
