"""Many installations from one file, CSV or XLSX: all of them or none, with a report line by line."""

import uuid
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from pydantic import ValidationError

from ingest_service.registration import rights
from ingest_service.registration.install import put
from ingest_service.registration.requests import InstallationIn
from ingest_service.registration.sentences import refusal
from ingest_service.registration.tables import rows_of
from teplosvet.access.principal import Principal
from teplosvet.domain.errors import FieldError, RefusedError

Connection = psycopg.Connection[TupleRow]

COLUMNS = frozenset(
    {*InstallationIn.model_fields} - {"request_id", "device_class", "start_registers", "identities"}
) | {"class"}
"""Columns beside `start.QUANTITY` (a start register) and `identity` (``adapter:identity``)."""


def import_file(connection: Connection, person: Principal, name: str, data: bytes, *, dry_run: bool) -> dict[str, Any]:
    """Register every line of a file in one transaction, or none if anything is wrong or it is a dry run.

    Returns:
        ``{imported, lines: [{line, device, errors, credentials}]}``.

    Raises:
        InvalidFileError: If it is no such file.
    """
    lines: list[dict[str, Any]] = []
    with connection.transaction() as whole:
        for number, row in rows_of(name, data, COLUMNS | {"identity"}, "start."):
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
