"""Clocks of a heat meter's states, by day, out of its readings. Pure, arrays in, arrays out.

Metodika of 17.03.2014 No. 99/pr splits the reporting period of a meter into
``T_period = T_norm + T_min + T_max + T_dT + T_fault + T_power``: normal operation, flow below the range, flow above it,
difference of temperatures below its limit, functional failure, no power. Read in summary only, as
docs/methods/fill-rules.md says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.arrays import Floats, Mask
from analytics.holding import Held, Pieces
from teplosvet.domain.heat_limits import HeatLimits
from teplosvet.domain.quantities import Quantity

Ints = NDArray[np.int64]

LONGEST_HOLD_US = 2 * 3_600_000_000
"""A state holds until the next reading, over so much time at most: the slowest meters that are asked for it are asked
every hour, and one answer may fail. A longer silence says nothing of the time in it. [µs]"""

STEP_S = 3_600.0
"""Step of the registers of operating time and error time: both are shown in whole hours. [s]"""

STATES = ("below_range_s", "above_range_s", "low_dt_s", "fault_s", "no_power_s")
"""The abnormal clocks."""


@dataclass(frozen=True, slots=True)
class HeatClocks:
    """Clocks of consecutive days; NaN where nobody knows. [s]

    Attributes:
        normal_s: Known to be in no abnormal state; known only where every state of a piece of time is.
        below_range_s: Something flowed, and less than the range of the meter.
        above_range_s: More flowed than the range of the meter.
        low_dt_s: Something flowed, and the difference of temperatures was below its limit.
        fault_s: The calculator told of an error, counted error time, or saw the water run backwards.
        no_power_s: The calculator did not count its operating time.
        covered_s: Time of which anything is known; the known clocks sum up to it at most.
    """

    normal_s: Floats
    below_range_s: Floats
    above_range_s: Floats
    low_dt_s: Floats
    fault_s: Floats
    no_power_s: Floats
    covered_s: Floats


def heat_clocks(
    at_us: Ints, values: Mapping[Quantity, Floats], serial: NDArray[np.int32], edges_us: Ints, limits: HeatLimits
) -> HeatClocks:
    """Clocks of the days between edges.

    Where several states hold at once one clock runs: that of the fault before those of the flow, and that of the flow
    before that of the temperatures.

    Args:
        at_us: Distinct instants of the readings in order, at least one. [µs since 1970]
        values: Of each quantity, NaN where a reading has none. [unit of the quantity]
        serial: Codes of the serial numbers; registers are compared within one.
        edges_us: k+1 increasing edges of k days. [µs since 1970]
        limits: Of the meter.
    """
    gap = np.diff(at_us)
    silent = gap > LONGEST_HOLD_US
    hold = np.append(np.where(silent, 0, gap), 0)
    readings = Held(at_us, hold, np.cumsum(np.append(False, silent)))
    pieces = Pieces.cut(readings, edges_us)
    found = _shown(pieces, values, limits)
    silence = _spread(at_us[:-1], at_us[1:], np.where(silent, gap / 1e6, 0.0), edges_us)
    same = serial[:-1] == serial[1:]
    error = _error_time(at_us, values[Quantity.ERROR_TIME_H], same, edges_us)
    power = _power_loss(at_us, values[Quantity.OPERATING_TIME_H], same, edges_us)
    return _with_registers(found, error, power, silence)


def _shown(pieces: Pieces, values: Mapping[Quantity, Floats], limits: HeatLimits) -> HeatClocks:
    """What the readings themselves show, over the time in which they hold."""

    def held(quantity: Quantity) -> Floats:
        known = pieces.known(values[quantity], LONGEST_HOLD_US)
        return np.full(len(pieces.length_us), np.nan) if known is None else known.value

    flow, flags, quality = (
        held(q) for q in (Quantity.HEAT_FLOW_M3H, Quantity.HEAT_ERROR_FLAGS, Quantity.HEAT_QUALITY_FLAGS)
    )
    spread_k = held(Quantity.FLOW_TEMPERATURE_C) - held(Quantity.RETURN_TEMPERATURE_C)
    registers = [held(q) for q in (Quantity.ERROR_TIME_H, Quantity.OPERATING_TIME_H)]
    fault, fault_known = _fault(flow, flags, quality, limits)
    low, high, dt = (np.nan if each is None else each for each in (limits.q_min_m3h, limits.q_max_m3h, limits.dt_min_k))
    flows = flow != 0  # at a standstill there is nothing to meter; an unknown flow may be one
    states = (
        (fault, fault_known),
        ((flow > 0) & (flow < low), np.isfinite(flow + low)),
        (flow > high, np.isfinite(flow + high)),
        (flows & (spread_k < dt), np.isfinite(dt) & (np.isfinite(spread_k) | (flow == 0))),
    )
    free, every = pieces.length_us > 0, pieces.length_us > 0
    clocks = []
    for holds, known in states:
        clocks.append(_clock(pieces, holds & free, known))
        free, every = free & ~holds, every & known
    told = np.any([np.isfinite(each) for each in (flow, flags, quality, spread_k, *registers)], axis=0)
    fault_s, below_s, above_s, low_dt_s = clocks
    nothing = np.full(pieces.buckets, np.nan)
    normal_s = _clock(pieces, free & every, every)
    return HeatClocks(
        normal_s, below_s, above_s, low_dt_s, fault_s, nothing, pieces.total(pieces.length_us * told) / 1e6
    )


def _fault(flow: Floats, flags: Floats, quality: Floats, limits: HeatLimits) -> tuple[Mask, Mask]:
    """Where the meter tells of a fault, and where it tells whether there is one."""
    raised = np.abs(flags) > 0
    if limits.fault_bits is not None:
        raised[raised] = flags[raised].astype(np.int64) & limits.fault_bits != 0
    return raised | (np.abs(quality) > 0) | (flow < 0), np.isfinite(flags) | np.isfinite(quality)


def _clock(pieces: Pieces, holds: Mask, known: Mask) -> Floats:
    """Seconds of each day in a state, NaN where no piece of the day tells. [s]"""
    tells = pieces.total(((known | holds) & (pieces.length_us > 0)).astype(np.float64)) > 0
    return np.where(tells, pieces.total(pieces.length_us * holds) / 1e6, np.nan)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a register says of days: whether it says anything, and seconds while the meter spoke and while not."""

    known: Mask
    spoken_s: Floats
    silent_s: Floats


def _error_time(at_us: Ints, register_h: Floats, same: Mask, edges_us: Ints) -> _Counted:
    """Growth of the register of error time; a growth that no clock allows says nothing."""
    start, end, growth_s, known = _growth(at_us, register_h, same)
    known &= growth_s <= (end - start) / 1e6 + STEP_S
    silent = end - start > LONGEST_HOLD_US
    return _counted(start, end, growth_s, (known, silent), edges_us)


def _power_loss(at_us: Ints, register_h: Floats, same: Mask, edges_us: Ints) -> _Counted:
    """Silent time in which the register of operating time stood still.

    Both ends are shown in whole hours, so that less than an hour says nothing. When it was, nobody knows: it is spread
    evenly over the silence.
    """
    start, end, growth_s, known = _growth(at_us, register_h, same)
    lost_s = (end - start) / 1e6 - growth_s
    silent = end - start > LONGEST_HOLD_US
    return _counted(start, end, np.where(silent & (lost_s > STEP_S), lost_s, 0.0), (known, silent), edges_us)


def _growth(at_us: Ints, register_h: Floats, same: Mask) -> tuple[Ints, Ints, Floats, Mask]:
    """Spans between the readings of a register, its growth [s], and where it went on in the same instrument."""
    place = np.flatnonzero(np.isfinite(register_h))
    changes = np.concatenate(([0], np.cumsum(~same)))
    growth_s = np.diff(register_h[place]) * 3_600.0
    known = (np.diff(changes[place]) == 0) & (growth_s >= 0)
    return at_us[place[:-1]], at_us[place[1:]], growth_s, known


def _counted(start: Ints, end: Ints, amount_s: Floats, told: tuple[Mask, Mask], edges_us: Ints) -> _Counted:
    known, silent = told
    reach = _spread(start, end, np.where(known, (end - start) / 1e6, 0.0), edges_us)
    spoken, quiet = (_spread(start, end, np.where(known & part, amount_s, 0.0), edges_us) for part in (~silent, silent))
    return _Counted(reach > 0, spoken, quiet)


def _spread(start: Ints, end: Ints, amount: Floats, edges_us: Ints) -> Floats:
    """Amounts of spans that follow each other, spread evenly over each, summed between edges."""
    if not len(start):
        return np.zeros(len(edges_us) - 1)
    origin = edges_us[0]  # microseconds since 1970 leave a float64 too few digits
    at = np.stack([start - origin, end - origin], axis=1).ravel().astype(np.float64)
    total = np.cumsum(amount)
    passed = np.stack([total - amount, total], axis=1).ravel()
    # rounded, because a sum that falls by the last bit would be a negative time
    return np.asarray(np.round(np.diff(np.interp((edges_us - origin).astype(np.float64), at, passed)), 6))


def _with_registers(shown: HeatClocks, error: _Counted, power: _Counted, silence_s: Floats) -> HeatClocks:
    """The clocks that readings show, with what registers counted beside them.

    Error time that the flags do not show is taken from the normal time of the day. Whole seconds.
    """
    no_power = np.floor(np.where(power.known, np.minimum(power.silent_s, silence_s), np.nan))
    shown_s = (shown.below_range_s, shown.above_range_s, shown.low_dt_s, shown.fault_s)
    below, above, low_dt, seen = (np.floor(each) for each in shown_s)
    covered = np.floor(shown.covered_s)
    room = covered - _known_sum(below, above, low_dt, seen)
    beyond = np.floor(error.spoken_s - _known_sum(seen))
    more = np.where(beyond > 0, np.minimum(beyond, room), 0.0)
    quiet = np.floor(np.minimum(error.silent_s, silence_s - _known_sum(no_power)))
    fault = np.where(np.isfinite(seen) | error.known, _known_sum(seen) + more + quiet, np.nan)
    normal = np.minimum(np.floor(shown.normal_s), room - more)
    return HeatClocks(normal, below, above, low_dt, fault, no_power, covered + _known_sum(no_power) + quiet)


def _known_sum(*clocks: Floats) -> Floats:
    """Sum of the clocks that are known on each day. [s]"""
    return np.asarray(np.nansum(np.stack(clocks), axis=0))
