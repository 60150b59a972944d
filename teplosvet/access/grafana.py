"""The database user of an organisation's Grafana: it reads the views of its organisation and nothing else."""

import secrets

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from teplosvet.access import audit
from teplosvet.access.principal import Principal
from teplosvet.domain.errors import ConfigurationError, UnknownNameError
from teplosvet.storage.queries import query

LONGEST_ROLE = 63
"""PostgreSQL cuts longer names off."""


def grafana_user(connection: psycopg.Connection[TupleRow], by: Principal, organisation: str) -> tuple[str, str]:
    """Make the role, or give it a new password; answers both. The server is told the password's verifier only.

    Raises:
        UnknownNameError: If there is no such organisation.
        ConfigurationError: If its code is too long for a role, or the role exists and is not ours.
    """
    row = connection.execute(query("accounts", "organisation_id"), {"code": organisation}).fetchone()
    if row is None:
        raise UnknownNameError(f"no organisation is called {organisation}")
    name = f"grafana_{organisation}_{connection.info.dbname}"
    if len(name.encode()) > LONGEST_ROLE:
        raise ConfigurationError(f"{name} is longer than the {LONGEST_ROLE} letters of a database role")
    password = secrets.token_urlsafe(24)
    verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    role, database = sql.Identifier(name), sql.Identifier(connection.info.dbname)
    with connection.transaction():
        known = connection.execute(query("grafana", "role_exists"), {"role": name}).fetchone()
        create = "change_password" if known is not None and known[0] else "create_role"
        connection.execute(query("grafana", create, role=role, password=sql.Literal(verifier)))
        for statement in ("statement_timeout", "read_only", "search_path", "schema", "views"):
            connection.execute(query("grafana", statement, role=role))
        connection.execute(query("grafana", "connect", role=role, database=database))
        connection.execute(query("grafana", "no_temporary_tables", database=database))
        connection.execute(query("grafana", "no_locks"))
        connection.execute(query("grafana", "reader"), {"role": name, "organisation_id": row[0]})
        audit.record(connection, by, "grafana_user.made", organisation, role=name)
    return name, password
