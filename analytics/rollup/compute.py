"""From the readings of one device to its hours and days: pure, arrays in, arrays out."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.consumption import EnergyPath, RegisterSeries, Rule, energy_path, per_bucket
from analytics.heat_physics import Steps
from analytics.rollup.devices import DeviceFacts
from analytics.rollup.heat import steps_of
from analytics.rollup.light import REGISTER_OF, derived_rows, light_rows
from analytics.rollup.load import DeviceReadings
from analytics.rollup.states import state_rows
from analytics.rollup.windows import Window, settled_from
from teplosvet.domain.findings import Finding
from teplosvet.domain.periods import local_midnight
from teplosvet.domain.quantities import DeviceClass, Kind, Quantity, columns_of, counters_of

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
    reason: str


@dataclass(frozen=True, slots=True)
class RegisterWindow:
    """A register that was made again in ``[from_us, to_us)``. [µs since 1970]"""

    device_id: int
    quantity: Quantity
    from_us: int
    to_us: int


@dataclass(slots=True)
class Made:
    """What was made of some devices."""

    hourly: list[NDArray[np.void]] = field(default_factory=list)
    daily: list[NDArray[np.void]] = field(default_factory=list)
    states: list[NDArray[np.void]] = field(default_factory=list)
    light: list[NDArray[np.void]] = field(default_factory=list)
    heat_states: list[NDArray[np.void]] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    """The windows whose readings were read."""
    steps: dict[int, Steps] = field(default_factory=dict)
    """Resolution of heat meters, by device."""
    registers: list[RegisterWindow] = field(default_factory=list)
    epochs: list[EpochStart] = field(default_factory=list)
    findings: list[tuple[int, Quantity, Finding]] = field(default_factory=list)
    sparse: list[tuple[int, Quantity]] = field(default_factory=list)
    """Registers for which too little was read: they have to be read by themselves."""
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
    born = facts.is_born_within(window.dirty.from_us, window.dirty.to_us)
    for quantity in counters_of(facts.device_class):
        series = readings.register(quantity)
        if not len(series.at_us) or not (born or window.holds(series.at_us)):
            continue
        moved = facts.moved_between(quantity, int(series.at_us[0]), window.from_us)
        if window.suffices(series.at_us) and (window.begins or not moved):
            make_register(made, facts, window, quantity, series)
        else:
            made.sparse.append((facts.id, quantity))
    # an hour reaches over the window where days do not begin at a full hour of UTC
    edges = [window.from_us // HOUR_US * HOUR_US, -(-window.to_us // HOUR_US) * HOUR_US]
    first, last = np.searchsorted(readings.at_us, edges)
    for quantity in columns_of(facts.device_class):
        if quantity.spec.kind is not Kind.COUNTER:
            made.states += states_of(quantity, readings, slice(first, last))
    made.windows.append(window)
    _make_more(made, facts, window, readings)


def _make_more(made: Made, facts: DeviceFacts, window: Window, readings: DeviceReadings) -> None:
    """What only some classes have: days of light points, energy without a register, steps and clocks of heat meters."""
    if facts.device_class is DeviceClass.HEAT:
        made.steps[facts.id] = steps_of(facts, readings)
        if len(days := _days(window, readings.at_us, ZoneInfo(facts.zone))) > 1:
            made.heat_states.append(state_rows(facts.id, readings, days, facts.limits))
    if facts.device_class not in REGISTER_OF:
        return
    days = _days(window, readings.at_us, ZoneInfo(facts.zone))
    if facts.device_class is DeviceClass.LIGHT and len(days) > 1:
        made.light.append(light_rows(facts.id, readings, days))
    make_derived(made, facts, window, readings)


def make_derived(made: Made, facts: DeviceFacts, window: Window, readings: DeviceReadings) -> None:
    """Make hours and days of the energy that follows from power where no register reaches, and add them to `made`."""
    days = _days(window, readings.at_us, ZoneInfo(facts.zone))
    if len(days) < 2:
        return
    for into, edges in ((made.hourly, _hours(window, readings.at_us)), (made.daily, days)):
        found = derived_rows(facts, readings, edges, days)
        if found is not None:
            places, energy = found
            rows = np.empty(len(places), dtype=CONSUMPTION)
            rows["device_id"], rows["quantity"] = facts.id, CODES[REGISTER_OF[facts.device_class]]
            rows["at_us"], rows["width_s"] = edges[places], np.diff(edges)[places] // 1_000_000
            rows["amount"] = rows["estimated"] = energy.energy_kwh[places]
            rows["covered_s"] = np.round(energy.covered_s[places])
            rows["rule"] = Rule.DERIVED
            into.append(rows)


def make_register(made: Made, facts: DeviceFacts, window: Window, quantity: Quantity, series: RegisterSeries) -> None:
    """Make hours and days of one register in one window and add them to `made`.

    Args:
        made: Where to.
        facts: The device.
        window: What to make.
        quantity: The register.
        series: Its readings in the window and around it, by time, at least one.
    """
    path = register_path(facts, quantity, series, None if window.begins else window.from_us)
    made.hourly.append(_buckets(facts.id, quantity, path, _hours(window, series.at_us)))
    made.daily.append(_buckets(facts.id, quantity, path, _days(window, series.at_us, ZoneInfo(facts.zone))))
    made.registers.append(RegisterWindow(facts.id, quantity, window.from_us, window.to_us))
    _note_epochs(made, facts, quantity, path, window)


def register_path(
    facts: DeviceFacts, quantity: Quantity, series: RegisterSeries, needed_from_us: int | None
) -> EnergyPath:
    """The energy path of a part of a register's readings, as it is in the path of all of them.

    Args:
        facts: The device.
        quantity: The register.
        series: Readings by time.
        needed_from_us: From where the path has to be right, or None if `series` has the register's first reading.
            [µs since 1970]
    """
    if needed_from_us is not None:
        # Where a decimal point moved among the first readings, too few lie before it to find that again.
        settled = settled_from(series.at_us, needed_from_us)
        for moved in facts.moved_between(quantity, int(series.at_us[0]), settled)[-1:]:
            kept = series.at_us >= moved
            series = RegisterSeries(series.at_us[kept], series.register[kept], series.serial[kept])
    shift = facts.shift_at(quantity, int(series.at_us[0]))
    return energy_path(series, facts.exchanges(quantity), facts.profile(quantity), shift)


def _hours(window: Window, at_us: NDArray[np.int64]) -> NDArray[np.int64]:
    first = max(window.from_us, int(at_us[0])) // HOUR_US
    last = -(-min(window.to_us, int(at_us[-1])) // HOUR_US)
    return np.arange(first, max(last, first) + 1, dtype=np.int64) * HOUR_US


def _days(window: Window, at_us: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """Edges of the local days that the readings reach into; a day may have 23, 24 or 25 hours."""
    first = local_date(max(window.from_us, int(at_us[0])), zone)
    last = local_date(min(window.to_us, int(at_us[-1])) - 1, zone)
    count = (last - first).days + 1
    edges = [local_midnight(first + timedelta(days=n), zone).timestamp() for n in range(max(count, 0) + 1)]
    return (np.array(edges) * 1e6).astype(np.int64)


def local_date(at_us: int, zone: ZoneInfo) -> date:
    """The calendar day of an instant. [µs since 1970]"""
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
    moved = np.diff(path.shift) != 0
    for before in np.flatnonzero((np.diff(path.epoch) != 0) | moved).tolist():
        at_us = int(path.at_us[before + 1])
        if window.from_us <= at_us < window.to_us:
            reason = "decimal_change" if moved[before] else "new_epoch"
            made.epochs.append(EpochStart(facts.id, quantity, at_us, int(path.shift[before + 1]), reason))
    end_us = int(path.at_us[-1])
    if end_us >= window.to_us and int(path.shift[-1]) != facts.shift_at(quantity, end_us):
        made.again.append((facts.id, window.to_us))
    made.findings += [(facts.id, quantity, finding) for finding in path.findings]


def states_of(quantity: Quantity, readings: DeviceReadings, inside: slice) -> list[NDArray[np.void]]:
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
