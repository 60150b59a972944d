"""Many installations from one file, CSV or XLSX: all of them or none, with a report line by line."""

import csv
import io
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zipfile import BadZipFile

import openpyxl
import psycopg
from psycopg.rows import TupleRow
from pydantic import ValidationError

from ingest_service.registration import rights
from ingest_service.registration.install import put
from ingest_service.registration.requests import InstallationIn
from ingest_service.registration.sentences import refusal
from teplosvet.access.principal import Principal
from teplosvet.domain.errors import FieldError, InvalidFileError, RefusedError

Connection = psycopg.Connection[TupleRow]

COLUMNS = frozenset(
    {*InstallationIn.model_fields} - {"request_id", "device_class", "start_registers", "identities"}
) | {"class"}
"""Columns beside `start.QUANTITY` (a start register) and `identity` (``adapter:identity``)."""

LARGEST_FILE = 5 * 1024 * 1024
"""[B]"""


def import_file(connection: Connection, person: Principal, name: str, data: bytes, *, dry_run: bool) -> dict[str, Any]:
    """Register every line of a file in one transaction, or none if anything is wrong or it is a dry run.

    Returns:
        ``{imported, lines: [{line, device, errors, credentials}]}``.

    Raises:
        InvalidFileError: If it is no such file.
    """
    lines: list[dict[str, Any]] = []
    with connection.transaction() as whole:
        for number, row in _rows(name, data):
            lines.append({"line": number, **_one(connection, person, row)})
        good = bool(lines) and not any(each["errors"] for each in lines)
        if dry_run or not good:
            raise psycopg.Rollback(whole)
    imported = good and not dry_run
    for each in lines if imported else ():
        each["credentials"] = rights.apply(connection, each.pop("publisher"), rights.plugin()).credentials()
    return {"imported": len(lines) if imported else 0, "lines": [_told(each) for each in lines]}


def _told(line: dict[str, Any]) -> dict[str, Any]:
    errors = [each._asdict() for each in line["errors"]]
    return {"line": line["line"], "device": line["device"], "errors": errors, "credentials": line.get("credentials")}


def _one(connection: Connection, person: Principal, row: dict[str, str]) -> dict[str, Any]:
    errors: list[FieldError] = []
    try:
        body = InstallationIn.model_validate(_body(row))
        with connection.transaction():
            answer = put(connection, person, body)
    except ValidationError as error:
        errors = [refusal(".".join(map(str, each["loc"])), str(each["type"])) for each in error.errors()]
    except RefusedError as error:
        errors = list(error.errors)
    except psycopg.errors.IntegrityError:
        errors = [refusal("device", "overlaps")]
    else:
        return {"device": answer["device"], "publisher": answer["publisher"], "errors": errors}
    return {"device": row.get("device", ""), "publisher": "", "errors": errors}


def _body(row: dict[str, str]) -> dict[str, Any]:
    start = {key.removeprefix("start."): value for key, value in row.items() if key.startswith("start.")}
    adapter, _, identity = row.get("identity", "").partition(":")
    return {
        **{key: value for key, value in row.items() if key in COLUMNS},
        "request_id": uuid.uuid4(),
        "start_registers": start,
        "identities": [{"adapter": adapter, "identity": identity}] if identity else [],
    }


def _rows(name: str, data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines by number, with the cells that are filled."""
    if len(data) > LARGEST_FILE:
        raise InvalidFileError(name, None, None, "at most 5 MB: cut it in parts")
    lines = _xlsx(name, data) if data.startswith(b"PK") else _csv(name, data)
    header = [each.strip() for each in next(lines, [])]
    unknown = [each for each in header if each not in COLUMNS | {"identity", ""} and not each.startswith("start.")]
    if unknown or "serial" not in header:
        expected = f"columns {', '.join(sorted(COLUMNS))}, identity, start.QUANTITY; serial is needed"
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
