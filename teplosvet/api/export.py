"""Lists as CSV and Parquet, streamed: memory does not grow with the rows."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import closing

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from starlette.concurrency import run_in_threadpool

from teplosvet.api.fields import Kind

ROWS_AT_ONCE = 10_000
"""Rows that are held in memory. [-]"""

Rows = Sequence[Sequence[object]]

_ARROW = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
    Kind.DAY: pa.date32(),
    Kind.MONEY: pa.string(),
    Kind.DATA: pa.string(),
}


FORMULAS = frozenset("=+-@\t\r\n＝＋－＠")
"""What a formula begins with, in a spreadsheet of the full-width kind, too."""


def as_csv(names: Sequence[str], kinds: Sequence[Kind], batches: Iterable[Rows]) -> Iterator[bytes]:
    """RFC 4180. No cell that a device or a person wrote is a formula for a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    for batch in batches:
        writer.writerows([_cell(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in batch)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def disarmed(text: str) -> str:
    """A text; one that begins like a formula gets an apostrophe, as OWASP's page on CSV injection advises."""
    return f"'{text}" if text[:1] in FORMULAS else text


def _cell(value: object, kind: Kind) -> object:
    plain = _plain(value, kind)
    if isinstance(plain, str) and kind in {Kind.TEXT, Kind.DATA}:
        return disarmed(plain)
    return plain.isoformat().replace("+00:00", "Z") if kind is Kind.INSTANT and hasattr(plain, "isoformat") else plain


def _plain(value: object, kind: Kind) -> object:
    if value is None:
        return None
    if kind is Kind.DATA:
        return msgspec.json.encode(value).decode()
    return str(value) if kind is Kind.MONEY else value


def as_parquet(names: Sequence[str], kinds: Sequence[Kind], batches: Iterable[Rows]) -> Iterator[bytes]:
    """Apache Parquet, one row group a batch."""
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in zip(names, kinds, strict=True)])
    sink = _Drain()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="snappy") as writer:
        for batch in batches:
            columns = [
                pa.array([_plain(row[n], kind) for row in batch], type=_ARROW[kind]) for n, kind in enumerate(kinds)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            yield sink.take()
    yield sink.take()


class _Drain(io.RawIOBase):
    """A file that forgets what was taken from it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        self._at += len(part)
        return len(part)

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


async def streamed(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Chunks made in a thread; whoever hangs up ends their making too."""
    end = object()
    with closing(chunks):  # type: ignore[type-var]
        while (chunk := await run_in_threadpool(next, chunks, end)) is not end:
            if chunk:
                yield chunk  # type: ignore[misc]
