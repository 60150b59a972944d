"""Devices without a place over HTTP; docs/api-registration.md describes it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from ingest_service.registration import claims, stock
from ingest_service.registration.requests import Name
from ingest_service.registration.router import Database, FieldRoute, Registrar, in_their_language

router = APIRouter(
    prefix="/api/v1", tags=["registration"], route_class=FieldRoute, dependencies=[Depends(in_their_language)]
)


class StockedOut(BaseModel):
    """A device that waits for its place."""

    device: str
    device_class: str
    model: str
    serial: str
    organisation: str | None
    added_at: datetime
    labelled: bool


class LabelsIn(BaseModel):
    """Whose labels are printed."""

    devices: Annotated[list[Name], Field(min_length=1, max_length=stock.MOST_LABELS)]


@router.post("/device-stock", status_code=201, summary="Make a device without a place")
def put_in_stock(connection: Database, person: Registrar, body: stock.StockIn) -> StockedOut:
    """Make a device that waits for its place; its code stands on its label only."""
    name = stock.add_stock(connection, person, body)
    return StockedOut(**stock.stock(connection, None, [name])[0])


@router.get("/device-stock", summary="Devices without a place")
def list_stock(
    connection: Database,
    _person: Registrar,
    organisation: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=stock.MOST_LABELS)] = 1000,
) -> list[StockedOut]:
    """Devices that wait for their place, of the organisations of whoever asks."""
    return [StockedOut(**each) for each in stock.stock(connection, organisation, None, limit)]


@router.post("/device-stock/labels.pdf", response_class=Response, summary="Labels with codes")
def print_stock_labels(request: Request, connection: Database, person: Registrar, body: LabelsIn) -> Response:
    """Labels with a new one-use code each; older codes of these devices are void from then on."""
    found = stock.labels_of_stock(connection, person, None, body.devices, str(request.base_url))
    return Response(claims.sheet(found), media_type="application/pdf")
