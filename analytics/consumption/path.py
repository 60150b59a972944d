"""The energy path of a register: what was consumed up to each accepted reading, whatever happened to the register."""

from dataclasses import dataclass

import numpy as np

from analytics.consumption.amounts import Part, Rates, parts_of
from analytics.consumption.chain import Chain, ChainBuilder
from analytics.consumption.report import findings_of
from analytics.consumption.rules import Rule
from analytics.consumption.series import Exchange, Floats, Ints, Ordered, RegisterProfile, RegisterSeries, in_order
from analytics.consumption.span import Kind
from teplosvet.domain.findings import Finding

Rules = np.ndarray[tuple[int, ...], np.dtype[np.int8]]

NEW_EPOCH = frozenset({Kind.EXCHANGE, Kind.SERIAL_CHANGE, Kind.RESET, Kind.DECREASE, Kind.JUMP})
"""After these the register is another one, or starts anew."""


@dataclass(frozen=True, slots=True)
class EnergyPath:
    """Consumption up to each instant, from 0 at the first accepted reading.

    Attributes:
        at_us: Accepted readings, and the stated instants of recorded exchanges between them. [µs since 1970]
        cumulative: Consumed since the first instant; never decreases; does not grow over unknown intervals. [unit]
        rule: `Rule` of each of the n-1 intervals.
        shift: Decimal exponent in force: the register divided by ``10**shift`` is in the unit of the quantity.
        epoch: Number of the epoch, from 0.
        findings: What was found on the way, by time.
    """

    at_us: Ints
    cumulative: Floats
    rule: Rules
    shift: Ints
    epoch: Ints
    findings: tuple[Finding, ...]

    @property
    def total(self) -> float:
        """Everything that is known to have been consumed; NaN if no interval is known. [unit]"""
        known = self.rule != Rule.UNKNOWN
        return float(self.cumulative[-1]) if known.any() else float("nan")


def energy_path(
    series: RegisterSeries,
    exchanges: tuple[Exchange, ...] = (),
    profile: RegisterProfile | None = None,
    start_shift: int = 0,
) -> EnergyPath:
    """Turn register values into consumption. [unit of the quantity]

    Within an epoch the path follows the differences of the register. Around an anomaly the readings before and after
    decide, in this order of evidence: recorded exchange, change of serial number, rollover at the stated modulus, wrong
    readings, decimal change, reset or break. See docs/consumption.md.

    Args:
        series: Readings in any order, with duplicates.
        exchanges: Recorded exchanges of the instrument; a record outside the readings' time is ignored.
        profile: What is known of the register.
        start_shift: Decimal exponent in force at the first reading, where a window continues an earlier computation.
    """
    readings = in_order(series)
    if len(readings) < 2:
        return _without_intervals(readings, start_shift)
    by_time = tuple(sorted(exchanges, key=lambda e: e.at_us))
    chain = ChainBuilder(readings, by_time, profile or RegisterProfile(), start_shift).build()
    at = readings.at_us[chain.accepted]
    register = readings.register[chain.accepted]
    findings = findings_of(series, readings, chain)
    if not chain.links:
        scaled = register if not start_shift else register / 10.0**start_shift
        rule = np.zeros(len(at) - 1, dtype=np.int8)
        return EnergyPath(at, scaled - scaled[0], rule, chain.shift, np.zeros(len(at), dtype=np.int64), findings)
    return _with_links(at, register / 10.0**chain.shift, chain, findings)


def _without_intervals(readings: Ordered, start_shift: int) -> EnergyPath:
    count = len(readings)
    return EnergyPath(
        readings.at_us,
        np.zeros(count),
        np.zeros(0, dtype=np.int8),
        np.full(count, start_shift, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
        (),
    )


def _with_links(at: Ints, register: Floats, chain: Chain, findings: tuple[Finding, ...]) -> EnergyPath:
    """Replace the plain differences at links by their parts."""
    increment = np.diff(register)
    places = np.searchsorted(chain.accepted, [link.before for link in chain.links])
    plain = np.ones(len(increment), dtype=np.bool_)
    plain[places] = False
    rates = Rates(at, increment, plain)
    parts = [
        parts_of(link, place, int(at[place]), int(at[place + 1]), rates, chain)
        for link, place in zip(chain.links, places.tolist(), strict=True)
    ]
    rule = np.zeros(len(increment), dtype=np.int8)
    step = np.zeros(len(at), dtype=np.int64)
    knots: list[tuple[int, Part]] = []
    for link, place, own in zip(chain.links, places.tolist(), parts, strict=True):
        increment[place], rule[place] = own[-1].amount, own[-1].rule
        step[place + 1] = link.way.kind in NEW_EPOCH
        knots += [(place + 1, part) for part in own[:-1]]
    epoch = np.cumsum(step)
    where = np.array([place for place, _ in knots], dtype=np.int64)
    at = np.insert(at, where, [part.end_us for _, part in knots])
    increment = np.insert(increment, where - 1, [part.amount for _, part in knots])
    rule = np.insert(rule, where - 1, np.array([part.rule for _, part in knots], dtype=np.int8))
    shift, epoch = np.insert(chain.shift, where, chain.shift[where]), np.insert(epoch, where, epoch[where])
    known = np.where(rule == Rule.UNKNOWN, 0.0, increment)
    # A register that moves its decimal point loses a digit and may seem to fall by less than one step of it.
    cumulative = np.maximum.accumulate(np.concatenate(([0.0], np.cumsum(known))))
    return EnergyPath(at, cumulative, rule, shift, epoch, findings)
