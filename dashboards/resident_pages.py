"""The page of a house for everybody, and its switch."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from dashboards import rows_of_contracts
from dashboards.alarm_pages import open_alarms
from dashboards.asking import Connection, Guest, PageRoute, Person, from_here
from dashboards.house_of import house_of
from dashboards.inside import segment
from dashboards.public_page import public_page
from dashboards.publishing import publish
from dashboards.render import page
from teplosvet.access.guard import needs, open_to_all
from teplosvet.access.principal import COMMAND_LINE, Role
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.catalogue import speaking

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MOST_FLATS = 5000


@router.get("/public/{code}")
@open_to_all
def show_public(code: str, reader: Guest, connection: Connection) -> Response:
    """What residents see; a house that is not switched on is as unknown as one that does not exist."""
    return page("public.html", reader, found=public_page(rows_of_contracts.public_house(connection, code), reader))


@router.post(
    "/buildings/{code}/public", dependencies=[Depends(from_here), Depends(needs(Role.OPERATOR, Role.ADMINISTRATOR))]
)
def switch(
    code: str,
    reader: Person,
    connection: Connection,
    public: Annotated[Literal["yes", "no"], Form()],
    flats: Annotated[str, Form()] = "",
) -> Response:
    """Show the page to everybody, or hide it; what is wrong with the number is said beside it."""
    typed = flats.strip()
    if typed and not (typed.isascii() and typed.isdigit() and 0 < int(typed[:9]) <= MOST_FLATS and len(typed) < 9):
        speaking.set(reader.language)
        shown = replace(reader, path=f"/buildings/{segment(code)}", parameters={})
        wrong = _("Write the number of flats in figures, from 1 to 5,000, or leave it empty.")
        found = house_of(connection, code, shown)
        alarms = open_alarms(connection, shown, code)
        return page("building.html", shown, 422, found=found, alarms=alarms, wrong=wrong, typed=flats)
    publish(connection, reader.person or COMMAND_LINE, code, public == "yes", int(typed) if typed else None)
    return RedirectResponse(f"/buildings/{segment(code)}#public", 303)
