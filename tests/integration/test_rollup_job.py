"""The job: one at a time, nothing lost when it or the database goes away, and an end to every round."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from analytics.rollup import job
from analytics.rollup.job import bring_up_to_date, roll_up, run
from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.stack.timescale import timescale
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from teplosvet.storage.queries import query
from tests.integration.rollup_site import START, Connection, House, hours, house

PATIENCE_S = 20.0
JOB = "import sys, threading; from analytics.rollup.job import run; run(sys.argv[1], threading.Event())"


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def running(database: str) -> Iterator[threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(database, stop))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def three_days(site: House, name: str = "d", start: float = 0.0) -> int:
    device = site.device(name, None)
    site.read(device, [START + hours(k) for k in range(73)], heat_energy_kwh=start + np.arange(73))
    return device


def holders(connection: Connection) -> list[int]:
    """Processes of the database that hold the job's lock."""
    rows = connection.execute(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return [row[0] for row in rows]


def test_without_a_job_it_is_done_at_once_and_the_lock_is_free_again(database: str) -> None:
    with house(database) as site:
        device = three_days(site)
        bring_up_to_date(site.connection)
        assert len(site.hourly(device)) == 72
        assert not site.is_dirty()
        assert holders(site.connection) == []


def test_a_running_job_is_asked_and_waited_for(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "LATEST_EVERY_S", 0.1)
    monkeypatch.setattr(job, "ROLLUP_EVERY_S", 1_000.0)
    with house(database) as site, running(database):
        until(lambda: len(holders(site.connection)) == 1)
        time.sleep(0.3)
        device = three_days(site)
        bring_up_to_date(site.connection, PATIENCE_S)
        assert len(site.hourly(device)) == 72


def test_of_two_jobs_one_works_and_the_other_waits(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "LATEST_EVERY_S", 0.1)
    monkeypatch.setattr(job, "ROLLUP_EVERY_S", 0.1)
    with house(database) as site, running(database), running(database):
        device = three_days(site)
        until(lambda: not site.is_dirty())
        assert len(holders(site.connection)) == 1
        assert len(site.hourly(device)) == 72


def test_a_command_takes_over_from_one_that_ends(database: str) -> None:
    """The one that holds the lock may be another command, which rolls up what it saw, and goes."""
    with house(database) as site, connect(database) as other:
        assert other.execute(query("rollup", "try_lock")).fetchone() == (True,)
        device = three_days(site)
        threading.Timer(0.5, other.close).start()
        bring_up_to_date(site.connection, PATIENCE_S)
        assert len(site.hourly(device)) == 72


def test_patience_ends_with_a_sentence(database: str) -> None:
    with house(database) as site, connect(database) as other:
        other.execute(query("rollup", "try_lock"))
        three_days(site)
        with pytest.raises(ServiceUnavailableError, match="behind"):
            bring_up_to_date(site.connection, 0.2)


def test_a_round_ends_though_readings_never_cease(database: str) -> None:
    with house(database) as site, house(database) as ingest:
        device = three_days(site)
        stop = threading.Event()

        def never_cease() -> None:
            while not stop.is_set():
                ingest.dirty(device, START, START + hours(72))

        writer = threading.Thread(target=never_cease)
        writer.start()
        try:
            began = time.monotonic()
            roll_up(site.connection)
            assert time.monotonic() - began < PATIENCE_S / 2
        finally:
            stop.set()
            writer.join()
        assert len(site.hourly(device)) == 72
        roll_up(site.connection)
        assert not site.is_dirty()


def test_more_ranges_than_a_round_takes_are_all_made(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "ROWS_AT_ONCE", 3)
    with house(database) as site:
        devices = [three_days(site, f"d{n}") for n in range(8)]
        roll_up(site.connection)
        assert [len(site.hourly(device)) for device in devices] == [72] * 8
        assert not site.is_dirty()


def test_a_job_that_is_killed_in_the_middle_loses_nothing(database: str) -> None:
    with house(database) as site, connect(database, autocommit=False) as other:
        device = three_days(site)
        other.execute("LOCK TABLE register_finding IN ACCESS EXCLUSIVE MODE")
        victim = subprocess.Popen([sys.executable, "-c", JOB, database])
        until(lambda: waits_for_a_table(site.connection))
        victim.kill()
        assert victim.wait() == -signal.SIGKILL
        other.rollback()
        until(lambda: holders(site.connection) == [])
        assert site.is_dirty()
        assert site.hourly(device) == {}
        bring_up_to_date(site.connection)
        assert len(site.hourly(device)) == 72
        assert latest(site, device)[0] == START + hours(72)


def waits_for_a_table(connection: Connection) -> bool:
    row = connection.execute("SELECT FROM pg_locks WHERE locktype = 'relation' AND NOT granted").fetchone()
    return row is not None


def test_a_connection_that_is_cut_is_made_anew(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "RETRY_EVERY_S", 0.1)
    monkeypatch.setattr(job, "LATEST_EVERY_S", 0.1)
    with house(database) as site, running(database):
        until(lambda: len(holders(site.connection)) == 1)
        (first,) = holders(site.connection)
        site.connection.execute("SELECT pg_terminate_backend(%s)", (first,))
        device = three_days(site)
        until(lambda: holders(site.connection) not in ([], [first]))
        bring_up_to_date(site.connection, PATIENCE_S)
        assert len(site.hourly(device)) == 72


def test_the_database_may_restart_under_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "RETRY_EVERY_S", 0.1)
    monkeypatch.setattr(job, "LATEST_EVERY_S", 0.1)
    with timescale() as server:
        migrate(server.url)
        with running(server.url):
            with house(server.url) as site:
                device = three_days(site)
                until(lambda: not site.is_dirty())
            server.kill()
            server.start()
            with house(server.url) as site:
                later = [START + hours(k) for k in range(73, 97)]
                site.read(device, later, heat_energy_kwh=np.arange(73, 97))
                bring_up_to_date(site.connection, PATIENCE_S)
                assert len(site.hourly(device)) == 96


def latest(site: House, device: int) -> tuple[datetime, dict[str, float]]:
    row = site.connection.execute(
        "SELECT measured_at, quantities::text FROM latest_reading WHERE device_id = %s", (device,)
    ).fetchone()
    assert row is not None
    return row[0], json.loads(row[1])


def test_the_newest_reading_wins_and_says_only_what_it_has(database: str) -> None:
    with house(database) as site:
        device = site.device("d", None)
        site.read(device, [START], heat_energy_kwh=[5.0], flow_temperature_c=[float("nan")])
        roll_up(site.connection)
        assert latest(site, device) == (START, {"heat_energy_kwh": 5.0})
        site.read(device, [START + hours(1)], flow_temperature_c=[61.0])
        site.read(device, [START + hours(0.5)], heat_energy_kwh=[5.5])
        roll_up(site.connection)
        assert latest(site, device) == (START + hours(1), {"flow_temperature_c": 61.0})
        site.read(device, [START - hours(100)], heat_energy_kwh=[1.0])
        site.dirty_whole(device)
        roll_up(site.connection)
        assert latest(site, device) == (START + hours(1), {"flow_temperature_c": 61.0})


def test_a_second_pack_of_the_same_instant_completes_the_latest_reading(database: str) -> None:
    with house(database) as site:
        device = site.device("d", None)
        site.read(device, [START], heat_energy_kwh=[5.0])
        roll_up(site.connection)
        site.read(device, [START], flow_temperature_c=[61.0])
        roll_up(site.connection)
        assert latest(site, device) == (START, {"heat_energy_kwh": 5.0, "flow_temperature_c": 61.0})


def test_the_running_job_shows_the_latest_reading_before_it_rolls_up(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "LATEST_EVERY_S", 0.1)
    monkeypatch.setattr(job, "ROLLUP_EVERY_S", 1_000.0)
    with house(database) as site, running(database):
        until(lambda: len(holders(site.connection)) == 1)
        time.sleep(0.3)
        device = site.device("d", None, DeviceClass.LIGHT)
        now = datetime.now(UTC).replace(microsecond=0)
        site.read(device, [now - timedelta(seconds=9), now], DeviceClass.LIGHT, light_power_w=[7.0, 18.0])
        until(lambda: site.connection.execute("SELECT FROM latest_reading").fetchone() is not None)
        assert latest(site, device) == (now, {"light_power_w": 18.0})
        assert site.is_dirty()
