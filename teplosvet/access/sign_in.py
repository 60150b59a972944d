"""Signing in with a password: limits that several workers share, the same answer and time for whoever is unknown."""

import re
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from math import ceil

import psycopg
from psycopg.rows import TupleRow

from teplosvet.access import audit, passwords
from teplosvet.access.principal import Principal
from teplosvet.access.sessions import close_sessions, open_session
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]

WINDOW = timedelta(minutes=15)
FAILURES_OF_A_LOGIN = 5
FAILURES_OF_AN_ADDRESS = 50
LOGIN = re.compile(r"[\w.@+-]{1,64}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nobody was let in.

    Attributes:
        wait_minutes: How long to wait after too many failures, None if login or password is wrong. [min]
    """

    wait_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that has begun: its cookie, and the language of its account."""

    cookie: str
    language: str


def normal_login(text: str) -> str:
    """A login as it is kept; empty if nobody can be called so."""
    login = text.strip().casefold()
    return login if LOGIN.fullmatch(login) else ""


def sign_in(connection: Connection, login: str, password: str, address: str, agent: str) -> Opened | Refusal:
    """Let somebody in by login and password, or say how it failed.

    An attempt counts as a failure before the password is looked at, so attempts side by side gain nothing.
    """
    name = normal_login(login)
    key = _key("login", name or login)
    reserved = _reserve(connection, key, _key("address", address))
    if isinstance(reserved, Refusal):
        return reserved
    row = connection.execute(query("access", "credentials"), {"login": name}).fetchone()
    kept = row[4] if row is not None else None
    if not passwords.matches(kept, password) or row is None:
        _log_failure(connection, key, name if row is not None else "", address)
        return Refusal()
    if passwords.is_outdated(str(kept)):
        values = {"account_id": row[0], "password_hash": passwords.hashed(password), "must_change": row[5]}
        connection.execute(query("access", "set_password"), values)
    with connection.transaction():
        connection.execute(query("access", "forgive"), {"key": key, "id": reserved})
        return begin(connection, row[0], row[2], row[3], "sign_in.password", address=address, agent=agent)


def _log_failure(connection: Connection, key: bytes, login: str, address: str) -> None:
    """Log a failure under the login of an account that there is: what else was typed may be a password."""
    person = Principal(None, login or "nobody", frozenset(), address=address)
    values = {"key": key, "limit": FAILURES_OF_A_LOGIN, "window": WINDOW}
    locked = connection.execute(query("access", "attempts"), values).fetchone()
    audit.record(connection, person, "sign_in.failed", login)
    if locked is not None and locked[0] is not None:
        audit.record(connection, person, "sign_in.locked_out", login, minutes=int(WINDOW.total_seconds() / 60))


def begin(
    connection: Connection, account_id: int, name: str, language: str, how: str, *, address: str, agent: str
) -> Opened:
    """Begin a session of an account that has proved itself, and log it."""
    cookie = open_session(connection, account_id, address, agent)
    audit.record(connection, Principal(account_id, name, frozenset(), address=address), how, name)
    return Opened(cookie, language)


def change_password(
    connection: Connection, person: Principal, login: str, old: str, new: str, spared: bytes
) -> passwords.PasswordFault | Refusal | None:
    """Change one's own password and end all other sessions; what is wrong, None if nothing was."""
    fault = passwords.fault_of(new, login)
    if fault is not None:
        return fault
    if old == new:
        return passwords.PasswordFault.SAME
    key = _key("login", login)
    reserved = _reserve(connection, key, _key("address", person.address or ""))
    if isinstance(reserved, Refusal):
        return reserved
    row = connection.execute(query("access", "credentials"), {"login": login}).fetchone()
    if row is None or not passwords.matches(row[4], old):
        return Refusal()
    values = {"account_id": row[0], "password_hash": passwords.hashed(new), "must_change": False}
    with connection.transaction():
        connection.execute(query("access", "forgive"), {"key": key, "id": reserved})
        connection.execute(query("access", "set_password"), values)
        close_sessions(connection, row[0], spared)
        audit.record(connection, person, "password.changed", login)
    return None


def _reserve(connection: Connection, login: bytes, address: bytes) -> int | Refusal:
    """Count an attempt, or say how long to wait; answers the number of the attempt of the address."""
    with connection.transaction():
        numbers = []
        for key, limit in ((address, FAILURES_OF_AN_ADDRESS), (login, FAILURES_OF_A_LOGIN)):
            connection.execute(query("access", "attempt_lock"), {"key": key})
            values = {"key": key, "limit": limit, "window": WINDOW}
            row = connection.execute(query("access", "attempts"), values).fetchone()
            if row is not None and row[0] is not None:
                return Refusal(ceil(float(row[0]) / 60))
        for key in (address, login):
            numbers += connection.execute(query("access", "add_attempt"), {"key": key}).fetchall()
        return int(numbers[0][0])


def _key(kind: str, text: str) -> bytes:
    return sha256(f"{kind}:{text}".encode("utf-8", "surrogatepass")).digest()
