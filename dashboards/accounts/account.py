"""One's own account: password, sessions, tokens."""

from collections.abc import Mapping
from typing import Annotated

import psycopg
from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse
from psycopg.rows import TupleRow

from dashboards.accounts.forms import Said
from dashboards.asking import Guest, PageRoute
from dashboards.reader import Reader
from dashboards.render import page
from teplosvet.access import audit, tokens
from teplosvet.access.guard import signed_in
from teplosvet.access.passwords import PasswordFault
from teplosvet.access.principal import Principal
from teplosvet.access.sessions import Session, asking, close_sessions
from teplosvet.access.sign_in import Refusal, change_password
from teplosvet.domain.errors import ConfigurationError, ForbiddenError
from teplosvet.storage.pool import request_connection
from teplosvet.storage.queries import query
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.catalogue import speaking

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Connection = Annotated[psycopg.Connection[TupleRow], Depends(request_connection)]
Asking = Annotated[Principal, Depends(signed_in)]
Reading = Guest


def with_session() -> Session:
    """The session of whoever asks; a token has no account page."""
    session = asking.get()
    if session is None:
        raise ForbiddenError("a token has no account page")
    return session


@router.get("/account/password")
def show_password(reader: Reading) -> Response:
    """The form for a new password."""
    return page("password.html", reader, faults={}, forced=with_session().must_change_password)


@router.post("/account/password")
def take_password(reader: Reading, person: Asking, connection: Connection, fields: Said) -> Response:
    """Change the password; all other sessions end."""
    session = with_session()
    speaking.set(reader.language)
    old, new = fields.get("old", ""), fields.get("new", "")
    faults: dict[str, str] = {}
    if new != fields.get("again", ""):
        faults["again"] = _("The two new passwords differ.")
    else:
        found = change_password(connection, person, session.login, old, new, session.key)
        if isinstance(found, Refusal):
            faults["old"] = (
                _("This is not the present password.")
                if found.wait_minutes is None
                else _("Too many attempts: wait %(minutes)s minutes.") % {"minutes": found.wait_minutes}
            )
        elif found is not None:
            faults["new"] = password_sentence(found)
    if faults:
        return page("password.html", reader, 422, faults=faults, forced=session.must_change_password)
    return RedirectResponse("/", 303)


def password_sentence(fault: PasswordFault) -> str:
    """What is wrong with a new password, in words."""
    return {
        PasswordFault.SHORT: _("A password has ten signs or more."),
        PasswordFault.LONG: _("A password has 256 signs at most."),
        PasswordFault.LOGIN: _("The password may not be the login."),
        PasswordFault.SAME: _("The new password is the old one."),
    }[fault]


def _account_page(
    reader: Reader,
    connection: psycopg.Connection[TupleRow],
    status: int = 200,
    *,
    secret: str = "",
    faults: Mapping[str, str] | None = None,
    fields: Mapping[str, str] | None = None,
) -> Response:
    session = with_session()
    values = {"account_id": session.person.user_id, "here": session.key}
    return page(
        "account.html",
        reader,
        status,
        session=session,
        sessions=connection.execute(query("access", "sessions"), values).fetchall(),
        tokens=tokens.tokens(connection, session.person.user_id),
        secret=secret,
        faults=faults or {},
        fields=fields or {},
    )


@router.get("/account")
def show_account(reader: Reading, connection: Connection) -> Response:
    """Roles, sessions and tokens."""
    return _account_page(reader, connection)


@router.post("/account/sessions/end")
def end_sessions(person: Asking, connection: Connection) -> Response:
    """End all other sessions."""
    session = with_session()
    with connection.transaction():
        close_sessions(connection, int(person.user_id or 0), session.key)
        audit.record(connection, person, "sessions.ended", session.login)
    return RedirectResponse("/account", 303)


@router.post("/account/tokens")
def make_token(reader: Reading, person: Asking, connection: Connection, fields: Said) -> Response:
    """Make a token with all roles that the account has; it is shown on this page and never again."""
    session = with_session()
    speaking.set(reader.language)
    name, days = fields.get("name", "").strip(), fields.get("days", "").strip()
    faults: dict[str, str] = {}
    if days and not (days.isascii() and days.isdecimal() and 1 <= int(days[:5]) <= 3650):
        faults["days"] = _("A whole number of days from 1 to 3650, or nothing.")
    secret = ""
    if not faults:
        try:
            secret = tokens.add_token(
                connection,
                person,
                int(session.person.user_id or 0),
                name,
                roles=person.roles,
                read_only="write" not in fields,
                days=int(days) if days else None,
            )
        except ConfigurationError:
            faults["name"] = _("A token has a name of 1 to 100 letters.")
    shown = fields if faults else {}
    return _account_page(reader, connection, 422 if faults else 200, secret=secret, faults=faults, fields=shown)


@router.post("/account/tokens/revoke")
def end_token(person: Asking, connection: Connection, fields: Said) -> Response:
    """End a token."""
    tokens.revoke_token(connection, person, fields.get("prefix", ""), with_session().person.user_id)
    return RedirectResponse("/account", 303)
