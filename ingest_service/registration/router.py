"""The registration of devices over HTTP; docs/api-registration.md describes it."""

from collections.abc import Callable, Coroutine
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

import psycopg
from fastapi import APIRouter, Depends, Header, Query, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from psycopg.rows import TupleRow
from pydantic import AwareDatetime, BaseModel

from ingest_service.registration import claims, install, photo
from ingest_service.registration.adoption import adopt, strangers
from ingest_service.registration.import_file import import_file
from ingest_service.registration.labels import labels_of
from ingest_service.registration.live_check import live_check
from ingest_service.registration.requests import ExchangeIn, InstallationIn, Text, WithdrawalIn
from ingest_service.registration.sentences import refusal
from ingest_service.registration.tables import LARGEST_FILE
from teplosvet.access import audit
from teplosvet.access.guard import needs
from teplosvet.access.principal import Principal, Role
from teplosvet.domain.device_types import TYPES
from teplosvet.domain.errors import FieldError, RefusedError, UnknownNameError
from teplosvet.domain.quantities import Kind
from teplosvet.storage.pool import request_connection
from teplosvet.storage.queries import query
from teplosvet.words.catalogue import speaking
from teplosvet.words.language import Language


class FieldRoute(APIRoute):
    """A route that says what is wrong with each field as every other refusal does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the route."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                raise RefusedError([_fault(each) for each in error.errors()]) from error

        return handler


def _fault(error: dict[str, Any]) -> FieldError:
    place = error["loc"][1:] if len(error["loc"]) > 1 else error["loc"]
    field = ".".join(str(part)[:80] for part in place)
    return refusal(field, "missing" if error["type"] == "missing" else str(error["type"]))


async def in_their_language(accept_language: Annotated[str, Header()] = "") -> None:
    """Answer in the first of our languages that the browser names (RFC 9110, section 12.5.4)."""
    known = {each.value: each for each in Language}
    asked = (part.strip()[:2].lower() for part in accept_language.split(","))
    speaking.set(next((known[each] for each in asked if each in known), Language.ENGLISH))


router = APIRouter(
    prefix="/api/v1", tags=["registration"], route_class=FieldRoute, dependencies=[Depends(in_their_language)]
)

Database = Annotated[psycopg.Connection[TupleRow], Depends(request_connection)]
Registrar = Annotated[Principal, Depends(needs(Role.INSTALLER, Role.OPERATOR, Role.ADMINISTRATOR))]
Reader = Annotated[Principal, Depends(needs(*Role))]


class TypeOut(BaseModel):
    """A model of device."""

    model: str
    device_class: str
    expected: list[str]
    registers: list[dict[str, str]]


class BuildingOut(BaseModel):
    """A building that something can be installed in."""

    building: str
    title: str
    address: str
    time_zone: str
    entrances: list[str]
    zones: list[str]


class InstallationOut(BaseModel):
    """An installation, as it was registered."""

    installation_id: int
    device: str
    device_class: str
    model: str
    publisher: str
    serial: str
    building: str
    entrance: str | None
    floor: int | None
    zone: str
    installed_at: datetime
    removed_at: datetime | None
    start_registers: dict[str, float]
    closing_registers: dict[str, float]
    calibrated_on: date | None
    calibration_due: date | None
    photo_sha256: str | None
    broker: str


class DeviceHistory(BaseModel):
    """A device with its installations, the newest first."""

    device: str
    installations: list[InstallationOut]


class Credentials(BaseModel):
    """What a device is configured with; shown once."""

    username: str
    password: str
    mqtt_url: str
    topic: str


class Registered(BaseModel):
    """What came of a registration."""

    device: str
    installation_id: int
    publisher: str
    credentials: Credentials | None
    broker: str


class Adopted(Registered):
    """What came of an adoption: `replayed` rows were said before it."""

    replayed: int


class Exchanged(BaseModel):
    """What came of an exchange."""

    device: str
    closed_installation_id: int
    installation_id: int


class Withdrawn(BaseModel):
    """What came of a withdrawal."""

    device: str
    closed_installation_id: int
    publisher: str
    broker: str


class Renewed(BaseModel):
    """New credentials."""

    device: str
    credentials: Credentials | None
    broker: str


class CheckOut(BaseModel):
    """One thing that the live check looked at."""

    code: str
    state: str
    value: float | str | None
    unit: str
    message: str
    what_to_do: str


class LiveCheck(BaseModel):
    """The live check."""

    state: str
    checks: list[CheckOut]


class PhotoOut(BaseModel):
    """A photo that is kept."""

    sha256: str
    bytes: int


class StrangerOut(BaseModel):
    """Somebody who was heard and is not registered."""

    adapter: str
    identity: str
    first_at: datetime
    last_at: datetime
    times: int
    topic: str
    publisher: str | None
    message: str


@router.get("/device-types", summary="Device types")
def list_device_types(_person: Reader) -> list[TypeOut]:
    """Models, with the registers whose start is asked for."""
    return [
        TypeOut(
            model=each.model,
            device_class=each.device_class,
            expected=[str(quantity) for quantity in each.expected],
            registers=[{"quantity": q, "unit": q.spec.unit} for q in each.expected if q.spec.kind is Kind.COUNTER],
        )
        for each in TYPES.values()
    ]


@router.get("/places", summary="Where something can be installed")
def installable_places(
    connection: Database,
    _person: Reader,
    wanted: Annotated[str, Query(alias="query", max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> list[BuildingOut]:
    """Buildings whose code, title or address has these letters."""
    rows = connection.execute(query("registration", "buildings"), {"query": wanted, "limit": limit})
    return [BuildingOut(**dict(zip(BuildingOut.model_fields, row, strict=True))) for row in rows]


@router.get("/devices/{name}/installations", summary="Installations of a device")
def device_history(connection: Database, _person: Reader, name: str) -> DeviceHistory:
    """A device and its installations."""
    rows = connection.execute(query("registration", "installations"), {"device": name}).fetchall()
    if not rows:
        raise UnknownNameError(f"no device is called {name[:80]}")
    fields = InstallationOut.model_fields
    return DeviceHistory(
        device=name, installations=[InstallationOut(**dict(zip(fields, r, strict=True))) for r in rows]
    )


@router.post("/installations", status_code=201, summary="Register an installation")
def register_installation(connection: Database, person: Registrar, body: InstallationIn) -> Registered:
    """Register an installation; credentials are shown once."""
    return Registered(**install.register(connection, person, body))


@router.post("/devices/{name}/exchange", status_code=201, summary="Exchange a meter")
def exchange_meter(connection: Database, person: Registrar, name: str, body: ExchangeIn) -> Exchanged:
    """Close one installation and open the next."""
    return Exchanged(**install.exchange(connection, person, name, body))


@router.post("/devices/{name}/withdraw", summary="Withdraw a device")
def withdraw_device(connection: Database, person: Registrar, name: str, body: WithdrawalIn) -> Withdrawn:
    """Close the installation and take the broker's rights away at once."""
    return Withdrawn(**install.withdraw(connection, person, name, body))


@router.post("/devices/{name}/credentials", summary="New password")
def renew_credentials(connection: Database, person: Registrar, name: str) -> Renewed:
    """A new password, shown once."""
    return Renewed(**install.renew_credentials(connection, person, name))


@router.get("/devices/{name}/check", summary="Live check")
def check_device(connection: Database, _person: Reader, name: str, since: AwareDatetime | None = None) -> LiveCheck:
    """Does the device report, and does it report right?"""
    state, found = live_check(connection, name, since)
    return LiveCheck(state=state, checks=[CheckOut(**asdict(each)) for each in found])


@router.post("/installations/{installation_id}/photo", status_code=201, summary="Keep a photo")
def keep_photo(connection: Database, person: Registrar, installation_id: int, file: UploadFile) -> PhotoOut:
    """Keep a photo of an installation; another one takes its place."""
    image, digest = photo.reduced(file.file.read(photo.LARGEST_UPLOAD + 1))
    with connection.transaction():
        row = connection.execute(query("registration", "device_of"), {"id": installation_id}).fetchone()
        if row is None:
            raise UnknownNameError(f"there is no installation {installation_id}")
        connection.execute(
            query("registration", "keep_photo"), {"id": installation_id, "image": image, "sha256": digest}
        )
        audit.record(connection, person, "installation.photo", row[0], installation_id=installation_id, sha256=digest)
    return PhotoOut(sha256=digest, bytes=len(image))


@router.get("/installations/{installation_id}/photo", response_class=Response, summary="Photo")
def show_photo(connection: Database, _person: Reader, installation_id: int) -> Response:
    """The photo of an installation, JPEG."""
    row = connection.execute(query("registration", "photo"), {"id": installation_id}).fetchone()
    if row is None:
        raise UnknownNameError(f"installation {installation_id} has no photo")
    return Response(bytes(row[0]), media_type="image/jpeg", headers={"ETag": f'"{row[1]}"'})


@router.get("/heard", summary="Heard and not registered")
def list_heard(
    connection: Database, _person: Registrar, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> list[StrangerOut]:
    """Who was heard and is not registered, on vendors' topics and on ours, the last one first."""
    return [StrangerOut(**asdict(each)) for each in strangers(connection, limit)]


@router.post("/unbound/{adapter}/{identity:path}/adopt", status_code=201, summary="Adopt who was heard")
def adopt_stranger(
    connection: Database, person: Registrar, adapter: Text, identity: Text, body: InstallationIn
) -> Adopted:
    """Register somebody who was heard, with what he said before."""
    return Adopted(**adopt(connection, person, adapter, identity, body))


@router.get("/labels.pdf", response_class=Response, summary="Labels")
def print_labels(
    request: Request, connection: Database, person: Registrar, building: Annotated[str, Query(max_length=200)]
) -> Response:
    """Labels of a building's devices, 24 on a page; a scanned one opens the device in the console."""
    found = labels_of(connection, person, building, str(request.base_url))
    return Response(claims.sheet(found), media_type="application/pdf")


class ImportedLine(BaseModel):
    """A line of a file: what is wrong with it, or its new credentials."""

    line: int
    device: str
    errors: list[dict[str, str]]
    credentials: Credentials | None


class Imported(BaseModel):
    """What came of a file; `imported` is 0 unless all of it was taken."""

    imported: int
    lines: list[ImportedLine]


@router.post("/devices/import", summary="Import a file")
def import_devices(connection: Database, person: Registrar, file: UploadFile, *, dry_run: bool = False) -> Imported:
    """Register every line of a CSV or XLSX file, or none of them."""
    data = file.file.read(LARGEST_FILE + 1)
    return Imported(**import_file(connection, person, file.filename or "file", data, dry_run=dry_run))
