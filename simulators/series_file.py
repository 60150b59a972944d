"""Reads tables of real series, CSV (also .gz) or Parquet, and says exactly what is wrong with one."""

import csv
import gzip
import io
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.lib as pa
import pyarrow.parquet as pq

from teplosvet.domain.errors import InvalidFileError

_EMPTY = frozenset({"", "na", "nan", "null", "none", "n/a", "-"})
_LEAST_UNIX_S = 2**28  # smaller numbers are relative times in SenML


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a file.

    Attributes:
        file: Name of the file.
        columns: Cells by the name of their column; a CSV's are text, a Parquet file's are typed.
        lines: Line of each row, counted from 1; in a Parquet file the number of the row.
    """

    file: str
    columns: Mapping[str, Sequence[object]]
    lines: Sequence[int]

    def cells(self, column: str) -> Sequence[object]:
        """The cells of one column.

        Raises:
            InvalidFileError: If there is no such column.
        """
        if column not in self.columns:
            known = ", ".join(self.columns)
            raise InvalidFileError(self.file, 1, column, f"expected a column of this name; there are {known}")
        return self.columns[column]

    def numbers(self, column: str) -> list[float]:
        """A column of numbers; an empty cell is NaN.

        Raises:
            InvalidFileError: If a cell is neither empty nor a finite number.
        """
        return [self._number(cell, line, column) for cell, line in zip(self.cells(column), self.lines, strict=True)]

    def times_s(self, column: str, zone: ZoneInfo | None) -> list[float]:
        """A column of times as Unix seconds: aware ISO 8601, Unix seconds, or naive local times of the zone. [s]

        Raises:
            InvalidFileError: If a cell is not a time, or naive and no zone is given, or does not exist in the zone.
        """
        result: list[float] = []
        for cell, line in zip(self.cells(column), self.lines, strict=True):
            earlier = result[-1] if result else -math.inf
            result.append(self._time_s(cell, line, column, zone, earlier))
        return result

    def _number(self, cell: object, line: int, column: str) -> float:
        if cell is None or (isinstance(cell, str) and cell.strip().lower() in _EMPTY):
            return math.nan
        try:
            value = float(cell) if isinstance(cell, str | float | int) and not isinstance(cell, bool) else None
        except ValueError:
            value = None
        if value is None or math.isinf(value):
            raise InvalidFileError(self.file, line, column, f"expected a number or an empty cell, got {cell!r}")
        return value

    def _time_s(self, cell: object, line: int, column: str, zone: ZoneInfo | None, earlier: float) -> float:
        moment = _moment(cell)
        if isinstance(moment, float):
            return moment
        if moment is None:
            raise InvalidFileError(self.file, line, column, f"expected an ISO 8601 time or Unix seconds, got {cell!r}")
        if moment.tzinfo is not None:
            return moment.timestamp()
        if zone is None:
            expected = f"expected a time with a zone such as 2026-01-31T12:00:00+03:00, or --zone, got {cell!s}"
            raise InvalidFileError(self.file, line, column, expected)
        local = moment.replace(tzinfo=zone)
        if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
            raise InvalidFileError(self.file, line, column, f"expected a time that exists in {zone.key}, got {cell!s}")
        # Where the clock goes back an hour is written twice; the second time round is the later one.
        return local.replace(fold=1).timestamp() if local.timestamp() <= earlier else local.timestamp()


def read_table(path: Path) -> Table:
    """Read a file by the end of its name: `.csv`, `.csv.gz` or `.parquet`.

    Raises:
        InvalidFileError: If it is not there, not what its name says, or has no rows.
    """
    try:
        table = _read_parquet(path) if path.suffix in {".parquet", ".pq"} else _read_csv(path)
    except FileNotFoundError as error:
        raise InvalidFileError(str(path), None, None, "expected a file, there is none") from error
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, pa.ArrowException) as error:
        raise InvalidFileError(str(path), None, None, f"expected CSV, CSV in gzip, or Parquet: {error}") from error
    if not table.lines:
        raise InvalidFileError(str(path), None, None, "expected at least one row")
    return table


def _moment(cell: object) -> datetime | float | None:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell) if cell >= _LEAST_UNIX_S else None
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if _LEAST_UNIX_S <= seconds < 2**33:
        return seconds
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read_csv(path: Path) -> Table:
    data = path.read_bytes()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = next(rows, [])
        _check_header(path, header)
        cells: list[list[object]] = [[] for _ in header]
        lines: list[int] = []
        for row in rows:
            if not row:
                continue
            if len(row) != len(header):
                raise InvalidFileError(str(path), rows.line_num, None, f"expected {len(header)} cells, got {len(row)}")
            lines.append(rows.line_num)
            for column, cell in zip(cells, row, strict=True):
                column.append(cell)
    except csv.Error as error:
        raise InvalidFileError(str(path), rows.line_num, None, f"expected CSV: {error}") from error
    return Table(str(path), dict(zip(header, cells, strict=True)), lines)


def _check_header(path: Path, header: Sequence[str]) -> None:
    if not any(header):
        raise InvalidFileError(str(path), 1, None, "expected a line with the names of the columns")
    twice = next((name for n, name in enumerate(header) if name in header[:n]), None)
    if twice is not None:
        raise InvalidFileError(str(path), 1, twice, "expected every column name once")


def _read_parquet(path: Path) -> Table:
    table = pq.read_table(path)
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    return Table(str(path), columns, range(1, table.num_rows + 1))
