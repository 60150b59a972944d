"""Verified savings over HTTP."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Response

from analytics.act.router import router as acts
from analytics.ledger.endpoints import router as ledger
from analytics.verification import Connection, verify_contract
from teplosvet.access.scope import require_contract
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.periods import Period
from teplosvet.storage.pool import request_connection

router = APIRouter(prefix="/api/v1", tags=["verification"])
router.include_router(ledger)


@router.get("/contracts/{code}/statement")
def statement(
    code: str,
    start: Annotated[date, Query(description="First day of the reporting period.")],
    end: Annotated[date, Query(description="The day after the last one.")],
    connection: Annotated[Connection, Depends(request_connection)],
) -> Response:
    """The statement of a contract for a period, from the readings that are rolled up now."""
    try:
        period = Period(start, end)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    require_contract(connection, code)
    return Response(msgspec.json.encode(verify_contract(connection, code, period)), media_type="application/json")


_verification = router
router = APIRouter()
router.include_router(_verification)
router.include_router(acts)
