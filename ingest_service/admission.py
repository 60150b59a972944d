"""Admission: what may become a row, what is refused and why.

A batch is judged by columns: messages of one kind of device name the same quantities in the same units, so the names
are judged once per kind and the values of all of them together. What is refused keeps its message verbatim.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest_service.registry import Entry
from teplosvet.domain.quantities import NULL_SENTINELS, DeviceClass, Quantity, columns_of
from teplosvet.domain.readings import Origin
from teplosvet.wire.senml import RELATIVE_BELOW, Instant
from teplosvet.wire.units import conversion, quantity_of

FUTURE_S = 300.0
"""How far a device's clock may be ahead. [s]"""

EARLIEST_S = 946_684_800.0
"""2000-01-01 UTC: no reading of ours is older. [s since 1970]"""

LONGEST_SERIAL = 64
"""Letters that a serial number may have."""

_SENTINELS = np.array(sorted(NULL_SENTINELS))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something of a message that was refused.

    Attributes:
        message: Index of the message in the batch.
        reason: The code that quarantine lists it under.
        detail: What was wrong, for a person.
        device: The device that it was about, if that is known.
    """

    message: int
    reason: str
    detail: str
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Admitted rows of one device class, ready for its table.

    Attributes:
        device_class: The class.
        device_ids: Keys of the devices, int32[n].
        at_us: When measured, int64[n]. [µs since 1970-01-01 UTC]
        archive: Whether from a meter's archive, bool[n].
        serials: Serial numbers of the instruments, None where the pack did not say.
        values: float64[n, k] in the order of `columns_of(device_class)`, NaN where missing.
    """

    device_class: DeviceClass
    device_ids: NDArray[np.int32]
    at_us: NDArray[np.int64]
    archive: NDArray[np.bool_]
    serials: list[str | None]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OtherValue:
    """A value of a quantity for which its device's class has no column."""

    device_id: int
    quantity: Quantity
    at_s: float
    archive: bool
    value: float


@dataclass(slots=True)
class Admitted:
    """The judgement of a batch.

    Attributes:
        rows: Rows of the wide tables.
        others: Values for `other_reading`.
        refusals: What was refused.
        nulls: Count of the values that said «not available».
        doubtful: Names of devices that were unknown or another publisher's, as far as the registry had been read.
    """

    rows: list[Rows] = field(default_factory=list)
    others: list[OtherValue] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    nulls: int = 0
    doubtful: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Names and units of one kind of message, judged once.

    Attributes:
        positions: Which of the message's values are known, int[k].
        quantities: What they are.
        factors: Conversion factors, float[k].
        offsets: Conversion offsets, float[k].
        low: Least possible values, float[k].
        high: Greatest possible values, float[k].
        columns: Columns in the class's table, -1 for `other_reading`, int[k].
        problems: Reason and detail of what is not known.
    """

    positions: NDArray[np.intp]
    quantities: tuple[Quantity, ...]
    factors: NDArray[np.float64]
    offsets: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    columns: NDArray[np.intp]
    problems: tuple[tuple[str, str], ...]


class _Member(NamedTuple):
    """An instant of a message, whose device is known."""

    message: int
    device_id: int
    instant: Instant
    serial: str | None


class Admission:
    """Judges one batch.

    Args:
        devices: The registry's devices by name.
        now_s: The present. [s since 1970-01-01 UTC]
    """

    def __init__(self, devices: Mapping[str, Entry], now_s: float) -> None:
        self._devices = devices
        self._now_s = now_s
        self._groups: dict[tuple[DeviceClass, tuple[str | None, ...]], list[_Member]] = {}
        self.result = Admitted()

    def refuse(self, message: int, reason: str, detail: str, device: str | None = None) -> None:
        """Note that something of a message is refused."""
        self.result.refusals.append(Refusal(message, reason, detail, device))

    def device(self, message: int, name: str, publisher: str) -> Entry | None:
        """The device, if it is known and the publisher may speak for it; else the message is refused."""
        entry = self._devices.get(name)
        if entry is None:
            self.result.doubtful.add(name)
            self.refuse(message, "unknown_device", f"no device is called {name[:80]!r}", name[:80])
        elif entry.publisher != publisher:
            self.result.doubtful.add(name)
            self.refuse(message, "foreign_device", f"{publisher} may not speak for {name}", name)
            return None
        return entry

    def time_problem(self, at: float) -> tuple[str, str] | None:
        """Reason and detail if a time cannot be one of a message, else None."""
        return None if EARLIEST_S <= at <= self._now_s + FUTURE_S else _time_problem(at)

    def add(self, message: int, instant: Instant, publisher: str) -> None:
        """Take an instant of a message into the batch."""
        entry = self._devices.get(instant.device)
        if entry is None or entry.publisher != publisher:
            entry = self.device(message, instant.device, publisher)
            if entry is None:
                return
        serial = instant.serial
        if serial is not None and not (0 < len(serial) <= LONGEST_SERIAL and serial.isprintable()):
            detail = f"the serial number is no word of 1 to {LONGEST_SERIAL} letters"
            self.refuse(message, "impossible_serial", detail, instant.device)
            serial = None
        member = _Member(message, entry.id, instant, serial)
        key = (entry.device_class, instant.fields)
        group = self._groups.get(key)
        if group is None:
            self._groups[key] = [member]
        else:
            group.append(member)

    def judge(self) -> Admitted:
        """Judge all that was added."""
        by_class: dict[DeviceClass, list[Rows]] = {}
        for (device_class, fields), group in self._groups.items():
            rows = self._judge_group(device_class, _layout(device_class, fields), group)
            by_class.setdefault(device_class, []).append(rows)
        self.result.rows = [joined for parts in by_class.values() if len((joined := _join(parts)).device_ids)]
        return self.result

    def _judge_group(self, device_class: DeviceClass, layout: _Layout, group: Sequence[_Member]) -> Rows:
        for reason, detail in layout.problems:
            for member in group:
                self.refuse(member.message, reason, detail, member.instant.device)
        at = np.array([member.instant.at for member in group], dtype=np.float64)
        timely = (at >= EARLIEST_S) & (at <= self._now_s + FUTURE_S)
        if not timely.all():
            self._refuse_times(group, at, timely)
        raw = np.array([member.instant.values for member in group], dtype=np.float64).reshape(len(at), -1)[
            :, layout.positions
        ]
        with np.errstate(over="ignore"):  # what overflows is refused as not finite
            values = raw * layout.factors + layout.offsets
        null = np.isin(raw, _SENTINELS)
        possible = (values >= layout.low) & (values <= layout.high)
        if not (possible | null).all():
            self._refuse_values(group, layout, values, ~(possible | null) & timely[:, None])
        self.result.nulls += int(null.sum())
        values[null | ~possible] = np.nan
        self._add_others(group, layout, values, timely)
        return _to_rows(device_class, layout, group, at, values, timely)

    def _refuse_times(self, group: Sequence[_Member], at: NDArray[np.float64], timely: NDArray[np.bool_]) -> None:
        for row in np.flatnonzero(~timely).tolist():
            reason, detail = _time_problem(float(at[row]))
            self.refuse(group[row].message, reason, detail, group[row].instant.device)

    def _refuse_values(
        self, group: Sequence[_Member], layout: _Layout, values: NDArray[np.float64], bad: NDArray[np.bool_]
    ) -> None:
        for row, column in np.argwhere(bad).tolist():
            quantity, value = layout.quantities[column], float(values[row, column])
            spec = quantity.spec
            reason = "out_of_range" if math.isfinite(value) else "not_finite"
            detail = f"{quantity} {value:g} is not within {spec.low:g} .. {spec.high:g} {spec.unit}".rstrip()
            self.refuse(group[row].message, reason, detail, group[row].instant.device)

    def _add_others(
        self, group: Sequence[_Member], layout: _Layout, values: NDArray[np.float64], timely: NDArray[np.bool_]
    ) -> None:
        for column in np.flatnonzero(layout.columns < 0).tolist():
            quantity = layout.quantities[column]
            for row in np.flatnonzero(timely & ~np.isnan(values[:, column])).tolist():
                member, value = group[row], float(values[row, column])
                archive = member.instant.origin == Origin.ARCHIVE
                self.result.others.append(OtherValue(member.device_id, quantity, member.instant.at, archive, value))


def _time_problem(at: float) -> tuple[str, str]:
    if at < RELATIVE_BELOW:
        return "time_relative", f"the time {at:g} is not absolute: a device clock that is not set, or no bt and t"
    if at < EARLIEST_S:
        return "time_too_early", f"the time {at:.0f} is before 2000"
    return "time_in_future", f"the time {at:.0f} is more than {FUTURE_S:g} s ahead of ours"


_LAYOUTS = 4096
"""Layouts that are remembered."""

_layouts: dict[tuple[DeviceClass, tuple[str | None, ...]], _Layout] = {}


def _layout(device_class: DeviceClass, fields: tuple[str | None, ...]) -> _Layout:
    layout = _layouts.get((device_class, fields))
    if layout is None:
        layout = _judge_names(device_class, fields)
        if not layout.problems:  # names of strangers are of any number and length: they must not fill our memory
            if len(_layouts) >= _LAYOUTS:
                _layouts.clear()
            _layouts[device_class, fields] = layout
    return layout


def _judge_names(device_class: DeviceClass, fields: tuple[str | None, ...]) -> _Layout:
    half = len(fields) // 2
    columns = {quantity: n for n, quantity in enumerate(columns_of(device_class))}
    problems: list[tuple[str, str]] = []
    known: dict[Quantity, tuple[int, float, float]] = {}
    for position, (name, unit) in enumerate(zip(fields[:half], fields[half:], strict=True)):
        quantity = quantity_of(name or "")
        convert = conversion(quantity, unit or "") if quantity else None
        if quantity is None:
            problems.append(("unknown_quantity", f"no quantity is called {(name or '')[:80]!r}"))
        elif convert is None:
            problems.append(("unknown_unit", f"{name} cannot be in {(unit or 'no unit')[:40]!r}"))
        elif quantity in known:
            problems.append(("repeated_quantity", f"{name} stands twice at the same instant"))
        else:
            known[quantity] = (position, convert.factor, convert.offset)
    return _Layout(
        positions=np.array([position for position, _, _ in known.values()], dtype=np.intp),
        quantities=tuple(known),
        factors=np.array([factor for _, factor, _ in known.values()]),
        offsets=np.array([offset for _, _, offset in known.values()]),
        low=np.array([quantity.spec.low for quantity in known]),
        high=np.array([quantity.spec.high for quantity in known]),
        columns=np.array([columns.get(quantity, -1) for quantity in known], dtype=np.intp),
        problems=tuple(problems),
    )


def _to_rows(
    device_class: DeviceClass,
    layout: _Layout,
    group: Sequence[_Member],
    at: NDArray[np.float64],
    values: NDArray[np.float64],
    timely: NDArray[np.bool_],
) -> Rows:
    wide = np.full((len(at), len(columns_of(device_class))), np.nan)
    inside = layout.columns >= 0
    wide[:, layout.columns[inside]] = values[:, inside]
    keep = timely & ~np.isnan(wide).all(axis=1)
    return Rows(
        device_class,
        np.array([member.device_id for member in group], dtype=np.int32)[keep],
        np.round(at[keep] * 1e6).astype(np.int64),
        np.array([member.instant.origin == Origin.ARCHIVE for member in group], dtype=np.bool_)[keep],
        [member.serial for member, kept in zip(group, keep, strict=True) if kept],
        wide[keep],
    )


def _join(parts: list[Rows]) -> Rows:
    if len(parts) == 1:
        return parts[0]
    return Rows(
        parts[0].device_class,
        np.concatenate([part.device_ids for part in parts]),
        np.concatenate([part.at_us for part in parts]),
        np.concatenate([part.archive for part in parts]),
        [serial for part in parts for serial in part.serials],
        np.concatenate([part.values for part in parts]),
    )
