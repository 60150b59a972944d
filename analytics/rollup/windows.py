"""Windows: how far a change reaches, and how much is read around it so that a part equals the whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import TupleRow

from analytics.consumption import CONTEXT_READINGS, CONTEXT_TIME_US
from teplosvet.domain.quantities import DeviceClass, Quantity
from teplosvet.storage.queries import query

FIRST_US = 946_684_800_000_000
"""2000-01-01 UTC: no reading is older. [µs since 1970]"""

LAST_US = 4_102_444_800_000_000
"""2100-01-01 UTC: no reading is newer. [µs since 1970]"""

NEAR_US = 8 * 86_400_000_000
"""What a window needs is looked for so far around it first, which is enough for readings every three hours. [µs]"""


@dataclass(frozen=True, slots=True)
class Dirty:
    """A device and the span in which its readings have changed. [µs since 1970]"""

    device_id: int
    zone: str
    from_us: int
    to_us: int

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole history."""
        return (self.from_us, self.to_us) == (FIRST_US, LAST_US)


@dataclass(frozen=True, slots=True)
class Window:
    """What has to be made again of one device: whole local days ``[from_us, to_us)``.

    Attributes:
        dirty: What has changed.
        from_us: First instant. [µs since 1970]
        to_us: The instant after the last one. [µs since 1970]
        begins: Whether no reading lies before those that are read.
        ends: Whether no reading lies after those that are read.
        length_s: How long the readings in it go on. [s]
    """

    dirty: Dirty
    from_us: int
    to_us: int
    begins: bool
    ends: bool
    length_s: float

    @property
    def device_id(self) -> int:
        """Key of the device."""
        return self.dirty.device_id

    def holds(self, at_us: NDArray[np.int64]) -> bool:
        """Whether one of the instants lies where something has changed."""
        first, end = np.searchsorted(at_us, [self.dirty.from_us, self.dirty.to_us + 1])
        return bool(end > first)

    def suffices(self, at_us: NDArray[np.int64]) -> bool:
        """Whether the readings of one register, at these instants, are enough to make the window equal the whole.

        A device may report a register more seldom than others, or not for days.
        """
        back = _deep_enough(at_us, self.dirty.from_us, self.from_us, whole=self.begins)
        return back and _deep_enough(-at_us[::-1], -self.dirty.to_us, -self.to_us, whole=self.ends)


def settled_from(at_us: NDArray[np.int64], edge_us: int) -> int:
    """The last reading that has its context before an edge, or the first reading. [µs since 1970]

    How the path goes at the first readings of a part may differ from the whole, and does not differ after this reading.
    """
    before = at_us[: np.searchsorted(at_us, edge_us)]
    deep = _deep(before, int(before[-1])) if len(before) else None
    return int(at_us[0]) if deep is None else deep


def _deep_enough(at_us: NDArray[np.int64], changed_us: int, edge_us: int, *, whole: bool) -> bool:
    """What `create_window` sees to on one side, for readings that are only some of those it looked at."""
    before = at_us[: np.searchsorted(at_us, changed_us)]
    context = at_us[: np.searchsorted(at_us, edge_us)]
    if whole:
        # all is known: either a deep reading is in the window, or every reading is
        return not len(context) or edge_us <= (_deep(before, changed_us) or 0)
    deep = _deep(before, changed_us)
    return deep is not None and edge_us <= deep and len(context) > 0 and _deep(context, int(context[-1])) is not None


def _deep(before_us: NDArray[np.int64], edge_us: int) -> int | None:
    """The reading that has so many readings and so much time between it and an edge, or None. [µs since 1970]"""
    long = int(np.searchsorted(before_us, edge_us - CONTEXT_TIME_US)) - 1
    many = len(before_us) - 1 - CONTEXT_READINGS
    return int(before_us[min(long, many)]) if min(long, many) >= 0 else None


def open_windows(
    connection: psycopg.Connection[TupleRow],
    device_class: DeviceClass,
    dirty: Sequence[Dirty],
    register: Quantity | None = None,
) -> list[Window]:
    """Find, in a temporary table and as values, what has to be made again for what is dirty.

    Args:
        connection: In a transaction.
        device_class: Class of the devices.
        dirty: What has changed, a device once.
        register: The register whose readings count, or None for every reading of the device.
    """
    clipped = [replace(each, from_us=max(each.from_us, FIRST_US), to_us=min(each.to_us, LAST_US)) for each in dirty]
    of = {each.device_id: each for each in clipped}
    window = window_table(register)
    connection.execute(query("rollup", "create_window", window=window))
    far = [each for each in clipped if each.is_whole]
    near = [each for each in clipped if not each.is_whole]
    if near:
        low, high = min(each.from_us for each in near), max(min(each.to_us, _now_us()) for each in near)
        look = Look(device_class, register, low - NEAR_US, max(high, low) + NEAR_US)
        connection.execute(_find(window, near, look))
        far += [of[key] for (key,) in connection.execute(query("rollup", "take_far", window=window))]
    if far:
        connection.execute(_find(window, far, Look(device_class, register)))
    rows = connection.execute(query("rollup", "windows", window=window))
    return [Window(of[key], *row) for key, *row in rows]


def _now_us() -> int:
    return round(datetime.now(UTC).timestamp() * 1e6)


def _find(window: sql.Identifier, dirty: Sequence[Dirty], look: "Look") -> sql.Composed:
    return query(
        "rollup",
        "find_windows",
        window=window,
        device_ids=sql.Literal([each.device_id for each in dirty]),
        from_us=sql.Literal([each.from_us for each in dirty]),
        to_us=sql.Literal([each.to_us for each in dirty]),
        zones=sql.Literal([each.zone for each in dirty]),
        first_us=sql.Literal(FIRST_US),
        last_us=sql.Literal(LAST_US),
        high=look.high,
        extent=look.extent(),
        many_before=look.nth("nth_before", "from_at", CONTEXT_READINGS, 0),
        long_before=look.nth("nth_before", "from_at", 0, CONTEXT_TIME_US),
        many_after=look.nth("nth_after", "to_at", CONTEXT_READINGS, 0),
        long_after=look.nth("nth_after", "to_at", 0, CONTEXT_TIME_US),
        first_before=look.of("first_before", "from_at"),
        last_after=look.of("last_after", "to_at"),
        **look.around(),
    )


def close_windows(connection: psycopg.Connection[TupleRow], register: Quantity | None = None) -> None:
    """Drop the temporary table; what a register alone needed widens the windows of its devices."""
    if register is not None:
        connection.execute(query("rollup", "widen"))
    connection.execute(query("rollup", "drop_window", window=window_table(register)))


def window_table(register: Quantity | None) -> sql.Identifier:
    """The temporary table of the windows of devices, or of a register alone."""
    return sql.Identifier("rollup_window" if register is None else "register_window")


def reading_table(device_class: DeviceClass) -> sql.Identifier:
    """The table of a class's readings."""
    return sql.Identifier(f"{device_class}_reading")


def present(register: Quantity | None) -> sql.Composed:
    """The readings that count."""
    if register is None:
        return query("rollup", "every_reading")
    return query("rollup", "with_value", column=sql.Identifier(register))


class Look:
    """Looks around an edge in the readings that count.

    Args:
        device_class: Class of the devices.
        register: The register whose readings count, or None for every reading.
        low_us: No reading before it is looked at; None for every one. [µs since 1970]
        high_us: No reading after it is looked at; None for every one. [µs since 1970]
    """

    def __init__(
        self,
        device_class: DeviceClass,
        register: Quantity | None,
        low_us: int | None = None,
        high_us: int | None = None,
    ) -> None:
        self.table = reading_table(device_class)
        self.present = present(register)
        low = sql.Literal("-infinity" if low_us is None else instant_text(low_us))
        self.high = sql.Literal("infinity" if high_us is None else instant_text(high_us))
        self._near = query("rollup", "between", low=low, high=self.high)
        self._bounded = low_us is not None
        # A register that is read by itself has twice the context to read: see `settled_from`.
        self._times = 1 if register is None else 2

    def around(self) -> Mapping[str, sql.Composable]:
        """Parts of a statement that has ``from_at`` and ``to_at`` and looks for what to read around them.

        It needs so many readings before and after, and so much time before and after the readings next to them.
        """
        many, long_us = CONTEXT_READINGS * self._times, CONTEXT_TIME_US * self._times
        return {
            "context": _interval(CONTEXT_TIME_US),
            "next_before": self.nth("nth_before", "from_at", 0, 0),
            "next_after": self.nth("nth_after", "to_at", 0, 0),
            "many_around_before": self.nth("nth_before", "from_at", many, 0),
            "long_around_before": self.nth("nth_before", "before_at", 0, long_us),
            "many_around_after": self.nth("nth_after", "to_at", many, 0),
            "long_around_after": self.nth("nth_after", "after_at", 0, long_us),
        }

    def extent(self) -> sql.Composable:
        """How long the readings of a device go on; it is asked for whole histories, which nothing bounds."""
        return sql.NULL if self._bounded else query("rollup", "extent", table=self.table)

    def nth(self, name: str, edge: str, skip: int, time_us: int) -> sql.Composed:
        """A reading on one side of an edge."""
        return self.of(name, edge, skip=sql.Literal(skip), time=_interval(time_us))

    def of(self, name: str, edge: str, **parts: sql.Composable) -> sql.Composed:
        """The look called `name` from the column `edge`."""
        edge_column = sql.Identifier("w", edge)
        return query("rollup", name, table=self.table, present=self.present, near=self._near, edge=edge_column, **parts)


def instant_text(at_us: int) -> str:
    """An instant as PostgreSQL reads it."""
    return datetime.fromtimestamp(at_us / 1e6, UTC).isoformat()


def _interval(time_us: int) -> sql.Literal:
    return sql.Literal(f"{time_us / 1e6} seconds")
