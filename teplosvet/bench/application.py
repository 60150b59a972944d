"""The application as a benchmark or a test asks it: it really listens, and somebody is signed in."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from teplosvet.access import accounts
from teplosvet.access.accounts import Connection, Scope, ScopeKind
from teplosvet.access.passwords import one_time_password
from teplosvet.access.principal import COMMAND_LINE, Role
from teplosvet.access.sessions import open_session
from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.ports import LOOPBACK, listen

READER = "bench"

PATIENCE_S = 20.0
"""How long an application may take to start. [s]"""


def session_cookie(connection: Connection) -> str:
    """The cookie of an administrator of the platform, who sees everything that there is."""
    accounts.add_account(connection, COMMAND_LINE, READER, READER, password=one_time_password())
    accounts.grant(connection, COMMAND_LINE, READER, Role.ADMINISTRATOR, Scope(ScopeKind.PLATFORM))
    return open_session(connection, accounts.account_id_of(connection, COMMAND_LINE, READER), LOOPBACK, READER)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Address of an application that listens on a free loopback port.

    Raises:
        ServiceUnavailableError: If it ends while it starts, or takes too long.
    """
    with listen() as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            _wait(server, thread)
            yield f"http://{LOOPBACK}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise ServiceUnavailableError("the application does not start")
        time.sleep(0.02)
