"""Rates that the register itself shows before and after a place, undivided by any decimal exponent."""

from math import log10

from analytics.consumption.span import Span

READINGS = 6
"""Intervals on each side that a rate is taken from. [-]"""

LEAP = 10.0
"""An interval is left out if its rate is so many times the middle one. [-]"""


def rates_as_read(span: Span, i: int, j: int) -> tuple[float, float]:
    """Mean rates of the few readings up to `i` and from `j` on; 0 where not known. [register/h]"""
    return _rate_as_read(span, range(i - READINGS, i)), _rate_as_read(span, range(j, j + READINGS))


def decades_between(span: Span, i: int, j: int) -> float | None:
    """Decimal logarithm of the rate after `j` over the rate before `i`, or None if either is not known. [-]"""
    before, after = rates_as_read(span, i, j)
    return log10(after) - log10(before) if before > 0 and after > 0 else None


def _rate_as_read(span: Span, intervals: range) -> float:
    inside = (k for k in intervals if 0 <= k < len(span.register) - 1)
    grown = ((k, span.register[k + 1] - span.register[k]) for k in inside)
    rates = [amount / span.hours(k, k + 1) for k, amount in grown if amount >= 0]
    if not rates:
        return 0.0
    middle = sorted(rates)[(len(rates) - 1) // 2]
    kept = [r for r in rates if r <= LEAP * middle] if middle > 0 else rates
    return sum(kept) / len(kept)
