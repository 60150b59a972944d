"""Readings of many devices as columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import TupleRow

from analytics.consumption import CONTEXT_READINGS, CONTEXT_TIME_US
from teplosvet.domain.quantities import DeviceClass, Quantity, columns_of
from teplosvet.storage.columns import read_arrays
from teplosvet.storage.queries import query

FIRST_US = 946_684_800_000_000
"""2000-01-01 UTC: no reading is older. [µs since 1970]"""

CONTEXT = f"{CONTEXT_TIME_US / 1e6} seconds"


@dataclass(frozen=True, slots=True)
class Dirty:
    """A device and the span in which its readings have changed. [µs since 1970]"""

    device_id: int
    zone: str
    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True)
class Window:
    """What has to be made again of one device: whole local days ``[from_us, to_us)``. [µs since 1970]"""

    device_id: int
    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True)
class DeviceReadings:
    """Readings of one device in order of time.

    Attributes:
        device_id: Its key.
        at_us: When measured, int64[n]. [µs since 1970]
        serial: Codes of the serial numbers, int32[n], -1 where unknown.
        values: float64[n] of each quantity, NaN where missing. [unit of the quantity]
    """

    device_id: int
    at_us: NDArray[np.int64]
    serial: NDArray[np.int32]
    values: Mapping[Quantity, NDArray[np.float64]]


def open_windows(
    connection: psycopg.Connection[TupleRow], device_class: DeviceClass, dirty: Sequence[Dirty]
) -> list[Window]:
    """Find, in the temporary table ``rollup_window`` and as values, what has to be made again for what is dirty."""
    now_us = int(datetime.now(UTC).timestamp() * 1e6)
    connection.execute(
        query(
            "rollup",
            "create_window",
            table=_table(device_class),
            device_ids=sql.Literal([each.device_id for each in dirty]),
            from_us=sql.Literal([each.from_us for each in dirty]),
            to_us=sql.Literal([each.to_us for each in dirty]),
            zones=sql.Literal([each.zone for each in dirty]),
            first_us=sql.Literal(FIRST_US),
            last_us=sql.Literal(now_us),
            context=sql.Literal(CONTEXT),
            readings=sql.Literal(CONTEXT_READINGS),
        )
    )
    return [Window(*row) for row in connection.execute(query("rollup", "windows"))]


def read_windows(connection: psycopg.Connection[TupleRow], device_class: DeviceClass) -> Iterator[DeviceReadings]:
    """All readings that the open windows need, a device at a time."""
    statement = query("rollup", "read", table=_table(device_class), values=_values(device_class))
    for device_id, at_us, serial, *values in read_arrays(connection, statement):
        yield DeviceReadings(device_id, at_us, serial, dict(zip(columns_of(device_class), values, strict=True)))


def read_range(
    connection: psycopg.Connection[TupleRow], device_class: DeviceClass, device_id: int, span: tuple[datetime, datetime]
) -> DeviceReadings | None:
    """Readings of one device over a span with the context that the consumption needs; None if there are none."""
    statement = query(
        "rollup",
        "read_range",
        table=_table(device_class),
        values=_values(device_class),
        device_id=sql.Literal(device_id),
        from_at=sql.Literal(span[0].isoformat()),
        to_at=sql.Literal(span[1].isoformat()),
        context=sql.Literal(CONTEXT),
        readings=sql.Literal(CONTEXT_READINGS),
    )
    for key, at_us, serial, *values in read_arrays(connection, statement):
        return DeviceReadings(key, at_us, serial, dict(zip(columns_of(device_class), values, strict=True)))
    return None


def _table(device_class: DeviceClass) -> sql.Identifier:
    return sql.Identifier(f"{device_class}_reading")


def _values(device_class: DeviceClass) -> sql.Composed:
    return sql.SQL(", ").join(
        [query("rollup", "read_value", column=sql.Identifier(quantity)) for quantity in columns_of(device_class)]
    )
