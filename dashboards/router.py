"""The pages of the console."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

import psycopg
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from psycopg.rows import TupleRow
from psycopg_pool import PoolTimeout

from dashboards import rows
from dashboards.building_page import DAYS_SHOWN, building_page
from dashboards.contract_page import contract_page
from dashboards.houses_page import houses_page
from dashboards.language import preferred_language
from dashboards.ledger_table import ledger_rows
from dashboards.reader import Reader
from dashboards.render import asset_response, page
from teplosvet.access.guard import open_to_all
from teplosvet.domain.errors import UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.pool import request_connection
from teplosvet.words.units import energy_unit

LIVE_ROWS = 8

Connection = Annotated[psycopg.Connection[TupleRow], Depends(request_connection)]


class PeriodError(ValueError):
    """The address names a period that is none."""


class PageRoute(APIRoute):
    """A route for people: what goes wrong becomes a page that says what to do."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with its errors turned into pages."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except (UnknownNameError, psycopg.DataError):  # a NUL in an address is no name either
                return _problem(request, "unknown", HTTPStatus.NOT_FOUND)
            except PeriodError:
                return _problem(request, "period", HTTPStatus.UNPROCESSABLE_ENTITY)
            except (psycopg.OperationalError, PoolTimeout):
                return _problem(request, "unavailable", HTTPStatus.SERVICE_UNAVAILABLE)

        return answer


def _problem(request: Request, code: str, status: HTTPStatus) -> Response:
    return page("error.html", reader_of(request), status.value, code=code)


def reader_of(request: Request) -> Reader:
    """Who asks, by address, cookie and browser."""
    parameters = dict(request.query_params)
    language = preferred_language(
        parameters.get("lang"), request.cookies.get("lang"), request.headers.get("accept-language", "")
    )
    unit = energy_unit(parameters.get("unit")) or energy_unit(request.cookies.get("unit"))
    return Reader(language, unit, datetime.now(UTC), quote(request.url.path), parameters)


Person = Annotated[Reader, Depends(reader_of)]

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/")
def show_houses(reader: Person, connection: Connection) -> Response:
    """All houses, what their contracts saved, and the newest readings."""
    found = houses_page(rows.houses(connection), rows.verdicts(connection), reader)
    readings = rows.newest_readings(connection, LIVE_ROWS)
    return page("houses.html", reader, found=found, readings=readings)


@router.get("/live")
def show_live(reader: Person, connection: Connection) -> Response:
    """The newest readings alone: a part of the page of houses that renews itself."""
    return page("live.html", reader, readings=rows.newest_readings(connection, LIVE_ROWS))


@router.get("/contracts/{code}")
def show_contract(code: str, reader: Person, connection: Connection, period: str | None = None) -> Response:
    """One contract, in its newest period or the one that the address names."""
    place = rows.contract(connection, code)
    periods = rows.periods(connection, code)
    wanted = _period(period) if period is not None else (periods[0] if periods else None)
    statement = rows.statement(connection, code, wanted) if wanted is not None else None
    found = contract_page(place, periods, statement, reader)
    return page("contract.html", reader, found=found, ledger=ledger_rows(connection, code, reader))


@router.get("/buildings/{code}")
def show_building(code: str, reader: Person, connection: Connection) -> Response:
    """One house with its devices and its energy by day."""
    found = building_page(
        rows.house(connection, code),
        rows.devices(connection, code),
        rows.entrances(connection, code),
        rows.energy(connection, code, DAYS_SHOWN),
        rows.verdicts(connection, code),
        reader,
    )
    return page("building.html", reader, found=found)


@router.get("/assets/{digest}/{name}")
@open_to_all
def show_asset(digest: str, name: str) -> Response:  # noqa: ARG001  # the digest is for caches only
    """A style sheet, a script or a picture."""
    found = asset_response(name)
    if found is None:
        raise UnknownNameError(name)
    return found


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError as error:
        raise PeriodError(text) from error
