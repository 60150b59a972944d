"""Dashboards and alerts into a running Grafana through its HTTP API: folders first, everything by its uid.

The client library has no types, hence `Any` for it.
"""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from grafana_client.api import GrafanaApi
from grafana_client.client import GrafanaClientError, GrafanaException, TokenAuth

from dashboards.grafana.alerting import FOLDER_UID, rules
from dashboards.grafana.board import board
from dashboards.grafana.source import PREFIX
from dashboards.grafana.tree import text_of
from dashboards.panels.boards import DASHBOARDS
from teplosvet.domain.errors import ConfigurationError, ServiceUnavailableError
from teplosvet.words.catalogue import gettext, speaking
from teplosvet.words.language import Language

NOT_FOUND = 404
TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Pushed:
    """How many of each were sent."""

    folders: int
    dashboards: int
    alerts: int


def push(url: str, token: str, language: Language) -> Pushed:
    """Create or replace everything of ours; what others made stays.

    Raises:
        ConfigurationError: If the address or the token is wrong.
        ServiceUnavailableError: If Grafana does not answer or refuses.
    """
    before = speaking.set(language)
    try:
        api = _connected(url, token)
        with closing(api.client.s), _in_one_sentence(url):
            return _push(api)
    finally:
        speaking.reset(before)


def _connected(url: str, token: str) -> Any:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"{url} is no address of a Grafana: http://host:3000 is one")
    return GrafanaApi(
        TokenAuth(token),  # type: ignore[no-untyped-call]  # the library has no types
        host=parts.hostname,
        port=parts.port,
        url_path_prefix=f"{parts.path.strip('/')}/" if parts.path.strip("/") else "",
        protocol=parts.scheme,
        timeout=TIMEOUT_S,
    )


def _push(api: Any) -> Pushed:
    folders = {
        title: PREFIX + str(place) for place, title in enumerate(dict.fromkeys(each.folder for each in DASHBOARDS))
    }
    for title, uid in (*folders.items(), ("Alerts", FOLDER_UID)):
        _folder(api, uid, gettext(title))
    for each in DASHBOARDS:
        content = json.loads(text_of(board(each)))
        api.dashboard.update_dashboard({"dashboard": content, "folderUid": folders[each.folder], "overwrite": True})
    found = rules()
    for rule in found:
        _alert(api, json.loads(text_of(rule)))
    return Pushed(len(folders) + 1, len(DASHBOARDS), len(found))


def _folder(api: Any, uid: str, title: str) -> None:
    try:
        api.folder.get_folder(uid)
    except GrafanaClientError as error:
        if error.status_code != NOT_FOUND:
            raise
        api.folder.create_folder(title, uid=uid)
    else:
        api.folder.update_folder(uid, title=title, overwrite=True)


def _alert(api: Any, rule: dict[str, object]) -> None:
    try:
        api.alertingprovisioning.get_alertrule(rule["uid"])
    except GrafanaClientError as error:
        if error.status_code != NOT_FOUND:
            raise
        api.alertingprovisioning.create_alertrule(rule, disable_provenance=True)
    else:
        api.alertingprovisioning.update_alertrule(rule["uid"], rule, disable_provenance=True)


@contextmanager
def _in_one_sentence(url: str) -> Iterator[None]:
    try:
        yield
    except GrafanaException as error:
        if error.status_code in {401, 403}:
            raise ConfigurationError(f"Grafana at {url} does not accept the token: {error.message}") from error
        raise ServiceUnavailableError(f"Grafana at {url} refuses: {error.message}") from error
    except OSError as error:
        raise ServiceUnavailableError(f"Grafana at {url} does not answer") from error
