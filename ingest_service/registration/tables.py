"""Files of one thing a line, CSV or XLSX."""

import csv
import io
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from zipfile import BadZipFile

import openpyxl

from teplosvet.domain.errors import InvalidFileError

LARGEST_FILE = 5 * 1024 * 1024
"""[B]"""


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
    lines = _xlsx(name, data) if data.startswith(b"PK") else _csv(name, data)
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


def _csv(name: str, data: bytes) -> Iterator[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidFileError(name, None, None, "UTF-8 text or an XLSX file") from error
    first = text.partition("\n")[0]
    return iter(csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ","))


def _xlsx(name: str, data: bytes) -> Iterator[list[str]]:
    try:
        sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
    except (BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise InvalidFileError(name, None, None, "an XLSX file that opens") from error
    return iter([[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)])


def _cell(value: object) -> str:
    if isinstance(value, datetime):  # a spreadsheet knows no zones: its times are UTC
        return value.replace(tzinfo=UTC).isoformat()
    return "" if value is None else str(value)
