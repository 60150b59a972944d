"""Devices that wait for their place: made beforehand, labelled, and installed by whoever stands before them."""

import re
import secrets
from typing import Annotated, Any

import psycopg
from psycopg.rows import TupleRow
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest_service.registration import checks, claims
from ingest_service.registration.requests import Name, Serial, Text
from ingest_service.registration.sentences import refusal
from ingest_service.registration.tables import rows_of
from teplosvet.access import audit
from teplosvet.access.principal import Principal
from teplosvet.domain.device_types import TYPES
from teplosvet.domain.errors import FieldError, RefusedError, UnknownNameError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]

COLUMNS = frozenset({"class", "model", "serial", "device", "organisation"})
"""Of a file."""

MOST_LABELS = 10_000
"""On one sheet."""


class StockIn(BaseModel):
    """A device that has no place yet."""

    model_config = ConfigDict(populate_by_name=True)

    device_class: Annotated[Text, Field(alias="class")]
    model: Text = ""
    serial: Serial
    device: Name | None = None
    organisation: Text | None = None


def add_stock(connection: Connection, person: Principal, body: StockIn) -> str:
    """Make a device without a place; its name.

    Raises:
        RefusedError: If it contradicts the registry; nothing is changed then.
    """
    with connection.transaction():
        connection.execute(query("registry", "lock"))
        name = body.device or _new_name(body)
        checks.stop_at(_faults(connection, body, name))
        values = {"device": name, "class": body.device_class, "publisher": name, "model": body.model}
        row = connection.execute(query("registration", "new_device"), values).fetchone()
        held = {"device_id": row[0] if row else None, "organisation": body.organisation, "serial": body.serial}
        connection.execute(query("registration", "put_in_stock"), held)
        audit.record(connection, person, "device.stocked", name, serial=body.serial, organisation=body.organisation)
    return name


def _faults(connection: Connection, body: StockIn, name: str) -> list[FieldError]:
    if body.device_class not in list(DeviceClass):
        return [refusal("class", "unknown_class")]
    found = list(checks.serial_faults(connection, body.serial, body.device_class, body.model))
    kind = TYPES.get(body.model)
    if kind is not None and kind.device_class != body.device_class:
        found.append(refusal("model", "other_class"))
    instrument = {"serial": body.serial, "class": body.device_class, "model": body.model}
    if checks.asked(connection, "serial_in_stock", **instrument):
        found.append(refusal("serial", "serial_in_stock"))
    if not checks.asked(connection, "registrar_organisation", organisation=body.organisation):
        found.append(refusal("organisation", "unknown_organisation"))
    if checks.known_device(connection, name) is not None:
        found.append(refusal("device", "name_taken"))
    elif not checks.asked(connection, "publisher_is_free", publisher=name, device_id=None):
        found.append(refusal("device", "publisher_not_yours"))
    return found


def _new_name(body: StockIn) -> str:
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{body.model or body.device_class}-{body.serial}").strip("-._")
    return f"{slug[:70]}-{secrets.token_hex(2)}"


def stock_file(
    connection: Connection, person: Principal, name: str, data: bytes, organisation: str | None
) -> list[str]:
    """Make every device of a CSV or XLSX file, or none; their names.

    Raises:
        RefusedError: If any line contradicts the registry; its fields begin with the number of the line.
        InvalidFileError: If it is no such file.
    """
    made, errors = [], []
    with connection.transaction():
        for number, row in rows_of(name, data, COLUMNS):
            try:
                body = StockIn.model_validate({"organisation": organisation, **row})
                made.append(add_stock(connection, person, body))
            except ValidationError as error:
                faults = [refusal(".".join(map(str, e["loc"])), str(e["type"])) for e in error.errors()]
                errors += [each._replace(field=f"{number}.{each.field}") for each in faults]
            except RefusedError as error:
                errors += [each._replace(field=f"{number}.{each.field}") for each in error.errors]
        checks.stop_at(errors)
    return made


def stock(
    connection: Connection, organisation: str | None, devices: list[str] | None, limit: int = MOST_LABELS
) -> list[dict[str, Any]]:
    """Devices without a place that whoever asks may install, by name."""
    values = {"organisation": organisation, "devices": devices, "limit": limit}
    names = ("device", "device_class", "model", "serial", "organisation", "added_at", "labelled")
    rows = connection.execute(query("registration", "stock"), values)
    return [dict(zip(names, row, strict=True)) for row in rows]


def labels_of_stock(
    connection: Connection, person: Principal, organisation: str | None, devices: list[str] | None, base: str
) -> list[claims.Label]:
    """Labels with a new code each; the codes of older labels are worth nothing from then on.

    Raises:
        UnknownNameError: If there is no such device without a place.
    """
    with connection.transaction():
        found = stock(connection, organisation, devices)
        missing = {*(devices or ())} - {each["device"] for each in found}
        if missing or not found:
            raise UnknownNameError(f"no device without a place is called {min(missing, default='so')[:80]}")
        return [
            claims.Label(
                each["device"],
                each["model"],
                each["serial"],
                each["organisation"] or "",
                claims.install_url(
                    base, each["device"], claims.give_code(connection, person, each["device"], each["serial"])
                ),
            )
            for each in found
        ]
