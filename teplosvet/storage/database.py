"""Connections to PostgreSQL, with one clear sentence when there is none."""

import psycopg
from psycopg import conninfo
from psycopg.rows import TupleRow

from teplosvet.domain.errors import ConfigurationError, ServiceUnavailableError

CONNECT_TIMEOUT_S = 5


def connect(url: str, *, autocommit: bool = True, name: str = "teplosvet") -> psycopg.Connection[TupleRow]:
    """Open a connection that thinks in UTC.

    Args:
        url: libpq connection URL.
        autocommit: Whether each statement is its own transaction.
        name: Application name, as the database's activity view shows it.

    Raises:
        ConfigurationError: If the URL cannot be read, or the database does not let us in.
        ServiceUnavailableError: If nothing answers there.
    """
    try:
        return psycopg.connect(
            url,
            autocommit=autocommit,
            application_name=name,
            connect_timeout=CONNECT_TIMEOUT_S,
            options="-c TimeZone=UTC -c client_min_messages=warning",
        )
    except (psycopg.ProgrammingError, UnicodeError) as error:
        raise ConfigurationError(f"the database URL cannot be read: {error}") from error
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        if any(word in reason for word in _REFUSALS):
            raise ConfigurationError(f"the database does not let us in: {reason}") from error
        raise ServiceUnavailableError(f"the database at {place(url)} does not answer: {reason}") from error


_REFUSALS = (
    "authentication failed",
    "does not exist",
    "no password supplied",
    "permission denied",
    "no pg_hba.conf entry",
)


def place(url: str) -> str:
    """Host, port and database of a URL, without user and password."""
    try:
        parts = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return "an unreadable URL"
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"
