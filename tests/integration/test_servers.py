"""The servers that everything else is tested on are what they say they are."""

import queue
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import psutil
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from teplosvet.stack.embedded import EmbeddedPostgres
from teplosvet.stack.mosquitto import MosquittoServer
from teplosvet.stack.process import ServerProcess
from teplosvet.stack.timescale import TimescaleServer, timescale
from tests.servers.community import CommunityServer

PATIENCE_S = 10.0


def _value(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
        assert row is not None
        return row[0]


def test_the_embedded_postgresql_is_plain(plain_postgres: EmbeddedPostgres) -> None:
    assert int(str(_value(plain_postgres.url, "SHOW server_version_num"))) >= 160000
    assert _value(plain_postgres.url, "SELECT count(*) FROM pg_available_extensions WHERE name = 'timescaledb'") == 0


def test_the_timescale_server_is_the_apache_edition(timescale_server: TimescaleServer) -> None:
    with psycopg.connect(timescale_server.url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        licence = connection.execute("SHOW timescaledb.license").fetchone()
    assert licence == ("apache",)


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_both_editions_keep_what_they_committed(
    plain_postgres: EmbeddedPostgres, timescale_server: TimescaleServer, setting: str
) -> None:
    assert _value(plain_postgres.url, f"SHOW {setting}") == "on"
    assert _value(timescale_server.url, f"SHOW {setting}") == "on"


def test_timescale_recovers_committed_rows_after_a_kill() -> None:
    with timescale() as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        server.kill()
        server.start()
        assert _value(server.url, "SELECT count(*) FROM kept") == 1


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(60)
"""


def test_nothing_of_a_killed_server_stays(tmp_path: Path) -> None:
    told = tmp_path / "child"
    server = ServerProcess(
        name="a server with a child",
        command=[sys.executable, "-c", PARENT, str(told)],
        ready=lambda: told.exists() and told.read_text() != "",
        log=tmp_path / "log",
    )
    server.start()
    child = psutil.Process(int(told.read_text()))
    assert child.is_running()
    server.kill()
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_the_stand_in_is_the_community_edition(community_server: CommunityServer) -> None:
    with psycopg.connect(community_server.url, autocommit=True) as connection:
        licence = connection.execute("SHOW timescaledb.license").fetchone()
        connection.execute("CREATE TABLE reading (at timestamptz NOT NULL, device int, value float8)")
        connection.execute("SELECT create_hypertable('reading', by_range('at'))")
        connection.execute("ALTER TABLE reading SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'device')")
        connection.execute("CALL add_columnstore_policy('reading', after => INTERVAL '7 days')")
        jobs = connection.execute(
            "SELECT count(*) FROM timescaledb_information.jobs WHERE hypertable_name = 'reading'"
        ).fetchone()
    assert licence == ("timescale",)
    assert jobs == (1,)


def test_each_test_has_a_database_of_its_own(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE only_here (n int)")
        migrated = connection.execute("SELECT count(*) FROM schema_migration").fetchone()
    assert migrated is not None
    assert migrated[0] > 0


class _Subscriber:
    """An MQTT 3.1.1 subscriber with a persistent session that acknowledges only when told to."""

    def __init__(self, url: str, *, acknowledge: bool) -> None:
        self.received: queue.Queue[bytes] = queue.Queue()
        self._subscribed = threading.Event()
        self._acknowledge = acknowledge
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id="ingest-test", clean_session=False, manual_ack=True
        )
        self.client.on_message = self._on_message
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = self._on_subscribe
        port = urlsplit(url).port
        assert port is not None
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert self._subscribed.wait(PATIENCE_S)

    def _on_connect(
        self, client: mqtt.Client, _data: object, _flags: mqtt.ConnectFlags, _code: ReasonCode, _p: object
    ) -> None:
        client.subscribe("teplosvet/v1/+/reading", qos=1)

    def _on_subscribe(
        self, _client: mqtt.Client, _data: object, _mid: int, _codes: list[ReasonCode], _p: object
    ) -> None:
        self._subscribed.set()

    def _on_message(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if self._acknowledge:
            client.ack(message.mid, message.qos)
        self.received.put(bytes(message.payload))

    def take(self, count: int) -> list[bytes]:
        return [self.received.get(timeout=PATIENCE_S) for _ in range(count)]

    def vanish(self) -> None:
        """Go without acknowledging."""
        self.client.disconnect()
        self.client.loop_stop()


def _publish(url: str, payloads: list[bytes]) -> None:
    port = urlsplit(url).port
    assert port is not None
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="publisher-test")
    client.max_queued_messages_set(0)
    client.connect("127.0.0.1", port)
    client.loop_start()
    infos = [client.publish("teplosvet/v1/lenina-1/reading", payload, qos=1) for payload in payloads]
    for info in infos:
        info.wait_for_publish(PATIENCE_S)
    client.disconnect()
    client.loop_stop()


def _numbered(count: int) -> list[bytes]:
    return [b"%d" % number for number in range(count)]


def test_unacknowledged_messages_come_again_to_the_session(broker_url: str) -> None:
    subscriber = _Subscriber(broker_url, acknowledge=False)
    _publish(broker_url, _numbered(50))
    assert sorted(subscriber.take(50)) == sorted(_numbered(50))
    subscriber.vanish()
    again = _Subscriber(broker_url, acknowledge=True)
    assert sorted(again.take(50)) == sorted(_numbered(50))
    again.vanish()


def test_mosquitto_keeps_unacknowledged_messages_over_a_restart(mosquitto_server: MosquittoServer) -> None:
    subscriber = _Subscriber(mosquitto_server.url, acknowledge=False)
    _publish(mosquitto_server.url, _numbered(50))
    subscriber.take(50)
    subscriber.vanish()
    mosquitto_server.stop()
    mosquitto_server.start()
    again = _Subscriber(mosquitto_server.url, acknowledge=True)
    assert sorted(again.take(50)) == sorted(_numbered(50))
    again.vanish()


def test_mosquitto_queues_far_more_than_its_default_for_an_absent_subscriber(mosquitto_server: MosquittoServer) -> None:
    _Subscriber(mosquitto_server.url, acknowledge=True).vanish()
    _publish(mosquitto_server.url, _numbered(5_000))  # the default drops all but 1,000
    back = _Subscriber(mosquitto_server.url, acknowledge=True)
    assert sorted(back.take(5_000)) == sorted(_numbered(5_000))
    back.vanish()


def test_a_payload_of_16_mib_reaches_the_subscriber(broker_url: str) -> None:
    """What is too large for ingest has to reach quarantine to be seen."""
    subscriber = _Subscriber(broker_url, acknowledge=True)
    _publish(broker_url, [bytes(16 * 1024 * 1024)])
    assert [len(payload) for payload in subscriber.take(1)] == [16 * 1024 * 1024]
    subscriber.vanish()
