"""What most tests of the gateway need: a clock set by hand, an instrument, and a memory on the disk."""

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.clock.timekeeper import Timekeeper
from gateway.config import MeterConfig
from gateway.driver import Archive, DriverSettings
from gateway.line import Line
from gateway.memory import Memory
from gateway.meters.meter import Meter
from gateway.reporter import Reporter
from tests.unit.gateway.simulated_meter import HandClock, Instrument, Kept, SimulatedDriver

ZONE = ZoneInfo("Europe/Moscow")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    found = Memory(tmp_path / "memory.sqlite")
    yield found
    found.close()


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def instrument() -> Instrument:
    return Instrument()


@pytest.fixture
def config() -> MeterConfig:
    return MeterConfig("heat", "north", "simulated", "a1", ZONE, None, 3600.0, 300.0, 96, (Archive.HOUR,))


@pytest.fixture
def reporter(clock: HandClock, memory: Memory, kept: Kept) -> Reporter:
    return Reporter("gw", ["heat"], kept, None, memory, Timekeeper(clock, "gw", memory, lambda: True))


MakeMeter = Callable[..., Meter]


@pytest.fixture
def make_meter(
    clock: HandClock, memory: Memory, reporter: Reporter, instrument: Instrument, config: MeterConfig
) -> MakeMeter:
    """A meter as the gateway has it after a start: another one is another start."""

    def made(own: MeterConfig = config, hung: Instrument = instrument) -> Meter:
        settings = DriverSettings(own.name, own.address, own.zone)
        driver = SimulatedDriver(hung, clock, Line("north", "socket://127.0.0.1:9"), settings)
        return Meter(own, driver, memory, reporter, clock)

    return made
