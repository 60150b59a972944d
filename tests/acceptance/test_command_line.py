"""The command as a person meets it: what cannot be done is one clear sentence and exit code 2."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
import pytest

from teplosvet.stack.embedded import EmbeddedPostgres
from teplosvet.stack.ports import free_port
from tests.command import Call, Said, caller

PATIENCE_S = 60.0
REPOSITORY = Path(__file__).parents[2]


def environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TEPLOSVET_")}
    return ours | {"TEPLOSVET_HOME": str(home), "COLUMNS": "200"} | more


def run(home: Path, *words: str, **more: str) -> Said:
    """The command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "teplosvet", *words],
        cwd=REPOSITORY,
        env=environment(home, more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    return caller(monkeypatch, capfd, tmp_path)


def sentence(said: Said) -> str:
    """The one sentence that was said."""
    assert (said.code, said.out) == (2, ""), said.err
    lines = said.err.splitlines()
    assert len(lines) == 1, said.err
    assert lines[0].startswith("teplosvet: ")
    return lines[0].removeprefix("teplosvet: ")


@pytest.fixture
def site(tmp_path: Path) -> str:
    file = tmp_path / "site.toml"
    file.write_text('[site]\nname = "s"\nzone = "Europe/Moscow"\n')
    return str(file)


NEEDS_A_STACK = [
    ["status"],
    ["migrate"],
    ["ingest"],
    ["jobs"],
    ["api"],
    ["quarantine", "list"],
    ["quarantine", "replay"],
    ["consumption", "d", "--from", "2026-01-01T00:00:00Z", "--to", "2026-01-02T00:00:00Z"],
    ["verify", "c", "--period", "2025-01-01/2026-01-01"],
]


@pytest.mark.parametrize("words", NEEDS_A_STACK, ids=" ".join)
def test_without_a_stack_every_command_says_how_to_get_one(call: Call, words: list[str]) -> None:
    assert "start it with `teplosvet serve`, or set TEPLOSVET_DATABASE_URL" in sentence(call(*words))


def test_a_site_without_a_stack(call: Call, site: str) -> None:
    assert "teplosvet serve" in sentence(call("site", "apply", site))


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TEPLOSVET_DATABASE_URL", "mysql://root@localhost/x", "must start with postgresql://, it says mysql"),
        ("TEPLOSVET_DATABASE_URL", "localhost:5432", "must start with postgresql://"),
        ("TEPLOSVET_DATABASE_URL", "postgresql://localhost:99999/x", "is not a URL"),
        ("TEPLOSVET_DATABASE_URL", "postgresql://127.0.0.1:1/x", "the database at 127.0.0.1:1/x does not answer"),
        ("TEPLOSVET_DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x", "the database at 127.0.0.1:1/x does not"),
        ("TEPLOSVET_MQTT_URL", "http://localhost:1883", "TEPLOSVET_MQTT_URL must start with mqtt://"),
        ("TEPLOSVET_PORT", "eighty", "TEPLOSVET_PORT must be a whole number from 0 to 65535, it says 'eighty'"),
        ("TEPLOSVET_INGEST_WORKERS", "0", "TEPLOSVET_INGEST_WORKERS must be a whole number from 1 to 64"),
    ],
)
def test_a_wrong_setting_is_named(call: Call, variable: str, value: str, said: str) -> None:
    words = sentence(call("quarantine", "list", **{variable: value}))
    assert said in words
    assert "secret" not in words


def test_a_database_that_does_not_let_us_in(call: Call, plain_postgres: EmbeddedPostgres) -> None:
    folder = plain_postgres.url.partition("?host=")[2]
    url = f"postgresql://nobody@/teplosvet?host={folder}"
    assert "does not let us in" in sentence(call("migrate", TEPLOSVET_DATABASE_URL=url))


def test_a_database_without_our_schema(call: Call, plain_postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(plain_postgres.admin_url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE without_schema")
        try:
            url = plain_postgres.url.replace("/teplosvet?", "/without_schema?")
            assert psycopg.conninfo.conninfo_to_dict(url)["dbname"] == "without_schema"
            said = sentence(call("quarantine", "list", TEPLOSVET_DATABASE_URL=url))
            assert "teplosvet migrate" in said
        finally:
            admin.execute("DROP DATABASE without_schema WITH (FORCE)")


def test_a_wrong_site_file_is_told_with_its_line(tmp_path: Path, call: Call) -> None:
    file = tmp_path / "site.toml"
    file.write_text('[site]\nname = "s"\nzone = "Moscow"\n')
    assert sentence(call("site", "apply", str(file))) == (
        "site.toml:3: site.zone: expected a time zone such as Europe/Moscow, not 'Moscow'"
    )
    assert "cannot be read: No such file" in sentence(call("site", "apply", str(tmp_path / "absent.toml")))


@pytest.mark.parametrize("words", [["unheard-of"], ["quarantine", "list", "--unheard-of"], ["verify"]])
def test_wrong_words_are_a_matter_of_usage(call: Call, words: list[str]) -> None:
    done = call(*words)
    assert (done.code, done.out) == (2, "")
    assert "Usage: " in done.err
    assert "Traceback" not in done.err


def test_help_names_every_command(call: Call) -> None:
    done = call("--help")
    assert done.code == 0
    for command in ("serve", "demo", "ingest", "site", "quarantine", "verify", "replay"):
        assert command in done.out


def test_serving_on_a_taken_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = sentence(run(tmp_path, "serve", TEPLOSVET_PORT=port, TEPLOSVET_MQTT_PORT="0"))
        assert f"port {port} on 127.0.0.1 is taken: set TEPLOSVET_PORT" in said
        said = sentence(run(tmp_path, "serve", TEPLOSVET_PORT="0", TEPLOSVET_MQTT_PORT=port))
        assert f"port {port} for the MQTT broker is taken: set TEPLOSVET_MQTT_PORT" in said


def test_serving_with_a_broker_that_is_none(tmp_path: Path) -> None:
    url = f"mqtt://127.0.0.1:{free_port()}"
    assert "does not answer" in sentence(run(tmp_path, "serve", TEPLOSVET_PORT="0", TEPLOSVET_MQTT_URL=url))


def test_serving_in_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = sentence(run(tmp_path / "file" / "home", "serve", TEPLOSVET_PORT="0", TEPLOSVET_MQTT_PORT="0"))
    assert "cannot be written (Not a directory): set TEPLOSVET_HOME to another" in said


def health(url: str) -> object:
    """What the application says of itself, once it listens."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urlopen(f"{url}/health", timeout=10) as answer:  # noqa: S310
                return json.load(answer)
        except URLError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_second_start_on_the_same_folder(tmp_path: Path) -> None:
    """The first one serves meanwhile, is found by other commands, and ends with Ctrl-C."""
    home = tmp_path / "home"
    ports = {"TEPLOSVET_PORT": "0", "TEPLOSVET_MQTT_PORT": "0"}
    first = subprocess.Popen(
        [sys.executable, "-m", "teplosvet", "serve"],
        cwd=REPOSITORY, env=environment(home, ports), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        process_group=0,
    )  # fmt: skip
    try:
        assert first.stdout is not None
        assert "First sign-in: administrator with the one-time password " in first.stdout.readline()
        assert "Teplosvet runs on http://127.0.0.1:" in first.stdout.readline()
        status = json.loads(run(home, "status", "--json").out)
        assert status["pid"] == first.pid
        said = sentence(run(home, "serve", **ports))
        assert f"already runs on {home}: process {first.pid}, {status['http_url']}" in said
        assert health(status["http_url"]) == {"status": "ok"}
        assert json.loads(run(home, "quarantine", "list", "--json").out) == []
        os.killpg(first.pid, signal.SIGINT)  # a terminal interrupts the whole group
        _, said = first.communicate(timeout=PATIENCE_S)
        assert (first.returncode, "Traceback" in said, "started again" in said) == (0, False, False)
        assert "does not run here" in sentence(run(home, "status"))
    finally:
        if first.poll() is None:
            first.kill()
            first.communicate()
