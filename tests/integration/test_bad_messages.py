"""What strangers, halves and repetitions on vendors' topics do to the real ingest: nothing, and it is told."""

import json
import socket
import struct
from pathlib import Path

import pytest

from ingest_service.site_apply import apply_site
from ingest_service.site_file import parse_site
from ingest_service.unbound import heard
from ingest_service.writer import UNBOUND_KEPT
from teplosvet.stack.mosquitto import MosquittoServer
from teplosvet.storage.database import connect
from tests.integration.ingest_run import Ingest, Publisher, count, eventually, ingest, publisher, refused, rows

HEAD = """
[site]
name = "here"
zone = "Europe/Moscow"
[[building]]
code = "house"
"""
DEVICE = """
[[device]]
name = "{name}"
class = "{kind}"
identities = {identities}
[[device.installation]]
building = "house"
serial = "{name}"
from = 2018-01-01T00:00:00+03:00
"""


def apply(database: str, *devices: tuple[str, str, list[str]]) -> None:
    text = HEAD + "".join(DEVICE.format(name=n, kind=k, identities=json.dumps(i)) for n, k, i in devices)
    with connect(database) as connection:
        apply_site(connection, parse_site(text, "site.toml"))


def said(payload: object) -> bytes:
    return payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()


def lives(run: Ingest, maker: Publisher, database: str, kwh: float) -> None:
    """A good message still becomes a reading, and what came before it is through."""
    maker.send("zigbee2mqtt/lamp", said({"energy": kwh}))
    found = f"SELECT count(*) FROM light_reading WHERE light_energy_kwh = {kwh}"
    eventually(lambda: rows(database, found), [(1,)])
    assert run.runs()
    log = (run.folder / "ingest.log").read_text("utf-8")
    assert "Traceback" not in log, log[-2000:]


HALVES: dict[str, tuple[str, object]] = {
    "tasmota without its register": ("tele/plug/SENSOR", {"Time": "2026-01-01T12:00:00", "ENERGY": {"Power": 26}}),
    "tasmota without its time": ("tele/plug/SENSOR", {"ENERGY": {"Total": None, "Power": 27}}),
    "shelly without its register": (
        "plug/events/rpc",
        {"src": "s", "method": "NotifyStatus", "params": {"ts": 1767225600.0, "switch:0": {"apower": 28}}},
    ),
    "zigbee2mqtt without anything but power": ("zigbee2mqtt/plug", {"power": 29, "energy": None, "voltage": ""}),
}
"""Messages of real devices with half of their fields gone."""


def test_half_a_message_is_half_a_row(database: str, mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """What is missing is NULL, never 0 and never the register of another message."""
    identities = ["tasmota:plug", "shelly-gen2:plug/switch:0", "zigbee2mqtt:plug"]
    apply(database, ("plug", "electricity", identities))
    with publisher(mosquitto_server.url) as maker, ingest(database, mosquitto_server.url, tmp_path, vendors=True):
        for topic, payload in HALVES.values():
            maker.send(topic, said(payload))
        eventually(lambda: count(database, "electricity_reading"), len(HALVES))
    powers = rows(database, "SELECT active_power_w, active_energy_kwh, voltage_v FROM electricity_reading ORDER BY 1")
    assert powers == [(watts, None, None) for watts in (26.0, 27.0, 28.0, 29.0)]


NASTY: list[tuple[str, bytes]] = [
    ("zigbee2mqtt/lamp", b"x" * 1_000_000),
    ("zigbee2mqtt/lamp", said({"energy": "9" * 1_000_000})),
    ("zigbee2mqtt/lamp", b'{"energy":' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
    ("zigbee2mqtt/lamp", b'{"a":' * 50_000),
    ("zigbee2mqtt/lamp", "{}".encode("utf-16")),
    ("zigbee2mqtt/lamp", b'{"energy":1e999,"power":NaN}'),
    ("zigbee2mqtt/lamp", said({"energy": 10**400})),
    ("zigbee2mqtt/lamp", said({"energy": [1], "power": {}, "state": 7, "brightness": "x", "last_seen": {"a": 1}})),
    ("zigbee2mqtt/lamp", said({"energy": True, "power": False, "occupancy": "\x00", "last_seen": 1e300})),
    ("zigbee2mqtt/lamp", said({"last_seen": "0001-01-01T00:00:00+14:00", "energy": 1})),
    ("zigbee2mqtt/lamp", said({"last_seen": "9999-12-31T23:59:59-14:00", "energy": 1})),
    ("zigbee2mqtt/lamp", b""),
    ("zigbee2mqtt/" + "l" * 60_000, said({"energy": 1})),
    ("zigbee2mqtt/" + "l/" * 190, said({"energy": 1})),
    ("tele/" + "x/" * 95 + "/SENSOR", said({"Time": "2026-01-01T00:00:00", "ENERGY": {"Total": 1}})),
    ("tele/lamp/SENSOR", said({"Time": ["2026"], "ENERGY": {"Total": 1}})),
    ("tele/lamp/SENSOR", said({"Time": "2026-01-01T00:00:00", "ENERGY": [{"Total": {}}]})),
    ("lamp/events/rpc", said({"src": 3, "method": ["NotifyStatus"], "params": [1]})),
    ("lamp/events/rpc", said({"src": "s", "method": "NotifyStatus", "params": {"ts": "x", "switch:0": 5}})),
    ("wmbusmeters/x", said({"media": "heat", "meter": "x", "id": "1\x002" + "3" * 10_000, "total_kwh": 1})),
    ("wmbusmeters/x", said({"media": [], "meter": {}, "id": None, "timestamp": "x", "total_kwh": "\ud800"})),
    ("/devices/lamp/controls/" + "c" * 199, b"\xff\xfe"),
    ("/devices/lamp/controls/active_energy", b"9" * 1_000_000),
    ("homeassistant/sensor/a/b/config", said({"stat_t": "#", "unit_of_meas": {"a": 1}})),
    ("homeassistant/sensor/a/b/config", said({"stat_t": "x" * 65_000, "unit_of_meas": "kWh"})),
    ("hall/sensor/lamp_energy/state", b"\x00"),
]  # fmt: skip


def test_nothing_that_strangers_say_stops_the_others(
    database: str, mosquitto_server: MosquittoServer, tmp_path: Path
) -> None:
    apply(database, ("lamp", "light", ["zigbee2mqtt:lamp", "tasmota:lamp", "wirenboard:lamp"]))
    with (
        publisher(mosquitto_server.url) as maker,
        ingest(database, mosquitto_server.url, tmp_path, vendors=True) as run,
    ):
        for topic, payload in NASTY:
            maker.send(topic, payload)
            maker.send(topic, payload, retain=True)
        lives(run, maker, database, 11.0)
        assert run.memory_mb() < 300
        with connect(database) as connection:
            assert all(len(each.identity) <= 450 for each in heard(connection, 1000))
    with (
        ingest(database, mosquitto_server.url, tmp_path, vendors=True) as run,  # and all of it once more, retained
        publisher(mosquitto_server.url, "again") as maker,
    ):
        lives(run, maker, database, 12.0)
    assert rows(database, "SELECT count(*) FROM light_reading WHERE light_energy_kwh NOT IN (11, 12)") == [(0,)]
    assert {"malformed", "no_number"} & refused(database).keys()


@pytest.mark.timeout(120)
def test_invented_names_have_an_end(database: str, mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """Of names that nobody registered the last ones are remembered, and who is bound among them is not lost."""
    apply(database, ("lamp", "light", ["zigbee2mqtt:lamp"]))
    more = UNBOUND_KEPT + 200
    with (
        publisher(mosquitto_server.url) as maker,
        ingest(database, mosquitto_server.url, tmp_path, vendors=True) as run,
    ):
        before_mb = run.memory_mb()
        for n in range(more):
            maker.send(f"zigbee2mqtt/invented-{n}", said({"energy": 1.0}))
        lives(run, maker, database, 13.0)
        assert run.memory_mb() - before_mb < 60
    assert count(database, "unbound_identity") == UNBOUND_KEPT
    newest = f"SELECT count(*) FROM unbound_identity WHERE identity = 'invented-{more - 1}'"
    assert rows(database, newest) == [(1,)]
    assert count(database, "quarantine") == 0


def test_a_name_is_bound_as_it_is_listed(database: str, mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """Levels of a topic belong to the identity, so that it may be long."""
    apply(database, ("lamp", "light", ["zigbee2mqtt:lamp"]))
    topic = "zigbee2mqtt/" + "stairs/" * 20 + "lamp"
    with publisher(mosquitto_server.url) as maker:
        with ingest(database, mosquitto_server.url, tmp_path, vendors=True):
            maker.send(topic, said({"energy": 1.0}))
            eventually(lambda: count(database, "unbound_identity"), 1)
        with connect(database) as connection:
            (stranger,) = heard(connection, 10)
        assert len(stranger.identity) > 64
        apply(database, ("lamp", "light", [f"{stranger.adapter}:{stranger.identity}"]))
        assert count(database, "unbound_identity") == 0
        with ingest(database, mosquitto_server.url, tmp_path, vendors=True):
            maker.send(topic, said({"energy": 1.0}))
            eventually(lambda: count(database, "light_reading"), 1)


def test_a_thousand_names_are_bound_and_one_moves(
    database: str, mosquitto_server: MosquittoServer, tmp_path: Path
) -> None:
    lamps = [(f"lamp-{n}", "light", [f"zigbee2mqtt:l{n}"]) for n in range(1000)]

    def say(kwh: float, table: str, rows_of_it: int) -> None:
        with (
            publisher(mosquitto_server.url) as maker,
            ingest(database, mosquitto_server.url, tmp_path, vendors=True),
        ):
            maker.send("zigbee2mqtt/l7", said({"energy": kwh}))
            eventually(lambda: count(database, table), rows_of_it)

    apply(database, *lamps)
    say(1.0, "light_reading", 1)
    lamps[7], lamps[8] = ("lamp-7", "light", []), ("lamp-8", "light", ["zigbee2mqtt:l8", "zigbee2mqtt:l7"])
    apply(database, *lamps)
    say(2.0, "light_reading", 2)
    lamps[8] = ("lamp-8", "light", ["zigbee2mqtt:l8"])
    apply(database, *lamps)
    say(3.0, "unbound_identity", 1)
    whose = "SELECT name, light_energy_kwh FROM light_reading JOIN device ON id = device_id ORDER BY 2"
    assert rows(database, whose) == [("lamp-7", 1.0), ("lamp-8", 2.0)]
    assert count(database, "device_identity") == 999


def test_a_topic_that_is_no_text(database: str, mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """A client that publishes on bytes that are no UTF-8 (MQTT 3.1.1, 1.5.3): the broker or ingest passes over it."""
    apply(database, ("lamp", "light", ["zigbee2mqtt:lamp"]))
    with (
        publisher(mosquitto_server.url) as maker,
        ingest(database, mosquitto_server.url, tmp_path, vendors=True) as run,
    ):
        with socket.create_connection(("127.0.0.1", mosquitto_server.port), timeout=5) as raw:
            raw.sendall(b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01r")
            assert raw.recv(4)[:1] == b"\x20"
            topic = b"zigbee2mqtt/\xff\xfe\xc3"
            body = struct.pack(">H", len(topic)) + topic + b'{"energy":5}'
            raw.sendall(bytes([0x30, len(body)]) + body)
        lives(run, maker, database, 14.0)
