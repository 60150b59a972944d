"""Who receives what alarms tell: a web server and a mail server that are real, and a child that may die."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

REPOSITORY = Path(__file__).parents[2]

CHILD = """
import os
from datetime import UTC, datetime
from analytics.alarms.job import notify, senders
from teplosvet.config import settings
from teplosvet.storage.database import connect
with connect(os.environ["TEPLOSVET_DATABASE_URL"]) as connection:
    print(notify(connection, datetime.now(UTC), senders(settings())))
"""


@dataclass
class Receiver:
    """What came, and how the next ones are answered."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], dict[str, Any], bytes]] = field(default_factory=list)
    kill: int | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((dict(self.headers), msgspec.json.decode(body), body))
            if found.kill is not None:
                os.kill(found.kill, signal.SIGKILL)
                found.kill = None
                return
            status = found.answers.pop(0) if found.answers else 200
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        log_message = staticmethod(lambda *_args: None)  # type: ignore[assignment]

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def child(database: str, host: str) -> subprocess.Popen[str]:
    environment = os.environ | {"TEPLOSVET_DATABASE_URL": database, "TEPLOSVET_WEBHOOK_HOSTS": host}
    return subprocess.Popen(
        [sys.executable, "-c", "import sys; input(); exec(sys.argv[1])", CHILD],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


class Mailbox:
    """A handler of aiosmtpd that keeps mails, and refuses receivers that it does not know."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802  # aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@contextmanager
def mail_server(port: int, **options: Any) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
