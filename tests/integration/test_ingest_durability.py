"""Nothing is lost and nothing is stored twice, whoever is killed, stopped or away; and what waits does not pile up."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from ingest_service.worker import HELD_MESSAGES
from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.mosquitto import MosquittoServer
from teplosvet.stack.timescale import TimescaleServer, timescale
from teplosvet.storage.migrate import migrate
from tests.integration.ingest_run import (
    Ingest,
    Publisher,
    count,
    empty,
    eventually,
    ingest,
    light,
    publisher,
    register,
    rows,
)

AT = 1_767_225_600.0
"""2026-01-01 00:00 UTC."""

DEVICES = 20
MESSAGES = 20_000


@pytest.fixture(scope="module")
def stopping_server() -> Iterator[TimescaleServer]:
    """A TimescaleDB of this module's own, because it is stopped and killed."""
    with timescale() as server:
        migrate(server.url)
        yield server


@pytest.fixture
def server(stopping_server: TimescaleServer) -> Iterator[TimescaleServer]:
    register(stopping_server.url, *((f"lamp-{n}", "light", "gw") for n in range(DEVICES)))
    yield stopping_server
    empty(stopping_server.url)


def say(gateway: Publisher, messages: int, rate: float) -> None:
    """Publish one pack of each instant, not faster than `rate` [1/s]."""
    started = time.monotonic()
    for n in range(messages):
        gateway.publish(light(f"lamp-{n % DEVICES}", AT + n // DEVICES, float(n)))
        if n % 100 == 0:
            time.sleep(abs(min(0.0, time.monotonic() - started - n / rate)))


def start_again(server: TimescaleServer) -> None:
    """After a kill its children hold the shared memory for another moment."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return server.start()
        except ServiceUnavailableError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def everything_is_there_once(database: str, messages: int) -> None:
    eventually(lambda: count(database, "light_reading"), messages, patience_s=60)
    stored = rows(
        database,
        "SELECT split_part(name, '-', 2)::int, extract(epoch FROM measured_at)::float8, light_energy_kwh, presence"
        " FROM light_reading JOIN device ON id = device_id ORDER BY light_energy_kwh",
    )
    assert stored == [(n % DEVICES, AT + n // DEVICES, float(n), 1.0) for n in range(messages)]
    assert count(database, "quarantine") == 0


def test_nothing_is_lost_or_doubled_whoever_dies(
    server: TimescaleServer, mosquitto_server: MosquittoServer, tmp_path: Path
) -> None:
    """Ingest is killed five times, the broker restarted, the database killed, while 20,000 messages flow."""
    run = Ingest(server.url, mosquitto_server.url, tmp_path)
    run.start()
    with publisher(mosquitto_server.url) as gateway:
        flow = Thread(target=say, args=(gateway, MESSAGES, 4000.0))
        flow.start()
        for n in range(5):
            time.sleep(0.4)
            if n == 2:
                mosquitto_server.stop()
                mosquitto_server.start()
            if n == 3:
                server.kill()
                start_again(server)
            run.kill()
            run.start(wait=n % 2 == 0)
        flow.join()
        everything_is_there_once(server.url, MESSAGES)
    assert run.stop() == 0


def test_what_waits_for_the_database_is_bounded(
    server: TimescaleServer, mosquitto_server: MosquittoServer, tmp_path: Path
) -> None:
    """The database is away for some seconds: the worker stops reading, the broker keeps the rest, all of it arrives."""
    messages = 13_000
    with ingest(server.url, mosquitto_server.url, tmp_path) as run, publisher(mosquitto_server.url) as gateway:
        say(gateway, 100, 1e6)
        eventually(lambda: count(server.url, "light_reading"), 100)
        server.stop()
        say(gateway, messages, 1e6)
        gateway.flush()
        eventually(lambda: run.held() >= HELD_MESSAGES, wanted=True)
        time.sleep(1.0)  # long enough for the rest, if it were read
        assert run.runs()
        assert run.held() < HELD_MESSAGES * 1.2
        assert run.memory_mb() < 200
        server.start()
        everything_is_there_once(server.url, messages)
        assert run.held() == 0


@pytest.mark.parametrize("edition", ["plain"], indirect=True)
def test_a_worker_that_is_stopped_commits_what_it_holds(
    database: str, mosquitto_server: MosquittoServer, tmp_path: Path
) -> None:
    register(database, *((f"lamp-{n}", "light", "gw") for n in range(DEVICES)))
    with publisher(mosquitto_server.url) as gateway:
        with ingest(database, mosquitto_server.url, tmp_path):
            say(gateway, 2000, 1e6)
            gateway.flush()
        with ingest(database, mosquitto_server.url, tmp_path):
            everything_is_there_once(database, 2000)
