"""From the broker into the database with the real process: exactly once, whatever else is on the wire."""

import random
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from teplosvet.stack.mosquitto import MosquittoServer
from tests.integration.ingest_run import (
    count,
    eventually,
    ingest,
    light,
    pack,
    publisher,
    refused,
    register,
    rows,
)

AT = 1_767_225_600.0
"""2026-01-01 00:00 UTC."""

DEVICES = [("lamp-1", "light", "gw"), ("lamp-2", "light", "gw"), ("heat-1", "heat", "gw"), ("foreign", "heat", "other")]


def test_everything_is_stored_once(database: str, broker_url: str, tmp_path: Path) -> None:
    """Twice, late, out of order, retained and in two halves: one row per instant, with what was said of it."""
    register(database, *DEVICES)
    said = {(f"lamp-{n % 2 + 1}", AT - 60 * n): float(n) for n in range(300)}
    packs = [light(device, at, energy) for (device, at), energy in said.items()] * 2
    halves = [
        pack({"bn": "heat-1/", "bt": AT - 60 * n, "n": "heat_volume", "u": "l", "v": 1000.0 * n}) for n in range(50)
    ]
    halves += [pack({"bn": "heat-1/", "bt": AT - 60 * n, "n": "heat_energy", "u": "Gcal", "v": n}) for n in range(50)]
    out_of_order = random.Random(7)  # noqa: S311
    out_of_order.shuffle(packs)
    out_of_order.shuffle(halves)
    with publisher(broker_url) as gateway:
        gateway.publish(light("lamp-1", AT + 60, 777.0), retain=True)
        gateway.flush()
        with ingest(database, broker_url, tmp_path) as run:
            for payload in packs + halves + packs[::3]:
                gateway.publish(payload)
            gateway.flush()
            gateway.publish(light("lamp-2", AT + 120, 1.0, ack="last"))
            assert gateway.acks.get(timeout=30) == {"ids": ["last"]}
            assert run.runs()
        gateway.publish(b"", retain=True)
    said |= {("lamp-1", AT + 60): 777.0, ("lamp-2", AT + 120): 1.0}
    stored = rows(
        database,
        "SELECT name, extract(epoch FROM measured_at)::float8, light_energy_kwh, presence"
        " FROM light_reading JOIN device ON id = device_id",
    )
    assert sorted(stored) == sorted((device, at, energy, 1.0) for (device, at), energy in said.items())
    heat = rows(database, "SELECT heat_energy_kwh, heat_volume_m3 FROM heat_reading ORDER BY measured_at DESC")
    assert heat == [(1163.0 * n, float(n)) for n in range(50)]
    assert count(database, "quarantine") == 0


def good(n: int) -> bytes:
    return light("lamp-1", AT + n, float(n))


def of(**record: object) -> bytes:
    """A pack whose second record is bad."""
    usual: dict[str, object] = {"n": "heat_volume", "u": "m3", "v": 1.0}
    return pack({"bn": "heat-1/", "bt": AT - 1000, "n": "heat_energy", "u": "kWh", "v": 5.0}, {**usual, **record})


MANY_NAMES = pack({"bn": "heat-1/", "bt": AT}, *({"n": f"q{n}", "u": "kWh", "v": n} for n in range(10_000)))

BAD = [
    ("broken JSON", "reading", b'[{"bn":"lamp-1/","bt":17672', "not_json"),
    ("nothing", "reading", b"", "not_json"),
    ("binary garbage", "reading", bytes(range(256)) * 4, "not_json"),
    ("invalid UTF-8", "reading", b'[{"n":"\xff\xfe","v":1}]', "not_json"),
    ("lone surrogate", "reading", b'[{"bn":"\\udc00/","n":"x","v":1}]', "not_json"),
    ("NaN", "reading", b'[{"bn":"heat-1/","bt":1767225600,"n":"heat_energy","u":"kWh","v":NaN}]', "not_json"),
    ("100,000 levels", "reading", b'[{"x":' + b'{"a":' * 100_000, "not_json"),
    ("100,000 arrays", "reading", b"[" * 100_000, "not_senml"),
    ("wrong types", "reading", b'[{"bn":["heat-1/"],"bt":"now","v":{}}]', "not_senml"),
    ("naive time", "reading", b'[{"bn":"heat-1/","t":"2026-01-01T00:00:00","v":1}]', "not_senml"),
    ("10 MB", "reading", b"[" + b" " * 10_000_000 + b"]", "too_large"),
    ("1e308", "reading", of(v=1e308), "out_of_range"),
    ("beyond double", "reading", of(v=1e308, bv=1e308), "not_finite"),
    ("unknown device", "reading", of(bn="nobody/"), "unknown_device"),
    ("NUL in a name", "reading", of(bn="no\x00body/"), "unknown_device"),
    ("foreign device", "reading", of(bn="foreign/"), "foreign_device"),
    ("unknown unit", "reading", of(u="barrel"), "unknown_unit"),
    ("1970", "reading", of(bt=0.0, t=3600.0), "time_relative"),
    ("2106", "reading", of(bt=4_294_967_295.0), "time_in_future"),
    ("a huge serial", "reading", of(n="serial", v=None, vs="9" * 500_000), "impossible_serial"),
    ("10,000 names", "reading", MANY_NAMES, "unknown_quantity"),
    ("birth", "birth", b'{"device":"heat-1","at":1767225600,"registers":[]}', "malformed"),
    ("event with NUL", "event", b'{"device":"heat-1","at":1767225600,"event":"\\u0000"}', "database_refused"),
    ("state", "state", b"offline", "not_json"),
]  # fmt: skip


def shout(url: str, topic: bytes) -> None:
    """Publish to a topic that MQTT forbids; a broker may hang up, or let it through."""
    port = urlsplit(url).port
    assert port is not None
    payload = pack({"bn": "lamp-1/", "bt": AT, "n": "light_energy", "u": "kWh", "v": 1.0, "ack": "a"})
    body = len(topic).to_bytes(2, "big") + topic + b"\x00\x01" + payload
    connect = b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x04rude"
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(bytes([0x10, len(connect)]) + connect)
        sock.recv(4)
        sock.sendall(bytes([0x32, len(body) % 128 | 0x80, len(body) // 128]) + body)
        sock.settimeout(0.3)
        try:
            sock.recv(4)
        except OSError:
            return


def test_bad_input_lands_in_quarantine_and_costs_nothing_else(database: str, broker_url: str, tmp_path: Path) -> None:
    register(database, *DEVICES)
    with ingest(database, broker_url, tmp_path) as run, publisher(broker_url) as gateway:
        for topic in (b"teplosvet/v1/+/reading", b"teplosvet/v1/a\x00b/reading", b"teplosvet/v1/\xff\xfe/reading"):
            shout(broker_url, topic)
        for n, (_, channel, payload, _) in enumerate(BAD):
            gateway.publish(payload, channel)
            gateway.publish(good(n))
        gateway.send("teplosvet/v1//reading", good(1000))
        gateway.send("teplosvet/v1/gw/reading/deeper", good(1001))
        gateway.send("teplosvet/v1/gw/unheard", good(1002))
        gateway.flush()
        eventually(lambda: count(database, "light_reading"), len(BAD))
        gateway.publish(light("lamp-2", AT, 1.0, ack="still here"))
        while "still here" not in str(gateway.acks.get(timeout=30)):
            pass
        assert run.runs()
        assert run.memory_mb() < 200
    found = refused(database)
    from_rude = found.pop("unknown_topic")
    assert 1 <= from_rude <= 4  # one of ours, and what the broker lets through
    expected: dict[str, int] = {}
    for _, _, _, reason in BAD:
        expected[reason] = expected.get(reason, 0) + 1
    assert found == expected
    assert rows(database, "SELECT heat_energy_kwh FROM heat_reading") == [(5.0,)]
    kept = {payload for (payload,) in rows(database, "SELECT payload FROM quarantine")}
    assert {payload for _, _, payload, _ in BAD} <= kept


@pytest.mark.parametrize("edition", ["plain"], indirect=True)
def test_acks_tell_what_is_committed_and_what_was_refused(
    database: str, mosquitto_server: MosquittoServer, tmp_path: Path
) -> None:
    register(database, *DEVICES)
    with ingest(database, mosquitto_server.url, tmp_path), publisher(mosquitto_server.url) as gateway:
        told: dict[str, str | None] = {}
        gateway.publish(light("lamp-1", AT, 1.0, ack="g-1"))
        gateway.publish(of(u="barrel").replace(b"[{", b'[{"ack":"g-2",', 1))
        gateway.publish(b'[{"ack":"g-3","n":"x","v":"text"}]')
        gateway.publish(light("lamp-1", AT, 1.0, ack="g-4"))
        gateway.publish(light("lamp-1", AT + 1, 1.0))
        while len(told) < 4:
            ack = gateway.acks.get(timeout=10)
            reasons = ack.get("quarantined", {})
            assert isinstance(reasons, dict)
            assert isinstance(ack["ids"], list)
            told |= {each: reasons.get(each) for each in ack["ids"]}
    assert told == {"g-1": None, "g-2": "unknown_unit", "g-3": "not_senml", "g-4": None}


@pytest.mark.parametrize("edition", ["plain"], indirect=True)
def test_workers_share_the_messages(database: str, mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    register(database, *DEVICES)
    url, messages = mosquitto_server.url, 3000
    folders = [tmp_path / str(number) for number in range(2)]
    for folder in folders:
        folder.mkdir()
    with (
        ingest(database, url, folders[0], 0, 2) as first,
        ingest(database, url, folders[1], 1, 2) as second,
        publisher(url) as gateway,
    ):
        for n in range(messages):
            gateway.publish(good(n))
        gateway.flush()
        eventually(lambda: count(database, "light_reading"), messages)
        assert first.runs()
        assert second.runs()
        taken = [first.messages(), second.messages()]
    assert sum(taken) == messages
    assert min(taken) > messages / 10
