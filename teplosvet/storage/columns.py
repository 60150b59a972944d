"""Whole columns out of and into PostgreSQL in its binary formats, as numpy arrays: no Python object per value."""

from collections.abc import Iterator

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format
from psycopg.rows import TupleRow

POSTGRES_EPOCH_US = 946_684_800_000_000
"""2000-01-01 UTC, from which PostgreSQL counts. [µs since 1970]"""

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)

TRAILER = b"\xff\xff"


_ARRAY_HEADER = 20
"""Bytes before the elements of a one-dimensional array: dimensions, flags, element type, length, lower bound."""


class _ArrayLoader(Loader):
    """Loads a binary array of fixed-width elements without NULLs: each is its length and its value."""

    format = Format.BINARY
    dtype: np.dtype[np.generic]

    def load(self, data: Buffer) -> NDArray[np.generic]:
        """The elements, in the machine's byte order.

        Raises:
            ValueError: If an element is NULL.
        """
        element = np.dtype([("length", ">i4"), ("value", self.dtype.newbyteorder(">"))])
        body = bytes(data)[_ARRAY_HEADER:]
        if len(body) % element.itemsize:
            raise ValueError("an element is NULL: select a missing double as NaN")
        return np.frombuffer(body, dtype=element)["value"].astype(self.dtype)


class _DoubleArrayLoader(_ArrayLoader):
    dtype = np.dtype("f8")


class _BigintArrayLoader(_ArrayLoader):
    dtype = np.dtype("i8")


class _IntegerArrayLoader(_ArrayLoader):
    dtype = np.dtype("i4")


_LOADERS = (("float8", _DoubleArrayLoader), ("int8", _BigintArrayLoader), ("int4", _IntegerArrayLoader))


def read_arrays(connection: psycopg.Connection[TupleRow], statement: sql.Composed) -> Iterator[TupleRow]:
    """Run a SELECT whose arrays of integer, bigint and double precision arrive as numpy arrays.

    Many values in one row make no Python object each. A missing double has to be selected as NaN.
    """
    with connection.cursor(binary=True) as cursor:
        for element, loader in _LOADERS:
            cursor.adapters.register_loader(psycopg.adapters.types[element].array_oid, loader)
        yield from cursor.stream(statement)


def write_columns(connection: psycopg.Connection[TupleRow], statement: sql.Composed, rows: NDArray[np.void]) -> None:
    """Write a structured array of fixed-width fields by ``COPY .. FROM STDIN (FORMAT binary)``.

    Args:
        connection: An open connection.
        statement: The COPY, naming the columns in the order of the array's fields.
        rows: Fields of dtype ``i4``, ``i8`` or ``f8``.
    """
    names = rows.dtype.names or ()
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for n, name in enumerate(names):
        layout += [(f"length{n}", ">i4"), (f"value{n}", rows.dtype[name].newbyteorder(">").str)]
    records = np.empty(len(rows), dtype=layout)
    records["fields"] = len(names)
    for n, name in enumerate(names):
        records[f"length{n}"] = rows.dtype[name].itemsize
        records[f"value{n}"] = rows[name]
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(HEADER + records.tobytes() + TRAILER)
