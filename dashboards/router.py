"""The pages of the console."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from dashboards import (
    administration,
    alarm_pages,
    board_pages,
    contract_actions,
    resident_pages,
    rows,
    rows_of_houses,
)
from dashboards.alarm_pages import open_alarms
from dashboards.asking import Connection, PageRoute, Person
from dashboards.house_of import house_of
from dashboards.houses_page import SHOWN, SORTED_BY, Wanted, houses_page, page_of
from dashboards.render import asset_response, page
from teplosvet.access.guard import open_to_all
from teplosvet.domain.errors import UnknownNameError

LIVE_ROWS = 8
SPARK_DAYS = 30

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/")
def show_houses(
    reader: Person,
    connection: Connection,
    q: str = "",
    show: str = "all",
    sort: str = "attention",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    box: str = "",
) -> Response:
    """Houses by state, with their heat and light, on a map, and the newest readings."""
    wanted = Wanted(
        q.replace("\0", "")[:200].strip(),
        show if show in SHOWN else "all",
        sort if sort in SORTED_BY else "attention",
        number,
        _box(box),
    )
    houses = rows.houses(connection, wanted.search, wanted.show, wanted.sort, wanted.box)
    codes = [house.code for house in page_of(houses, wanted.page)]
    found = houses_page(
        houses,
        rows_of_houses.counts(connection),
        rows_of_houses.saved(connection),
        rows_of_houses.heat_of_houses(connection, codes, SPARK_DAYS),
        rows_of_houses.duty_of_houses(connection, codes),
        wanted,
        reader,
    )
    readings = rows.newest_readings(connection, LIVE_ROWS)
    return page("houses.html", reader, found=found, readings=readings)


def _box(text: str) -> tuple[float, float, float, float] | None:
    """South, west, north, east; None where that is not what stands there."""
    try:
        south, west, north, east = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (south, west, north, east)


@router.get("/live")
def show_live(reader: Person, connection: Connection) -> Response:
    """The newest readings alone: a part of the page of houses that renews itself."""
    return page("live.html", reader, readings=rows.newest_readings(connection, LIVE_ROWS))


@router.get("/buildings/{code}")
def show_building(code: str, reader: Person, connection: Connection) -> Response:
    """One house: warm, lit, healthy, or what is not."""
    found = house_of(connection, code, reader)
    return page("building.html", reader, found=found, alarms=open_alarms(connection, reader, code), wrong="", typed="")


@router.get("/assets/{digest}/vendor/{name}")
@open_to_all
def show_vendors_asset(digest: str, name: str) -> Response:
    """The work of others, as it came, its licence beside it in the repository."""
    return show_asset(digest, f"vendor/{name}")


@router.get("/assets/{digest}/{name}")
@open_to_all
def show_asset(digest: str, name: str) -> Response:  # noqa: ARG001  # the digest is for caches only
    """A style sheet, a script or a picture."""
    found = asset_response(name)
    if found is None:
        raise UnknownNameError(name)
    return found


for _pages in (alarm_pages, contract_actions, resident_pages, administration, board_pages):
    router.include_router(_pages.router)
