"""The first administrator, and the accounts of the demo."""

import psycopg
from psycopg.rows import TupleRow

from teplosvet.access import accounts
from teplosvet.access.accounts import Scope, ScopeKind
from teplosvet.access.passwords import one_time_password
from teplosvet.access.principal import COMMAND_LINE, Role
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]

ADMINISTRATOR = "administrator"
OPERATOR, ESCO = "demo-operator", "demo-esco"


def first_administrator(connection: Connection) -> str | None:
    """Make an administrator where nobody can sign in yet; answers the one-time password, None if somebody can."""
    with connection.transaction():
        connection.execute(query("accounts", "lock"))
        row = connection.execute(query("accounts", "any")).fetchone()
        if row is None or row[0]:
            return None
        password = accounts.add_account(connection, COMMAND_LINE, ADMINISTRATOR, "Administrator")
        accounts.grant(connection, COMMAND_LINE, ADMINISTRATOR, Role.ADMINISTRATOR, Scope(ScopeKind.PLATFORM))
        return password


def demo_accounts(connection: Connection, buildings: list[str], contracts: list[str]) -> dict[Role, tuple[str, str]]:
    """One account a role over the demo's buildings and contracts; answers logins and passwords that stay.

    Args:
        connection: To a database with the demo's site.
        buildings: Their codes.
        contracts: Their codes.
    """
    found: dict[Role, tuple[str, str]] = {}
    with connection.transaction():
        for code, title in ((OPERATOR, "Demo operator"), (ESCO, "Demo ESCO")):
            accounts.add_organisation(connection, COMMAND_LINE, code, title)
        for code in buildings:
            accounts.own(connection, COMMAND_LINE, Scope(ScopeKind.BUILDING, code), OPERATOR)
        for code in contracts:
            accounts.own(connection, COMMAND_LINE, Scope(ScopeKind.CONTRACT, code), ESCO)
        for role in Role:
            organisation = ESCO if role in {Role.ESCO, Role.VERIFIER} else OPERATOR
            scope = Scope(ScopeKind.ORGANISATION, organisation)
            if role is Role.ADMINISTRATOR:
                organisation, scope = "", Scope(ScopeKind.PLATFORM)
            password = one_time_password()
            accounts.add_account(
                connection, COMMAND_LINE, role, f"Demo {role}", organisation=organisation, password=password
            )
            accounts.grant(connection, COMMAND_LINE, role, role, scope)
            found[role] = (role.value, password)
    return found
