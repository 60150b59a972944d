"""What gateways tell, as an operator asks for it."""

import json
from pathlib import Path

import pytest

from ingest_service.committer import write_or_split
from ingest_service.registry import Registry
from ingest_service.tap import Message
from ingest_service.writer import Writer
from teplosvet.storage.database import connect
from tests.command import caller
from tests.integration.ingest_run import register

AT = 1_767_225_600.0
"""2026-01-01 00:00 UTC."""


def test_the_newest_come_first_and_a_device_or_a_word_can_be_asked_for(
    database: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    register(database, ("heat-1", "heat", "gw"), ("lamp-1", "light", "gw"))
    said = [
        {"device": "heat-1", "at": AT, "event": "meter_silent", "data": {"sentence": "look at the [wires]"}},
        {"device": "heat-1", "at": AT + 60, "event": "meter_back", "data": {"silent_s": 60}},
        {"device": "lamp-1", "at": AT + 30, "event": "clock_skew", "data": {"offset_s": -7200.0}},
    ]
    batch = [Message(b"teplosvet/v1/gw/event", json.dumps(each).encode(), 1, 1, retain=False) for each in said]
    with connect(database) as connection:
        write_or_split(Writer(connection, Registry()), batch)
    call = caller(monkeypatch, capfd, tmp_path)

    def told(*words: str) -> list[tuple[str, str]]:
        answer = call("events", "--json", *words, TEPLOSVET_DATABASE_URL=database)
        assert answer.code == 0
        return [(each["device"], each["event"]) for each in json.loads(answer.out)]

    assert told() == [("heat-1", "meter_back"), ("lamp-1", "clock_skew"), ("heat-1", "meter_silent")]
    assert told("--device", "lamp-1") == [("lamp-1", "clock_skew")]
    assert told("--event", "meter_silent", "--limit", "1") == [("heat-1", "meter_silent")]
    assert told("--device", "nobody") == []
    shown = call("events", TEPLOSVET_DATABASE_URL=database).out
    assert "look at the [wires]" in shown
    assert "silent_s 60" in shown
