"""The owner of a line: its meters one after the other, archives when nobody waits, defects that stay where they are."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.clock import AcceleratedClock
from gateway.clock.timekeeper import Timekeeper
from gateway.config import MeterConfig
from gateway.driver import DriverSettings
from gateway.line import Line
from gateway.memory import Memory
from gateway.meters import line_worker
from gateway.meters.line_worker import LineWorker
from gateway.meters.meter import Meter
from gateway.reporter import Reporter
from tests.integration.ingest_run import eventually
from tests.unit.gateway.simulated_meter import START, Instrument, Kept, SimulatedDriver

RATE = 36_000.0

Run = Callable[..., Iterator[LineWorker]]


@pytest.fixture
def run(memory: Memory, kept: Kept, config: MeterConfig) -> Run:
    """A line with instruments in its own thread, ten hours a second."""

    @contextmanager
    def running(*instruments: Instrument) -> Iterator[LineWorker]:
        clock = AcceleratedClock(START, RATE)
        line = Line("north", "socket://127.0.0.1:9")
        names = [f"m{n}" for n in range(len(instruments))]
        reporter = Reporter("gw", names, kept, None, memory, Timekeeper(clock, "gw", memory, lambda: True))
        meters = []
        for name, instrument in zip(names, instruments, strict=True):
            own = replace(config, name=name, daily_reads=None)
            driver = SimulatedDriver(instrument, clock, line, DriverSettings(name, name, own.zone))
            meters.append(Meter(own, driver, memory, reporter, clock))
        stop = threading.Event()
        worker = LineWorker(line, meters, clock, stop, 60.0)
        worker.start()
        try:
            yield worker
        finally:
            stop.set()
            worker.join(5)
            assert not worker.is_alive()

    return running


def test_a_defect_of_one_driver_silences_no_other_meter(run: Run, kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    with run(Instrument(fault=KeyError("vif")), Instrument(serial="22")) as worker:
        eventually(lambda: len(kept.archive) >= 12, wanted=True)
        assert not worker.progress.hangs
    assert {reading.device for reading in kept.live} == {"m1"}
    assert set(kept.words("m0")) == {"driver_defect", "meter_silent"}
    assert kept.words("m1") == []


def test_archives_of_all(run: Run, kept: Kept) -> None:
    instruments = [Instrument(serial=str(n)) for n in range(5)]
    with run(*instruments):
        eventually(lambda: len(kept.archive) >= 5 * 24, wanted=True)
    for n in range(5):
        hours = [reading.measured_at for reading in kept.archive if reading.device == f"m{n}"]
        assert len(hours) == len(set(hours))
        assert sorted(hours) == [START + timedelta(hours=k) for k in range(1, len(hours) + 1)]


def test_an_archive_waits_when_another_meter_is_due(run: Run, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no time at all at a stretch, a record comes at a time, and all come."""
    monkeypatch.setattr(line_worker, "REFILL_S", -1.0)
    with run(Instrument(), Instrument(serial="22")):
        eventually(lambda: len(kept.archive) >= 10, wanted=True)
