"""Admitted rows as PostgreSQL's binary COPY stream, assembled by numpy: no Python work per value.

Rows with the same columns present are one fixed-width record each, so a batch is a handful of arrays.

References:
    PostgreSQL 18 documentation, COPY, «Binary Format».
"""

import numpy as np
from numpy.typing import NDArray

from ingest_service.admission import Rows
from teplosvet.storage.columns import HEADER, POSTGRES_EPOCH_US, TRAILER

LEADING = ("device_id", "measured_at", "archive", "serial")
"""The columns before a class's quantities, in order."""


def encode(rows: Rows) -> bytes:
    """The COPY stream of the rows: `LEADING`, then the quantities that their values are of."""
    encoded = [None if serial is None else serial.encode() for serial in rows.serials]
    widths = np.array([-1 if serial is None else len(serial) for serial in encoded], dtype=np.int32)
    missing = np.packbits(np.isnan(rows.values), axis=1)
    patterns = np.column_stack((missing, widths.view(np.uint8).reshape(-1, 4)))
    distinct, which = np.unique(patterns, axis=0, return_inverse=True)
    parts = [HEADER]
    for n in range(len(distinct)):
        members = np.flatnonzero(which == n)
        parts.append(_records(rows, members, [encoded[m] for m in members.tolist()], int(widths[members[0]])))
    parts.append(TRAILER)
    return b"".join(parts)


def _records(rows: Rows, chosen: NDArray[np.intp], serials: list[bytes | None], width: int) -> bytes:
    values = rows.values[chosen]
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
