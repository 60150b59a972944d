"""What was refused is kept verbatim, can be listed, and goes through ingest again after a fix."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest_service import quarantine
from ingest_service.committer import write_or_split
from ingest_service.registry import Registry
from ingest_service.tap import Message
from ingest_service.writer import Writer
from teplosvet.storage.database import connect
from tests.command import caller
from tests.integration.ingest_run import SITE, empty, light, pack, refused, register, rows

AT = 1_767_225_600.0
"""2026-01-01 00:00 UTC."""


@pytest.fixture
def database(module_database: str) -> Iterator[str]:
    yield module_database
    empty(module_database)


def refuse(database: str, *payloads: bytes) -> None:
    """Let ingest have these messages."""
    with connect(database) as connection:
        batch = [Message(b"teplosvet/v1/gw/reading", payload, 1, 1, retain=False) for payload in payloads]
        write_or_split(Writer(connection, Registry()), batch)


def replay(database: str, reason: str | None = None) -> quarantine.Replayed:
    with connect(database) as connection:
        return quarantine.replay(connection, reason)


def waiting(database: str) -> dict[object, object]:
    """What is in quarantine and not replayed, by reason."""
    return dict(rows(database, "SELECT reason, count(*) FROM quarantine WHERE replayed_at IS NULL GROUP BY 1"))


def test_what_a_fix_mends_is_stored_by_a_replay(database: str) -> None:
    refuse(database, *(light("lamp-1", AT + n, float(n)) for n in range(1200)), b"[{")
    assert refused(database) == {"unknown_device": 1200, "not_json": 1}
    assert replay(database) == quarantine.Replayed(messages=1201, refused=1201)
    register(database, ("lamp-1", "light", "gw"))
    assert replay(database, "unknown_device") == quarantine.Replayed(messages=1200, stored=1200)
    assert waiting(database) == {"not_json": 1}
    assert replay(database) == quarantine.Replayed(messages=1, refused=1)
    assert rows(database, "SELECT count(*), sum(light_energy_kwh) FROM light_reading") == [(1200, 1200 * 1199 / 2)]


def test_a_replay_stores_nothing_twice(database: str) -> None:
    register(database, ("lamp-1", "light", "gw"))
    whole = light("lamp-1", AT, 1.0)
    refuse(database, whole[:-1] + b',{"bn":"lamp-2/","n":"light_energy","u":"kWh","v":2}]')
    assert rows(database, "SELECT light_energy_kwh FROM light_reading") == [(1.0,)]
    register(database, ("lamp-2", "light", "gw"))
    assert replay(database) == quarantine.Replayed(messages=1, stored=1, duplicates=1)
    assert waiting(database) == {}
    assert rows(database, "SELECT light_energy_kwh FROM light_reading ORDER BY 1") == [(1.0,), (2.0,)]


def test_what_is_refused_again_for_another_reason_is_counted_as_refused(database: str) -> None:
    refuse(database, pack({"bn": "lamp-1/", "bt": AT, "n": "light_energy", "u": "barrel", "v": 1}))
    register(database, ("lamp-1", "light", "gw"))
    assert replay(database) == quarantine.Replayed(messages=1, refused=1)
    assert waiting(database) == {"unknown_unit": 1}


def test_what_the_database_refuses_again_costs_a_replay_nothing(database: str) -> None:
    with connect(database) as connection:
        register(database, ("heat-1", "heat", "gw"))
        poison = b'{"device":"heat-1","at":1767225600,"event":"\\u0000"}'
        batch = [Message(b"teplosvet/v1/gw/event", poison, 1, 1, retain=False)]
        batch += [Message(b"teplosvet/v1/gw/reading", light("lamp-1", AT, 1.0), 1, 1, retain=False)]
        write_or_split(Writer(connection, Registry()), batch)
    register(database, ("lamp-1", "light", "gw"))
    assert replay(database) == quarantine.Replayed(messages=2, stored=1, refused=1)
    assert waiting(database) == {"database_refused": 1}


HOSTILE = b"\x00\xff[bold][/x]\x1b[2J"
"""Markup and a sequence that clears the terminal."""


@pytest.mark.parametrize("edition", ["plain"], indirect=True)
def test_the_commands(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """List, apply a site, replay: as a person does it."""
    call = caller(monkeypatch, capfd, tmp_path)

    def run(*words: str) -> str:
        said = call(*words, TEPLOSVET_DATABASE_URL=database)
        assert (said.code, said.err) == (0, "")
        return said.out

    assert "Nothing is in quarantine" in run("quarantine", "list")
    refuse(database, light("lamp-1", AT, 1.0), HOSTILE)
    listed = {each["reason"]: each for each in json.loads(run("quarantine", "list", "--json"))}
    assert {reason: each["messages"] for reason, each in listed.items()} == {"unknown_device": 1, "not_json": 1}
    assert "'lamp-1'" in listed["unknown_device"]["example"]
    assert "not_json" in run("quarantine", "list")
    shown = run("quarantine", "list", "--reason", "not_json")
    assert "[bold][/x]" in shown
    assert not {"\x00", "\x1b"} & set(shown)
    site = tmp_path / "site.toml"
    site.write_text(SITE + '[[device]]\nname = "lamp-1"\nclass = "light"\npublisher = "gw"\n')
    assert "lamp-1" in run("site", "apply", str(site))
    assert run("site", "apply", str(site)) == "Nothing changed.\n"
    replayed = json.loads(run("quarantine", "replay", "--reason", "unknown_device", "--json"))
    assert replayed == {"messages": 1, "stored": 1, "duplicates": 0, "refused": 0}
    assert rows(database, "SELECT light_energy_kwh FROM light_reading") == [(1.0,)]
