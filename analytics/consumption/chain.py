"""The chain of readings that are believed: numpy where the series is clean, a bounded search around anomalies.

A span reaches `LOOK_AROUND` readings to each side of an anomaly and joins with spans that it touches. Within it the
cheapest chain is found exactly, by dynamic programming over readings, instruments, recorded exchanges and decimal
exponents. What a span decides therefore depends on the readings in it alone, which makes windows equal the whole.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analytics.consumption.plausibility import Limit, limit_of, resolution_of
from analytics.consumption.returns import Return, returns_of, within
from analytics.consumption.rules import EXCHANGE_WINDOW_US, EXCURSION_TIME_US, HOUR_US, LOOK_AROUND
from analytics.consumption.search import cheapest_chain
from analytics.consumption.series import (
    Exchange,
    Floats,
    Ints,
    Ordered,
    RegisterProfile,
    SerialCandidates,
    serial_candidates,
)
from analytics.consumption.span import UNUSUAL, Kind, Span, State, Way


@dataclass(frozen=True, slots=True)
class Link:
    """A way between two accepted readings that is more than a plain difference.

    Attributes:
        before: Index of the accepted reading before, among the ordered readings.
        after: Index of the accepted reading after.
        way: How the register got there.
        shift_before: Decimal exponent before it.
        exchange: The recorded exchange, where it is one.
        span: The span that it was found in.
    """

    before: int
    after: int
    way: Way
    shift_before: int
    exchange: Exchange | None
    span: Span


@dataclass(frozen=True, slots=True)
class Chain:
    """The accepted readings and the special links between them.

    Attributes:
        accepted: Indices of the accepted readings among the ordered ones.
        shift: Decimal exponent at each accepted reading.
        links: Special links, by time.
        limit: What was held to be possible.
    """

    accepted: Ints
    shift: Ints
    links: tuple[Link, ...]
    limit: Limit


class ChainBuilder:
    """Walks over a series from span to span; `build` returns the chain."""

    def __init__(
        self, readings: Ordered, exchanges: tuple[Exchange, ...], profile: RegisterProfile, start_shift: int
    ) -> None:
        self._readings = readings
        self._profile = profile
        self._limit = limit_of(readings, profile)
        self._serials = serial_candidates(readings.serial)
        self._exchanges = exchanges
        self._state = State(int(self._serials.before[0]), 0, start_shift)
        self._pieces: list[Ints] = []
        self._shifts: list[Ints] = []
        self._links: list[Link] = []
        self._returns: tuple[Return, ...] = ()

    def build(self) -> Chain:
        """Follow the register from the first reading to the last one that can be told."""
        last = len(self._readings) - 1
        done, anomalies = 0, self._anomalies(0)
        while len(anomalies):
            first, end, inside = self._reach(anomalies, done)
            self._accept(np.arange(done, first, dtype=np.int64))
            shift = self._state.shift
            self._solve(first, end, anomalies[:inside])
            done = end
            anomalies = self._anomalies(end) if self._state.shift != shift else anomalies[inside:]
        if done < last or not self._pieces:
            self._accept(np.arange(done, last + 1, dtype=np.int64))
        elif self._end_accepted:
            self._accept(np.array([last], dtype=np.int64))
        return Chain(np.concatenate(self._pieces), np.concatenate(self._shifts), tuple(self._links), self._limit)

    _end_accepted = True

    def _accept(self, indices: Ints) -> None:
        self._pieces.append(indices)
        self._shifts.append(np.full(len(indices), self._state.shift, dtype=np.int64))

    def _anomalies(self, start: int) -> Ints:
        """Indices of readings from `start` on after which something has to be explained."""
        readings, scale = self._readings, 10.0**self._state.shift
        at, register = readings.at_us[start:], readings.register[start:] / scale
        duration_h = np.diff(at) / HOUR_US
        grown = np.diff(register)
        limit = self._limit.at_shift(self._state.shift)
        odd = (grown < 0) | (grown > limit.believed_each(duration_h, register[:-1]))
        for place in np.flatnonzero(odd & (grown > 0)):
            around = readings.register[max(0, start + place - LOOK_AROUND) : start + place + LOOK_AROUND + 2]
            allowed = limit.believed(float(duration_h[place]), float(register[place]))
            odd[place] = grown[place] > allowed + resolution_of(around) / scale
        # The move of a decimal point may hide below a limit that its own great increments have raised.
        odd |= (register[:-1] > 0) & (register[1:] > 5.0 * register[:-1]) & (grown > limit.rate_per_h * duration_h)
        self._returns = self._returns_from(start, limit) if (grown < 0).any() else ()
        for leaving, back in self._returns:
            odd[[leaving - start, back - 1 - start]] = True
        if self._serials.present:
            before, after = self._serials.before[start:], self._serials.after[start:]
            odd |= (before[1:] != before[:-1]) | (after[1:] != after[:-1]) | (before[:-1] != after[:-1])
        for exchange in self._exchanges:
            odd |= self._exchange_signs(exchange, at, grown / duration_h)
        return np.flatnonzero(odd).astype(np.int64) + start

    def _returns_from(self, start: int, limit: Limit) -> tuple[Return, ...]:
        readings = self._readings
        register = readings.register[start:] / 10.0**self._state.shift
        found = returns_of(readings.at_us[start:], register, self._serials.before[start:], limit)
        return tuple(Return(start + before, start + after) for before, after in found)

    @staticmethod
    def _exchange_signs(exchange: Exchange, at: Ints, rate: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Where a recorded exchange may have been: its stated time, and unusual rates near it."""
        near = (at[1:] > exchange.at_us - EXCHANGE_WINDOW_US) & (at[:-1] < exchange.at_us + EXCHANGE_WINDOW_US)
        stated = (at[:-1] < exchange.at_us) & (exchange.at_us <= at[1:])
        rates = rate[near & (rate >= 0)]
        usual = UNUSUAL * float(np.mean(np.sort(rates)[: max(1, len(rates) * 3 // 4)])) if len(rates) else np.inf
        return stated | (near & (rate > usual))

    def _reach(self, anomalies: Ints, done: int) -> tuple[int, int, int]:
        """First and last reading of the span of the first anomalies, and how many of them lie in it."""
        at, last = self._readings.at_us, len(self._readings) - 1
        first = max(done, int(anomalies[0]) - LOOK_AROUND)
        end, inside = self._end_of(int(anomalies[0]), last), 1
        while inside < len(anomalies):
            place = int(anomalies[inside])
            touches = place - LOOK_AROUND <= end or self._carries_on(anomalies[:inside], place, at)
            if not touches and not self._of_one_exchange(int(at[first]), int(at[end]), int(at[place])):
                break
            end, inside = self._end_of(place, last), inside + 1
        return first, end, inside

    def _of_one_exchange(self, start_us: int, end_us: int, sign_us: int) -> bool:
        """Whether a span and a later sign may both belong to one recorded exchange."""
        return any(
            start_us - EXCHANGE_WINDOW_US <= e.at_us <= end_us + EXCHANGE_WINDOW_US
            and sign_us < e.at_us + EXCHANGE_WINDOW_US
            for e in self._exchanges
        )

    @staticmethod
    def _end_of(place: int, last: int) -> int:
        return min(last, place + 1 + LOOK_AROUND)

    def _carries_on(self, earlier: Ints, place: int, at: Ints) -> bool:
        """Whether the register after `place` carries on from before one of the earlier anomalies."""
        return any(self._continues(int(i), place + 1, at) for i in earlier[-LOOK_AROUND:])

    def _continues(self, i: int, j: int, at: Ints) -> bool:
        if at[j] - at[i] > EXCURSION_TIME_US:
            return False
        scale = 10.0**self._state.shift
        before = float(self._readings.register[i]) / scale
        grown = float(self._readings.register[j]) / scale - before
        limit = self._limit.at_shift(self._state.shift)
        return 0 <= grown <= limit.believed(float(at[j] - at[i]) / HOUR_US, before)

    def _solve(self, first: int, end: int, anomalies: Ints) -> None:
        """Find the cheapest chain through a span and accept it, except its last reading, which begins what follows."""
        last = len(self._readings) - 1
        span = self._span(first, end, anomalies)
        start = State(self._state.serial, 0, self._state.shift)
        steps = cheapest_chain(span, start, free_start=first == 0, free_end=end == last)
        shift = start.shift
        accepted, shifts = [steps[0].reading], [shift]
        for before, step in pairwise(steps):
            way = step.way
            if way is not None and way.kind is not Kind.NORMAL:
                exchange = span.exchanges[way.exchange] if way.exchange >= 0 else None
                self._exchanges = tuple(e for e in self._exchanges if e is not exchange)
                self._links.append(Link(first + before.reading, first + step.reading, way, shift, exchange, span))
                shift = way.state.shift
            accepted.append(step.reading)
            shifts.append(shift)
        self._end_accepted = first + accepted[-1] == end
        keep = len(accepted) - 1 if self._end_accepted else len(accepted)
        self._pieces.append(np.asarray(accepted[:keep], dtype=np.int64) + first)
        self._shifts.append(np.asarray(shifts[:keep], dtype=np.int64))
        self._state = State(steps[-1].state.serial, 0, shift)

    def _span(self, first: int, end: int, anomalies: Ints) -> Span:
        readings, serials = self._readings, self._serials
        at, register = readings.at_us[first : end + 1], readings.register[first : end + 1]
        low, high = int(at[0]) - EXCHANGE_WINDOW_US, int(at[-1]) + EXCHANGE_WINDOW_US
        undisputed = np.ones(end - first, dtype=np.bool_)
        undisputed[anomalies[anomalies < end] - first] = False
        hours = float(np.sum(np.diff(at)[undisputed])) / HOUR_US
        amount = float(np.sum(np.diff(register)[undisputed])) / 10.0**self._state.shift
        limit = self._limit
        rate = amount / hours if hours else limit.great(1.0) / UNUSUAL
        inside = (r for r in self._returns if first <= r.before and r.after <= end)
        returns = tuple(Return(r.before - first, r.after - first) for r in inside)
        return Span(
            first=first,
            at_us=at.tolist(),
            register=register.tolist(),
            serials=_either(serials, first, end),
            exchanges=tuple(e for e in self._exchanges if low <= e.at_us <= high),
            limit=limit,
            rate_per_h=rate,
            resolution=resolution_of(register),
            modulus=self._profile.modulus,
            returns=returns,
            within=within(returns, len(register)),
        )


def _either(serials: SerialCandidates, first: int, end: int) -> list[tuple[int, ...]]:
    before, after = serials.before[first : end + 1].tolist(), serials.after[first : end + 1].tolist()
    return [(a,) if a == b else (a, b) for a, b in zip(before, after, strict=True)]
