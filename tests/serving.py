"""An application that really listens, and a program that asks it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI

from teplosvet.stack.ports import listen


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Address of a running application."""
    listening = listen()
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive(), "the server has ended"
        assert time.monotonic() < deadline, "the server does not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@contextmanager
def asking(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of a running application, that follows no redirects."""
    with serving(app) as address, httpx.Client(base_url=address, timeout=20) as client:
        yield client
