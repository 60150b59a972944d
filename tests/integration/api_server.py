"""The application on a real server, and a client for it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI

from teplosvet.stack.ports import free_port
from tests.signed_in import signed_in_client

PATIENCE_S = 20.0


@contextmanager
def api_client(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of an application that runs in a thread."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE_S
    while not server.started:
        assert time.monotonic() < until, "the application does not start"
        time.sleep(0.02)
    try:
        with signed_in_client(f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
