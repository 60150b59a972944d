"""Somebody signed in to a test's database, without the form: what a browser or a program has to bring."""

import httpx
import psycopg
from psycopg.rows import TupleRow

from teplosvet.access import accounts, tokens
from teplosvet.access.accounts import Scope
from teplosvet.access.cookies import PLAIN
from teplosvet.access.guard import CSRF_HEADER
from teplosvet.access.principal import COMMAND_LINE, Role
from teplosvet.access.sessions import digest
from teplosvet.storage.database import connect

SESSION = "the-session-of-the-tests"
CSRF = "the-form-of-the-tests"
COOKIES = {PLAIN: SESSION}


def administrator_session(database_url: str) -> None:
    """An administrator of the platform whose session's cookie is `SESSION`, in every database the same."""
    with connect(database_url) as connection:
        accounts.add_account(connection, COMMAND_LINE, "tester", "Tester", password="a password for tests")
        accounts.grant(connection, COMMAND_LINE, "tester", Role.ADMINISTRATOR, Scope.parse("platform"))
        connection.execute(
            """INSERT INTO account_session (id_hash, account_id, csrf, ends_at, address, agent)
               SELECT %s, id, %s, now() + INTERVAL '1 hour', '', '' FROM account WHERE login = 'tester'""",
            (digest(SESSION), CSRF),
        )


def bearer(connection: psycopg.Connection[TupleRow], login: str, *, write: bool = False) -> dict[str, str]:
    """Headers of a program that speaks for an account."""
    account_id = accounts.account_id_of(connection, COMMAND_LINE, login)
    secret = tokens.add_token(connection, COMMAND_LINE, account_id, "test", read_only=not write)
    return {"Authorization": f"Bearer {secret}"}


def signed_in_client(address: str) -> httpx.Client:
    """A client that brings the cookie and the form's token of `administrator_session`."""
    return httpx.Client(base_url=address, cookies=COOKIES, headers={CSRF_HEADER: CSRF}, timeout=60)
