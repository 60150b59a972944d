"""Alarms for people: what is open, who looks after it, and a note for whoever comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from dashboards import rows
from dashboards.asking import Connection, PageRoute, Person, from_here
from dashboards.inside import call
from dashboards.reader import Reader
from dashboards.render import page
from teplosvet.domain.errors import ForbiddenError, UnknownNameError
from teplosvet.storage.queries import query
from teplosvet.words.alarms import alarm_text

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MOST_SHOWN = 200
LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An alarm as a page shows it.

    Attributes:
        number: Of the alarm.
        severity: 1 to inform, 2 to warn, 3 critical.
        text: What is wrong and what to look at, in the reader's language.
        building: Code of the house, None where the platform itself is meant.
        building_title: Its name.
        device: Which device, None where none is meant.
        entrance: Which entrance, None where none is meant.
        opened_at: Since when.
        zone: Of the house.
        acknowledged_by: Who looks after it, None while nobody does.
        acknowledged_at: Since when.
        note: The newest note.
    """

    number: int
    severity: int
    text: str
    building: str | None
    building_title: str | None
    device: str | None
    entrance: str | None
    opened_at: datetime
    zone: ZoneInfo
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    note: str | None


def open_alarms(connection: rows.Connection, reader: Reader, building: str | None = None) -> list[OpenAlarm]:
    """What is open, the gravest first, what nobody looks after before the rest.

    Args:
        connection: That sees what the reader may see.
        reader: Who reads.
        building: Only of this house, None for all.
    """
    found = connection.execute(query("console", "alarms"), {"building": building, "limit": MOST_SHOWN})
    return [_shown(row, reader) for row in found]


def _shown(row: tuple[Any, ...], reader: Reader) -> OpenAlarm:
    number, severity, code, data, building, title, device, entrance, opened_at, zone, by, at, note = row
    known: Mapping[str, Any] = data
    place = ZoneInfo(zone)
    text = alarm_text(code, known, reader.language, place)
    return OpenAlarm(number, severity, text, building, title, device, entrance, opened_at, place, by, at, note or None)


@router.get("/alarms")
def show_alarms(reader: Person, connection: Connection) -> Response:
    """Everything that somebody has to look at."""
    found = open_alarms(connection, reader)
    waiting = sum(each.acknowledged_by is None for each in found)
    return page("alarms.html", reader, alarms=found, waiting=waiting, most=MOST_SHOWN)


@router.post("/alarms/{number}/acknowledge", dependencies=[Depends(from_here)])
async def acknowledge(
    request: Request,
    _reader: Person,
    number: Annotated[int, Path(ge=1, le=2**62)],
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
    building: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Say that one looks after an alarm; doing it twice changes nothing."""
    said = note.replace("\0", "").strip()
    body = {"note": said} if said else None
    answer = await call(request, "POST", f"/api/v1/alarms/{number}/acknowledge", body)
    if answer.status_code in {401, 403}:
        raise ForbiddenError(str(number))
    if not answer.is_success:
        raise UnknownNameError(str(number))
    return RedirectResponse(_back(building), 303)


def _back(building: str) -> str:
    """The page that the form stood on; the house's code is a plain word or the list is shown."""
    is_plain = building.replace("-", "").replace("_", "").isalnum() and building.isascii()
    return f"/buildings/{building}#alarms" if is_plain else "/alarms"
