"""The folder that Grafana is provisioned from: the same bytes whenever it is written.

Grafana reads these files as YAML, of which JSON is a part.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.grafana.alerting import contact_points_file, policies_file, rules_file
from dashboards.grafana.board import board
from dashboards.grafana.source import SOURCE_TYPE, SOURCE_UID
from dashboards.panels.boards import DASHBOARDS
from teplosvet.domain.errors import ConfigurationError
from teplosvet.words.catalogue import gettext, speaking
from teplosvet.words.language import Language

MOUNTED = "/etc/grafana/teplosvet"
"""Where Grafana finds the folder, as the compose file mounts it."""


_ADDED = {"auto", "auto_count", "auto_min", "placement"}


def text_of(value: object) -> str:
    """JSON with sorted keys."""
    plain = json.loads(json.dumps(value, cls=JSONEncoder), object_hook=_known)
    return json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _known(found: dict[str, object]) -> dict[str, object]:
    """Without what the SDK adds of its own accord and Grafana 12 has no place for."""
    return {name: value for name, value in found.items() if name not in _ADDED or "displayMode" in found}


def source_file() -> dict[str, object]:
    """``datasources/teplosvet.yaml``: a user that reads views only, from the environment."""
    source = {
        "name": "Teplosvet",
        "uid": SOURCE_UID,
        "type": SOURCE_TYPE,
        "access": "proxy",
        "isDefault": True,
        "editable": False,
        "url": "$__env{GRAFANA_DATABASE_HOST}",
        "user": "$__env{GRAFANA_DATABASE_USER}",
        "secureJsonData": {"password": "$__env{GRAFANA_DATABASE_PASSWORD}"},
        "jsonData": {
            "database": "$__env{GRAFANA_DATABASE_NAME}",
            "sslmode": "$__env{GRAFANA_DATABASE_SSLMODE}",
            "postgresVersion": 1600,
            "timescaledb": False,
            "maxOpenConns": 10,
        },
    }
    return {"apiVersion": 1, "datasources": [source]}


def provider_file(mounted: str) -> dict[str, object]:
    """``dashboards/teplosvet.yaml``: nobody edits what comes from files."""
    provider = {
        "name": "teplosvet",
        "orgId": 1,
        "type": "file",
        "disableDeletion": True,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 60,
        "options": {"path": f"{mounted}/dashboards", "foldersFromFilesStructure": True},
    }
    return {"apiVersion": 1, "providers": [provider]}


def tree(language: Language, mounted: str = MOUNTED) -> Mapping[str, str]:
    """Every file by its path."""
    before = speaking.set(language)
    try:
        files: dict[str, object] = {
            "provisioning/datasources/teplosvet.yaml": source_file(),
            "provisioning/dashboards/teplosvet.yaml": provider_file(mounted),
            "provisioning/alerting/rules.yaml": rules_file(),
            "provisioning/alerting/contact-points.yaml": contact_points_file(),
            "provisioning/alerting/policies.yaml": policies_file(),
            **{f"dashboards/{gettext(each.folder)}/{each.uid}.json": board(each) for each in DASHBOARDS},
        }
        return {path: text_of(content) for path, content in files.items()}
    finally:
        speaking.reset(before)


def write_tree(folder: Path, language: Language, mounted: str = MOUNTED) -> list[str]:
    """Write every file; returns their paths.

    Raises:
        ConfigurationError: If the folder cannot be written.
    """
    files = tree(language, mounted)
    try:
        for path, text in files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written: {error.strerror}") from error
    return list(files)
