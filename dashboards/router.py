"""The pages of the console."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from dashboards import rows, rows_of_houses
from dashboards.asking import Connection, PageRoute, Person, period_of, reader_of
from dashboards.building_page import DAYS_SHOWN, BuildingPage, Health, building_page
from dashboards.contract_page import contract_page
from dashboards.house_health import COMPARED_DAYS, COMPLETENESS_DAYS
from dashboards.houses_page import SHOWN, SORTED_BY, Wanted, houses_page, page_of
from dashboards.reader import Reader
from dashboards.render import asset_response, page
from teplosvet.domain.errors import UnknownNameError

__all__ = ["reader_of", "router"]

LIVE_ROWS = 8
SPARK_DAYS = 30
CURVE_DAYS = 120
JOURNAL_ROWS = 20

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


@router.get("/contracts/{code}")
def show_contract(code: str, reader: Person, connection: Connection, period: str | None = None) -> Response:
    """One contract, in its newest period or the one that the address names."""
    place = rows.contract(connection, code)
    periods = rows.periods(connection, code)
    wanted = period_of(period) if period is not None else (periods[0] if periods else None)
    statement = rows.statement(connection, code, wanted) if wanted is not None else None
    found = contract_page(place, periods, statement, reader)
    return page("contract.html", reader, found=found)


@router.get("/buildings/{code}")
def show_building(code: str, reader: Person, connection: Connection) -> Response:
    """One house: warm, lit, healthy, or what is not."""
    return page("building.html", reader, found=house_of(connection, code, reader), wrong="", typed="")


def house_of(connection: rows.Connection, code: str, reader: Reader) -> BuildingPage:
    """Everything that the page of a house shows.

    Raises:
        UnknownNameError: If there is no such house.
    """
    house, energy = rows.house(connection, code), rows.energy(connection, code, DAYS_SHOWN)
    ends = {row.carrier: row.day for row in energy if row.energy_kwh is not None}
    now = reader.now
    health = Health(
        rows_of_houses.outdoor_days(connection, code, now - timedelta(days=DAYS_SHOWN)),
        rows_of_houses.curve(connection, code, now - timedelta(days=CURVE_DAYS)),
        rows_of_houses.light_levels(connection, code, now - timedelta(days=7)),
        rows_of_houses.completeness(connection, code, (now - timedelta(days=COMPLETENESS_DAYS + 1)).date()),
        rows_of_houses.comfort(connection, code, now - timedelta(days=1)),
        rows_of_houses.journal(connection, code, JOURNAL_ROWS),
        {carrier: rows_of_houses.similar(connection, carrier, end, COMPARED_DAYS) for carrier, end in ends.items()},
    )
    devices, entrances = rows.devices(connection, code), rows.entrances(connection, code)
    return building_page(house, devices, entrances, energy, rows.verdicts(connection, code), health, reader)


@router.get("/assets/{digest}/{name:path}")
def show_asset(digest: str, name: str) -> Response:  # noqa: ARG001  # the digest is for caches only
    """A style sheet, a script or a picture."""
    found = asset_response(name)
    if found is None:
        raise UnknownNameError(name)
    return found
