"""Time that is right, that passes faster, and that cannot be believed yet."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway import reporter as reporting
from gateway.clock import AcceleratedClock, Clock, clock_of_environment
from gateway.clock.timekeeper import Timekeeper, boot_id, kernel_synchronised
from gateway.memory import Memory
from gateway.reporter import Reporter
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity
from teplosvet.domain.readings import Reading
from teplosvet.wire.messages import Birth
from tests.unit.gateway.simulated_meter import START, HandClock, Kept

BEFORE_ALL = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)


def test_the_machines_clock() -> None:
    clock = clock_of_environment()
    assert type(clock) is Clock
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 1
    before = clock.boot_s()
    assert not clock.wait(0.01, threading.Event())
    assert clock.boot_s() > before


def test_an_accelerated_clock_that_processes_share(monkeypatch: pytest.MonkeyPatch) -> None:
    epoch = time.time() - 10
    monkeypatch.setenv("TEPLOSVET_CLOCK", f"2026-10-01T00:00:00Z@7200@{epoch}")
    one, other = clock_of_environment(), clock_of_environment()
    assert isinstance(one, AcceleratedClock)
    assert abs((one.now() - other.now()).total_seconds()) < 3600
    assert timedelta(hours=20) < one.now() - START < timedelta(hours=30)
    began = time.monotonic()
    assert not one.wait(360, threading.Event())  # six minutes
    assert time.monotonic() - began < 1
    stop = threading.Event()
    stop.set()
    assert one.wait(1e9, stop)


@pytest.mark.parametrize(
    "text", ["2026-10-01T00:00:00@60", "2026-10-01T00:00:00Z", "today@60", "2026-10-01T00:00:00Z@0", "x@y@z"]
)
def test_a_variable_that_is_no_clock(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TEPLOSVET_CLOCK", text)
    with pytest.raises(ConfigurationError, match="TEPLOSVET_CLOCK"):
        clock_of_environment()


def test_the_kernel_is_asked() -> None:
    assert kernel_synchronised() in {True, False, None}
    assert boot_id() == boot_id()


class Kernel:
    """Says what a test wants."""

    def __init__(self, *, synchronised: bool | None) -> None:
        self.synchronised = synchronised

    def __call__(self) -> bool | None:
        return self.synchronised


def keeper(clock: HandClock, memory: Memory, kernel: Callable[[], bool | None]) -> Timekeeper:
    found = Timekeeper(clock, "gw", memory, kernel)
    found.look()
    return found


def test_turns_are_told_once(clock: HandClock, memory: Memory) -> None:
    kernel = Kernel(synchronised=False)
    timekeeper = Timekeeper(clock, "gw", memory, kernel)
    turn = timekeeper.look()
    assert turn is not None
    assert not turn.synchronised
    assert timekeeper.look() is None
    clock.time += timedelta(hours=3)  # somebody sets it
    kernel.synchronised = True
    turn = timekeeper.look()
    assert turn is not None
    assert (turn.synchronised, turn.set_by_s) == (True, 3 * 3600)
    assert timekeeper.look() is None


def test_a_kernel_that_says_nothing_is_no_reason_to_worry(clock: HandClock, memory: Memory) -> None:
    assert keeper(clock, memory, Kernel(synchronised=None)).synchronised


def test_what_can_be_believed(clock: HandClock, memory: Memory) -> None:
    kernel = Kernel(synchronised=False)
    clock.time = BEFORE_ALL
    assert not keeper(clock, memory, kernel).trusted
    clock.time = START
    assert keeper(clock, memory, kernel).trusted  # plausible, though nobody confirms it
    kernel.synchronised = True
    assert keeper(clock, memory, kernel).trusted
    kernel.synchronised = False
    clock.time = START - timedelta(days=3)  # a clock that was put back to the last shutdown, or lost its battery
    assert not keeper(clock, memory, kernel).trusted


def readings(at: datetime) -> list[Reading]:
    return [Reading("heat", Quantity.HEAT_ENERGY_KWH, 5.0, at, serial="4711")]


def test_what_was_measured_before_the_clock_was_right_is_dated_later(
    clock: HandClock, memory: Memory, kept: Kept
) -> None:
    kernel = Kernel(synchronised=False)
    clock.time = BEFORE_ALL
    timekeeper = keeper(clock, memory, kernel)
    reporter = Reporter("gw", ["heat"], kept, None, memory, timekeeper)
    reporter.readings(readings(clock.now()))
    reporter.birth(Birth("heat", clock.now().timestamp()))
    reporter.event("heat", clock.now(), "meter_back", {})
    clock.pass_(timedelta(minutes=10))
    reporter.readings(readings(clock.now()))
    reporter.release()
    assert kept.live == kept.events == kept.births == []
    clock.time = START  # the network tells the time, ten minutes after the first reading
    kernel.synchronised = True
    timekeeper.look()
    reporter.release()
    assert [reading.measured_at for reading in kept.live] == [START - timedelta(minutes=10), START]
    assert kept.live[0] == readings(START - timedelta(minutes=10))[0]
    assert [event.at for event in kept.events] == [(START - timedelta(minutes=10)).timestamp()]
    assert [birth.at for birth in kept.births] == [(START - timedelta(minutes=10)).timestamp()]
    reporter.release()
    assert len(kept.live) == 2


def test_a_restart_of_the_process_keeps_what_waits(clock: HandClock, tmp_path: Path, kept: Kept) -> None:
    clock.time = BEFORE_ALL
    first = Memory(tmp_path / "m.sqlite")
    reporter = Reporter("gw", ["heat"], kept, None, first, keeper(clock, first, Kernel(synchronised=False)))
    reporter.readings(readings(clock.now()))
    first.close()
    clock.pass_(timedelta(minutes=1))
    clock.time = START
    again = Memory(tmp_path / "m.sqlite")
    Reporter("gw", ["heat"], kept, None, again, keeper(clock, again, Kernel(synchronised=True))).release()
    assert [reading.measured_at for reading in kept.live] == [START - timedelta(minutes=1)]
    again.close()


def test_what_an_earlier_boot_left_undated_is_counted(
    clock: HandClock, tmp_path: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.time = BEFORE_ALL
    memory = Memory(tmp_path / "m.sqlite")
    monkeypatch.setattr(reporting, "boot_id", lambda: "earlier")
    reporter = Reporter("gw", ["heat"], kept, None, memory, keeper(clock, memory, Kernel(synchronised=False)))
    reporter.readings(readings(clock.now()))
    monkeypatch.setattr(reporting, "boot_id", lambda: "later")
    clock.time = START
    Reporter("gw", ["heat"], kept, None, memory, keeper(clock, memory, Kernel(synchronised=True))).release()
    assert kept.live == []
    assert kept.words() == ["undated_dropped"]
    assert kept.data("undated_dropped")["messages"] == 1
    memory.close()


def test_no_more_waits_than_there_is_room_for(
    clock: HandClock, memory: Memory, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "MOST_HELD", 3)
    kernel = Kernel(synchronised=False)
    clock.time = BEFORE_ALL
    timekeeper = keeper(clock, memory, kernel)
    reporter = Reporter("gw", ["heat"], kept, None, memory, timekeeper)
    for _ in range(5):
        reporter.readings(readings(clock.now()))
    clock.time = START
    kernel.synchronised = True
    timekeeper.look()
    reporter.release()
    assert len(kept.live) == 3
    assert kept.data("undated_dropped")["messages"] == 2


def test_the_latest_values_are_shown_whatever_the_time(clock: HandClock, memory: Memory, kept: Kept) -> None:
    class Screen:
        said: dict[str, object]

        def publish_latest(self, device: str, values: object) -> None:
            self.said = {device: values}

        def announce(self, _birth: Birth) -> None:
            raise AssertionError

    clock.time = BEFORE_ALL
    screen = Screen()
    timekeeper = keeper(clock, memory, Kernel(synchronised=False))
    Reporter("gw", ["heat"], kept, screen, memory, timekeeper).readings(readings(clock.now()))
    assert screen.said == {"heat": {Quantity.HEAT_ENERGY_KWH: 5.0}}
