"""Verified savings over HTTP."""

from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response

from analytics.act.router import router as acts
from analytics.alarms.router import router as alarms
from analytics.ledger.endpoints import router as ledger
from analytics.listings import LISTINGS
from analytics.verification import Connection
from analytics.verification import compute_statement as computed
from teplosvet.access.guard import Person
from teplosvet.access.scope import read_whole, require_contract
from teplosvet.api.listing import Word, add_listings, fetch_one
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.periods import Period
from teplosvet.storage.pool import request_connection

router = APIRouter(prefix="/api/v1", tags=["verification"])
add_listings(router, LISTINGS)
router.include_router(ledger)
router.include_router(alarms)
router.include_router(acts)

CONTRACTS = next(each for each in LISTINGS if each.name == "contracts")


@router.get("/contracts/{contract}/statement", summary="Statement of a period, computed now", response_model=Any)
def compute_statement(
    contract: Annotated[Word, Path(description="Code of the contract.")],
    start: Annotated[date, Query(description="First day of the reporting period.")],
    end: Annotated[date, Query(description="The day after the last one.")],
    connection: Annotated[Connection, Depends(request_connection)],
    _person: Person,
) -> Response:
    """The statement of a contract for a period, from the readings that are rolled up now; nothing is kept."""
    fetch_one(connection, CONTRACTS, contract)
    try:
        period = Period(start, end)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    require_contract(connection, contract)
    with read_whole(connection):
        statement = computed(connection, contract, period)
    return Response(msgspec.json.encode(statement), media_type="application/json")
