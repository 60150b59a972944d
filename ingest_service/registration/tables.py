"""Files of one thing a line, CSV or XLSX."""

import csv
import io
import zlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from itertools import islice
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import openpyxl

from teplosvet.domain.errors import InvalidFileError

LARGEST_FILE = 5 * 1024 * 1024
"""[B]"""

LARGEST_UNFOLDED = 64 * 1024 * 1024
"""Of all parts of an XLSX file together: 5 MB of zeros would unfold to 5 GB. [B]"""

_BROKEN = (
    *(BadZipFile, ParseError, zlib.error, EOFError, NotImplementedError),
    *(KeyError, ValueError, TypeError, AttributeError, OSError, IndexError),
)
"""What reading a hostile XLSX file raises."""

MOST_LINES = 20_000
MOST_COLUMNS = 200
"""Of a line; what stands further right is read by nobody."""


def rows_of(
    name: str, data: bytes, columns: AbstractSet[str], family: str | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines by number, with the cells that are filled.

    Args:
        name: Of the file.
        data: Its contents.
        columns: Those that there may be; `serial` there must be.
        family: What any further columns begin with.

    Raises:
        InvalidFileError: If it is no such file.
    """
    if len(data) > LARGEST_FILE:
        raise InvalidFileError(name, None, None, "at most 5 MB: cut it in parts")
    lines = iter(_xlsx(name, data) if data.startswith(b"PK") else _csv(name, data))
    header = [each.strip() for each in next(lines, [])]
    unknown = [each for each in header if each and each not in columns and not (family and each.startswith(family))]
    if unknown or "serial" not in header:
        more = f", {family}QUANTITY" if family else ""
        expected = f"columns {', '.join(sorted(columns))}{more}; serial is needed"
        raise InvalidFileError(name, 1, unknown[0][:80] if unknown else None, expected)
    for number, cells in enumerate(lines, 2):
        row = {key: cell.strip() for key, cell in zip(header, cells, strict=False) if key and cell.strip()}
        if row:
            yield number, row


def _csv(name: str, data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidFileError(name, None, None, "UTF-8 text or an XLSX file") from error
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        return _not_too_many(name, [cells[:MOST_COLUMNS] for cells in islice(reader, MOST_LINES + 1)])
    except csv.Error as error:
        raise InvalidFileError(name, reader.line_num, None, "cells of at most 131,072 letters") from error


def _xlsx(name: str, data: bytes) -> list[list[str]]:
    try:
        with ZipFile(io.BytesIO(data)) as parts:
            if sum(each.file_size for each in parts.infolist()) > LARGEST_UNFOLDED:
                raise InvalidFileError(name, None, None, "at most 64 MB when unfolded: cut it in parts")
        sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        rows = islice(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), MOST_LINES + 1)
        return _not_too_many(name, [[_cell(value) for value in row] for row in rows])
    except _BROKEN as error:
        raise InvalidFileError(name, None, None, "an XLSX file that opens") from error


def _not_too_many(name: str, lines: list[list[str]]) -> list[list[str]]:
    if len(lines) > MOST_LINES:
        raise InvalidFileError(name, None, None, f"at most {MOST_LINES} lines: cut it in parts")
    return lines


def _cell(value: object) -> str:
    if isinstance(value, datetime):  # a spreadsheet knows no zones: its times are UTC
        return value.replace(tzinfo=UTC).isoformat()
    return "" if value is None else str(value)
