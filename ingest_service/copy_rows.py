"""Admitted rows as PostgreSQL's binary COPY stream, assembled by numpy: no Python work per value.

Rows with the same columns present are one fixed-width record each, so a batch is a handful of arrays.

References:
    PostgreSQL 18 documentation, COPY, «Binary Format».
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ingest_service.admission import Rows
from teplosvet.storage.columns import HEADER, POSTGRES_EPOCH_US, TRAILER

LEADING = ("device_id", "measured_at", "archive", "serial")
"""The columns before a class's quantities, in order."""


def waves(rows: Rows) -> Iterator[NDArray[np.intp]]:
    """Indices of the rows in an order of keys, an instant of a device once in each wave.

    One INSERT cannot touch a row twice, so what a batch says twice of an instant goes in one after the other. The order
    is the same for every worker, so that two of them never wait for each other.
    """
    order = np.lexsort((rows.at_us, rows.device_ids))
    ids, at = rows.device_ids[order], rows.at_us[order]
    again = np.zeros(len(order), dtype=np.bool_)
    again[1:] = (ids[1:] == ids[:-1]) & (at[1:] == at[:-1])
    if not again.any():
        yield order
        return
    position = np.arange(len(order))
    first = np.maximum.accumulate(np.where(again, 0, position))
    occurrence = position - first
    for wave in range(int(occurrence.max()) + 1):
        yield order[occurrence == wave]


def encode(rows: Rows, chosen: NDArray[np.intp]) -> bytes:
    """The COPY stream of the chosen rows: `LEADING`, then the quantities of the class."""
    values = rows.values[chosen]
    encoded = [None if (serial := rows.serials[n]) is None else serial.encode() for n in chosen.tolist()]
    widths = np.array([-1 if serial is None else len(serial) for serial in encoded], dtype=np.int32)
    missing = np.packbits(np.isnan(values), axis=1)
    patterns = np.column_stack((missing, widths.view(np.uint8).reshape(-1, 4)))
    distinct, which = np.unique(patterns, axis=0, return_inverse=True)
    parts = [HEADER]
    for n in range(len(distinct)):
        members = np.flatnonzero(which == n)
        parts.append(
            _records(rows, chosen[members], values[members], [encoded[m] for m in members], int(widths[members[0]]))
        )
    parts.append(TRAILER)
    return b"".join(parts)


def _records(
    rows: Rows, chosen: NDArray[np.intp], values: NDArray[np.float64], serials: list[bytes | None], width: int
) -> bytes:
    present = ~np.isnan(values[0])
    fields: list[tuple[str, str]] = [
        ("count", ">i2"),
        ("id_n", ">i4"),
        ("id", ">i4"),
        ("at_n", ">i4"),
        ("at", ">i8"),
        ("archive_n", ">i4"),
        ("archive", "?"),
        ("serial_n", ">i4"),
    ]
    if width > 0:
        fields.append(("serial", f"S{width}"))
    for n, there in enumerate(present):
        fields.append((f"n{n}", ">i4"))
        if there:
            fields.append((f"v{n}", ">f8"))
    records = np.empty(len(chosen), dtype=np.dtype(fields))
    records["count"] = len(LEADING) + len(present)
    records["id_n"], records["id"] = 4, rows.device_ids[chosen]
    records["at_n"], records["at"] = 8, rows.at_us[chosen] - POSTGRES_EPOCH_US
    records["archive_n"], records["archive"] = 1, rows.archive[chosen]
    records["serial_n"] = width
    if width > 0:
        records["serial"] = serials
    for n, there in enumerate(present):
        records[f"n{n}"] = 8 if there else -1
        if there:
            records[f"v{n}"] = values[:, n]
    return records.tobytes()
