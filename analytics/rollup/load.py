"""Readings of many devices as columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import TupleRow

from analytics.consumption import RegisterSeries
from analytics.rollup.overruled import without_overruled
from analytics.rollup.windows import Look, present, reading_table, window_table
from teplosvet.domain.quantities import DeviceClass, Quantity, columns_of
from teplosvet.storage.columns import read_arrays
from teplosvet.storage.queries import query


@dataclass(frozen=True, slots=True)
class DeviceReadings:
    """Readings of one device in order of time.

    Attributes:
        device_id: Its key.
        at_us: When measured, int64[n]. [µs since 1970]
        serial: Codes of the serial numbers, int32[n], -1 where unknown.
        archive: Whether from the meter's own memory, bool[n].
        values: float64[n] of each quantity, NaN where missing. [unit of the quantity]
    """

    device_id: int
    at_us: NDArray[np.int64]
    serial: NDArray[np.int32]
    archive: NDArray[np.bool_]
    values: Mapping[Quantity, NDArray[np.float64]]

    def register(self, quantity: Quantity) -> RegisterSeries:
        """The readings that have a value of a register, but for live ones that the meter's own memory overrules."""
        values = self.values[quantity]
        present = ~np.isnan(values)
        series = RegisterSeries(self.at_us[present], values[present], self.serial[present])
        return without_overruled(series, self.archive[present])


def read_windows(
    connection: psycopg.Connection[TupleRow],
    device_class: DeviceClass,
    devices: Sequence[int],
    register: Quantity | None = None,
) -> Iterator[DeviceReadings]:
    """All readings that the open windows of some devices need, a device at a time."""
    columns = columns_of(device_class) if register is None else (register,)
    window, device_ids = window_table(register), sql.Literal(list(devices))
    bounds = connection.execute(query("rollup", "read_bounds", window=window, device_ids=device_ids)).fetchone()
    low, high = bounds or (None, None)
    statement = query(
        "rollup",
        "read",
        window=window,
        table=reading_table(device_class),
        present=present(register),
        values=_values(columns),
        device_ids=device_ids,
        low=sql.Literal(low),
        high=sql.Literal(high),
    )
    for device_id, at_us, serial, archive, *values in read_arrays(connection, statement):
        yield DeviceReadings(device_id, at_us, serial, archive != 0, dict(zip(columns, values, strict=True)))


def read_range(
    connection: psycopg.Connection[TupleRow],
    device_id: int,
    register: Quantity,
    span: tuple[datetime, datetime],
) -> RegisterSeries | None:
    """Readings of one register over a span with the context that the consumption needs; None if there are none."""
    look = Look(register.spec.device_class, register)
    statement = query(
        "rollup",
        "read_range",
        values=_values((register,)),
        device_id=sql.Literal(device_id),
        from_at=sql.Literal(span[0].isoformat()),
        to_at=sql.Literal(span[1].isoformat()),
        table=look.table,
        present=look.present,
        **look.around(),
    )
    for at_us, serial, archive, values in read_arrays(connection, statement):
        return without_overruled(RegisterSeries(at_us, values, serial), archive != 0)
    return None


def _values(columns: Sequence[Quantity]) -> sql.Composed:
    return sql.SQL(", ").join([query("rollup", "read_value", column=sql.Identifier(column)) for column in columns])
