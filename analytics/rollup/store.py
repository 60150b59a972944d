"""Results of the rollup into their tables, inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from analytics.consumption import Rule
from analytics.rollup.compute import CONSUMPTION, QUANTITIES, STATE, Made
from analytics.rollup.load import Window
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.columns import write_columns
from teplosvet.storage.queries import query

_CODES = {"quantities": [str(quantity) for quantity in QUANTITIES], "rules": [rule.text for rule in Rule]}


def store(
    connection: psycopg.Connection[TupleRow], device_class: DeviceClass, made: Made, windows: Sequence[Window]
) -> None:
    """Replace what the open windows held by what was made."""
    connection.execute(query("rollup", "create_stages"))
    _merge(connection, "copy_consumption", "merge_hourly", _joined(made.hourly, CONSUMPTION))
    connection.execute(query("rollup", "clear_consumption"))
    _merge(connection, "copy_consumption", "merge_daily", _joined(made.daily, CONSUMPTION))
    _merge(connection, "copy_state", "merge_state", _joined(made.states, STATE))
    _store_epochs(connection, made)
    _store_findings(connection, made, windows)
    for carrier in Carrier:
        if carrier.device_class is device_class and carrier is not Carrier.WATER:
            parts = {"carrier": sql.Literal(carrier.value), "register": sql.Literal(carrier.register.value)}
            connection.execute(query("rollup", "building_energy", **parts))
    if made.again:
        ids, from_us = [key for key, _ in made.again], [at for _, at in made.again]
        values = {"device_ids": ids, "from_us": from_us, "to_us": [2**62] * len(ids)}
        connection.execute(query("rollup", "again"), values)


def _merge(connection: psycopg.Connection[TupleRow], copy: str, merge: str, rows: NDArray[np.void]) -> None:
    if len(rows):
        write_columns(connection, query("rollup", copy), rows)
        connection.execute(query("rollup", merge), _CODES)


def _joined(parts: Sequence[NDArray[np.void]], dtype: np.dtype[np.void]) -> NDArray[np.void]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)


def _store_epochs(connection: psycopg.Connection[TupleRow], made: Made) -> None:
    connection.execute(query("rollup", "forget_epochs"))
    with connection.cursor() as cursor:
        cursor.executemany(
            query("rollup", "epoch"),
            [
                {
                    "device_id": each.device_id,
                    "quantity": each.quantity,
                    "at_us": each.at_us,
                    "shift": each.shift,
                    "reason": "decimal_change" if each.shift else "new_epoch",
                }
                for each in made.epochs
            ],
        )


def _store_findings(connection: psycopg.Connection[TupleRow], made: Made, windows: Sequence[Window]) -> None:
    connection.execute(query("rollup", "forget_findings"))
    spans = {window.device_id: window for window in windows}
    rows = []
    for device_id, quantity, finding in made.findings:
        found_at = datetime.fromisoformat(str(finding.data["from"]))
        window = spans[device_id]
        if window.from_us <= found_at.timestamp() * 1e6 < window.to_us:
            rows.append(
                {
                    "device_id": device_id,
                    "quantity": quantity,
                    "found_at": found_at,
                    "code": finding.code,
                    "severity": int(finding.severity),
                    "data": Jsonb(dict(finding.data)),
                }
            )
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(query("rollup", "finding"), rows)
