"""Whole columns out of and into PostgreSQL in its binary COPY format, as numpy arrays: no Python object per value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import TupleRow

POSTGRES_EPOCH_US = 946_684_800_000_000
"""2000-01-01 UTC, from which PostgreSQL counts. [µs since 1970]"""

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)

TRAILER = b"\xff\xff"


@dataclass(frozen=True, slots=True)
class Column:
    """A fixed-width, never-NULL column of a result.

    Attributes:
        name: Its name in the array.
        dtype: ``i4`` integer, ``i8`` bigint or timestamptz as microseconds since 1970, ``f8`` double precision.
    """

    name: str
    dtype: str


def read_columns(
    connection: psycopg.Connection[TupleRow], statement: sql.Composable, columns: Sequence[Column]
) -> NDArray[np.void]:
    """Run a SELECT and return its rows as one structured array.

    Every column must be of fixed width and not NULL: a missing double is selected as NaN by COALESCE, a time as
    microseconds by ``extract(epoch ..)``. That is what makes one `frombuffer` do for millions of rows.

    Args:
        connection: An open connection.
        statement: The SELECT, complete: COPY takes no parameters.
        columns: What it returns, in order.

    Raises:
        ValueError: If a row does not have the declared widths.
    """
    record = np.dtype(
        [
            ("fields", ">i2"),
            *(
                (f"{part}{n}", kind)
                for n, column in enumerate(columns)
                for part, kind in (("length", ">i4"), ("value", f">{column.dtype}"))
            ),
        ]
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(statement)) as copy,
    ):
        data = b"".join(copy)
    body = memoryview(data)[len(HEADER) : len(data) - len(TRAILER)]
    if len(body) % record.itemsize:
        raise ValueError("a column is NULL or not of its declared width")
    rows = np.frombuffer(body, dtype=record)
    widths = [np.dtype(column.dtype).itemsize for column in columns]
    if any((rows[f"length{n}"] != width).any() for n, width in enumerate(widths)):
        raise ValueError("a column is NULL or not of its declared width")
    result = np.empty(len(rows), dtype=[(column.name, column.dtype) for column in columns])
    for n, column in enumerate(columns):
        result[column.name] = rows[f"value{n}"]
    return result
