"""The registry and the quarantine over HTTP."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import psycopg
from fastapi import APIRouter, Depends, Query
from psycopg.rows import TupleRow
from pydantic import BaseModel

from ingest_service import quarantine, unbound
from ingest_service.events import told
from teplosvet.access import audit
from teplosvet.access.guard import needs, needs_platform
from teplosvet.access.principal import Principal, Role
from teplosvet.storage.pool import request_connection
from teplosvet.storage.queries import query

router = APIRouter(prefix="/api/v1", tags=["registry"])

Database = Annotated[psycopg.Connection[TupleRow], Depends(request_connection)]


class DeviceOut(BaseModel):
    """A device and where it is."""

    device: str
    device_class: str
    publisher: str
    model: str
    serial: str | None
    building: str | None
    entrance: str | None
    floor: int | None
    measured_at: datetime | None


class ReasonOut(BaseModel):
    """How much was refused for one reason."""

    reason: str
    messages: int
    times: int
    last_at: datetime
    example: str


@router.get("/devices")
def devices(
    connection: Database,
    building: Annotated[str | None, Query(description="Code of a building.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[str, Query(description="Name of the last device of the page before.")] = "",
) -> list[DeviceOut]:
    """Devices by name, a page at a time."""
    values = {"building": building, "limit": limit, "after": after}
    names = DeviceOut.model_fields
    rows = connection.execute(query("registry", "devices"), values)
    return [DeviceOut(**dict(zip(names, row, strict=True))) for row in rows]


class EventOut(BaseModel):
    """What a gateway or a device told besides readings."""

    happened_at: datetime
    device: str
    building: str | None
    event: str
    data: dict[str, Any]


@router.get("/events")
def events(
    connection: Database,
    device: Annotated[str | None, Query(description="Only of this device.")] = None,
    event: Annotated[str | None, Query(description="Only this word.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[EventOut]:
    """Events, the newest first."""
    return [EventOut(**asdict(each)) for each in told(connection, device, event, limit)]


class UnboundOut(BaseModel):
    """Somebody who publishes in another maker's format and is bound to no device."""

    adapter: str
    identity: str
    first_at: datetime
    last_at: datetime
    times: int
    topic: str
    message: str


@router.get("/unbound", dependencies=[Depends(needs(Role.INSTALLER, Role.ADMINISTRATOR))])
def unbound_identities(connection: Database, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[UnboundOut]:
    """Who was heard and is not registered, the last one first."""
    return [UnboundOut(**asdict(each)) for each in unbound.heard(connection, limit)]


@router.get("/quarantine", dependencies=[Depends(needs_platform)])
def refused(connection: Database) -> list[ReasonOut]:
    """What was refused and is not replayed, by reason."""
    return [ReasonOut(**asdict(each)) for each in quarantine.by_reason(connection)]


class ReplayIn(BaseModel):
    """What is to be put through ingest again."""

    reason: str | None = None


class ReplayedOut(BaseModel):
    """What a replay did."""

    messages: int
    stored: int
    duplicates: int
    refused: int


@router.post("/quarantine/replay")
def replay(
    wanted: ReplayIn, person: Annotated[Principal, Depends(needs(Role.ADMINISTRATOR))], connection: Database
) -> ReplayedOut:
    """Put what was refused through ingest again, all of it or what was refused for one reason."""
    done = quarantine.replay(connection, wanted.reason)
    audit.record(connection, person, "quarantine.replayed", wanted.reason or "all", **asdict(done))
    return ReplayedOut(**asdict(done))
