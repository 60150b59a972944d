"""Hours of a light point at each level, people under it, and its energy by level, whichever source reports it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats, Mask
from analytics.holding import MINUTE_US, NEVER_OUTAGE_US, ONE_TELLING_US, Held, Ints, Known, Pieces, held
from teplosvet.domain.quantities import Quantity

Values = Mapping[Quantity, Floats]

FULL_LEVEL_PERCENT = 95.0
"""From this level on a lamp is full on. [%]"""

FULL_POWER_SHARE = 0.8
"""Where no level is told, from this share of its largest usual power on: voltage and warmth vary by so much. [-]"""

OFF_POWER_SHARE = 0.05
"""Where no level is told, below this share a lamp is off: driver and sensor still draw something. [-]"""

USUAL_POWER_RANK = 3
"""The largest usual power is the third largest reading of the day and a day around it: one spike is none. [-]"""

PRESENCE_LONGEST_US = 3_600_000_000
"""Somebody who is not reported again is believed to be there for an hour: an outage is not presence. [µs]"""

LONGEST_US = 64_800_000_000
"""Nobody being there, as any other value, is believed for as long as a winter's night. [µs]"""

UNKNOWN_POWER_SHARE = 0.01
"""Share of the time at levels of unknown power beyond which the energy by level is unknown. [-]"""

COARSEST_SAMPLING_US = 16 * MINUTE_US
"""Hourly readings of lamps that burn for two minutes may miss a whole day of them. [µs]"""

UNEVEN = 1.3
"""Mean square over squared mean of intervals: 1 where all are the same, 2 where they come by chance. [-]"""

_DAY_US = 86_400_000_000
_US_PER_S = 1e6
_US_W_PER_KWH = 3.6e12
_OFF, _DIMMED, _FULL = 101, 102, 103
_KEYS = 104


@dataclass(frozen=True, slots=True)
class LightUse:
    """A light point on each of some local days; NaN where a day has nothing of it.

    Attributes:
        covered_s: Time with a known level (else power, else presence). [s]
        off_s: Time off. [s]
        dimmed_s: Time between off and full. [s]
        full_s: Time full on. [s]
        present_s: Time with somebody there. [s]
        presence_events: How often somebody came. [-]
        failed_s: Time with a failed lamp. [s]
        override_s: Time in which somebody else than the sensor decided: not for verification. [s]
        energy_by_level_kwh: Sum over levels of the mean power at the level times the time at it. [kWh]
        doubt_kwh: What the instants of reading leave open of that sum; NaN if nobody can tell. [kWh]
    """

    covered_s: Floats
    off_s: Floats
    dimmed_s: Floats
    full_s: Floats
    present_s: Floats
    presence_events: Floats
    failed_s: Floats
    override_s: Floats
    energy_by_level_kwh: Floats
    doubt_kwh: Floats


def light_use(at_us: Ints, values: Values, edges_us: Ints) -> LightUse:
    """Use of a light point on each of some local days. [s], [kWh]

    A value holds until its device says another one, but not over an outage (`analytics.holding`). Levels are those that
    are told; where none is, they follow from the power. See docs/methods/light-use.md.

    Args:
        at_us: Instants of the readings in order, at least one. [µs since 1970]
        values: Quantities of a light point, one value for each reading, NaN where missing. [unit of the quantity]
        edges_us: k+1 edges of k local days. [µs since 1970]
    """
    silent = bool((np.diff(at_us) > NEVER_OUTAGE_US).any())
    changed, attended = (_changes(values), _attended(at_us, values[Quantity.PRESENCE])) if silent else (None, None)
    readings = held(at_us, changed, attended)
    pieces = Pieces.cut(readings, edges_us)
    key, lit_us = _levels(pieces, values, edges_us)
    kinds = _kinds(key)
    off_s, dimmed_s, full_s = (pieces.total(np.where(kinds == of, lit_us, 0.0)) / _US_PER_S for of in range(3))
    known_s = off_s + dimmed_s + full_s
    lit = known_s > 0
    present, presence_s = _presence(pieces, values)
    covered_s = np.where(lit, known_s, presence_s)
    energy, doubt = _energy_by_level(pieces, values, key, lit_us)
    return LightUse(
        covered_s,
        np.where(lit, off_s, np.nan),
        np.where(lit, dimmed_s, np.nan),
        np.where(lit, full_s, np.nan),
        np.where(presence_s > 0, present, np.nan),
        _presence_events(readings, values, edges_us),
        _time_set(pieces, values[Quantity.LAMP_FAILURE]),
        _time_set(pieces, values[Quantity.OVERRIDE_MODE]),
        energy,
        doubt,
    )


def _changes(values: Values) -> Mask | None:
    """Which readings tell another level, presence or failure than was told before; None if none tells any."""
    changed: Mask | None = None
    for quantity in (Quantity.LIGHT_LEVEL_PERCENT, Quantity.PRESENCE, Quantity.LAMP_FAILURE):
        told = np.flatnonzero(~np.isnan(values[quantity]))
        if len(told):
            changed = np.zeros(len(values[quantity]), dtype=np.bool_) if changed is None else changed
            changed[told[1:]] |= np.diff(values[quantity][told]) != 0
    return changed


def _attended(at_us: Ints, presence: Floats) -> Mask:
    """At which readings somebody was there, as told within `PRESENCE_LONGEST_US`."""
    told = np.flatnonzero(presence > 0)
    if not len(told):
        return np.zeros(len(at_us), dtype=np.bool_)
    known = np.flatnonzero(~np.isnan(presence))
    last = np.searchsorted(known, np.arange(len(at_us)), side="right") - 1
    source = known[np.clip(last, 0, len(known) - 1)]
    there: Mask = (last >= 0) & (presence[source] > 0) & (at_us - at_us[source] <= PRESENCE_LONGEST_US)
    return there


def _levels(pieces: Pieces, values: Values, edges_us: Ints) -> tuple[Ints, Floats]:
    """What each piece burns at and for how long: the level in percent, or a class of power; -1 where unknown. [µs]"""
    level = pieces.known(values[Quantity.LIGHT_LEVEL_PERCENT])
    if level is None:
        key, lasts = np.full(len(pieces.source), -1, dtype=np.int64), np.zeros(len(pieces.source))
    else:
        key, lasts = _whole(level.value), level.for_us
    unknown = lasts == 0
    if not (unknown & (pieces.length_us > 0)).any():
        return key, lasts
    power = pieces.known(values[Quantity.LIGHT_POWER_W])
    if power is None:
        return key, lasts
    usual_w = _largest_usual_power_w(pieces.readings, values[Quantity.LIGHT_POWER_W], edges_us)[pieces.bucket]
    of_power = np.where(power.value < OFF_POWER_SHARE * usual_w, _OFF, _DIMMED)
    of_power[power.value >= FULL_POWER_SHARE * usual_w] = _FULL
    of_power[usual_w <= 0] = _OFF
    told = unknown & (power.for_us > 0)
    return np.where(told, of_power, key), np.where(told, power.for_us, lasts)


def _whole(level_percent: Floats) -> Ints:
    """Levels as whole numbers; a glimmer of less than half a percent stays on."""
    known = ~np.isnan(level_percent)
    whole = np.full(len(level_percent), -1, dtype=np.int64)
    told = level_percent[known]
    whole[known] = np.where((told > 0) & (told < 1), 1, np.rint(told))
    return whole


def _kinds(key: Ints) -> Ints:
    """Which pieces are off (0), dimmed (1) or full (2); -1 where unknown."""
    off = (key == 0) | (key == _OFF)
    full = ((key >= FULL_LEVEL_PERCENT) & (key <= 100)) | (key == _FULL)
    kinds: Ints = np.select([key < 0, off, full], [-1, 0, 2], 1)
    return kinds


def _largest_usual_power_w(readings: Held, power_w: Floats, edges_us: Ints) -> Floats:
    """The largest usual power around each day; 0 where there is none. [W]"""
    starts = np.searchsorted(readings.at_us, edges_us[:-1] - _DAY_US).tolist()
    ends = np.searchsorted(readings.at_us, edges_us[1:] + _DAY_US).tolist()
    usual = np.zeros(len(edges_us) - 1)
    for day, (start, end) in enumerate(zip(starts, ends, strict=True)):
        near = power_w[start:end]
        near = near[~np.isnan(near)]
        if len(near):
            place = len(near) - min(USUAL_POWER_RANK, len(near))
            usual[day] = np.partition(near, place)[place]
    return usual


def _energy_by_level(pieces: Pieces, values: Values, key: Ints, lit_us: Floats) -> tuple[Floats, Floats]:
    """Energy of each day by level, and what is open of it; NaN where the power of a level in use is unknown. [kWh]"""
    days = pieces.buckets
    # fresh: told with the reading or right before it, by a source that sends each quantity by itself
    power = pieces.known(values[Quantity.LIGHT_POWER_W], ONE_TELLING_US)
    lit = (key >= 0) & (lit_us > 0)
    if power is None or not lit.any():
        return np.full(days, np.nan), np.full(days, np.nan)
    cell = np.where(lit, pieces.bucket * _KEYS + key, 0)
    metered = lit & (power.for_us > 0)
    if metered.any() and pieces.length_us[metered].max() > ONE_TELLING_US:
        metered &= pieces.length_us > ONE_TELLING_US
    size = days * _KEYS
    weight = np.bincount(cell[metered], weights=pieces.length_us[metered], minlength=size)
    work = np.bincount(cell[metered], weights=(pieces.length_us * power.value)[metered], minlength=size)
    power_at_w = np.divide(work, weight, out=np.full(size, np.nan), where=weight > 0)
    time_at = np.bincount(cell[lit], weights=lit_us[lit], minlength=size)
    unknown = np.where(weight > 0, 0.0, time_at).reshape(days, _KEYS).sum(axis=1)
    energy = np.where(weight > 0, power_at_w * time_at, 0.0).reshape(days, _KEYS).sum(axis=1)
    known = time_at.reshape(days, _KEYS).sum(axis=1)
    enough = (known > 0) & (unknown <= UNKNOWN_POWER_SHARE * known)
    doubt = _doubt(pieces, np.where(lit, power_at_w[cell], np.nan), lit_us)
    return np.where(enough, energy / _US_W_PER_KWH, np.nan), np.where(enough, doubt / _US_W_PER_KWH, np.nan)


def _doubt(pieces: Pieces, power_w: Floats, lit_us: Floats) -> Floats:
    """What is open of each day's energy because a change lies somewhere between two readings. [µs·W]

    Each change leaves open its step times that while, and many of them cancel out as independent errors do. A source
    most of whose readings are changes, at uneven intervals, speaks when something changes: it leaves nothing open. What
    a source that is read more seldom than `COARSEST_SAMPLING_US` has not seen nobody can tell: NaN.
    """
    step_w = np.abs(np.diff(power_w, append=np.nan))
    changed = step_w > 0
    count, changes = (pieces.total(each.astype(np.float64)) for each in (lit_us > 0, changed))
    open_square = pieces.total(np.where(changed, step_w * lit_us, 0.0) ** 2)
    lit, square = pieces.total(lit_us), pieces.total(lit_us**2)
    sampled = np.where(lit > count * COARSEST_SAMPLING_US, np.nan, np.sqrt(open_square))
    spoken = (2.0 * changes > count) & (square * count > UNEVEN * lit**2)
    return np.where(spoken, 0.0, sampled)


def _presence(pieces: Pieces, values: Values) -> tuple[Floats, Floats]:
    """Time of each day with somebody there, and the time that this is known of. [s]

    A report of the share of time since the last one says most, then a state that holds, then a number of movements.
    """
    state = values[Quantity.PRESENCE]
    longest = np.where(state > 0, PRESENCE_LONGEST_US, LONGEST_US).astype(np.float64)
    ways: list[Known] = [
        known
        for known in (
            pieces.told_next(values[Quantity.PRESENCE_SHARE_PERCENT] / 100.0),
            pieces.known(np.where(np.isnan(state), np.nan, np.sign(state)), longest),
            pieces.told_next(np.sign(values[Quantity.MOVEMENTS])),
        )
        if known is not None
    ]
    share, lasts = np.zeros(len(pieces.source)), np.zeros(len(pieces.source))
    for known in ways:
        told = (lasts == 0) & (known.for_us > 0)
        share[told], lasts[told] = known.value[told], known.for_us[told]
    return pieces.total(share * lasts) / _US_PER_S, pieces.total(lasts) / _US_PER_S


def _presence_events(readings: Held, values: Values, edges_us: Ints) -> Floats:
    """How often somebody came on each day: a report of somebody after one of nobody, however long between. [-]"""
    days = len(edges_us) - 1
    events = np.full(days, np.nan)
    for quantity in (Quantity.MOVEMENTS, Quantity.PRESENCE_SHARE_PERCENT, Quantity.PRESENCE):
        told = ~np.isnan(values[quantity])
        if not told.any():
            continue
        day = np.searchsorted(edges_us, readings.at_us[told], side="right") - 1
        there = values[quantity][told] > 0
        inside = (day >= 0) & (day < days)
        came = inside[1:] & there[1:] & ~there[:-1]
        reported = np.bincount(day[inside], minlength=days) > 0
        counted = np.bincount(day[1:][came], minlength=days).astype(np.float64)
        events = np.where(reported, counted, events)
    return events


def _time_set(pieces: Pieces, values: Floats) -> Floats:
    """Time of each day in which a state was not zero; NaN where it was never known. [s]"""
    known = pieces.known(values)
    if known is None:
        return np.full(pieces.buckets, np.nan)
    total = pieces.total(np.where(known.value > 0, known.for_us, 0.0)) / _US_PER_S
    return np.where(pieces.total(known.for_us) > 0, total, np.nan)
