"""What goes wrong between an instrument and the platform, by probability and reproducibly.

Faults of an instrument change what it says (`afflict`), faults of the line change what arrives, when and how often
(`deliver`). None changes what was really used, and every one can be undone in principle: registers go on counting
behind it. Rollover and exchange belong to the installed instruments; the plan only says how often the latter happens.
"""

from dataclasses import dataclass, replace

import numpy as np

from simulators.arrays import SECONDS_PER_HOUR, Flags, Floats, Ints
from simulators.series import Column, DeviceSeries
from teplosvet.domain.quantities import Kind, Quantity

_QUIET_S = 26 * SECONDS_PER_HOUR
"""No fault hides the first and the last day of a span, so that the register at its ends is known."""

_CAN_STICK = frozenset({Quantity.FLOW_TEMPERATURE_C, Quantity.RETURN_TEMPERATURE_C, Quantity.ILLUMINANCE_LX})


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Probabilities of faults; nothing happens by default.

    Attributes:
        dropout_per_day: Outages of a gateway's line in which messages are lost. [1/d]
        dropout_h: Shortest and longest such outage. [h]
        duplicate: Share of messages delivered twice. [-]
        late_per_day: Outages after which the gateway delivers what it kept, newer messages having passed it. [1/d]
        late_h: Shortest and longest such delay. [h]
        skewed: Share of gateways with a clock that is wrong by a constant. [-]
        skew_s: Greatest error of such a clock, either way. [s]
        stuck_per_day: Times that a temperature or light sensor of an instrument freezes. [1/d]
        stuck_h: Shortest and longest freeze. [h]
        zero_per_day: Single readings in which all registers of an instrument show zero. [1/d]
        exchanged: Share of light points whose driver is exchanged in a season. [-]
    """

    dropout_per_day: float = 0.0
    dropout_h: tuple[float, float] = (2.0, 40.0)
    duplicate: float = 0.0
    late_per_day: float = 0.0
    late_h: tuple[float, float] = (2.0, 30.0)
    skewed: float = 0.0
    skew_s: float = 150.0
    stuck_per_day: float = 0.0
    stuck_h: tuple[float, float] = (2.0, 24.0)
    zero_per_day: float = 0.0
    exchanged: float = 0.0


NO_FAULTS = FaultPlan()
DEMO_FAULTS = FaultPlan(
    dropout_per_day=0.008,
    dropout_h=(2.0, 16.0),
    duplicate=0.01,
    late_per_day=0.05,
    skewed=0.4,
    stuck_per_day=0.01,
    zero_per_day=0.003,
    exchanged=0.04,
)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What the line makes of messages: any order, some twice, some never.

    Attributes:
        message: Index of the message. [-]
        at_s: When it is delivered, Unix time, in order. [s]
    """

    message: Ints
    at_s: Floats


def afflict(series: DeviceSeries, plan: FaultPlan, random: np.random.Generator, skew_s: float = 0.0) -> DeviceSeries:
    """Put the faults of the instrument into its readings; what it measured stays true underneath.

    Args:
        series: What the instrument would say.
        plan: How often what happens.
        random: Source of chance.
        skew_s: How much the clock of its gateway is ahead. [s]
    """
    times = series.times_s
    stuck = _spells(times, plan.stuck_per_day, plan.stuck_h, random)
    zeros = _inner(times) & (random.random(times.size) < _per_reading(times, plan.zero_per_day))
    zeros[1:] &= ~zeros[:-1]
    columns = tuple(_afflicted(column, stuck, zeros) for column in series.columns)
    return replace(series, times_s=times + round(skew_s), columns=columns)


def clock_skew_s(plan: FaultPlan, random: np.random.Generator) -> float:
    """How much a gateway's clock is ahead: zero for most. [s]"""
    wrong, error = random.random() < plan.skewed, random.uniform(-plan.skew_s, plan.skew_s)
    return float(round(error)) if wrong else 0.0


def deliver(times_s: Floats, plan: FaultPlan, random: np.random.Generator) -> Deliveries:
    """Decide which messages are lost, late or sent twice.

    Args:
        times_s: When the messages are made, in order. [s]
        plan: How often what happens.
        random: Source of chance.
    """
    lost = _spells(times_s, plan.dropout_per_day, plan.dropout_h, random)
    at_s = times_s.astype(np.float64)
    for start, end in _spans(times_s, plan.late_per_day, plan.late_h, random):
        held = (times_s >= start) & (times_s < end)
        at_s[held] = end + random.uniform(0.5, 3.0) * SECONDS_PER_HOUR
    index = np.flatnonzero(~lost)
    twice = index[random.random(index.size) < plan.duplicate]
    again_s = at_s[twice] + random.uniform(1.0, 6 * SECONDS_PER_HOUR, twice.size)
    message, when = np.concatenate([index, twice]), np.concatenate([at_s[index], again_s])
    order = np.argsort(when, kind="stable")
    return Deliveries(message[order], when[order])


def _afflicted(column: Column, stuck: Flags, zeros: Flags) -> Column:
    if column.kind is Kind.COUNTER and zeros.any():
        return replace(column, values=np.where(zeros, 0.0, column.values))
    if column.quantity in _CAN_STICK and stuck.any():
        moving = np.maximum.accumulate(np.where(stuck, 0, np.arange(stuck.size)))
        return replace(column, values=column.values[moving])
    return column


def _spells(times_s: Floats, per_day: float, length_h: tuple[float, float], random: np.random.Generator) -> Flags:
    flags = np.zeros(times_s.size, dtype=np.bool_)
    for start, end in _spans(times_s, per_day, length_h, random):
        flags |= (times_s >= start) & (times_s < end)
    return flags & _inner(times_s)


def _spans(
    times_s: Floats, per_day: float, length_h: tuple[float, float], random: np.random.Generator
) -> list[tuple[float, float]]:
    if times_s.size == 0 or times_s[-1] - times_s[0] <= 2 * _QUIET_S:
        return []
    first, last = float(times_s[0]) + _QUIET_S, float(times_s[-1]) - _QUIET_S
    starts = np.sort(random.uniform(first, last, int(random.poisson(per_day * (last - first) / 86400))))
    lengths = random.uniform(*length_h, starts.size) * SECONDS_PER_HOUR
    return [(start, min(start + length, last)) for start, length in zip(starts.tolist(), lengths.tolist(), strict=True)]


def _inner(times_s: Floats) -> Flags:
    if times_s.size == 0:
        return np.zeros(0, dtype=np.bool_)
    inner: Flags = (times_s > times_s[0] + _QUIET_S) & (times_s < times_s[-1] - _QUIET_S)
    return inner


def _per_reading(times_s: Floats, per_day: float) -> float:
    if times_s.size < 2:
        return 0.0
    return per_day * float(times_s[-1] - times_s[0]) / 86400 / times_s.size
