"""Commands on organisations, accounts, tokens, the log, and Grafana's database users."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import psycopg
import typer
from psycopg.rows import TupleRow

from teplosvet import output
from teplosvet.access import accounts, audit, tokens
from teplosvet.access import grafana as grafana_roles
from teplosvet.access.accounts import Scope, ScopeKind
from teplosvet.access.principal import COMMAND_LINE, Role
from teplosvet.domain.errors import ConfigurationError
from teplosvet.stack.running import database_url
from teplosvet.storage.database import connect

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Login = Annotated[str, typer.Argument(help="Login of the account.")]
Where = Annotated[
    str, typer.Option("--in", help="organisation:CODE, building:CODE, contract:CODE, or platform.", show_default=False)
]


@contextmanager
def _database() -> Iterator[psycopg.Connection[TupleRow]]:
    with connect(database_url()) as connection:
        yield connection


def organisation_add(
    code: Annotated[str, typer.Argument(help="Short name.")], title: Annotated[str, typer.Option()] = ""
) -> None:
    """Add an organisation."""
    with _database() as connection:
        accounts.add_organisation(connection, COMMAND_LINE, code, title)
    output.people.print(f"The organisation {code} is there.", markup=False)


def organisation_list(*, as_json: Json = False) -> None:
    """List the organisations."""
    with _database() as connection:
        found = accounts.organisations(connection)
    if as_json:
        output.print_json(found)
        return
    rows = [(each.code, each.title, each.buildings, each.contracts) for each in found]
    output.print_table("Organisations", ("code", "title", "buildings", "contracts"), rows)


def organisation_own(
    what: Annotated[str, typer.Argument(help="building:CODE (who operates it) or contract:CODE (who is paid).")],
    organisation: Annotated[str, typer.Argument(help="Code of the organisation, empty for nobody.")],
) -> None:
    """Say whose a building or a contract is."""
    scope = Scope.parse(what)
    if scope.kind not in {ScopeKind.BUILDING, ScopeKind.CONTRACT}:
        raise ConfigurationError("say building:CODE or contract:CODE")
    with _database() as connection:
        accounts.own(connection, COMMAND_LINE, scope, organisation)
    output.people.print(f"{scope} is {organisation or 'nobody'}'s.", markup=False)


def account_add(
    login: Login,
    name: Annotated[str, typer.Option(help="Of the person.")] = "",
    organisation: Annotated[str, typer.Option(help="That the person belongs to, whose administrator keeps it.")] = "",
    email: Annotated[str, typer.Option(help="By which a provider's identity is linked.")] = "",
    language: Annotated[str, typer.Option(help="ru or en.")] = "ru",
) -> None:
    """Add an account."""
    with _database() as connection:
        password = accounts.add_account(
            connection, COMMAND_LINE, login, name, organisation=organisation, email=email, language=language
        )
    output.people.print(f"{login} signs in with {password} and then chooses a password.", markup=False)


def account_list(*, as_json: Json = False) -> None:
    """List the accounts."""
    with _database() as connection:
        found = accounts.accounts(connection)
    if as_json:
        output.print_json(found)
        return
    rows = [
        (each.login, each.name, each.organisation, "locked" if each.locked else "", ", ".join(each.grants))
        for each in found
    ]
    output.print_table("Accounts", ("login", "name", "organisation", "", "roles"), rows)


def account_lock(login: Login) -> None:
    """Keep an account out."""
    with _database() as connection:
        accounts.set_locked(connection, COMMAND_LINE, login, locked=True)
    output.people.print(f"{login} is locked; sessions and tokens have ended.", markup=False)


def account_unlock(login: Login) -> None:
    """Let an account in."""
    with _database() as connection:
        accounts.set_locked(connection, COMMAND_LINE, login, locked=False)
    output.people.print(f"{login} may sign in.", markup=False)


def account_reset(login: Login) -> None:
    """A new one-time password."""
    with _database() as connection:
        password = accounts.reset_password(connection, COMMAND_LINE, login)
    output.people.print(f"{login} signs in with {password} and then chooses a password.", markup=False)


def account_grant(login: Login, role: Annotated[Role, typer.Argument()], scope: Where) -> None:
    """Grant a role."""
    with _database() as connection:
        accounts.grant(connection, COMMAND_LINE, login, role, Scope.parse(scope))
    output.people.print(f"{login} is {role} in {scope}.", markup=False)


def account_revoke(login: Login, role: Annotated[Role, typer.Argument()], scope: Where) -> None:
    """Take a role away."""
    with _database() as connection:
        accounts.revoke(connection, COMMAND_LINE, login, role, Scope.parse(scope))
    output.people.print(f"{login} is no {role} in {scope}.", markup=False)


def token_add(
    login: Login,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    *,
    role: Annotated[list[Role] | None, typer.Option(help="At most this role; may be said more than once.")] = None,
    write: Annotated[bool, typer.Option("--write", help="It may change things, too.")] = False,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="How long it lives.")] = None,
) -> None:
    """Make a token."""
    with _database() as connection:
        account_id = accounts.account_id_of(connection, COMMAND_LINE, login)
        chosen = tuple(role) if role else tuple(Role)
        secret = tokens.add_token(
            connection, COMMAND_LINE, account_id, name, roles=chosen, read_only=not write, days=days
        )
    output.people.print(secret, markup=False)


def token_list(*, as_json: Json = False) -> None:
    """List the tokens."""
    with _database() as connection:
        found = tokens.tokens(connection, None)
    if as_json:
        output.print_json(found)
        return
    rows = [(each.prefix, each.login, each.name, ", ".join(each.roles), each.last_used_at) for each in found]
    output.print_table("Tokens", ("token", "login", "name", "roles", "last used"), rows)


def token_revoke(prefix: Annotated[str, typer.Argument(help="Its first twelve letters.")]) -> None:
    """End a token."""
    with _database() as connection:
        tokens.revoke_token(connection, COMMAND_LINE, prefix, None)
    output.people.print(f"{prefix} has ended.", markup=False)


def audit_list(
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    action: Annotated[str | None, typer.Option(help="Only this one, as token.added.")] = None,
    as_json: Json = False,
) -> None:
    """List the newest entries of the log."""
    with _database() as connection:
        found = audit.entries(connection, limit, action=action)
    if as_json:
        output.print_json(found)
        return
    rows = [(f"{each.at:%Y-%m-%d %H:%M:%S}", each.actor, each.action, each.subject, each.address) for each in found]
    output.print_table("Log", ("at, UTC", "who", "what", "of", "from"), rows)


def grafana_user(organisation: Annotated[str, typer.Argument(help="Code of the organisation.")]) -> None:
    """Make the database user of an organisation's Grafana."""
    with _database() as connection:
        role, password = grafana_roles.grafana_user(connection, COMMAND_LINE, organisation)
    output.people.print(f"{role} {password}", markup=False)
