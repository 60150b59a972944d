"""The pages of contracts: one of them with its act, and all together."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from dashboards import rows, rows_of_contracts
from dashboards.act_turn import turn
from dashboards.asking import Connection, PageRoute, Person, from_here, period_of
from dashboards.contract_page import ContractPage, contract_page
from dashboards.inside import call, segment
from dashboards.ledger_table import ledger_rows
from dashboards.portfolio_page import CARRIERS, CSV_HEAD, PAGE_ROWS, csv_row, portfolio_page
from dashboards.reader import Reader
from dashboards.render import page
from teplosvet.access.scope import sides_of
from teplosvet.domain.acts import can_be_shown
from teplosvet.domain.errors import ForbiddenError, UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.pool import scoped_connection
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.catalogue import speaking

router = APIRouter(route_class=PageRoute, include_in_schema=False)

LONGEST_NOTE = 2000


def contract_of(connection: rows.Connection, code: str, wanted: Period | None, reader: Reader) -> ContractPage:
    """Everything that the page of a contract shows, in its newest period unless one is named.

    Raises:
        UnknownNameError: If there is no such contract or statement.
    """
    place = rows.contract(connection, code)
    periods = rows.periods(connection, code)
    wanted = wanted or (periods[0] if periods else None)
    if wanted is None:
        return contract_page(place, periods, None, reader)
    statement = rows.statement(connection, code, wanted)
    versions = rows_of_contracts.versions(connection, code, wanted)
    act = rows_of_contracts.act(connection, code, wanted)
    next_steps = turn(act.state if act else "", sides_of(connection, code))
    shown = contract_page(place, periods, statement, reader)
    return replace(shown, versions=tuple(versions), act=act, turn=next_steps)


@router.get("/contracts/{code}")
def show_contract(code: str, reader: Person, connection: Connection, period: str | None = None) -> Response:
    """One contract, in its newest period or the one that the address names."""
    found = contract_of(connection, code, period_of(period) if period is not None else None, reader)
    ledger = ledger_rows(connection, code, reader)
    return page("contract.html", reader, found=found, ledger=ledger, wrong="", typed="")


@router.post("/contracts/{code}/act", dependencies=[Depends(from_here)])
async def step(
    code: str,
    request: Request,
    reader: Person,
    period: Annotated[str, Form()],
    wanted: Annotated[Literal["draft", "sent", "agreed", "disputed", "paid"], Form(alias="step")],
    note: Annotated[str, Form()] = "",
) -> Response:
    """Begin an act or say what the parties did with it; what cannot be done is said beside the field.

    It waits for the API with neither a thread nor a connection in its hands: forms that hold what the API needs to
    answer them would wait for each other for ever.
    """
    found = period_of(period)
    speaking.set(reader.language)
    wrong = _wrong(wanted, note) or await _send(request, code, found, wanted, note)
    if not wrong:
        return RedirectResponse(f"/contracts/{segment(code)}?period={found}#act", 303)
    shown = replace(reader, path=f"/contracts/{segment(code)}", parameters={"period": str(found)})
    return await run_in_threadpool(_shown_again, request, code, found, shown, wrong, note)


def _shown_again(request: Request, code: str, found: Period, shown: Reader, wrong: str, note: str) -> Response:
    with scoped_connection(request) as connection:
        content = contract_of(connection, code, found, shown)
        ledger = ledger_rows(connection, code, shown)
    return page("contract.html", shown, 422, found=content, ledger=ledger, wrong=wrong, typed=note)


def _wrong(wanted: str, note: str) -> str:
    if wanted == "disputed" and not note.strip():
        return _("Say what is disputed: the other side has to mend it.")
    if len(note) > LONGEST_NOTE:
        return _("The note is too long: at most 2,000 characters.")
    if not can_be_shown(note):
        return _("The note has a character that cannot be kept.")
    return ""


async def _send(request: Request, code: str, period: Period, wanted: str, note: str) -> str:
    """Ask the API for it; what it refuses, in words, empty where it is done."""
    body: dict[str, object] = {"start": str(period.start), "end": str(period.end)}
    path = f"/api/v1/contracts/{segment(code)}/acts"
    if wanted != "draft":
        path, body = f"{path}/state", body | {"state": wanted, "note": note}
    answer = await call(request, "POST", path, body)
    if answer.status_code == 404:
        raise UnknownNameError(code)
    if answer.status_code in {401, 403}:
        raise ForbiddenError(code)
    if answer.is_success:
        return ""
    return _("That is not possible now: the act or its statement is in another state. It stands here as it is.")


@router.get("/portfolio")
def show_portfolio(
    reader: Person,
    connection: Connection,
    site: str = "",
    carrier: str = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """All contracts: what is proven, what is not, and what they add up to."""
    kind = carrier if carrier in CARRIERS else ""
    skip = (number - 1) * PAGE_ROWS
    found = portfolio_page(
        rows_of_contracts.contracts(connection, site, kind, PAGE_ROWS, skip),
        rows_of_contracts.sums(connection, site, kind),
        rows_of_contracts.sites(connection),
        (site, kind, number),
        reader,
    )
    return page("portfolio.html", reader, found=found)


@router.get("/portfolio.csv")
def export_portfolio(_reader: Person, connection: Connection, site: str = "", carrier: str = "") -> Response:
    """All contracts as CSV."""
    kind = carrier if carrier in CARRIERS else ""
    found = rows_of_contracts.contracts(connection, site, kind, None)

    def lines() -> Iterator[str]:
        yield "\N{ZERO WIDTH NO-BREAK SPACE}"
        for row in (CSV_HEAD, *(csv_row(*each) for each in found)):
            line = io.StringIO()
            csv.writer(line).writerow(row)
            yield line.getvalue()

    headers = {"Content-Disposition": 'attachment; filename="portfolio.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)
