"""The page of the platform's administrators: what was refused, what is worked on, whether all is well."""

from datetime import date, datetime
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from dashboards.asking import Connection, PageRoute, Person, from_here
from dashboards.inside import call
from dashboards.reasons import REASONS
from dashboards.render import page
from teplosvet.access.guard import needs_platform
from teplosvet.domain.errors import ForbiddenError, UnknownNameError
from teplosvet.storage.queries import query

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(needs_platform)])


class Reason(NamedTuple):
    """What was refused for one reason."""

    reason: str
    messages: int
    times: int
    last_at: datetime
    example: str


class Publisher(NamedTuple):
    """A gateway or device of its own, and whether it is there."""

    publisher: str
    state: str
    stated_at: datetime


class Run(NamedTuple):
    """A night of the fleet."""

    site: str
    start: date
    end: date
    started_at: datetime
    ended_at: datetime | None
    contracts: int
    stated: int
    refused: int
    failed: int


class Platform(NamedTuple):
    """The database and the newest reading."""

    version: str
    bytes: int
    last_received_at: datetime | None
    last_run_at: datetime | None


@router.get("/administration")
def show_administration(reader: Person, connection: Connection, replayed: str = "", refused: str = "") -> Response:
    """Quarantine, jobs, publishers, database, backup."""
    waiting = connection.execute(query("console", "dirty")).fetchone()
    archived = connection.execute(query("console", "archived")).fetchone()
    platform = connection.execute(query("console", "database")).fetchone()
    return page(
        "administration.html",
        reader,
        words=REASONS,
        reasons=[Reason(*row) for row in connection.execute(query("quarantine", "by_reason"))],
        publishers=[Publisher(*row) for row in connection.execute(query("console", "publishers"))],
        runs=[Run(*row) for row in connection.execute(query("console", "runs"))],
        platform=Platform(*platform) if platform else None,
        waiting=waiting[0] if waiting else 0,
        archived=archived[0] if archived else None,
        replayed=int(replayed) if replayed.isdecimal() else None,
        refused=int(refused) if refused.isdecimal() else 0,
    )


@router.post("/administration/quarantine", dependencies=[Depends(from_here)])
async def replay(request: Request, reason: Annotated[str, Form(max_length=200)]) -> Response:
    """Put what was refused for one reason through ingest again."""
    answer = await call(request, "POST", "/api/v1/quarantine/replay", {"reason": reason})
    if answer.status_code in {401, 403}:
        raise ForbiddenError(reason)
    if not answer.is_success:
        raise UnknownNameError(reason)
    done = answer.json()
    return RedirectResponse(f"/administration?replayed={done['messages']}&refused={done['refused']}", 303)
