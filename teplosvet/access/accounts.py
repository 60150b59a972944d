"""Organisations, accounts and grants, as administrators keep them; every change is logged."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

import psycopg
from psycopg.rows import TupleRow

from teplosvet.access import audit, passwords
from teplosvet.access.principal import Principal, Role
from teplosvet.access.sessions import close_sessions
from teplosvet.access.sign_in import normal_login
from teplosvet.domain.errors import ConfigurationError, ForbiddenError, UnknownNameError
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]

LONGEST_NAME = 200


class Fault(StrEnum):
    """What is wrong with a field, as a sentence of the command line."""

    LOGIN = "a login has 1 to 64 letters, digits, or any of . _ @ + -"
    NAME = "a name has 1 to 200 letters"
    EMAIL = "this is no e-mail address"
    TAKEN = "this login or e-mail is taken"
    ORGANISATION = "no organisation is called so"
    ACCOUNT = "no account is called so"
    SCOPE = "nothing is called so"
    ROLE = "an administrator is one of an organisation or of the platform, and only he has the platform"
    LAST = "this is the last administrator of the platform"


class FieldError(ConfigurationError):
    """A field says what it cannot.

    Args:
        field: Its name.
        fault: What is wrong with it.
    """

    def __init__(self, field: str, fault: Fault) -> None:
        super().__init__(f"{field}: {fault}")
        self.field, self.fault = field, fault


class ScopeKind(StrEnum):
    """What a role is held in."""

    ORGANISATION = "organisation"
    BUILDING = "building"
    CONTRACT = "contract"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a role is held: ``organisation:city``, ``building:lenina-1``, ``contract:lenina-1-heat``, ``platform``."""

    kind: ScopeKind
    code: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The scope that a text names.

        Raises:
            FieldError: If it names none.
        """
        kind, _, code = text.partition(":")
        if kind not in set(ScopeKind) or bool(code) == (kind == ScopeKind.PLATFORM):
            raise FieldError("scope", Fault.SCOPE)
        return cls(ScopeKind(kind), code)

    def __str__(self) -> str:
        return self.kind if self.kind is ScopeKind.PLATFORM else f"{self.kind}:{self.code}"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as administrators see it; grants read ``operator organisation:cityheat``."""

    login: str
    name: str
    organisation: str
    email: str
    language: str
    locked: bool
    must_change_password: bool
    seen_at: datetime | None
    grants: list[str]


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation with the number of buildings that it operates and of contracts that pay it."""

    code: str
    title: str
    buildings: int
    contracts: int


def organisations(connection: Connection) -> list[Organisation]:
    """All organisations."""
    return [Organisation(*row) for row in connection.execute(query("accounts", "organisations"))]


def accounts(connection: Connection) -> list[Account]:
    """The accounts that the reader administers."""
    return [Account(*row) for row in connection.execute(query("accounts", "all"))]


def add_organisation(connection: Connection, by: Principal, code: str, title: str) -> None:
    """Add an organisation.

    Raises:
        FieldError: If its code is no name, or taken.
        ForbiddenError: If `by` does not administer the platform.
    """
    _require(connection, by, None)
    if not normal_login(code):
        raise FieldError("code", Fault.LOGIN)
    with connection.transaction():
        values = {"code": code, "title": _name(title or code, "title")}
        if connection.execute(query("accounts", "add_organisation"), values).fetchone() is None:
            raise FieldError("code", Fault.TAKEN)
        audit.record(connection, by, "organisation.added", code)


def own(connection: Connection, by: Principal, what: Scope, organisation: str) -> None:
    """Say who operates a building, or who is paid by a contract; empty for nobody.

    Raises:
        UnknownNameError: If one of them is not registered.
        ForbiddenError: If `by` does not administer the platform.
    """
    _require(connection, by, None)
    with connection.transaction():
        if organisation:
            _organisation_id(connection, organisation)
        name = "own_building" if what.kind is ScopeKind.BUILDING else "own_contract"
        values = {"organisation": organisation, "code": what.code}
        if connection.execute(query("accounts", name), values).fetchone() is None:
            raise UnknownNameError(f"no {what.kind} is called {what.code}")
        audit.record(connection, by, f"{what.kind}.owned", what.code, organisation=organisation)


def add_account(
    connection: Connection,
    by: Principal,
    login: str,
    name: str,
    *,
    organisation: str = "",
    email: str = "",
    language: str = "ru",
    password: str | None = None,
) -> str:
    """Add an account; answers its one-time password, or the password that was given to stay.

    Raises:
        FieldError: If a field says what it cannot.
        ForbiddenError: If `by` does not administer the organisation.
    """
    organisation_id = _organisation_id(connection, organisation) if organisation else None
    _require(connection, by, organisation_id)
    called = normal_login(login)
    if not called:
        raise FieldError("login", Fault.LOGIN)
    if email and ("@" not in email or len(email) > LONGEST_NAME or not email.isprintable() or " " in email):
        raise FieldError("email", Fault.EMAIL)
    secret = password or passwords.one_time_password()
    values = {
        "login": called,
        "name": _name(name or called, "name"),
        "email": email.strip().casefold() or None,
        "organisation_id": organisation_id,
        "password_hash": passwords.hashed(secret),
        "language": "en" if language == "en" else "ru",
        "must_change": password is None,
    }
    with connection.transaction():
        if connection.execute(query("accounts", "add"), values).fetchone() is None:
            raise FieldError("login", Fault.TAKEN)
        audit.record(connection, by, "account.added", called, organisation=organisation)
    return secret


def set_locked(connection: Connection, by: Principal, login: str, *, locked: bool) -> None:
    """Keep an account out, or let it in again; its sessions and tokens end at once.

    Raises:
        FieldError: If there is no such account, or the platform would be without an administrator.
        ForbiddenError: If `by` does not administer it.
    """
    with connection.transaction():
        account_id = _account_id(connection, by, login)
        _require_above(connection, by, account_id, "platform_administrator")
        connection.execute(query("accounts", "lock_until"), {"account_id": account_id, "locked": locked})
        if locked:
            close_sessions(connection, account_id)
            _still_administered(connection, "login")
        audit.record(connection, by, "account.locked" if locked else "account.unlocked", login)


def reset_password(connection: Connection, by: Principal, login: str) -> str:
    """A new one-time password; sessions end at once.

    Whoever resets a password can sign in with it: nobody does who has not the say over every role of the account.

    Raises:
        FieldError: If there is no such account.
        ForbiddenError: If `by` does not administer it, and all that it has a role in.
    """
    secret = passwords.one_time_password()
    with connection.transaction():
        account_id = _account_id(connection, by, login)
        _require_above(connection, by, account_id, "holds_beyond")
        values = {"account_id": account_id, "password_hash": passwords.hashed(secret), "must_change": True}
        connection.execute(query("access", "set_password"), values)
        close_sessions(connection, account_id)
        audit.record(connection, by, "password.reset", login)
    return secret


def grant(connection: Connection, by: Principal, login: str, role: Role, scope: Scope) -> None:
    """Grant a role; granting it again changes nothing.

    Raises:
        FieldError: If there is no such account or scope.
        ForbiddenError: If `by` does not administer both.
    """
    with connection.transaction():
        values = _granted(connection, by, login, role, scope)
        if connection.execute(query("accounts", "grant"), values).rowcount:
            audit.record(connection, by, "role.granted", login, role=role, scope=str(scope))


def revoke(connection: Connection, by: Principal, login: str, role: Role, scope: Scope) -> None:
    """Take a role away.

    Raises:
        FieldError: If there is no such account or scope, or the platform would be without an administrator.
        ForbiddenError: If `by` does not administer both.
    """
    with connection.transaction():
        values = _granted(connection, by, login, role, scope)
        if connection.execute(query("accounts", "revoke"), values).rowcount:
            if scope.kind is ScopeKind.PLATFORM:
                _still_administered(connection, "login")
            audit.record(connection, by, "role.revoked", login, role=role, scope=str(scope))


def account_id_of(connection: Connection, by: Principal, login: str) -> int:
    """The number of an account that `by` administers.

    Raises:
        FieldError: If there is no such account.
        ForbiddenError: If `by` does not administer it.
    """
    return _account_id(connection, by, login)


def _granted(
    connection: Connection, by: Principal, login: str, role: Role, scope: Scope
) -> dict[str, int | str | None]:
    account_id = _account_id(connection, by, login)
    values: dict[str, int | str | None] = {"account_id": account_id, "role": role.value}
    values |= {"organisation": None, "building": None, "contract": None}
    whole = {ScopeKind.PLATFORM, ScopeKind.ORGANISATION}
    if (role is Role.ADMINISTRATOR and scope.kind not in whole) or (
        role is not Role.ADMINISTRATOR and scope.kind is ScopeKind.PLATFORM
    ):
        raise FieldError("role", Fault.ROLE)
    if scope.kind is ScopeKind.PLATFORM:
        _require(connection, by, None)
        return values
    row = connection.execute(query("accounts", f"scope_{scope.kind}"), {"code": scope.code}).fetchone()
    if row is None:
        raise FieldError("scope", Fault.SCOPE)
    number, owner, other = row
    if not _administers(connection, by, owner) and not (
        other is not None and role in {Role.ESCO, Role.VERIFIER} and _administers(connection, by, other)
    ):
        raise ForbiddenError(f"administrator of {scope}")
    values[scope.kind.value] = int(number)
    return values


def _account_id(connection: Connection, by: Principal, login: str) -> int:
    row = connection.execute(query("accounts", "find"), {"login": normal_login(login)}).fetchone()
    if row is None:
        raise FieldError("login", Fault.ACCOUNT)
    _require(connection, by, row[1])
    return int(row[0])


def _require_above(connection: Connection, by: Principal, account_id: int, name: str) -> None:
    if by.platform:
        return
    row = connection.execute(query("accounts", name), {"account_id": account_id, "by": by.user_id}).fetchone()
    if row is None or row[0]:
        raise ForbiddenError("administrator of the platform")


def _organisation_id(connection: Connection, code: str) -> int:
    row = connection.execute(query("accounts", "organisation_id"), {"code": code}).fetchone()
    if row is None:
        raise FieldError("organisation", Fault.ORGANISATION)
    return int(row[0])


def _administers(connection: Connection, by: Principal, organisation_id: int | None) -> bool:
    if by.platform:
        return True
    if organisation_id is None or Role.ADMINISTRATOR not in by.roles:
        return False
    values = {"account_id": by.user_id, "organisation_id": organisation_id}
    row = connection.execute(query("accounts", "administers"), values).fetchone()
    return row is not None and bool(row[0])


def _require(connection: Connection, by: Principal, organisation_id: int | None) -> None:
    if not _administers(connection, by, organisation_id):
        raise ForbiddenError("administrator of the organisation")


def _still_administered(connection: Connection, field: str) -> None:
    row = connection.execute(query("accounts", "platform_administrators")).fetchone()
    if row is None or not row[0]:
        raise FieldError(field, Fault.LAST)


def _name(text: str, field: str) -> str:
    name = text.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise FieldError(field, Fault.NAME)
    return name
