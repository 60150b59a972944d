"""Sessions: a random number in a cookie, its digest in the database."""

import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import psycopg
from psycopg.rows import TupleRow

from teplosvet.access.principal import Principal, Role
from teplosvet.storage.queries import query

IDLE = timedelta(hours=12)
LASTS = timedelta(days=7)

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has signed in.

    Attributes:
        person: Who.
        login: Of the account.
        language: That they chose.
        must_change_password: Whether all else has to wait for that.
        csrf: What every form has to say back.
        key: Digest of the cookie.
    """

    person: Principal
    login: str
    language: str
    must_change_password: bool
    csrf: str
    key: bytes


asking: ContextVar[Session | None] = ContextVar("asking", default=None)
"""The session of whoever is answered now; pages and forms read it."""


def digest(secret: str) -> bytes:
    """What is kept of a secret that is random by itself: it needs no salt and no slow hash."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def open_session(connection: Connection, account_id: int, address: str, agent: str) -> str:
    """Begin a session under a new number, whatever cookie the browser had; answers the cookie."""
    secret = secrets.token_urlsafe(32)
    connection.execute(query("access", "close_old_sessions"), {"idle": IDLE})
    values = {
        "id_hash": digest(secret),
        "account_id": account_id,
        "csrf": secrets.token_urlsafe(24),
        "lasts": LASTS,
        "address": address,
        "agent": "".join(sign for sign in agent if sign.isprintable())[:200],
    }
    connection.execute(query("access", "open_session"), values)
    return secret


def find_session(connection: Connection, secret: str, address: str | None, request_id: str | None) -> Session | None:
    """The session of a cookie, None if it has ended or its account is locked."""
    key = digest(secret)
    row = connection.execute(query("access", "session"), {"id_hash": key, "idle": IDLE}).fetchone()
    if row is None:
        return None
    account_id, login, name, language, must_change, csrf, roles, platform, stale = row
    if stale:
        connection.execute(query("access", "session_seen"), {"id_hash": key})
    person = Principal(
        account_id,
        name,
        frozenset(Role(role) for role in roles),
        platform=platform,
        address=address,
        request_id=request_id,
    )
    return Session(person, login, language, must_change, csrf, key)


def close_session(connection: Connection, key: bytes) -> None:
    """End a session."""
    connection.execute(query("access", "close_session"), {"id_hash": key})


def close_sessions(connection: Connection, account_id: int, spared: bytes | None = None) -> None:
    """End all sessions of an account but one."""
    connection.execute(query("access", "close_sessions"), {"account_id": account_id, "except": spared})
