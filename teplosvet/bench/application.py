"""The application as a benchmark asks it: it really listens, and somebody is signed in."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from teplosvet.access import accounts
from teplosvet.access.accounts import Connection, Scope, ScopeKind
from teplosvet.access.passwords import one_time_password
from teplosvet.access.principal import COMMAND_LINE, Role
from teplosvet.access.sessions import open_session
from teplosvet.app import create_app
from teplosvet.stack.ports import listen

READER = "bench"


def session_cookie(connection: Connection) -> str:
    """The cookie of an administrator of the platform, who sees everything that there is."""
    accounts.add_account(connection, COMMAND_LINE, READER, READER, password=one_time_password())
    accounts.grant(connection, COMMAND_LINE, READER, Role.ADMINISTRATOR, Scope(ScopeKind.PLATFORM))
    return open_session(connection, accounts.account_id_of(connection, COMMAND_LINE, READER), "127.0.0.1", READER)


@contextmanager
def serving(url: str) -> Iterator[str]:
    """Address of the application over a database."""
    with listen() as listening:
        server = uvicorn.Server(uvicorn.Config(create_app(url), log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
