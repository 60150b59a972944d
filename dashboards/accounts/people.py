"""People of an organisation, or of all, and the log: the pages of administrators."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import psycopg
from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse
from psycopg.rows import TupleRow
from pydantic import BaseModel

from dashboards.accounts.forms import Said
from dashboards.asking import Guest, PageRoute
from dashboards.log_words import action_name, details
from dashboards.reader import Reader
from dashboards.render import page
from teplosvet.access import accounts, audit
from teplosvet.access.accounts import Fault, FieldError, Scope
from teplosvet.access.guard import needs, signed_in
from teplosvet.access.principal import Principal, Role
from teplosvet.storage.pool import request_connection
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.catalogue import speaking

router = APIRouter()
pages = APIRouter(route_class=PageRoute, include_in_schema=False)

LOG_ROWS = 100

Connection = Annotated[psycopg.Connection[TupleRow], Depends(request_connection)]
Administrator = Annotated[Principal, Depends(needs(Role.ADMINISTRATOR))]
Reading = Guest


def fault_sentence(fault: Fault) -> str:
    """What is wrong with a field, in words."""
    return {
        Fault.LOGIN: _("1 to 64 letters, digits, or any of . _ @ + -"),
        Fault.NAME: _("A name has 1 to 200 letters."),
        Fault.EMAIL: _("This is no e-mail address."),
        Fault.TAKEN: _("This login or e-mail is taken."),
        Fault.ORGANISATION: _("No organisation is called so."),
        Fault.ACCOUNT: _("No account is called so."),
        Fault.SCOPE: _("Nothing is called so: organisation:CODE, building:CODE, contract:CODE or platform."),
        Fault.ROLE: _("An administrator is one of an organisation or of the platform, and only he has the platform."),
        Fault.LAST: _("This is the last administrator of the platform."),
    }[fault]


def _people(
    reader: Reader,
    connection: psycopg.Connection[TupleRow],
    person: Principal,
    *,
    form: str = "",
    error: FieldError | None = None,
    fields: Mapping[str, str] | None = None,
    secret: tuple[str, str] | None = None,
) -> Response:
    speaking.set(reader.language)
    faults = {} if error is None else {error.field: fault_sentence(error.fault)}
    return page(
        "people.html",
        reader,
        200 if error is None else 422,
        person=person,
        found=accounts.accounts(connection),
        organisations=accounts.organisations(connection) if person.platform else [],
        roles=[role.value for role in Role],
        form=form,
        faults=faults,
        fields=fields or {},
        secret=secret,
    )


@pages.get("/people")
def show_people(reader: Reading, person: Administrator, connection: Connection) -> Response:
    """The accounts that the administrator keeps."""
    return _people(reader, connection, person)


@pages.post("/people/add")
def add_person(reader: Reading, person: Administrator, connection: Connection, fields: Said) -> Response:
    """Add an account; its one-time password is shown on this page and never again."""
    try:
        password = accounts.add_account(
            connection,
            person,
            fields.get("login", ""),
            fields.get("name", ""),
            organisation=fields.get("organisation", ""),
            email=fields.get("email", ""),
            language=fields.get("language", "ru"),
        )
    except FieldError as error:
        return _people(reader, connection, person, form="add", error=error, fields=fields)
    return _people(reader, connection, person, secret=(fields["login"], password))


@pages.post("/people/grant")
def grant_role(reader: Reading, person: Administrator, connection: Connection, fields: Said) -> Response:
    """Grant a role."""
    try:
        role = _role(fields)
        accounts.grant(connection, person, fields.get("login", ""), role, Scope.parse(fields.get("scope", "").strip()))
    except FieldError as error:
        return _people(reader, connection, person, form="grant", error=error, fields=fields)
    return RedirectResponse("/people", 303)


@pages.post("/people/revoke")
def revoke_role(reader: Reading, person: Administrator, connection: Connection, fields: Said) -> Response:
    """Take a role away."""
    try:
        accounts.revoke(
            connection, person, fields.get("login", ""), _role(fields), Scope.parse(fields.get("scope", ""))
        )
    except FieldError as error:
        return _people(reader, connection, person, form="grant", error=error, fields=fields)
    return RedirectResponse("/people", 303)


@pages.post("/people/lock")
def lock_person(reader: Reading, person: Administrator, connection: Connection, fields: Said) -> Response:
    """Keep an account out, or let it in again."""
    try:
        accounts.set_locked(connection, person, fields.get("login", ""), locked=fields.get("lock") == "yes")
    except FieldError as error:
        return _people(reader, connection, person, form="grant", error=error, fields=fields)
    return RedirectResponse("/people", 303)


@pages.post("/people/reset")
def reset_person(reader: Reading, person: Administrator, connection: Connection, fields: Said) -> Response:
    """A new one-time password."""
    try:
        password = accounts.reset_password(connection, person, fields.get("login", ""))
    except FieldError as error:
        return _people(reader, connection, person, form="grant", error=error, fields=fields)
    return _people(reader, connection, person, secret=(fields["login"], password))


def _role(fields: Mapping[str, str]) -> Role:
    try:
        return Role(fields.get("role", ""))
    except ValueError as error:
        raise FieldError("role", Fault.ROLE) from error


@pages.get("/log", dependencies=[Depends(needs(Role.ADMINISTRATOR))])
def show_log(reader: Reading, connection: Connection, before: int | None = None) -> Response:
    """Who changed what."""
    found = audit.entries(connection, LOG_ROWS, before)
    return page("log.html", reader, action_name=action_name, details=details, found=found, more=len(found) == LOG_ROWS)


class EntryOut(BaseModel):
    """A change."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    data: dict[str, Any]
    address: str | None
    request_id: str | None


class MeOut(BaseModel):
    """Whoever asks."""

    name: str
    roles: list[Role]
    platform: bool
    read_only: bool


@router.get("/api/v1/audit", tags=["access"], dependencies=[Depends(needs(Role.ADMINISTRATOR))])
def audit_log(
    connection: Connection,
    before: Annotated[int | None, Query(description="Number of the last entry of the page before.", ge=1)] = None,
    action: Annotated[str | None, Query(description="Only this one, as token.added.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[EntryOut]:
    """Who changed what, the newest first: of the whole platform, or of the organisation that one administers."""
    found = audit.entries(connection, limit, before, action)
    names = EntryOut.model_fields
    return [EntryOut(**{name: getattr(each, name) for name in names}) for each in found]


@router.get("/api/v1/me", tags=["access"])
def me(person: Annotated[Principal, Depends(signed_in)]) -> MeOut:
    """Whoever asks, and what they may."""
    return MeOut(name=person.name, roles=sorted(person.roles), platform=person.platform, read_only=person.read_only)


router.include_router(pages)
