"""Amounts of the intervals that are not a plain difference, and the instants within them that a record adds."""

from dataclasses import dataclass

import numpy as np

from analytics.consumption.chain import Chain, Link
from analytics.consumption.rules import HOUR_US, LOOK_AROUND, Rule
from analytics.consumption.series import Exchange, Floats, Ints
from analytics.consumption.span import Kind

RATE_TIME_US = 24 * HOUR_US
"""A gap is estimated from at most this much time before and after it, unless eight readings are longer. [µs]"""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an interval with its own amount.

    Attributes:
        end_us: Where the stretch ends. [µs since 1970]
        amount: Consumed in it; NaN if nothing is known. [unit]
        rule: What the amount rests on.
    """

    end_us: int
    amount: float
    rule: Rule


class Rates:
    """Rates before and after an interval, from the accepted intervals that are plain differences."""

    def __init__(self, at_us: Ints, increment: Floats, plain: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> None:
        self._at, self._increment, self._plain = at_us, increment, plain

    def before(self, interval: int, duration_us: int) -> float | None:
        """Mean rate before the interval, or None. [unit/h]"""
        return self._mean(range(interval - 1, -1, -1), duration_us)

    def after(self, interval: int, duration_us: int) -> float | None:
        """Mean rate after the interval, or None. [unit/h]"""
        return self._mean(range(interval + 1, len(self._increment)), duration_us)

    def around(self, interval: int, duration_us: int) -> float | None:
        """Mean of the rates before and after, or the one that is known. [unit/h]"""
        known = [r for r in (self.before(interval, duration_us), self.after(interval, duration_us)) if r is not None]
        return sum(known) / len(known) if known else None

    def _mean(self, intervals: range, duration_us: int) -> float | None:
        """Of at least eight readings, and of as much time as the gap itself where a day has that much."""
        enough_us = min(duration_us, RATE_TIME_US)
        amount, elapsed_us = 0.0, 0
        for count, k in enumerate(intervals):
            if count >= LOOK_AROUND and elapsed_us >= enough_us:
                break
            if self._plain[k]:
                amount += float(self._increment[k])
                elapsed_us += int(self._at[k + 1] - self._at[k])
            elif count >= 2 * LOOK_AROUND:
                break
        return amount * HOUR_US / elapsed_us if elapsed_us else None


def parts_of(link: Link, interval: int, start_us: int, end_us: int, rates: Rates, chain: Chain) -> list[Part]:
    """What was consumed in the interval of a special link, in order of time."""
    way, span = link.way, link.span
    before = span.register[link.before - span.first] / 10.0**link.shift_before
    after = span.register[link.after - span.first] / 10.0**way.state.shift
    if way.kind is Kind.DECIMAL_CHANGE:
        return [Part(end_us, after - before, Rule.DECIMAL_CHANGE)]
    if way.kind in (Kind.ROLLOVER, Kind.ROLLOVER_INFERRED):
        rule = Rule.METERED if way.kind is Kind.ROLLOVER else Rule.ROLLOVER_INFERRED
        return [Part(end_us, after + way.modulus / 10.0**link.shift_before - before, rule)]
    if link.exchange is not None and way.consistent:
        closing = None if link.exchange.closing is None else link.exchange.closing / 10.0**link.shift_before - before
        opening = None if link.exchange.opening is None else after - link.exchange.opening
        return _recorded(link.exchange, (closing, opening), (start_us, end_us), interval, rates, chain)
    return [_estimate(start_us, end_us, rates.around(interval, end_us - start_us))]


def _estimate(start_us: int, end_us: int, rate_per_h: float | None) -> Part:
    if rate_per_h is None:
        return Part(end_us, float("nan"), Rule.UNKNOWN)
    return Part(end_us, rate_per_h * (end_us - start_us) / HOUR_US, Rule.RATE_ESTIMATE)


def _recorded(
    exchange: Exchange,
    known: tuple[float | None, float | None],
    bounds: tuple[int, int],
    interval: int,
    rates: Rates,
    chain: Chain,
) -> list[Part]:
    """Consumption of the old and of the new instrument, in an interval that held the exchange."""
    rest, begun = known
    start_us, end_us = bounds
    duration_us = end_us - start_us
    around = rates.around(interval, duration_us)
    stated = start_us < exchange.at_us < end_us
    if rest is not None and begun is not None:
        return _both(exchange, rest, begun, bounds, chain)
    if rest is not None:
        lasted_us = round(rest / around * HOUR_US) if around else duration_us
        at = exchange.at_us if stated else min(max(start_us + lasted_us, start_us), end_us)
        return _joined(
            start_us, Part(at, rest, Rule.METERED), _estimate(at, end_us, rates.after(interval, duration_us) or around)
        )
    if begun is not None:
        lasted_us = round(begun / around * HOUR_US) if around else duration_us
        at = exchange.at_us if stated else min(max(end_us - lasted_us, start_us), end_us)
        estimate = _estimate(start_us, at, rates.before(interval, duration_us) or around)
        return _joined(start_us, estimate, Part(end_us, begun, Rule.METERED))
    return [_estimate(start_us, end_us, around)]


def _joined(start_us: int, first: Part, second: Part) -> list[Part]:
    """Both parts, or one where the other has no duration."""
    if start_us < first.end_us < second.end_us:
        return [first, second]
    lasting, empty = (first, second) if start_us < first.end_us else (second, first)
    amount = lasting.amount + (0.0 if empty.rule is Rule.UNKNOWN else empty.amount)
    return [Part(second.end_us, amount, lasting.rule)]


def _both(exchange: Exchange, rest: float, begun: float, bounds: tuple[int, int], chain: Chain) -> list[Part]:
    """Two metered parts where the stated time fits, else their sum over the interval."""
    start_us, end_us = bounds
    at = exchange.at_us
    if start_us < at < end_us and rest >= 0 and begun >= 0:
        possible = chain.limit.possible
        if rest <= possible((at - start_us) / HOUR_US) and begun <= possible((end_us - at) / HOUR_US):
            return [Part(at, rest, Rule.METERED), Part(end_us, begun, Rule.METERED)]
    return [Part(end_us, rest + begun, Rule.METERED)]
