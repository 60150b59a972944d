"""The registry, the readings and the quarantine over HTTP."""

from dataclasses import asdict
from typing import Annotated

import psycopg
from fastapi import APIRouter, Depends
from psycopg.rows import TupleRow
from pydantic import BaseModel, Field

from ingest_service import quarantine
from ingest_service.listings import LISTINGS
from teplosvet.access import audit
from teplosvet.access.guard import needs_platform
from teplosvet.access.principal import Principal
from teplosvet.api.listing import add_listings
from teplosvet.storage.pool import request_connection

router = APIRouter(prefix="/api/v1", tags=["registry"])
add_listings(router, LISTINGS)

Database = Annotated[psycopg.Connection[TupleRow], Depends(request_connection)]


class ReplayIn(BaseModel):
    """What is to be put through ingest again."""

    reason: str | None = Field(default=None, max_length=200, description="Only what was refused for this reason.")


class ReplayedOut(BaseModel):
    """What a replay did."""

    messages: int
    stored: int
    duplicates: int
    refused: int


@router.post("/quarantine/replay", summary="Replay the quarantine")
def replay_quarantine(
    wanted: ReplayIn, person: Annotated[Principal, Depends(needs_platform)], connection: Database
) -> ReplayedOut:
    """Put what was refused through ingest again, all of it or what was refused for one reason."""
    done = quarantine.replay(connection, wanted.reason)
    audit.record(connection, person, "quarantine.replayed", wanted.reason or "all", **asdict(done))
    return ReplayedOut(**asdict(done))
