"""Reading what many statements are computed from in a few queries, without a Python object or a message per value.

The server packs the days of a contract into one value, each day as its own binary format writes it. A binary COPY has
the same bytes, but comes as a message for each row, which costs more than all the rest of the reading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import psycopg
from psycopg.rows import TupleRow
from psycopg.types.range import DateRange

from analytics.arrays import Days, Floats
from analytics.daily import DailySeries
from analytics.heat_clocks import STATES
from analytics.heat_state_days import HeatStateDays
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]

_FIRST_DAY = np.datetime64("2000-01-01", "D")
"""Day 0 of a date in PostgreSQL's binary format."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time that is read for a contract, ``[start, end)`` as instants."""

    contract_id: int
    start: datetime
    end: datetime


def daily_energy(connection: Connection, contract_ids: Sequence[int], period: Period) -> Mapping[int, DailySeries]:
    """Energy of the measurement boundary of contracts, over their baseline period and the reporting period."""
    named = {"contract_ids": list(contract_ids), "period": DateRange(period.start, period.end)}
    packed = _packed_days(connection, "daily_energy", named, columns=3)
    found = {}
    for key in contract_ids:
        day, values = packed.get(key) or _unpacked(b"", columns=3)
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
    packed = _packed_days(connection, "failed_lamp_share", named, columns=1)
    return {key: (day, values[0]) for key, (day, values) in packed.items()}


def heat_states(connection: Connection, contract_ids: Sequence[int], period: Period) -> Mapping[int, HeatStateDays]:
    """Abnormal clocks by contract and day, over the baseline period and the reporting period.

    A contract of whose meters nothing is known is not in the answer.
    """
    if not contract_ids:
        return {}
    named = {"contract_ids": list(contract_ids), "period": DateRange(period.start, period.end)}
    packed = _packed_days(connection, "heat_states", named, columns=len(STATES))
    return {key: HeatStateDays(day, values) for key, (day, values) in packed.items()}


def _packed_days(
    connection: Connection, name: str, named: Mapping[str, object], columns: int
) -> dict[int, tuple[Days, Floats]]:
    """Days and values by contract, from rows of a key and packed days."""
    rows = connection.execute(query("verification", name), named, binary=True)
    return {key: _unpacked(data, columns) for key, data in rows}


def _unpacked(data: bytes, columns: int) -> tuple[Days, Floats]:
    """Ascending days [d] and values [columns, d] out of int4 days since 2000 and float8 values, big-endian."""
    fields = [("day", ">i4"), *((f"value_{column}", ">f8") for column in range(columns))]
    rows = np.frombuffer(data, dtype=np.dtype(fields))
    day = _FIRST_DAY + rows["day"].astype(np.int64).astype("timedelta64[D]")
    values = np.empty((columns, len(rows)))
    for column in range(columns):
        values[column] = rows[f"value_{column}"]
    return day, values
