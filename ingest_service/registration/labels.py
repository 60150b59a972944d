"""The labels of a building's devices."""

import psycopg
from psycopg.rows import TupleRow

from ingest_service.registration.claims import Label, install_url
from teplosvet.access import audit
from teplosvet.access.principal import Principal
from teplosvet.domain.errors import UnknownNameError
from teplosvet.storage.queries import query


def labels_of(connection: psycopg.Connection[TupleRow], person: Principal, building: str, base: str) -> list[Label]:
    """A label for each device that is installed in a building.

    Args:
        connection: To the registry.
        person: Who prints them.
        building: Code of the building.
        base: Address of the console.

    Raises:
        UnknownNameError: If nothing is installed there.
    """
    rows = connection.execute(query("registration", "labels"), {"building": building}).fetchall()
    if not rows:
        raise UnknownNameError(f"no device is installed in a building called {building[:80]}")
    audit.record(connection, person, "labels.printed", building, devices=len(rows))
    return [
        Label(device, model, serial, place, install_url(base, device, None)) for device, model, serial, place in rows
    ]
