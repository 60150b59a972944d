"""Tokens for programs: ``tsv_`` and 240 random bits, of which the digest is kept and the beginning shown."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import TupleRow

from teplosvet.access import audit
from teplosvet.access.principal import Principal, Role
from teplosvet.access.sessions import digest
from teplosvet.domain.errors import ConfigurationError, UnknownNameError
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]

PREFIX_LETTERS = 12
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it later.

    Attributes:
        id: Its number.
        login: Whose it is.
        name: What it is for.
        prefix: Its beginning.
        roles: What it may at most.
        read_only: Whether it may change nothing.
        created_at: Since when it is.
        expires_at: When it ends, None for never.
        last_used_at: When it was used last.
    """

    id: int
    login: str
    name: str
    prefix: str
    roles: list[str]
    read_only: bool
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


def add_token(
    connection: Connection,
    by: Principal,
    account_id: int,
    name: str,
    *,
    roles: Iterable[Role] = tuple(Role),
    read_only: bool = True,
    days: int | None = None,
) -> str:
    """Make a token; it is shown this once.

    Raises:
        ConfigurationError: If the name is empty or too long.
    """
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise ConfigurationError(f"a token has a name of 1 to {LONGEST_NAME} letters")
    secret = "tsv_" + secrets.token_urlsafe(30)
    values = {
        "account_id": account_id,
        "name": name,
        "prefix": secret[:PREFIX_LETTERS],
        "secret_hash": digest(secret),
        "roles": sorted(roles),
        "read_only": read_only,
        "days": days,
    }
    with connection.transaction():
        connection.execute(query("access", "add_token"), values)
        audit.record(connection, by, "token.added", name, prefix=secret[:PREFIX_LETTERS], read_only=read_only)
    return secret


def tokens(connection: Connection, account_id: int | None) -> list[Token]:
    """The tokens of an account, or of all."""
    return [Token(*row) for row in connection.execute(query("access", "tokens"), {"account_id": account_id})]


def revoke_token(connection: Connection, by: Principal, prefix: str, account_id: int | None) -> None:
    """End a token, of one account if that is given.

    Raises:
        UnknownNameError: If there is none that begins so.
    """
    with connection.transaction():
        values = {"prefix": prefix, "account_id": account_id}
        row = connection.execute(query("access", "revoke_token"), values).fetchone()
        if row is None:
            raise UnknownNameError(f"no token begins with {prefix}")
        audit.record(connection, by, "token.revoked", str(row[0]), prefix=prefix)


def find_token(connection: Connection, secret: str, address: str | None, request_id: str | None) -> Principal | None:
    """Whoever a token speaks for, None if it has ended or its account is locked."""
    row = connection.execute(query("access", "token"), {"secret_hash": digest(secret)}).fetchone()
    if row is None:
        return None
    account_id, login, name, read_only, of_token, of_account, platform = row
    roles = frozenset(Role(role) for role in set(of_token) & set(of_account))
    return Principal(
        account_id,
        f"{login} ({name})",
        roles,
        platform=platform and Role.ADMINISTRATOR in roles,
        read_only=read_only,
        by_token=True,
        address=address,
        request_id=request_id,
    )
