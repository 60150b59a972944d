"""`teplosvet replay` and the live simulators against a real broker, with a subscriber in the place of ingest."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import pytest
import typer
from paho.mqtt.enums import CallbackAPIVersion
from typer.testing import CliRunner

from simulators import commands
from simulators.live import go_on
from teplosvet.config import settings
from teplosvet.domain.errors import TeplosvetError
from teplosvet.stack.mosquitto import MosquittoServer

CSV = "time,kwh,c\n2025-01-01 00:00,10,40\n2025-01-01 01:00,11.5,\n2025-01-01 02:00,13,41\n"
OPTIONS = [*("--device", "house-heat", "--class", "heat", "--time", "time", "--map", "kwh=heat_energy:MWh")]


class Registry:
    """Notes what it is told, acknowledges it, and knows one device."""

    def __init__(self, url: str) -> None:
        self.packs: list[tuple[str, list[dict[str, object]]]] = []
        self.ready = threading.Event()
        parts = urlsplit(url)
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="ingest")
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.client.on_message = self._note
        self.client.connect(parts.hostname or "", parts.port or 0)
        self.client.subscribe("teplosvet/v1/+/reading", 1)
        self.client.loop_start()
        assert self.ready.wait(5)

    def _note(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        publisher, records = message.topic.split("/")[2], json.loads(message.payload)
        self.packs.append((publisher, records))
        if ack := records[0].get("ack"):
            known = publisher in {"house-heat", "gw-1"}
            answer = {"ids": [ack]} if known else {"ids": [ack], "quarantined": {ack: "device_unknown"}}
            client.publish(f"teplosvet/v1/{publisher}/ack", json.dumps(answer), qos=1)


@contextmanager
def registry(url: str) -> Iterator[Registry]:
    one = Registry(url)
    try:
        yield one
    finally:
        one.client.disconnect()
        one.client.loop_stop()


@pytest.fixture
def replayed(mosquitto_server: MosquittoServer, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    monkeypatch.setenv("TEPLOSVET_MQTT_URL", mosquitto_server.url)
    monkeypatch.setenv("TEPLOSVET_DATABASE_URL", database)
    settings.cache_clear()
    with registry(mosquitto_server.url) as one:
        yield one
    settings.cache_clear()


def replay(tmp_path: Path, *options: str, text: str = CSV) -> tuple[int, str, str, BaseException | None]:
    path = tmp_path / "series.csv"
    path.write_text(text)
    app = typer.Typer()
    app.command()(commands.replay)
    result = CliRunner().invoke(app, [str(path), *options])
    return result.exit_code, result.stdout, result.stderr, result.exception


def said(one: Registry) -> list[tuple[str, object, object]]:
    return [
        (publisher, record.get("bt", records[0]["bt"]), record["v"])
        for publisher, records in one.packs
        for record in records
        if record.get("n") == "heat_energy"
    ]


def test_a_series_is_published_as_the_device_would(tmp_path: Path, replayed: Registry) -> None:
    code, out, _, _ = replay(tmp_path, *OPTIONS, "--zone", "Europe/Moscow", "--json")
    first_s = 1735678800  # 2025-01-01T00:00+03:00
    assert code == 0
    assert said(replayed) == [
        ("house-heat", first_s, 10),
        ("house-heat", first_s + 3600, 11.5),
        ("house-heat", first_s + 7200, 13),
    ]
    report = json.loads(out)
    assert (report["rows"], report["delivery"]["confirmed"], report["delivery"]["quarantined"]) == (3, 3, 0)


def test_options_of_order_number_and_speaker(tmp_path: Path, replayed: Registry) -> None:
    options = ["--zone", "UTC", "--publisher", "gw-1", "--shuffle", "4", "--duplicate", "1", "--batch", "2",
               "--instrument-serial", "SN-1", "--map", "c=flow_temperature"]  # fmt: skip
    code, out, _, _ = replay(tmp_path, *OPTIONS, *options)
    assert code == 0
    assert "3 rows, 3 instants of house-heat published" in out
    assert len(replayed.packs) == 4
    assert {publisher for publisher, _, _ in said(replayed)} == {"gw-1"}
    assert sorted(str(value) for _, _, value in said(replayed)) == ["10", "10", "11.5", "11.5", "13", "13"]
    serials = [record["vs"] for _, records in replayed.packs for record in records if record.get("n") == "serial"]
    assert serials == ["SN-1"] * 6


def test_an_unknown_device_is_told_and_ends_with_1(tmp_path: Path, replayed: Registry) -> None:
    options = ["--device", "stranger", *OPTIONS[2:], "--zone", "UTC"]
    code, _, err, _ = replay(tmp_path, *options)
    assert code == 1
    assert "3 packs of stranger went to quarantine (device_unknown)" in err
    assert "`teplosvet site apply`" in err


@pytest.mark.parametrize(
    ("options", "text", "message"),
    [
        ([], CSV, "series.csv:2: time: expected a time with a zone"),
        (["--zone", "Mars/Olympus"], CSV, "--zone Mars/Olympus: expected a time zone"),
        (["--zone", "UTC"], CSV.replace("11.5", "warm"), "series.csv:3: kwh: expected a number or an empty cell"),
        (["--zone", "UTC", "--map", "x=heat_volume"], CSV, "series.csv:1: x: expected a column of this name"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_published(
    tmp_path: Path, replayed: Registry, options: list[str], text: str, message: str
) -> None:
    _, _, _, error = replay(tmp_path, *OPTIONS, *options, text=text)
    assert isinstance(error, TeplosvetError)
    assert message in str(error)
    time.sleep(0.2)
    assert replayed.packs == []


def test_the_six_buildings_go_on_in_real_time(mosquitto_server: MosquittoServer) -> None:
    stop, rounds = threading.Event(), []

    def enough(published: int) -> None:
        rounds.append(published)
        if len(rounds) == 3:
            stop.set()

    with registry(mosquitto_server.url) as one:
        published = go_on(mosquitto_server.url, stop, every_s=1.0, on_round=enough)
        deadline = time.monotonic() + 5
        while len(one.packs) < published and time.monotonic() < deadline:
            time.sleep(0.02)
    assert rounds == [7, 14, 21]
    assert published == len(one.packs) == 21
    newest = max(float(str(records[0]["bt"])) for _, records in one.packs)
    assert abs(newest - time.time()) < 10
