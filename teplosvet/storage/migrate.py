"""One migration path, three editions: plain PostgreSQL, TimescaleDB Apache, TimescaleDB Community."""

from enum import StrEnum
from importlib.resources import files

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query

OLDEST_SERVER = 160000
"""PostgreSQL 16, as `server_version_num` counts."""


class Edition(StrEnum):
    """What the database can do, found out at run time."""

    PLAIN = "postgresql"
    APACHE = "timescaledb-apache"
    COMMUNITY = "timescaledb-community"


def migrate(url: str) -> Edition:
    """Bring a database to the present schema; doing it twice changes nothing.

    Migrations that have not run are run in order, each in a transaction. What depends on the edition and all views are
    replayed every time, so a database that gains TimescaleDB later becomes hypertables then.

    Raises:
        ConfigurationError: If the server is too old or a right is missing.
        ServiceUnavailableError: If the database does not answer.
    """
    with connect(url, name="teplosvet-migrate") as connection:
        if connection.info.server_version < OLDEST_SERVER:
            raise ConfigurationError(
                f"PostgreSQL 16 or newer is needed, the server is {connection.info.server_version // 10000}"
            )
        try:
            _ensure_extension(connection)
            with connection.transaction():
                connection.execute(query("migrate", "lock"))
                _run_pending(connection)
            found = edition(connection)
            with connection.transaction():
                connection.execute(query("migrate", "lock"))
                _replay(connection, found)
        except psycopg.errors.InsufficientPrivilege as error:
            raise ConfigurationError(f"the database user may not create what is needed: {error}") from error
    return found


def keep_readings(connection: psycopg.Connection[TupleRow], days: int | None) -> None:
    """Let TimescaleDB Community drop raw readings after some days, or keep them for good: they are the evidence.

    Args:
        connection: To a migrated database.
        days: How long, or None for good. [d]

    Raises:
        ConfigurationError: If the edition has no retention and some is asked for.
    """
    if edition(connection) is not Edition.COMMUNITY:
        if days is not None:
            raise ConfigurationError("TEPLOSVET_KEEP_READINGS_DAYS needs TimescaleDB Community: only it has retention")
        return
    for device_class in DeviceClass:
        table = sql.Literal(f"{device_class}_reading")
        connection.execute(query("migrate", "keep_for_good", table=table))
        if days is not None:
            connection.execute(query("migrate", "keep_for", table=table, days=sql.Literal(days)))


def edition(connection: psycopg.Connection[TupleRow]) -> Edition:
    """The edition of a connected database."""
    row = connection.execute(query("migrate", "license")).fetchone()
    match row[0] if row else None:
        case None | "":
            return Edition.PLAIN
        case "timescale":
            return Edition.COMMUNITY
        case _:
            return Edition.APACHE


def _ensure_extension(connection: psycopg.Connection[TupleRow]) -> None:
    available = connection.execute(query("migrate", "timescale_available")).fetchone()
    if available and available[0]:
        connection.execute(query("migrate", "create_timescale"))


def _run_pending(connection: psycopg.Connection[TupleRow]) -> None:
    connection.execute(query("migrate", "create_table"))
    done = {row[0] for row in connection.execute(query("migrate", "done"))}
    for name, text in _scripts("migrations"):
        if name not in done:
            connection.execute(text)
            connection.execute(query("migrate", "record"), {"name": name})


def _replay(connection: psycopg.Connection[TupleRow], found: Edition) -> None:
    if found is not Edition.PLAIN:
        connection.execute(_script("editions", "timescale.sql"))
    if found is Edition.COMMUNITY:
        connection.execute(_script("editions", "community.sql"))
    for _, text in _scripts("views"):
        connection.execute(text)


def _scripts(folder: str) -> list[tuple[str, sql.SQL]]:
    names = sorted(entry.name for entry in files("teplosvet.storage").joinpath(folder).iterdir())
    return [(name, _script(folder, name)) for name in names if name.endswith(".sql")]


def _script(folder: str, name: str) -> sql.SQL:
    text = files("teplosvet.storage").joinpath(folder, name).read_text(encoding="utf-8")
    return sql.SQL(text)
