"""Pulsar and Mercury meters on one line behind a converter, over a real socket."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import pytest

from gateway.driver import Archive, ArchiveRow, Contact, Driver, DriverSettings
from gateway.errors import DeviceError, NoAnswerError
from gateway.line import Line
from gateway.profiles import models, profile
from simulators.wire.line_server import Bus, LineServer, Piece, Together
from simulators.wire.mercury_206_slave import Mercury206Slave
from simulators.wire.mercury_slave import MercurySlave, Registers
from simulators.wire.pulsar_slave import PulsarSlave, Value
from simulators.wire.spoilt_answer import Fault
from teplosvet.domain.quantities import Quantity

MOSCOW = ZoneInfo("Europe/Moscow")
START = datetime(2026, 10, 1, tzinfo=UTC)


@dataclass
class Basement:
    """Four meters on a line, and what time it is there."""

    now: datetime = datetime(2026, 11, 24, 6, 25, 30, tzinfo=UTC)

    def __post_init__(self) -> None:
        clock = lambda: self.now
        channels: dict[int, Value] = {2: lambda _: 71.0, 3: lambda _: 48.0, 5: lambda _: 0.01, 8: lambda _: 0.4}
        channels |= {6: gcal, 7: lambda at: 20 * gcal(at)}
        self.pulsar = PulsarSlave("10264061", channels, clock, MOSCOW, parameters={5: 1, 6: 0, 12: 100, 13: 1})
        self.water = PulsarSlave("00065000", {2: lambda at: 3 * gcal(at)}, clock, MOSCOW, width=8, parameters={5: 1})
        self.mercury = MercurySlave(87, wh, clock, MOSCOW, profile_since=START)
        self.flat = Mercury206Slave(925_595, lambda at: (gcal(at) * 100, None, None, None), clock, MOSCOW)

    def hear(self, data: bytes) -> Iterable[Piece]:
        """Every meter hears every byte."""
        yield from Together(self.pulsar, self.water, self.mercury, self.flat).hear(data)


def gcal(at: datetime) -> float:
    """A heat register. [Gcal]"""
    hours = (at - START) / timedelta(hours=1)
    return 20 + 0.01 * hours + 0.005 * math.sin(hours)


def wh(at: datetime) -> Registers:
    """Registers of a house. [Wh]"""
    return gcal(at) * 1e6, None, gcal(at) * 1e5, None


@pytest.fixture
def basement() -> Basement:
    return Basement()


@pytest.fixture
def line(basement: Basement) -> Iterator[Line]:
    with LineServer(basement) as server:
        made = Line("basement", server.url, slack_s=0.05)
        yield made
        made.close()


Maker = Callable[..., Driver]


@pytest.fixture
def meter(line: Line) -> Maker:
    addresses = {"pulsar": "10264061", "pulsar-m": "65000/3", "mercury-230": "87", "mercury-206": "925595"}

    def make(model: str, **options: str) -> Driver:
        return profile(model).driver(line, DriverSettings(model, addresses[model], MOSCOW, options))

    return make


def values(brought: Contact | ArchiveRow) -> dict[Quantity, float]:
    return {sample.quantity: sample.value for sample in brought.samples}


def test_the_models_are_known() -> None:
    assert {"pulsar", "pulsar-m", "mercury-230", "mercury-206"} <= set(models())


def test_four_meters_of_three_protocols_share_a_line(basement: Basement, meter: Maker) -> None:
    for _ in range(3):
        assert values(meter("pulsar").read())[Quantity.HEAT_ENERGY_KWH] == pytest.approx(
            gcal(basement.now) * 1163, rel=1e-6
        )
        water = values(meter("pulsar-m").read())
        assert water == {Quantity.WATER_VOLUME_M3: pytest.approx(3 * gcal(basement.now))}
        assert values(meter("mercury-230").read())[Quantity.ACTIVE_ENERGY_KWH] == pytest.approx(
            gcal(basement.now) * 1000, abs=0.01
        )
        assert values(meter("mercury-206").read())[Quantity.ACTIVE_ENERGY_KWH] == pytest.approx(
            gcal(basement.now) * 100, abs=0.01
        )
        basement.now += timedelta(minutes=15)


def test_ten_days_without_network_come_back_hour_by_hour(basement: Basement, meter: Maker) -> None:
    newest = basement.now.replace(minute=0, second=0)
    wanted = [newest - timedelta(hours=n) for n in range(240)]
    heat = list(meter("pulsar").read_archive(Archive.HOUR, wanted))
    electricity = list(meter("mercury-230").read_archive(Archive.HOUR, wanted))
    assert [row.at for row in heat] == [row.at for row in electricity] == wanted
    for row in heat:
        assert values(row)[Quantity.HEAT_ENERGY_KWH] == pytest.approx(gcal(row.at) * 1163, rel=1e-6)
    for row in electricity:
        assert values(row)[Quantity.ACTIVE_ENERGY_KWH] == pytest.approx(gcal(row.at) * 1000, abs=0.002)


def test_two_archives_can_be_read_by_turns(basement: Basement, meter: Maker) -> None:
    """A session of one meter stays open while another is spoken with."""
    newest = basement.now.replace(minute=0, second=0)
    wanted = [newest - timedelta(hours=n) for n in range(60)]
    by_turns = zip(
        meter("pulsar").read_archive(Archive.HOUR, wanted),
        meter("mercury-230").read_archive(Archive.HOUR, wanted),
        strict=True,
    )
    for heat, electricity in by_turns:
        assert heat.at == electricity.at
        assert heat.samples
        assert electricity.samples


def test_a_session_that_timed_out_is_opened_again(basement: Basement, meter: Maker) -> None:
    newest = basement.now.replace(minute=0, second=0)
    rows = meter("mercury-230").read_archive(Archive.HOUR, [newest - timedelta(hours=n) for n in range(100)])
    assert next(rows).samples
    basement.now += timedelta(minutes=5)
    assert all(row.samples for row in rows)


@pytest.mark.parametrize("model", ["pulsar", "mercury-230", "mercury-206"])
@pytest.mark.parametrize("fault", [Fault.WRONG_CHECK, Fault.HALF])
def test_a_spoilt_answer_is_asked_for_again(basement: Basement, meter: Maker, model: str, fault: Fault) -> None:
    for slave in (basement.pulsar, basement.mercury, basement.flat):
        slave.faults = deque([Fault.NONE, fault])
    made = meter(model)
    assert made.read().samples
    assert len(made.line.failures) == 1


class Slow:
    """A meter whose next answers come late, each by so much. [s]"""

    def __init__(self, bus: Bus, delays: Iterable[float]) -> None:
        self._bus, self._delays = bus, deque(delays)

    def hear(self, data: bytes) -> Iterable[Piece]:
        """Take bytes from the master."""
        for piece in self._bus.hear(data):
            yield Piece(piece.data, self._delays.popleft() if self._delays else 0.0)


@pytest.mark.parametrize(("model", "before"), [("pulsar", 1), ("mercury-230", 4)])
def test_an_answer_that_was_given_up_is_not_taken_for_that_of_the_next_request(
    basement: Basement, model: str, before: int
) -> None:
    """The request was sent again meanwhile, so two answers come, the second when the next request may be on its way."""
    with LineServer(Slow(basement, [0.0] * before + [0.7, 0.2])) as server:
        line = Line("basement", server.url, slack_s=0.05)
        address = "10264061" if model == "pulsar" else "87"
        contact = profile(model).driver(line, DriverSettings(model, address, MOSCOW)).read()
        line.close()
    assert contact.meter_clock == basement.now.replace(microsecond=0)
    assert contact.remarks == ()
    register, per_gcal = (Quantity.HEAT_ENERGY_KWH, 1163) if model == "pulsar" else (Quantity.ACTIVE_ENERGY_KWH, 1000)
    assert values(contact)[register] == pytest.approx(gcal(basement.now) * per_gcal, rel=1e-6)


def test_a_meter_that_is_not_there_costs_a_bounded_time(line: Line) -> None:
    for model, address in (("pulsar", "1"), ("mercury-230", "5"), ("mercury-206", "7")):
        started = monotonic()
        with pytest.raises(NoAnswerError, match="check the wires"):
            profile(model).driver(line, DriverSettings("absent", address, MOSCOW)).read()
        assert monotonic() - started < 3
    assert {failure.meter for failure in line.failures} == {"absent"}


def test_a_line_that_goes_away_is_an_error_and_comes_back(basement: Basement) -> None:
    with LineServer(basement) as server:
        line = Line("basement", server.url, slack_s=0.2)
        made = profile("pulsar").driver(line, DriverSettings("pulsar", "10264061", MOSCOW))
        assert made.read().samples
        port = server.port
    with pytest.raises(DeviceError):
        made.read()
    with LineServer(basement, port):
        assert made.read().samples
    line.close()
