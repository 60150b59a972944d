"""Embedded services that are killed come back, with what is on disk."""

import os
import signal
import time

import pytest

from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.embedded import broker, postgres
from teplosvet.stack.keeper import kept_alive
from teplosvet.stack.probe import probe_broker
from teplosvet.storage.database import connect


def test_a_killed_database_comes_back_with_its_rows(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("home") / "postgres"
    with postgres(folder) as server, kept_alive([server]):
        with connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        before = server.pid
        os.kill(before, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while True:
            try:
                with connect(server.url) as connection:
                    assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
                break
            except ServiceUnavailableError:
                assert time.monotonic() < deadline
                time.sleep(0.2)
        assert server.pid != before
        assert server.lives()


def test_a_killed_broker_comes_back_at_its_port() -> None:
    with broker() as server, kept_alive([server]):
        os.kill(server.pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while True:
            try:
                probe_broker(server.url)
                break
            except ServiceUnavailableError:
                assert time.monotonic() < deadline
                time.sleep(0.2)
        assert server.lives()
