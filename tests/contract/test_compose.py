"""The compose file: what its specification allows and what Docker makes of it."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from dashboards.grafana.tree import MOUNTED, tree
from teplosvet.cli import COMMANDS
from teplosvet.stack.debian import debian_root
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
