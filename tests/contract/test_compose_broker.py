"""The broker of the compose file, run here from its own configuration: whom it lets in, and what it lets through."""

import os
import queue
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import psycopg
import pytest
import yaml
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from ingest_service.registration import rights
from ingest_service.registration.install import register
from ingest_service.registration.requests import InstallationIn
from ingest_service.site_apply import apply_site
from ingest_service.site_file import parse_site
from teplosvet.access.principal import COMMAND_LINE
from teplosvet.config import settings
from teplosvet.stack.embedded import EmbeddedPostgres
from teplosvet.stack.mosquitto import find_mosquitto
from teplosvet.stack.ports import free_port
from teplosvet.stack.process import ServerProcess, port_answers
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from teplosvet.vendors.makers import adapters
from tests.contract.test_compose import COMPOSE_FILE, PASSWORDS

PATIENCE_S = 10.0
SITE = '[site]\nname = "here"\nzone = "Europe/Moscow"\n[[building]]\ncode = "house"\n'


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text("utf-8"))
    return document


def _register(connection: psycopg.Connection[TupleRow], device: str) -> str:
    """Its password."""
    body = {
        "request_id": uuid.uuid4(), "device": device, "class": "light", "serial": device, "building": "house",
        "installed_at": datetime.now(UTC) - timedelta(minutes=1),
    }  # fmt: skip
    answer = register(connection, COMMAND_LINE, InstallationIn.model_validate(body))
    password: str = answer["credentials"]["password"]
    return password


@pytest.fixture(scope="module")
def lenina_1(started: int, plain_postgres: EmbeddedPostgres) -> Iterator[str]:
    """The password of a registered publisher, of the broker after `broker sync`."""
    with connect(plain_postgres.admin_url) as admin:
        admin.execute("CREATE DATABASE composed TEMPLATE template0 ENCODING 'UTF8'")
    url = make_conninfo(plain_postgres.admin_url, dbname="composed")
    migrate(url)
    with pytest.MonkeyPatch.context() as patch, connect(url) as connection:
        patch.setenv(
            "TEPLOSVET_MQTT_URL", f"mqtt://teplosvet:{PASSWORDS['TEPLOSVET_MQTT_PASSWORD']}@127.0.0.1:{started}"
        )
        administrator = f"mqtt://admin:{PASSWORDS['TEPLOSVET_MQTT_ADMIN_PASSWORD']}@127.0.0.1:{started}"
        patch.setenv("TEPLOSVET_MQTT_ADMIN_URL", administrator)
        settings.cache_clear()
        apply_site(connection, parse_site(SITE, "test.toml"))
        rights.let_services_in(connection)
        assert rights.sync(connection) == []
        own = ("mosquitto_ctrl", "-h", "127.0.0.1", "-p", str(started), "-u", "admin", "-P", "adm1n", "dynsec")
        subprocess.run([*own, "createClient", "vendors", "-p", "m4kers"], check=True)  # as the compose file says
        subprocess.run([*own, "addClientRole", "vendors", "vendors"], check=True)
        yield _register(connection, "lenina-1")
        broker = rights.plugin()
        assert broker is not None
        broker.close()
    settings.cache_clear()
    with connect(plain_postgres.admin_url) as admin:
        admin.execute("DROP DATABASE composed WITH (FORCE)")


@pytest.fixture(scope="module")
def broker_port(started: int, lenina_1: str) -> int:
    """Where the broker is, once it knows who may come in."""
    assert lenina_1
    return started


@pytest.fixture(scope="module")
def started(written: dict[str, Any]) -> Iterator[int]:
    """The port of the broker, as it is after its first start."""
    program = find_mosquitto()
    found = sorted(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"))
    if program is None or not found:
        pytest.fail("Mosquitto is not installed: run make test once", pytrace=False)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="teplosvet-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # started as root, Mosquitto goes on as its own user
        for target in ("config", "data"):
            (folder / target).mkdir()
        for mount in written["services"]["mosquitto"]["configs"]:
            content: str = written["configs"][mount["source"]]["content"]
            here = content.replace("$$", "$").replace("/mosquitto/", f"{folder}/")
            here = here.replace("/usr/lib/mosquitto_dynamic_security.so", str(found[0]))
            place = Path(mount["target"].replace("/mosquitto/", f"{folder}/"))
            place.write_text(here.replace("listener 1883", f"listener {port} 127.0.0.1"), "utf-8")
        assert f"listener {port}" in (folder / "config/mosquitto.conf").read_text("utf-8")
        path = f"{program.parent}:{os.environ['PATH']}"
        process = ServerProcess(
            name="the broker of the compose file",
            command=(
                "env",
                f"PATH={path}",
                *(f"{k}={v}" for k, v in PASSWORDS.items()),
                "sh",
                f"{folder}/config/start.sh",
            ),
            ready=lambda: port_answers(port),
            log=folder / "log",
            start_timeout_s=PATIENCE_S,
        )
        process.start()
        try:
            yield port
        finally:
            process.stop()


class _Client:
    """An MQTT client that tells what it was let do."""

    def __init__(self, port: int, user: str | None, password: str | None = None) -> None:
        self.user = user
        self.answers: queue.Queue[bool] = queue.Queue()
        self.received: queue.Queue[str] = queue.Queue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.username_pw_set(user, password)
        self.client.on_connect = self._on_connect
        self.client.on_message = lambda _client, _data, message: self.received.put(message.topic)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.welcome = self.answers.get(timeout=PATIENCE_S)

    def _on_connect(
        self, client: mqtt.Client, _data: object, _flags: mqtt.ConnectFlags, code: ReasonCode, _p: object
    ) -> None:
        if not code.is_failure:
            for each in ("#", "teplosvet/v1/#", f"teplosvet/v1/{self.user}/ack"):
                client.subscribe(each, qos=1)
        self.answers.put(not code.is_failure)

    def publish(self, topic: str) -> None:
        self.client.publish(topic, b"1", qos=1).wait_for_publish(PATIENCE_S)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def _publish_once(port: int, user: str, password: str, topic: str) -> None:
    """With a connection of its own, because Mosquitto may close one that went too far."""
    client = _Client(port, user, password)
    client.publish(topic)
    client.close()


@pytest.mark.parametrize(
    ("user", "password"),
    [(None, None), ("teplosvet", "wrong"), ("nobody", "br0ker"), ("lenina-1", "guess"), ("admin", "br0ker")],
)
def test_the_broker_refuses_who_it_does_not_know(broker_port: int, user: str | None, password: str | None) -> None:
    client = _Client(broker_port, user, password)
    assert not client.welcome
    client.close()


def test_a_publisher_speaks_in_its_own_name_only(broker_port: int, lenina_1: str) -> None:
    service = _Client(broker_port, "teplosvet", PASSWORDS["TEPLOSVET_MQTT_PASSWORD"])
    publisher = _Client(broker_port, "lenina-1", lenina_1)
    assert service.welcome
    assert publisher.welcome
    for allowed in ("reading", "event", "birth", "state", "latest/lamp-1"):
        publisher.publish(f"teplosvet/v1/lenina-1/{allowed}")
    for forbidden in ("teplosvet/v1/lenina-2/reading", "teplosvet/v1/lenina-1/ack", "zigbee2mqtt/lamp-1"):
        _publish_once(broker_port, "lenina-1", lenina_1, forbidden)
    service.publish("teplosvet/v1/lenina-1/ack")
    service.publish("teplosvet/v1/lenina-2/ack")
    heard = [service.received.get(timeout=PATIENCE_S) for _ in range(7)]
    time.sleep(0.3)
    assert sorted(heard) == sorted(
        [
            *(
                f"teplosvet/v1/lenina-1/{kind}"
                for kind in ("reading", "event", "birth", "state", "latest/lamp-1", "ack")
            ),
            "teplosvet/v1/lenina-2/ack",
        ]
    )
    assert service.received.empty()
    assert publisher.received.get(timeout=PATIENCE_S) == "teplosvet/v1/lenina-1/ack"
    assert publisher.received.empty()
    service.close()
    publisher.close()


def test_only_ingest_may_share_what_publishers_say(broker_port: int, lenina_1: str) -> None:
    """Two workers divide the messages by a shared subscription, which the plugin asks a right of its own for."""
    for user, password, granted in (("teplosvet", "br0ker", True), ("lenina-1", lenina_1, False)):
        client = _Client(broker_port, user, password)
        answers: queue.Queue[tuple[int, list[ReasonCode]]] = queue.Queue()
        client.client.on_subscribe = lambda _c, _d, mid, codes, _p, answers=answers: answers.put((mid, codes))
        _, asked = client.client.subscribe("$share/ingest/teplosvet/v1/+/reading", qos=1)
        mid, codes = answers.get(timeout=PATIENCE_S)
        while mid != asked:  # what it subscribed to when it connected
            mid, codes = answers.get(timeout=PATIENCE_S)
        assert [code.is_failure for code in codes] == [not granted]
        client.close()


def test_other_makers_speak_on_their_own_topics_only(broker_port: int) -> None:
    """Every topic that an adapter listens to, and none of ours."""
    service = _Client(broker_port, "teplosvet", PASSWORDS["TEPLOSVET_MQTT_PASSWORD"])
    filters = sorted({wanted for adapter in adapters().values() for wanted in adapter.filters})
    allowed = [wanted.replace("+", "some").replace("#", "some") for wanted in filters]
    for topic in (*allowed, "teplosvet/v1/lenina-1/reading"):
        _publish_once(broker_port, "vendors", "m4kers", topic)
    heard = [service.received.get(timeout=PATIENCE_S) for _ in allowed]
    time.sleep(0.3)
    assert sorted(heard) == sorted(allowed)
    assert service.received.empty()
    service.close()
