"""Reads energy and outdoor temperature from CSV, and says exactly what is wrong with a file."""

import csv
import gzip
import io
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from analytics.arrays import Floats, Indices
from analytics.fitting.columns import (
    EnergyUnit,
    TemperatureUnit,
    energy_column,
    temperature_column,
    time_column,
)
from analytics.fitting.csv_times import Times, read_times
from analytics.fitting.observations import Interval, Series
from teplosvet.domain.errors import InvalidFileError

_ENCODING = "expected text in UTF-8: save the file as UTF-8 (in Excel: Save as, CSV UTF-8)"
GREATEST_FILE = 128 * 1024 * 1024
"""Unpacked: a value a minute for five years. [bytes]"""
_UNKNOWN = frozenset({"", "na", "nan", "null", "none", "n/a", "-"})


@dataclass(frozen=True, slots=True)
class FileNotes:
    """What was found in a file; nothing of it is filled.

    Attributes:
        file: Name of the file.
        column: Column of the values.
        unit: Their unit.
        interval: How long a row lasts.
        rows: Rows of the file.
        unknown_values: Rows without a value.
        repeated_rows: Rows that repeat another one word for word; they count once.
        out_of_order_rows: Rows that are earlier than the one before; all were sorted.
        missing_rows: Intervals between the first and the last row that have no row.
        first_day: Local day of the first row.
        last_day: Local day that the last row begins on.
    """

    file: str
    column: str
    unit: str
    interval: Interval
    rows: int
    unknown_values: int
    repeated_rows: int
    out_of_order_rows: int
    missing_rows: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Wanted:
    """Columns, units and zone that were asked for; None is found by name.

    Attributes:
        energy: Column of energy.
        energy_unit: Its unit.
        temperature: Column of outdoor temperature.
        temperature_unit: Its unit.
        zone: Zone of the days and of naive times.
    """

    energy: str | None = None
    energy_unit: EnergyUnit | None = None
    temperature: str | None = None
    temperature_unit: TemperatureUnit | None = None
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The cells of a file as text."""

    file: str
    columns: tuple[str, ...]
    lines: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]

    def cells(self, column: str) -> list[tuple[int, str]]:
        """Line and text of each row of a column."""
        place = self.columns.index(column)
        return [(line, row[place].strip()) for line, row in zip(self.lines, self.rows, strict=True)]


def read_energy(table: Table, wanted: Wanted) -> tuple[Series, FileNotes]:
    """The energy of a file, in kWh a row."""
    column, unit = energy_column(table.file, table.columns, wanted.energy, wanted.energy_unit)
    series, notes = _series(table, column, unit.value, wanted.zone)
    if _only_grows(series.value):
        raise InvalidFileError(table.file, None, column, "expected the energy of each row, these are register values")
    value = series.value * unit.kwh
    if unit is EnergyUnit.KW:
        if series.interval is Interval.MONTH:
            raise InvalidFileError(table.file, 1, column, "expected energy, not power, of months")
        value = value * series.share * 24.0
    return Series(series.interval, series.day, series.hour, series.share, value), notes


def read_temperature(table: Table, wanted: Wanted) -> tuple[Series, FileNotes] | None:
    """The outdoor temperature of a file, in °C; None if it has none and none was asked for."""
    found = temperature_column(table.file, table.columns, wanted.temperature, wanted.temperature_unit)
    if found is None:
        return None
    series, notes = _series(table, found[0], found[1].value, wanted.zone)
    celsius = (series.value - 32) / 1.8 if found[1] is TemperatureUnit.FAHRENHEIT else series.value
    return Series(series.interval, series.day, series.hour, series.share, celsius), notes


def read_hourly_temperature(table: Table, wanted: Wanted) -> tuple[Indices, Floats]:
    """Unix seconds of the rows, ascending and each once, and their outdoor temperature. [s], [°C]

    Raises:
        InvalidFileError: If it has none, or if its rows are longer than an hour.
    """
    found = temperature_column(table.file, table.columns, wanted.temperature, wanted.temperature_unit)
    if found is None:
        raise InvalidFileError(table.file, 1, None, "expected a column of outdoor temperature, with temp in its name")
    column, unit = found
    when = time_column(table.columns)
    times = read_times(table.file, when, table.cells(when), wanted.zone)
    values = np.array([_number(table.file, column, line, text) for line, text in table.cells(column)])
    order = np.argsort(times.second, kind="stable")
    keep = order[_first_of_each(table, column, times, values, order)]
    if _interval(table.file, when, times, keep)[0] is not Interval.HOUR:
        raise InvalidFileError(table.file, None, when, "expected rows of an hour or less")
    celsius = (values[keep] - 32) / 1.8 if unit is TemperatureUnit.FAHRENHEIT else values[keep]
    return times.second[keep], celsius


def read_table(path: Path) -> Table:
    """Read a CSV with a line of headings, also in gzip; separated by commas, semicolons or tabs.

    Raises:
        InvalidFileError: If it is not there, is no CSV, or has no rows.
    """
    try:
        text = _unpacked(path).decode("utf-8-sig")
    except FileNotFoundError as error:
        raise InvalidFileError(str(path), None, None, "expected a file, there is none") from error
    except UnicodeDecodeError as error:
        raise InvalidFileError(str(path), None, None, _ENCODING) from error
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidFileError(str(path), None, None, f"expected CSV or CSV in gzip: {error}") from error
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        numbered = [(reader.line_num, tuple(row)) for row in reader if row]
    except csv.Error as error:
        raise InvalidFileError(str(path), reader.line_num, None, f"expected CSV: {error}") from error
    if len(numbered) < 2:
        raise InvalidFileError(str(path), None, None, "expected a line of headings and at least one row")
    columns = tuple(name.strip() for name in numbered[0][1])
    if len(set(columns)) < len(columns):
        raise InvalidFileError(str(path), 1, None, "expected every heading once")
    for line, row in numbered[1:]:
        if len(row) != len(columns):
            raise InvalidFileError(str(path), line, None, f"expected {len(columns)} cells, got {len(row)}")
    return Table(str(path), columns, tuple(line for line, _ in numbered[1:]), tuple(row for _, row in numbered[1:]))


def _unpacked(path: Path) -> bytes:
    """The bytes of a file, unpacked if it is gzip; of one that unfolds without end no more than tells that.

    Raises:
        InvalidFileError: If it is too large.
    """
    with path.open("rb") as packed:
        is_gzip = packed.read(2) == b"\x1f\x8b"
        packed.seek(0)
        data = (gzip.GzipFile(fileobj=packed) if is_gzip else packed).read(GREATEST_FILE + 1)
    if len(data) > GREATEST_FILE:
        raise InvalidFileError(str(path), None, None, f"expected at most {GREATEST_FILE // 1024 // 1024} MB of CSV")
    return data


def _series(table: Table, column: str, unit: str, zone: ZoneInfo | None) -> tuple[Series, FileNotes]:
    when = time_column(table.columns)
    if when == column:
        raise InvalidFileError(table.file, 1, column, "expected a column of times beside it")
    times = read_times(table.file, when, table.cells(when), zone)
    values = np.array([_number(table.file, column, line, text) for line, text in table.cells(column)])
    order = np.argsort(times.second, kind="stable")
    keep = order[_first_of_each(table, column, times, values, order)]
    interval, step_h = _interval(table.file, when, times, keep)
    _refuse_two_in_one(table, when, times, keep, interval)
    share = step_h / times.day_hours[keep] if interval is Interval.HOUR else np.ones(len(keep))
    notes = FileNotes(
        table.file,
        column,
        unit,
        interval,
        len(values),
        int(np.count_nonzero(np.isnan(values))),
        len(values) - len(keep),
        int(np.count_nonzero(np.diff(times.second) < 0)),
        _missing(times, keep, interval, step_h),
        times.day[keep[0]].astype(date),
        times.day[keep[-1]].astype(date),
    )
    return Series(interval, times.day[keep], times.hour[keep], share, values[keep]), notes


def _number(file: str, column: str, line: int, text: str) -> float:
    if text.lower() in _UNKNOWN:
        return math.nan
    try:
        value = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        value = math.inf
    if math.isinf(value):
        raise InvalidFileError(file, line, column, f"expected a number or an empty cell, got {text!r}")
    return value


def _first_of_each(table: Table, column: str, times: Times, values: Floats, order: Indices) -> Indices:
    """Places in `order` of the rows to keep; the same said twice counts once, two values of one time are refused."""
    kept: list[int] = []
    for place, row in enumerate(order.tolist()):
        if kept and times.second[order[kept[-1]]] == times.second[row]:
            before = values[order[kept[-1]]]
            if not (before == values[row] or (np.isnan(before) and np.isnan(values[row]))):
                line = max(table.lines[row], table.lines[int(order[kept[-1]])])
                expected = "expected one value for each time, there is another one for the same time"
                raise InvalidFileError(table.file, line, column, expected)
            continue
        kept.append(place)
    return np.array(kept, dtype=np.intp)


def _interval(file: str, column: str, times: Times, keep: Indices) -> tuple[Interval, float]:
    """How long a row lasts, by the commonest distance of two. [h]"""
    if len(keep) < 2:
        raise InvalidFileError(file, None, column, "expected at least two rows")
    steps, counts = np.unique(np.diff(times.second[keep]), return_counts=True)
    step_h = float(steps[np.argmax(counts)]) / 3600
    if step_h <= 1:
        return Interval.HOUR, step_h
    if 23 <= step_h <= 25:
        return Interval.DAY, 24.0
    if 28 * 24 - 1 <= step_h <= 31 * 24 + 1:
        return Interval.MONTH, step_h
    raise InvalidFileError(file, None, column, f"expected rows of hours, days or months, these are {step_h:g} h apart")


def _refuse_two_in_one(table: Table, column: str, times: Times, keep: Indices, interval: Interval) -> None:
    if interval is Interval.HOUR:
        return
    if interval is Interval.MONTH and (late := np.flatnonzero(_day_of_month(times)[keep] != 1)).size:
        line = table.lines[int(keep[late[0]])]
        raise InvalidFileError(table.file, line, column, "expected months that begin on the first of the month")
    again = np.flatnonzero(np.diff(times.day[keep].astype(np.int64)) == 0)
    if again.size:
        line = table.lines[int(keep[again[0] + 1])]
        raise InvalidFileError(table.file, line, column, "expected one row a day, there is another one of the same day")


def _day_of_month(times: Times) -> Indices:
    first = times.day.astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray((times.day - first).astype(np.int64) + 1, dtype=np.intp)


def _only_grows(value: Floats) -> bool:
    """Whether values look like those of a register: a month or more of them, none less than the one before."""
    known = value[np.isfinite(value)]
    return len(known) > 30 and bool((np.diff(known) >= 0).all()) and bool(known[-1] > known[0])


def _missing(times: Times, keep: Indices, interval: Interval, step_h: float) -> int:
    unit: Sequence[int] = {
        Interval.HOUR: np.rint(times.second[keep] / (step_h * 3600)).astype(np.int64),
        Interval.DAY: times.day[keep].astype(np.int64),
        Interval.MONTH: times.day[keep].astype("datetime64[M]").astype(np.int64),
    }[interval].tolist()
    return unit[-1] - unit[0] + 1 - len(unit)
