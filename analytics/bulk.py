"""Reading what many statements are computed from in a few queries, as binary COPY: no Python object per value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import psycopg
from psycopg.rows import TupleRow
from psycopg.types.range import DateRange

from analytics.arrays import Days, Floats
from analytics.daily import DailySeries
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER = len(_SIGNATURE) + 8
"""Signature, flags and length of the extension: "COPY", section "Binary Format", in PostgreSQL's documentation. [B]"""
_TRAILER = 2
_FIRST_DAY = np.datetime64("2000-01-01", "D")
"""Day 0 of a date in PostgreSQL's binary format."""


@dataclass(frozen=True, slots=True, eq=False)
class DayRows:
    """Values of days of many contracts, in the order of contract and day.

    Attributes:
        contract_id: Key of the contract [rows].
        day: Local calendar day [rows].
        values: A column for each value; NULL is NaN [columns, rows].
    """

    contract_id: np.ndarray[tuple[int, ...], np.dtype[np.int32]]
    day: Days
    values: Floats

    def of(self, contract_id: int) -> tuple[Days, Floats]:
        """Days and values [columns, days] of one contract."""
        start, end = np.searchsorted(self.contract_id, [contract_id, contract_id + 1])
        return self.day[start:end], self.values[:, start:end]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time that is read for a contract, ``[start, end)`` as instants."""

    contract_id: int
    start: datetime
    end: datetime


def daily_energy(connection: Connection, contract_ids: Sequence[int], period: Period) -> Mapping[int, DailySeries]:
    """Energy of the measurement boundary of contracts, over their baseline period and the reporting period."""
    named = {"contract_ids": list(contract_ids), "period": DateRange(period.start, period.end)}
    rows = _day_rows(connection, "daily_energy", named, columns=3)
    found = {}
    for key in contract_ids:
        day, values = rows.of(key)
        found[key] = DailySeries(day, *values)
    return found


def failed_lamp_share(connection: Connection, stretches: Sequence[Stretch]) -> Mapping[int, tuple[Days, Floats]]:
    """Share of the light points out of order, by contract and day. [-]

    A contract that no lamp reported for is not in the answer.
    """
    if not stretches:
        return {}
    named = {
        "contract_ids": [each.contract_id for each in stretches],
        "starts": [each.start for each in stretches],
        "ends": [each.end for each in stretches],
    }
    rows = _day_rows(connection, "failed_lamp_share", named, columns=1)
    parts = {key: rows.of(key) for key in {each.contract_id for each in stretches}}
    return {key: (day, values[0]) for key, (day, values) in parts.items() if len(day)}


def _day_rows(connection: Connection, name: str, named: Mapping[str, object], columns: int) -> DayRows:
    """Rows of an int4, a date and float8 columns without a NULL, so that each row is as long as the other."""
    fields = [
        ("count", ">i2"),
        ("contract_length", ">i4"),
        ("contract_id", ">i4"),
        ("day_length", ">i4"),
        ("day", ">i4"),
    ]
    for column in range(columns):
        fields += [(f"length_{column}", ">i4"), (f"value_{column}", ">f8")]
    with connection.cursor() as cursor, cursor.copy(query("verification", name), named) as copy:
        data = b"".join(copy)
    rows = np.frombuffer(data[_HEADER : len(data) - _TRAILER], dtype=np.dtype(fields))
    if not data.startswith(_SIGNATURE) or bool(np.any(rows["count"] != 2 + columns)):
        raise ValueError(f"the database answers {name} in another binary format than the documented one")
    values = np.empty((columns, len(rows)))
    for column in range(columns):
        values[column] = rows[f"value_{column}"]
    day = _FIRST_DAY + rows["day"].astype(np.int64).astype("timedelta64[D]")
    return DayRows(rows["contract_id"].astype(np.int32), day, values)
