"""Rows leave the outbox for a real broker, are forgotten after the end-to-end ack and never before."""

import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from gateway.local.home_assistant import About, HomeAssistant
from gateway.outbox.bench import measure
from gateway.outbox.lanes import Lane
from gateway.uplink import Uplink
from teplosvet.domain.quantities import Quantity
from teplosvet.domain.readings import Origin, Reading
from teplosvet.stack.mosquitto import MosquittoServer
from teplosvet.stack.ports import free_port
from teplosvet.wire.messages import Birth, Event
from tests.integration.ingest_run import REPOSITORY, count, eventually, ingest, refused, register, rows
from tests.integration.uplink_run import FAST, START, empty, light, listening, outbox, standing_in, uplink

STATE = "teplosvet/v1/gw/state"


def test_everything_arrives_and_is_forgotten(broker_url: str, tmp_path: Path) -> None:
    with outbox(tmp_path) as box, standing_in(broker_url) as ingest_like, uplink(box, broker_url) as link:
        for n in range(300):
            box.put_readings(light(n))
        box.put_event(Event("lamp-1", START.timestamp(), "door"))
        box.put_birth(Birth("lamp-1", START.timestamp(), "S-1"))
        empty(box)
        assert sorted(set(ingest_like.rows)) == sorted(ingest_like.rows)
        assert len(ingest_like.rows) == 300
        assert ingest_like.events == ["door", "birth"]
        assert ingest_like.packs < 30  # rows share packs
        assert link.quarantined == 0
        assert time.monotonic() - link.progressed_at < 5


def test_without_an_ack_nothing_is_forgotten(mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """The broker has it, ingest does not say so: it stays, is sent again under the same id, ever more rarely."""
    with outbox(tmp_path) as box, standing_in(mosquitto_server.url) as ingest_like:
        ingest_like.answers = False
        with uplink(box, mosquitto_server.url, replace(FAST, resend_after_s=0.2)):
            box.put_event(Event("lamp-1", START.timestamp(), "door"))
            eventually(lambda: ingest_like.packs >= 3, wanted=True)
            time.sleep(1.0)
            assert ingest_like.packs <= 5  # after 0.2 s, 0.4 s, 0.8 s ..
            assert len({payload for _, payload, _ in ingest_like.heard}) == 1
            assert box.pending().events == 1
            ingest_like.answers = True
            empty(box)


def test_while_ingest_is_away_the_broker_is_not_filled(mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """In flight is bounded, and of what is there one message alone is tried again; then everything follows."""
    settings = replace(FAST, in_flight=5, pack_rows=10, resend_after_s=0.3)
    with outbox(tmp_path) as box, standing_in(mosquitto_server.url) as ingest_like:
        ingest_like.answers = False
        for n in range(200):
            box.put_readings(light(n))
        box.flush()
        with uplink(box, mosquitto_server.url, settings):
            time.sleep(1.5)
            assert 5 <= ingest_like.packs <= 9
            assert len(set(ingest_like.rows)) == 50
            ingest_like.answers = True
            empty(box)
        assert len(set(ingest_like.rows)) == 200


def test_what_is_quarantined_is_forgotten_and_counted(
    mosquitto_server: MosquittoServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Ingest keeps it verbatim."""
    with outbox(tmp_path) as box, standing_in(mosquitto_server.url) as ingest_like:
        ingest_like.quarantine = lambda payload: "unknown_device" if b"lamp-3/" in payload else None
        with uplink(box, mosquitto_server.url, replace(FAST, pack_rows=1)) as link:
            for n in range(20):
                box.put_readings(light(n))
            empty(box)
            assert link.quarantined == 1
    words = "ingest put something of lamp-3 into quarantine: unknown_device; see `teplosvet quarantine list`"
    assert words in caplog.messages


def test_broker_away_and_back(mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    with outbox(tmp_path) as box, standing_in(mosquitto_server.url) as ingest_like:
        with uplink(box, mosquitto_server.url) as link:
            for n in range(100):
                box.put_readings(light(n))
            empty(box)
            mosquitto_server.kill()
            eventually(lambda: link.connected, wanted=False)
            for n in range(100, 200):
                box.put_readings(light(n))
            assert "broker" in link.problem
            mosquitto_server.start()
            eventually(lambda: link.connected, wanted=True)
            assert link.problem == ""
            empty(box)
        eventually(lambda: len(set(ingest_like.rows)), 200)


def test_a_gateway_that_dies_sends_the_rest_later(mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """Killed in the midst of draining: what was not acknowledged goes again, nothing is lost."""
    total = 20_000
    with outbox(tmp_path) as box:
        for n in range(total):
            box.put_readings(light(n))
    with standing_in(mosquitto_server.url) as ingest_like:
        for _ in range(3):
            before = len(ingest_like.rows)
            command = [sys.executable, "-m", "tests.integration.draining", str(tmp_path), mosquitto_server.url]
            child = subprocess.Popen(command, cwd=REPOSITORY)
            eventually(lambda before=before: len(ingest_like.rows) > before + 500, wanted=True)  # type: ignore[misc]
            child.kill()
            child.wait()
        with outbox(tmp_path) as box, uplink(box, mosquitto_server.url):
            assert box.pending().telemetry > 0
            empty(box)
        expected = {(reading.device, reading.measured_at.timestamp()) for n in range(total) for reading in light(n)}
        assert set(ingest_like.rows) == expected


def test_state_and_last_will(broker_url: str, tmp_path: Path) -> None:
    with listening(broker_url, STATE) as hearer, outbox(tmp_path) as box:

        def states() -> list[str]:
            return [msgspec.json.decode(payload)["state"] for _, payload, _ in hearer.heard]

        with uplink(box, broker_url):
            eventually(states, ["online"])
        eventually(states, ["online", "offline"])
        command = [sys.executable, "-m", "tests.integration.draining", str(tmp_path / "other"), broker_url]
        with subprocess.Popen(command, cwd=REPOSITORY) as child:
            eventually(states, ["online", "offline", "online"])
            child.kill()
        eventually(states, ["online", "offline", "online", "offline"])
    with listening(broker_url, STATE, name="late") as late:
        eventually(lambda: [retained for _, _, retained in late.heard], [True])


def test_fresh_rows_arrive_before_the_backlog_is_through(mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """Ten days wait, slowly drained; what is measured now is seen at once, and so is an event."""
    with outbox(tmp_path) as box, standing_in(mosquitto_server.url) as ingest_like:
        for n in range(3000):
            box.put_readings(light(n))
        box.flush()
        with uplink(box, mosquitto_server.url, replace(FAST, rows_per_s=500, pack_rows=50)):
            eventually(lambda: len(ingest_like.rows) > 100, wanted=True)
            now = Reading("lamp-0", Quantity.LIGHT_POWER_W, 1.0, START.replace(year=2027))
            box.put_readings([now])
            box.put_event(Event("lamp-0", START.timestamp(), "door"))
            eventually(lambda: ("lamp-0", now.measured_at.timestamp()) in ingest_like.rows, wanted=True)
            assert ingest_like.events == ["door"]
            assert len(ingest_like.rows) < 2500


def test_the_rate_is_kept(mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    with outbox(tmp_path) as box, standing_in(mosquitto_server.url) as ingest_like:
        for n in range(1500):
            box.put_readings(light(n))
        box.flush()
        with uplink(box, mosquitto_server.url, replace(FAST, rows_per_s=1000, pack_rows=20)):
            began = time.monotonic()
            empty(box)
            seconds = time.monotonic() - began
        assert len(ingest_like.rows) == 1500
        assert 0.8 < seconds < 5.0


def test_the_backlog_waits_a_random_time(mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """A thousand houses that come back together do not drain together; events and fresh rows do not wait."""
    with outbox(tmp_path) as box, standing_in(mosquitto_server.url) as ingest_like:
        box.put_readings(light(0))
        box.flush()
        settings = replace(FAST, spread_s=1e9)
        with uplink(box, mosquitto_server.url, settings):
            box.put_event(Event("lamp-0", START.timestamp(), "door"))
            box.put_readings(light(1))
            eventually(lambda: (len(ingest_like.rows), ingest_like.events), (1, ["door"]))
            assert box.take(Lane.BACKLOG, 10, 10_000) != []


def test_commands(mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """One that is known is handed over once, others are answered by an event, retained and broken ones dropped."""
    where = "teplosvet/v1/gw/command"
    with outbox(tmp_path) as box, standing_in(mosquitto_server.url) as ingest_like:
        ingest_like.client.publish(where, b'{"id":"0","command":"read_now"}', qos=1, retain=True)
        time.sleep(0.1)
        with uplink(box, mosquitto_server.url, replace(FAST, commands=frozenset({"read_now"}))) as link:
            for payload in (
                b'{"id":"1","command":"read_now","device":"lamp-1"}',
                b'{"id":"1","command":"read_now","device":"lamp-1"}',
                b'{"id":"2","command":"dance","device":"lamp-1"}',
                b"not json",
                b'{"command":"read_now"}',
            ):
                ingest_like.client.publish(where, payload, qos=1)
            eventually(lambda: ingest_like.events, ["command_unknown"])
            command = link.commands.get(timeout=5)
            assert (command.id, command.command, command.device) == ("1", "read_now", "lamp-1")
            assert link.commands.empty()


def test_acks_that_are_none_do_no_harm(mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    with outbox(tmp_path) as box, standing_in(mosquitto_server.url) as ingest_like:
        ingest_like.answers = False
        with uplink(box, mosquitto_server.url, replace(FAST, resend_after_s=60)) as link:
            box.put_event(Event("lamp-1", START.timestamp(), "door"))
            eventually(lambda: ingest_like.packs, 1)
            for payload in (b"", b"\xff\x00", b"[]", b'{"ids": 5}', b'{"ids": ["of-another"]}', b"[" * 5000):
                ingest_like.client.publish("teplosvet/v1/gw/ack", payload, qos=1)
            time.sleep(0.5)
            assert link.alive
            assert box.pending().events == 1


def test_latest_values(mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    with listening(mosquitto_server.url, "teplosvet/v1/+/latest/+") as hearer, outbox(tmp_path) as box:
        with uplink(box, mosquitto_server.url) as link:
            link.publish_latest("heat-1", {Quantity.HEAT_ENERGY_KWH: 1163.0, Quantity.FLOW_TEMPERATURE_C: 71.5})
            eventually(lambda: len(hearer.heard), 1)
        ((where, payload, retained),) = hearer.heard
        assert (where, retained) == ("teplosvet/v1/gw/latest/heat-1", False)
        assert msgspec.json.decode(payload) == {"heat_energy": 1163.0, "flow_temperature": 71.5}


def test_a_broker_that_is_none(tmp_path: Path) -> None:
    """Nobody listens, or somebody who speaks something else: it keeps trying and can be stopped at once."""
    with socket.create_server(("127.0.0.1", 0)) as deaf, outbox(tmp_path) as box:
        for url in (
            f"mqtt://127.0.0.1:{free_port()}",
            f"mqtt://127.0.0.1:{deaf.getsockname()[1]}",
            "mqtt://nowhere..invalid:1883",
        ):
            with uplink(box, url, wait=False) as link:
                time.sleep(0.3)
                assert not link.connected
                assert link.problem
                began = time.monotonic()
            assert time.monotonic() - began < 3


def test_into_the_database(database: str, mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """The real ingest: every row is there once, the archive is marked, and the outbox is empty after COMMIT."""
    url = mosquitto_server.url
    register(database, *((f"lamp-{n}", "light", "gw") for n in range(20)), ("heat-1", "heat", "gw"))
    with ingest(database, url, tmp_path), outbox(tmp_path) as box, uplink(box, url):
        for n in range(4000):
            box.put_readings(light(n))
        archived = Reading("heat-1", Quantity.HEAT_ENERGY_KWH, 41.27, START, Origin.ARCHIVE, "S-1")
        box.put_readings([archived], live=False)
        box.put_birth(Birth("heat-1", START.timestamp(), "S-1", "m", resolutions={"heat_energy": 1.0}))
        box.put_event(Event("heat-1", START.timestamp(), "door"))
        box.put_readings([Reading("stranger", Quantity.VOLTAGE_V, 1.0, START)])
        empty(box)
        assert count(database, "light_reading") == 4000
        assert rows(database, "SELECT heat_energy_kwh, archive, serial FROM heat_reading") == [(41.27, True, "S-1")]
        assert count(database, "device_birth") == count(database, "device_event") == 1
        assert refused(database) == {"unknown_device": 1}


def test_home_assistant_finds_devices_and_loses_them(mosquitto_server: MosquittoServer, tmp_path: Path) -> None:
    """What is retained is there for a late listener; a device that is configured no more is cleared after a restart.

    Not with rumqttd, which gives what it has retained to no session that had subscribed before, against MQTT 3.8.4.
    """
    where = "homeassistant/sensor/gw/{}_heat_energy/config"

    def announce(*devices: str) -> None:
        with outbox(tmp_path) as box:
            link = Uplink(box, mosquitto_server.url, "gw", FAST)
            entities = HomeAssistant(link, "gw", devices)
            link.start()
            for device in devices:
                entities.announce(device, (Quantity.HEAT_ENERGY_KWH,), About(serial="S-1"))
            eventually(lambda: link.connected, wanted=True)
            time.sleep(0.5)
            link.stop()

    def kept(name: str) -> list[str]:
        with listening(mosquitto_server.url, "homeassistant/#", name=name) as late:
            time.sleep(0.3)
            return sorted(topic for topic, payload, _ in late.heard if payload)

    announce("heat-1", "heat-2")
    assert kept("first") == [where.format("heat-1"), where.format("heat-2")]
    announce("heat-1")
    assert kept("second") == [where.format("heat-1")]


def test_the_benchmark_measures(tmp_path: Path) -> None:
    result = measure(tmp_path, 300)
    assert result.broker == "Mosquitto"
    assert min(result.telemetry_in_per_s, result.durable_in_per_s, result.out_per_s, result.drained_per_s) > 0
    assert 200 < result.bytes_per_row < 1000
