"""Dashboards in the console: their list, their pages, and what a panel answers as a part of a page or as a file."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from dashboards.asking import Connection, PageRoute, PeriodError, Person
from dashboards.board_view import Board, board_view, table_view, words
from dashboards.panels.answer import Answer, answer
from dashboards.panels.boards import DASHBOARDS, asked_by, dashboard
from dashboards.panels.choices import Asked, choices, zone_of
from dashboards.panels.macros import RangeError, TimeRange, instant
from dashboards.panels.panel import EVERYONE, Dashboard, Panel
from dashboards.reader import Reader
from dashboards.render import page
from teplosvet.access.principal import Role
from teplosvet.api.export import as_csv, as_parquet, streamed
from teplosvet.api.negotiation import Form
from teplosvet.api.problem import problem
from teplosvet.domain.errors import ForbiddenError, UnknownNameError
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.catalogue import speaking

LONGEST_VALUE, MOST_VALUES = 200, 200
_JSON = msgspec.json.Encoder(decimal_format="string")

Since = Annotated[str, Query(alias="from", max_length=40)]
Until = Annotated[str, Query(alias="to", max_length=40)]

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/dashboards")
def show_dashboards(reader: Person) -> Response:
    """Every dashboard that the reader may see, with the question that it answers."""
    return page("dashboards.html", reader, boards=[each for each in DASHBOARDS if _may(reader, each.audience)])


@router.get("/dashboards/{uid}")
def show_dashboard(
    request: Request, uid: str, reader: Person, connection: Connection, since: Since = "", until: Until = "now"
) -> Response:
    """A dashboard: choices above, panels in rows."""
    return page("dashboard.html", reader, found=_view(request, uid, reader, connection, since, until), words=words())


@router.get("/dashboards/{uid}/panels/{panel_uid}")
def show_panel(
    request: Request,
    uid: str,
    panel_uid: str,
    reader: Person,
    connection: Connection,
    since: Since = "",
    until: Until = "now",
) -> Response:
    """A panel as a table, alone: for whoever has no script, reads with the ears or wants to print it.

    A dashboard asks for the table without the page around it.
    """
    found = _view(request, uid, reader, connection, since, until)
    one = _panel(found.board, panel_uid, reader)
    told = answer(connection, one, found.chosen, found.span)
    template = "panel_table.html" if "HX-Request" in request.headers else "panel_page.html"
    return page(template, reader, found=found, panel=one, table=table_view(one, told, reader, ZoneInfo(found.zone)))


@router.get("/panels/{uid}/{panel_uid}/data")
def show_data(
    request: Request,
    uid: str,
    panel_uid: str,
    reader: Person,
    connection: Connection,
    since: Since = "",
    until: Until = "now",
    form: Annotated[Form, Query(alias="format")] = Form.JSON,
) -> Response:
    """Columns and rows of a panel; energy in kWh. A choice that is not in the address is the usual one."""
    speaking.set(reader.language)
    board = _board(uid, reader)
    one = _panel(board, panel_uid, reader)
    try:
        span = _span(board, since, until, reader.now)
    except RangeError:
        return problem(422, "RangeError", _("A time range is two instants: now, now-30d, or ISO 8601 with its offset."))
    chosen = _chosen(request, board, one, connection, span)
    told = answer(connection, one, chosen, span)
    if form is Form.JSON:
        return _json(told, one, reader)
    return _file(told, f"{uid}-{panel_uid}.{form.value}", form)


def _json(told: Answer, panel: Panel, reader: Reader) -> Response:
    columns = [
        {
            "name": column.name,
            "title": column.title,
            "part": column.part,
            "unit": column.unit,
            "symbol": reader.symbol(column.symbol),
            "kind": column.kind,
        }
        for column in told.columns
    ]
    body = {"panel": panel.uid, "title": _(panel.title), "plot": panel.plot, "columns": columns, "rows": told.rows}
    return Response(_JSON.encode(body), media_type="application/json", headers={"Cache-Control": "private, no-cache"})


def _file(told: Answer, name: str, form: Form) -> Response:
    names, kinds = zip(*((column.name, column.kind) for column in told.columns), strict=True)
    write = as_csv if form is Form.CSV else as_parquet
    media = f"{form.media_type}; charset=utf-8" if form is Form.CSV else form.media_type
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    return StreamingResponse(streamed(write(names, kinds, [told.rows])), 200, headers, media)


def _view(request: Request, uid: str, reader: Reader, connection: Connection, since: str, until: str) -> Board:
    board = _board(uid, reader)
    try:
        span = _span(board, since, until, reader.now)
    except RangeError as error:
        raise PeriodError(str(error)) from error
    found = choices(connection, board, _asked(request), span)
    zone = zone_of(connection, {each.variable.name: each.chosen for each in found}, span)
    allowed = frozenset(panel.uid for panel in board.panels if _may(reader, panel.audience))
    return board_view(board, found, span, (since or board.since, until), zone, allowed)


def _chosen(request: Request, board: Dashboard, panel: Panel, connection: Connection, span: TimeRange) -> Asked:
    """What the address says; what it does not say is asked for as the page would."""
    asked = _asked(request)
    needed = {each.name for each in asked_by(panel.text)}
    if needed <= asked.keys():
        return asked
    usual = {each.variable.name: each.chosen for each in choices(connection, board, asked, span)}
    return {**usual, **{name: values for name, values in asked.items() if name in usual}}


def _asked(request: Request) -> dict[str, tuple[str, ...]]:
    """Values in the address; a text that no name is (with a NUL, or of a page's length) is none."""
    parameters = request.query_params
    return {
        name: tuple(
            value
            for value in parameters.getlist(name)[:MOST_VALUES]
            if "\0" not in value and len(value) < LONGEST_VALUE
        )
        for name in parameters
    }


def _span(board: Dashboard, since: str, until: str, now: datetime) -> TimeRange:
    return TimeRange(instant(since or board.since, now), instant(until, now))


def _board(uid: str, reader: Reader) -> Dashboard:
    found = dashboard(uid)
    if not _may(reader, found.audience):
        raise ForbiddenError(uid)
    return found


def _panel(board: Dashboard, uid: str, reader: Reader) -> Panel:
    found = next((each for each in board.panels if each.uid == uid), None)
    if found is None:
        raise UnknownNameError(uid)
    if not _may(reader, found.audience):
        raise ForbiddenError(uid)
    return found


def _may(reader: Reader, audience: frozenset[Role]) -> bool:
    return reader.person is not None and (audience == EVERYONE or reader.person.may(*audience))
