"""`teplosvet dashboards push` against a small server that keeps what Grafana's HTTP API documents it to keep.

Documented: folders `GET/POST/PUT /api/folders[/uid]`, dashboards `POST /api/dashboards/db`, alert rules
`GET/POST/PUT /api/v1/provisioning/alert-rules[/uid]` (grafana.com/docs, HTTP API reference).
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from dashboards.grafana.push import Pushed, push
from dashboards.panels.alerts import ALERTS
from dashboards.panels.boards import DASHBOARDS
from teplosvet.domain.errors import ConfigurationError, ServiceUnavailableError
from teplosvet.stack.ports import free_port
from teplosvet.words.language import Language

TOKEN = "glsa_known"
RULES = "/api/v1/provisioning/alert-rules"


@dataclass
class Kept:
    """What the server was sent, in its order, and what it keeps by uid."""

    url: str = ""
    calls: list[tuple[str, str]] = field(default_factory=list)
    things: dict[str, dict[str, Any]] = field(default_factory=dict)


def answer(kept: Kept, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    kept.calls.append((method, path))
    if method == "POST" and path == "/api/dashboards/db":
        if f"/api/folders/{body['folderUid']}" not in kept.things or not body["overwrite"]:
            return 400, {"message": "folder not found"}
        kept.things[f"/d/{body['dashboard']['uid']}"] = body
        return 200, {"status": "success", "uid": body["dashboard"]["uid"]}
    if method == "POST" and path in {"/api/folders", RULES}:
        place = f"{path}/{body['uid']}"
        if place in kept.things or (path == RULES and f"/api/folders/{body['folderUID']}" not in kept.things):
            return 409, {"message": "there is one, or no folder"}
        kept.things[place] = body
        return 200, body
    if path not in kept.things:
        return 404, {"message": "not found"}
    if method == "PUT":
        kept.things[path] = body
    return 200, kept.things[path]


@pytest.fixture
def grafana() -> Iterator[Kept]:
    kept = Kept()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            status, found = (
                answer(kept, self.command, self.path, body) if known else (401, {"message": "Invalid API key"})
            )
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        do_GET = do_POST = do_PUT = _do  # noqa: N815  # as http.server wants them

        def log_message(self, *_: object) -> None:
            """Tests have their own output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def test_everything_arrives_folders_first_and_twice_is_once(grafana: Kept) -> None:
    sent = push(grafana.url, TOKEN, Language.RUSSIAN)
    assert sent == Pushed(4, len(DASHBOARDS), len(ALERTS))
    assert len(grafana.things) == sent.folders + sent.dashboards + sent.alerts
    paths = [path for method, path in grafana.calls if method == "POST"]
    assert paths == ["/api/folders"] * 4 + ["/api/dashboards/db"] * len(DASHBOARDS) + [RULES] * len(ALERTS)
    first = json.dumps({k: v for k, v in grafana.things.items() if "/folders/" not in k}, sort_keys=True)
    assert push(grafana.url, TOKEN, Language.RUSSIAN) == sent
    assert json.dumps({k: v for k, v in grafana.things.items() if "/folders/" not in k}, sort_keys=True) == first


def test_a_wrong_token_is_one_sentence(grafana: Kept) -> None:
    with pytest.raises(ConfigurationError, match="does not accept the token"):
        push(grafana.url, "wrong", Language.ENGLISH)
    assert grafana.things == {}


def test_a_wrong_address_is_one_sentence() -> None:
    with pytest.raises(ConfigurationError, match="no address of a Grafana"):
        push("grafana.example", TOKEN, Language.ENGLISH)
    with pytest.raises(ServiceUnavailableError, match="does not answer"):
        push(f"http://127.0.0.1:{free_port()}", TOKEN, Language.ENGLISH)
