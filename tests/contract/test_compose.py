"""The compose file: what its specification allows, what Docker makes of it, and what its broker lets through."""

import json
import os
import queue
import re
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import paho.mqtt.client as mqtt
import psycopg
import pytest
import yaml
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from dashboards.grafana.tree import MOUNTED, tree
from ingest_service.registration import rights
from ingest_service.registration.install import register
from ingest_service.registration.requests import InstallationIn
from ingest_service.site_apply import apply_site
from ingest_service.site_file import parse_site
from teplosvet.access.principal import COMMAND_LINE
from teplosvet.cli import COMMANDS
from teplosvet.config import settings
from teplosvet.stack.debian import debian_root
from teplosvet.stack.embedded import EmbeddedPostgres
from teplosvet.stack.mosquitto import find_mosquitto
from teplosvet.stack.ports import free_port
from teplosvet.stack.process import ServerProcess, port_answers
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from teplosvet.vendors.makers import adapters
from teplosvet.words.language import Language

REPOSITORY = Path(__file__).parents[2]
COMPOSE_FILE = REPOSITORY / "docker-compose.yml"
SCHEMA = debian_root() / "usr/share/gocode/src/github.com/compose-spec/compose-go/schema/compose-spec.json"
PASSWORDS = {
    "TEPLOSVET_DATABASE_PASSWORD": "d4tabase",
    "TEPLOSVET_MQTT_PASSWORD": "br0ker",
    "TEPLOSVET_MQTT_ADMIN_PASSWORD": "adm1n",
    "GRAFANA_ADMIN_PASSWORD": "gr4fana",
    "GRAFANA_DATABASE_USER": "grafana_house",
    "GRAFANA_DATABASE_PASSWORD": "v1ews",
}
APPLICATION = ("api", "ingest", "ingest-1", "vendors", "jobs", "migrate", "rights", "dashboards")
ONCE = {"migrate", "rights", "dashboards"}
"""Services that do their work and end."""
PATIENCE_S = 10.0
SITE = '[site]\nname = "here"\nzone = "Europe/Moscow"\n[[building]]\ncode = "house"\n'


def _compose_program() -> str:
    found = shutil.which("docker-compose") or shutil.which(debian_root() / "usr/bin/docker-compose")
    if found is None:
        pytest.fail("docker-compose is not installed: run make test once, it installs what is missing", pytrace=False)
    return found


def _config(file: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What `docker-compose config` says; it needs no engine."""
    return subprocess.run(
        [_compose_program(), "--file", str(file), "--env-file", os.devnull, "config", "--format", "json"],
        env={"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    if not SCHEMA.exists():
        pytest.fail("the Compose schema is not installed: run make test once", pytrace=False)
    document: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    return document


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text("utf-8"))
    return document


@pytest.fixture(scope="module")
def resolved() -> dict[str, Any]:
    done = _config(COMPOSE_FILE, {**PASSWORDS, "COMPOSE_PROFILES": "second-ingest", "TEPLOSVET_INGEST_WORKERS": "2"})
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_the_file_fits_the_compose_specification(schema: dict[str, Any], written: dict[str, Any]) -> None:
    jsonschema.Draft7Validator(schema).validate(written)


@pytest.mark.parametrize(
    "mistake",
    [
        {"services": {"api": {"image": "teplosvet", "restarts": "always"}}},
        {"services": {"api": {"image": "teplosvet", "depends_on": {"migrate": {"condition": "finished"}}}}},
        {"configs": {"rights": {"contents": "user teplosvet"}}},
    ],
)
def test_the_schema_can_refuse(schema: dict[str, Any], mistake: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(mistake)


def test_docker_compose_can_refuse(tmp_path: Path) -> None:
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(
        COMPOSE_FILE.read_text("utf-8").replace("condition: service_healthy", "condition: finished"), "utf-8"
    )
    assert _config(broken, PASSWORDS).returncode != 0


@pytest.mark.parametrize("name", sorted(PASSWORDS))
def test_a_missing_password_is_named(name: str) -> None:
    done = _config(COMPOSE_FILE, {key: value for key, value in PASSWORDS.items() if key != name})
    assert done.returncode != 0
    assert name in done.stderr
    assert ".env.example" in done.stderr


def test_the_example_names_every_variable_and_no_other() -> None:
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE_FILE.read_text("utf-8")))
    example = (REPOSITORY / ".env.example").read_text("utf-8")
    assert set(re.findall(r"^(\w+)=", example, re.MULTILINE)) == used


def test_no_password_stands_in_the_files() -> None:
    example = (REPOSITORY / ".env.example").read_text("utf-8")
    assert re.findall(r"^\w*PASSWORD=(.+)$", example, re.MULTILINE) == []


def test_only_the_broker_is_open_beyond_this_machine(resolved: dict[str, Any]) -> None:
    open_to_all = {
        name
        for name, service in resolved["services"].items()
        for port in service.get("ports", [])
        if port.get("host_ip") != "127.0.0.1"
    }
    assert open_to_all == {"mosquitto"}


def test_every_service_starts_again_and_keeps_its_log_small(resolved: dict[str, Any]) -> None:
    for name, service in resolved["services"].items():
        assert service["restart"] == ("no" if name in ONCE else "unless-stopped"), name
        assert {"max-size", "max-file"} <= service["logging"]["options"].keys(), name


def test_services_wait_for_what_they_need(resolved: dict[str, Any]) -> None:
    for name in APPLICATION:
        conditions = {on: how["condition"] for on, how in resolved["services"][name]["depends_on"].items()}
        if name == "migrate":
            assert conditions == {"timescaledb": "service_healthy"}
        else:
            assert conditions["migrate"] == "service_completed_successfully", name
            assert conditions["mosquitto"] == "service_healthy", name
            assert name == "rights" or conditions["rights"] == "service_completed_successfully", name


def test_one_image_serves_every_service_of_ours(resolved: dict[str, Any]) -> None:
    for name in APPLICATION:
        service = resolved["services"][name]
        assert service["image"] == "teplosvet"
        assert {" ".join(service["command"][:n]) for n in (1, 2)} & COMMANDS.keys(), name
        administers = {
            "TEPLOSVET_MQTT_ADMIN_URL": "mqtt://admin:adm1n@mosquitto:1883",
            "TEPLOSVET_MQTT_DEVICES_URL": "mqtt://localhost:1883",
        }
        assert service["environment"] == {
            "TEPLOSVET_DATABASE_URL": "postgresql://teplosvet:d4tabase@timescaledb:5432/teplosvet",
            "TEPLOSVET_MQTT_URL": "mqtt://teplosvet:br0ker@mosquitto:1883",
            **(administers if name in {"api", "rights"} else {}),
        }


def test_each_ingest_worker_has_a_number_of_its_own(resolved: dict[str, Any]) -> None:
    commands = [service["command"] for name, service in resolved["services"].items() if name.startswith("ingest")]
    assert sorted(commands) == [["ingest", "--number", number, "--workers", "2"] for number in ("0", "1")]


def test_one_ingest_worker_is_the_default() -> None:
    services = json.loads(_config(COMPOSE_FILE, PASSWORDS).stdout)["services"]
    assert "ingest-1" not in services
    assert services["ingest"]["command"] == ["ingest", "--number", "0", "--workers", "1"]


def test_data_and_sessions_are_in_volumes(resolved: dict[str, Any]) -> None:
    for name, target in (("timescaledb", "/var/lib/postgresql/data"), ("mosquitto", "/mosquitto/data")):
        assert [(mount["type"], mount["target"]) for mount in resolved["services"][name]["volumes"]] == [
            ("volume", target)
        ]


def test_grafana_is_provisioned_before_it_starts(resolved: dict[str, Any]) -> None:
    exporting, grafana = resolved["services"]["dashboards"], resolved["services"]["grafana"]
    assert grafana["depends_on"]["dashboards"]["condition"] == "service_completed_successfully"
    written_to = {mount["source"]: mount["target"] for mount in exporting["volumes"]}
    read_from = {mount["source"]: mount["target"] for mount in grafana["volumes"]}
    assert exporting["command"][:3] == ["dashboards", "export", written_to["grafana-files"]]
    assert read_from["grafana-files"] == MOUNTED
    assert grafana["environment"]["GF_PATHS_PROVISIONING"] == f"{MOUNTED}/provisioning"


def test_grafana_has_everything_that_its_files_ask_of_the_environment(resolved: dict[str, Any]) -> None:
    asked = set(re.findall(r"\$__env\{(\w+)\}|\$(TEPLOSVET_\w+)", "".join(tree(Language.ENGLISH).values())))
    names = {name for pair in asked for name in pair if name}
    assert names
    assert names <= resolved["services"]["grafana"]["environment"].keys()


def test_the_image_has_every_package(written: dict[str, Any]) -> None:
    dockerfile = (REPOSITORY / "Dockerfile").read_text("utf-8")
    sent = (REPOSITORY / ".dockerignore").read_text("utf-8").splitlines()
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")} - {"tests"}
    assert set(re.findall(r"^COPY (\w+) \1$", dockerfile, re.MULTILINE)) == packages
    assert packages <= {line.removeprefix("!") for line in sent}
    assert "USER teplosvet" in dockerfile


# The broker of the compose file, run here from its own configuration.


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
        answers: queue.Queue[list[ReasonCode]] = queue.Queue()
        client.client.on_subscribe = lambda _c, _d, _m, codes, _p, answers=answers: answers.put(codes)
        client.client.subscribe("$share/ingest/teplosvet/v1/+/reading", qos=1)
        found = [code.is_failure for _ in range(4 if answers.empty() else 1) for code in _within(answers)]
        assert found[-1] is not granted
        client.close()


def _within(answers: queue.Queue[list[ReasonCode]]) -> list[ReasonCode]:
    try:
        return answers.get(timeout=1)
    except queue.Empty:
        return []


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
