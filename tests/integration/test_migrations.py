"""Every migration on every edition: the same schema, hypertables and columnstore where there are any, nothing twice."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from teplosvet.domain.errors import ConfigurationError, ServiceUnavailableError
from teplosvet.domain.quantities import DeviceClass, columns_of
from teplosvet.stack.embedded import EmbeddedPostgres
from teplosvet.stack.timescale import TimescaleServer
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import Edition, keep_readings, migrate
from tests.servers.community import CommunityServer

HYPERTABLES = {f"{device_class}_reading" for device_class in DeviceClass} | {
    "other_reading",
    "consumption_hourly",
    "state_hourly",
}
LEADING = ["device_id", "measured_at", "received_at", "archive", "serial"]

Schema = dict[str, list[tuple[Any, ...]]]

# what \d shows: columns, constraints and indexes of our tables and views
SCHEMA = {
    "columns": """
        SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, ordinal_position""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
        JOIN pg_namespace n ON n.oid = connamespace
        WHERE nspname = 'public' AND contype <> 'n' ORDER BY 1, 2""",
    "views": "SELECT viewname FROM pg_views WHERE schemaname = 'public' ORDER BY 1",
    "migrations": "SELECT name, applied_at IS NOT NULL FROM schema_migration ORDER BY 1",
}


@pytest.fixture(scope="module")
def migrated(
    plain_postgres: EmbeddedPostgres, timescale_server: TimescaleServer, community_server: CommunityServer
) -> Iterator[dict[Edition, str]]:
    """URL of an empty database of each edition, migrated once by `migrate`, which says what it found."""
    urls: dict[Edition, str] = {}
    for server in (plain_postgres, timescale_server):
        with connect(server.admin_url) as connection:
            connection.execute("CREATE DATABASE migrations_test TEMPLATE template0 ENCODING 'UTF8'")
        url = make_conninfo(server.url, dbname="migrations_test")
        urls[migrate(url)] = url
    urls[migrate(community_server.url)] = community_server.url
    yield urls
    for server in (plain_postgres, timescale_server):
        with connect(server.admin_url) as connection:
            connection.execute("DROP DATABASE migrations_test WITH (FORCE)")


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    with connect(url) as connection:
        return [tuple(row) for row in connection.execute(statement.encode())]


def schema(url: str) -> Schema:
    return {name: ask(url, statement) for name, statement in SCHEMA.items()}


def test_the_editions_are_found_out(migrated: dict[Edition, str]) -> None:
    assert set(migrated) == set(Edition)


@pytest.mark.parametrize("edition", Edition)
def test_migrating_again_changes_nothing(migrated: dict[Edition, str], edition: Edition) -> None:
    url = migrated[edition]
    ask(url, "INSERT INTO quarantine (topic, publisher, payload, digest, reason, detail)"
        " VALUES ('t', 'p', '', sha256('kept'), 'r', '') ON CONFLICT DO NOTHING RETURNING 1")  # fmt: skip
    before, applied = schema(url), ask(url, "SELECT name, applied_at FROM schema_migration ORDER BY 1")
    assert migrate(url) is edition
    assert schema(url) == before
    assert ask(url, "SELECT name, applied_at FROM schema_migration ORDER BY 1") == applied
    assert ask(url, "SELECT topic FROM quarantine") == [("t",)]


@pytest.mark.parametrize("edition", [Edition.APACHE, Edition.COMMUNITY])
def test_the_schema_is_the_same_on_every_edition(migrated: dict[Edition, str], edition: Edition) -> None:
    plain, other = schema(migrated[Edition.PLAIN]), schema(migrated[edition])
    assert [row[0] for row in plain["migrations"]] == sorted({row[0] for row in plain["migrations"]})
    for name in SCHEMA:
        assert other[name] == plain[name], name


def test_the_comparison_can_fail(migrated: dict[Edition, str]) -> None:
    """Negative control: one column more is seen."""
    url = migrated[Edition.PLAIN]
    with connect(url) as connection, connection.transaction(force_rollback=True):
        before = connection.execute(SCHEMA["columns"].encode()).fetchall()
        connection.execute("ALTER TABLE heat_reading ADD COLUMN one_more float8")
        assert connection.execute(SCHEMA["columns"].encode()).fetchall() != before


@pytest.mark.parametrize("edition", [Edition.APACHE, Edition.COMMUNITY])
def test_readings_and_hourly_rollups_are_hypertables(migrated: dict[Edition, str], edition: Edition) -> None:
    found = ask(migrated[edition], "SELECT hypertable_name FROM timescaledb_information.hypertables")
    assert {row[0] for row in found} == HYPERTABLES


def test_the_columnstore_is_only_where_the_edition_has_it(migrated: dict[Edition, str]) -> None:
    compressed = "SELECT hypertable_name, compression_enabled FROM timescaledb_information.hypertables"
    assert not any(enabled for _, enabled in ask(migrated[Edition.APACHE], compressed))
    on_community = {name for name, enabled in ask(migrated[Edition.COMMUNITY], compressed) if enabled}
    assert on_community == {f"{device_class}_reading" for device_class in DeviceClass}
    settings = ask(
        migrated[Edition.COMMUNITY],
        "SELECT DISTINCT attname, segmentby_column_index IS NOT NULL FROM timescaledb_information.compression_settings",
    )
    assert set(settings) == {("device_id", True), ("measured_at", False)}
    policies = "SELECT hypertable_name FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression'"
    assert {row[0] for row in ask(migrated[Edition.COMMUNITY], policies)} == on_community
    assert ask(migrated[Edition.APACHE], policies) == []


def test_raw_readings_are_never_dropped_by_a_policy(migrated: dict[Edition, str]) -> None:
    retention = "SELECT count(*) FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention'"
    assert ask(migrated[Edition.COMMUNITY], retention) == [(0,)]


def test_readings_are_dropped_after_the_days_that_are_set(migrated: dict[Edition, str]) -> None:
    url = migrated[Edition.COMMUNITY]
    kept = "SELECT config ->> 'drop_after' FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention'"
    with connect(url) as connection:
        keep_readings(connection, 400)
    assert ask(url, kept) == [("400 days",)] * len(DeviceClass)
    with connect(url) as connection:
        keep_readings(connection, None)
    assert ask(url, kept) == []


@pytest.mark.parametrize("edition", [Edition.PLAIN, Edition.APACHE])
def test_an_edition_without_retention_says_so(migrated: dict[Edition, str], edition: Edition) -> None:
    with connect(migrated[edition]) as connection:
        keep_readings(connection, None)
        with pytest.raises(ConfigurationError, match="Community"):
            keep_readings(connection, 400)


@pytest.mark.parametrize("device_class", DeviceClass)
def test_a_class_has_a_column_for_each_of_its_quantities(
    migrated: dict[Edition, str], device_class: DeviceClass
) -> None:
    columns = ask(
        migrated[Edition.PLAIN],
        "SELECT column_name, data_type FROM information_schema.columns"
        f" WHERE table_name = '{device_class}_reading' ORDER BY ordinal_position",
    )
    assert [name for name, _ in columns] == LEADING + [str(quantity) for quantity in columns_of(device_class)]
    assert {kind for name, kind in columns if name not in LEADING} == {"double precision"}


def test_a_database_that_gains_timescale_gains_hypertables(timescale_server: TimescaleServer) -> None:
    """Readings that are there already move into chunks."""
    with connect(timescale_server.admin_url) as admin:
        admin.execute("CREATE DATABASE gains_timescale TEMPLATE template0 ENCODING 'UTF8'")
        url = make_conninfo(timescale_server.url, dbname="gains_timescale")
        try:
            migrate(url)
            with connect(url) as connection:
                as_plain(connection)
            assert migrate(url) is Edition.APACHE
            found = ask(url, "SELECT hypertable_name FROM timescaledb_information.hypertables")
            assert {row[0] for row in found} == HYPERTABLES
            assert ask(url, "SELECT device_id, light_energy_kwh FROM light_reading") == [(1, 5.0)]
        finally:
            admin.execute("DROP DATABASE gains_timescale WITH (FORCE)")


def as_plain(connection: psycopg.Connection[TupleRow]) -> None:
    """Make a hypertable the plain table that it was, with a reading in it."""
    connection.execute("DROP VIEW IF EXISTS latest CASCADE")
    connection.execute("CREATE TABLE plain (LIKE light_reading INCLUDING ALL)")
    connection.execute("DROP TABLE light_reading CASCADE")
    connection.execute("ALTER TABLE plain RENAME TO light_reading")
    connection.execute("INSERT INTO light_reading (device_id, measured_at, light_energy_kwh) VALUES (1, now(), 5)")


def test_a_database_that_cannot_be_used_is_told_in_one_sentence(plain_postgres: EmbeddedPostgres) -> None:
    with connect(plain_postgres.admin_url) as admin:
        admin.execute("CREATE ROLE may_nothing LOGIN")
        admin.execute("CREATE DATABASE no_rights TEMPLATE template0 ENCODING 'UTF8'")
        try:
            url = make_conninfo(plain_postgres.url, dbname="no_rights", user="may_nothing")
            with pytest.raises(ConfigurationError, match="may not create what is needed"):
                migrate(url)
        finally:
            admin.execute("DROP DATABASE no_rights WITH (FORCE)")
            admin.execute("DROP ROLE may_nothing")
    with pytest.raises(ConfigurationError, match="does not exist"):
        migrate(make_conninfo(plain_postgres.url, dbname="absent"))
    with pytest.raises(ServiceUnavailableError, match="does not answer"):
        migrate("postgresql://127.0.0.1:1/teplosvet")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        migrate("postgresql://[half")


def test_an_owner_who_is_no_superuser_can_migrate(timescale_server: TimescaleServer) -> None:
    """An administrator has made the extension, or has not: then the database stays a plain one."""
    with connect(timescale_server.admin_url) as admin:
        admin.execute("CREATE ROLE owner LOGIN")
        try:
            for name, extension, expected in (("own_a", True, Edition.APACHE), ("own_b", False, Edition.PLAIN)):
                admin.execute(f"CREATE DATABASE {name} OWNER owner TEMPLATE template0 ENCODING 'UTF8'".encode())
                if extension:
                    with connect(make_conninfo(timescale_server.url, dbname=name)) as there:
                        there.execute("CREATE EXTENSION timescaledb")
                url = make_conninfo(timescale_server.url, dbname=name, user="owner")
                assert migrate(url) is expected
                assert migrate(url) is expected
        finally:
            for name in ("own_a", "own_b"):
                admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            admin.execute("DROP ROLE owner")
