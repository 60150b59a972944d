"""Register values and installations as people write them: a CSV file, and options of a command."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from math import isfinite, nan
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from analytics.consumption.series import GREATEST_REGISTER, UNKNOWN_SERIAL, Exchange, RegisterSeries
from teplosvet.domain.errors import ConfigurationError, InvalidFileError

EXPECTED_TIME = "expected an ISO 8601 time with a zone such as 2026-01-31T12:00:00+03:00, or --zone for local times"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_register_file(path: Path, zone: ZoneInfo | None = None) -> RegisterSeries:
    """Read a CSV file of ``time,serial,register``; the order of its lines is the order of arrival.

    Args:
        path: The file. The columns may stand in any order, and the serial number may be missing or empty.
        zone: Zone of times that are written without one.

    Raises:
        InvalidFileError: If the file cannot be read, or a line does not say what is expected.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InvalidFileError(str(path), None, None, "expected a file that exists") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidFileError(str(path), None, None, f"expected a CSV file in UTF-8 ({error})") from None
    return _parse(str(path), text.splitlines(), zone)


def _parse(file: str, lines: list[str], zone: ZoneInfo | None) -> RegisterSeries:
    rows = _rows(file, lines)
    columns = _columns(file, next(rows, (1, []))[1])
    at: list[int] = []
    register: list[float] = []
    serial: list[int] = []
    codes: dict[str, int] = {}
    for line, row in rows:
        values = _fields(file, line, row, columns)
        at.append(_instant(file, line, values["time"], zone))
        register.append(_register(file, line, values["register"]))
        name = values.get("serial", "")
        serial.append(codes.setdefault(name, len(codes)) if name else UNKNOWN_SERIAL)
    if len(at) < 2:
        raise InvalidFileError(file, None, None, "expected at least two readings below the header time,serial,register")
    return RegisterSeries(
        np.array(at, dtype=np.int64), np.array(register, dtype=np.float64), np.array(serial, dtype=np.int32)
    )


def _rows(file: str, lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise InvalidFileError(file, reader.line_num, None, f"expected comma-separated values ({error})") from None


def _columns(file: str, header: list[str]) -> list[str]:
    columns = [name.lower() for name in header]
    for name in ("time", "register"):
        if columns.count(name) != 1:
            raise InvalidFileError(file, 1, name, "expected the header time,serial,register")
    return columns


def _fields(file: str, line: int, row: list[str], columns: list[str]) -> dict[str, str]:
    if len(row) != len(columns):
        raise InvalidFileError(file, line, None, f"expected {len(columns)} values, got {len(row)}")
    return dict(zip(columns, row, strict=True))


def _instant(file: str, line: int, text: str, zone: ZoneInfo | None) -> int:
    try:
        return instant_us(text, zone)
    except ValueError:
        raise InvalidFileError(file, line, "time", f"{EXPECTED_TIME}, got {text!r}") from None


def _register(file: str, line: int, text: str) -> float:
    if not text:
        return nan
    try:
        value = float(text)
    except ValueError:
        raise InvalidFileError(file, line, "register", f"expected a number or nothing, got {text!r}") from None
    if not isfinite(value):
        raise InvalidFileError(file, line, "register", f"expected a finite number or nothing, got {text!r}")
    if abs(value) > GREATEST_REGISTER:
        expected = f"expected a register of at most {GREATEST_REGISTER:,.0f}, got {text!r}"
        raise InvalidFileError(file, line, "register", expected)
    return value


def instant_us(text: str, zone: ZoneInfo | None = None) -> int:
    """Read an ISO 8601 time. [µs since 1970]

    Raises:
        ValueError: If it is none, or has no zone and none is given.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        if zone is None:
            raise ValueError(EXPECTED_TIME)
        instant = instant.replace(tzinfo=zone)
    try:
        since = instant.astimezone(UTC) - _EPOCH
    except OverflowError:
        raise ValueError("the year is out of range") from None
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def parse_installation(text: str, zone: ZoneInfo | None = None) -> Exchange:
    """Read ``TIME[,CLOSING[,OPENING]]``: when an instrument was exchanged, and what both registers stood at.

    Raises:
        ConfigurationError: If it is not that.
    """
    expected = f"--installation: expected TIME[,CLOSING[,OPENING]], got {text!r}"
    time, *registers = (part.strip() for part in text.split(","))
    if len(registers) > 2:
        raise ConfigurationError(expected)
    try:
        values = [float(value) if value else None for value in registers]
        at_us = instant_us(time, zone)
    except ValueError as error:
        raise ConfigurationError(f"{expected} ({error})") from None
    if any(value is not None and not abs(value) <= GREATEST_REGISTER for value in values):
        raise ConfigurationError(expected)
    closing, opening = [*values, None, None][:2]
    return Exchange(at_us, closing, opening)
