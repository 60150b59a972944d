"""From the readings of one device to its hours and days: pure, arrays in, arrays out."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.consumption import EnergyPath, RegisterSeries, energy_path, per_bucket
from analytics.rollup.devices import DeviceFacts
from analytics.rollup.load import DeviceReadings, Window
from teplosvet.domain.findings import Finding
from teplosvet.domain.periods import local_midnight
from teplosvet.domain.quantities import Kind, Quantity, columns_of, counters_of

HOUR_US = 3_600_000_000

QUANTITIES = tuple(Quantity)
CODES = {quantity: code for code, quantity in enumerate(QUANTITIES)}

CONSUMPTION = np.dtype(
    [
        ("device_id", "i4"),
        ("quantity", "i4"),
        ("at_us", "i8"),
        ("width_s", "i4"),
        ("amount", "f8"),
        ("estimated", "f8"),
        ("covered_s", "i4"),
        ("rule", "i4"),
    ]
)
STATE = np.dtype(
    [
        ("device_id", "i4"),
        ("quantity", "i4"),
        ("at_us", "i8"),
        ("mean", "f8"),
        ("low", "f8"),
        ("high", "f8"),
        ("samples", "i4"),
    ]
)


@dataclass(frozen=True, slots=True)
class EpochStart:
    """Where a register changes its meaning. [µs since 1970]"""

    device_id: int
    quantity: Quantity
    at_us: int
    shift: int


@dataclass(slots=True)
class Made:
    """What was made of some devices."""

    hourly: list[NDArray[np.void]] = field(default_factory=list)
    daily: list[NDArray[np.void]] = field(default_factory=list)
    states: list[NDArray[np.void]] = field(default_factory=list)
    epochs: list[EpochStart] = field(default_factory=list)
    findings: list[tuple[int, Quantity, Finding]] = field(default_factory=list)
    again: list[tuple[int, int]] = field(default_factory=list)
    """Device and instant from which it has to be made again: its decimal point moved. [µs since 1970]"""


def make(made: Made, facts: DeviceFacts, window: Window, readings: DeviceReadings) -> None:
    """Make hours and days of one device in one window and add them to `made`.

    Args:
        made: Where to.
        facts: The device.
        window: What to make.
        readings: Its readings in the window and around it, by time.
    """
    hours = _hours(window, readings)
    days = _days(window, readings, ZoneInfo(facts.zone))
    for quantity in counters_of(facts.device_class):
        register = readings.values[quantity]
        if np.isnan(register).all():
            continue
        series = RegisterSeries(readings.at_us, register, readings.serial)
        shift = facts.shift_at(quantity, int(readings.at_us[0]))
        path = energy_path(series, facts.exchanges(quantity), facts.profile(quantity), shift)
        made.hourly.append(_buckets(facts.id, quantity, path, hours))
        made.daily.append(_buckets(facts.id, quantity, path, days))
        _note_epochs(made, facts, quantity, path, window)
    first, last = np.searchsorted(readings.at_us, [window.from_us, window.to_us])
    for quantity in columns_of(facts.device_class):
        if quantity.spec.kind is not Kind.COUNTER:
            made.states += _states(quantity, readings, slice(first, last))


def _hours(window: Window, readings: DeviceReadings) -> NDArray[np.int64]:
    first = max(window.from_us, int(readings.at_us[0])) // HOUR_US
    last = -(-min(window.to_us, int(readings.at_us[-1])) // HOUR_US)
    return np.arange(first, max(last, first) + 1, dtype=np.int64) * HOUR_US


def _days(window: Window, readings: DeviceReadings, zone: ZoneInfo) -> NDArray[np.int64]:
    """Edges of the local days that the readings reach into; a day may have 23, 24 or 25 hours."""
    first = _local_date(max(window.from_us, int(readings.at_us[0])), zone)
    last = _local_date(min(window.to_us, int(readings.at_us[-1])) - 1, zone)
    count = (last - first).days + 1
    edges = [local_midnight(first + timedelta(days=n), zone).timestamp() for n in range(max(count, 0) + 1)]
    return (np.array(edges) * 1e6).astype(np.int64)


def _local_date(at_us: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at_us / 1e6, UTC).astimezone(zone).date()


def _buckets(device_id: int, quantity: Quantity, path: EnergyPath, edges: NDArray[np.int64]) -> NDArray[np.void]:
    if len(edges) < 2:
        return np.empty(0, dtype=CONSUMPTION)
    buckets = per_bucket(path, edges)
    rows = np.empty(len(edges) - 1, dtype=CONSUMPTION)
    rows["device_id"], rows["quantity"] = device_id, CODES[quantity]
    rows["at_us"] = edges[:-1]
    rows["width_s"] = np.diff(edges) // 1_000_000
    rows["amount"], rows["estimated"] = buckets.amount, buckets.estimated
    rows["covered_s"] = np.round(buckets.covered_s)
    rows["rule"] = buckets.rule
    return rows


def _note_epochs(made: Made, facts: DeviceFacts, quantity: Quantity, path: EnergyPath, window: Window) -> None:
    if not len(path.at_us):
        return
    changes = np.flatnonzero((np.diff(path.epoch) != 0) | (np.diff(path.shift) != 0)) + 1
    for index in changes.tolist():
        at_us = int(path.at_us[index])
        if window.from_us <= at_us < window.to_us:
            made.epochs.append(EpochStart(facts.id, quantity, at_us, int(path.shift[index])))
    end_us = int(path.at_us[-1])
    if end_us >= window.to_us and int(path.shift[-1]) != facts.shift_at(quantity, end_us):
        made.again.append((facts.id, window.to_us))
    made.findings += [(facts.id, quantity, finding) for finding in path.findings]


def _states(quantity: Quantity, readings: DeviceReadings, inside: slice) -> list[NDArray[np.void]]:
    """Mean, least and greatest value of each hour that has a reading."""
    values, at_us = readings.values[quantity][inside], readings.at_us[inside]
    present = ~np.isnan(values)
    if not present.any():
        return []
    values, hours = values[present], at_us[present] // HOUR_US
    starts = np.flatnonzero(np.r_[True, hours[1:] != hours[:-1]])
    samples = np.diff(np.r_[starts, len(values)])
    rows = np.empty(len(starts), dtype=STATE)
    rows["device_id"], rows["quantity"] = readings.device_id, CODES[quantity]
    rows["at_us"] = hours[starts] * HOUR_US
    rows["mean"] = np.add.reduceat(values, starts) / samples
    rows["low"] = np.minimum.reduceat(values, starts)
    rows["high"] = np.maximum.reduceat(values, starts)
    rows["samples"] = samples
    return [rows]
