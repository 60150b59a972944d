"""VKT-7 and TSRV over TCP, as through a transparent converter: values, archives, disturbances, two on one line."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from gateway.driver import Archive, ArchiveRow, Driver, DriverSettings
from gateway.errors import CutShortError, DecodeError, DeviceError, LineError, NoAnswerError, WrongDeviceError
from gateway.line import Line
from gateway.profiles import profile
from simulators.wire.heat_state import steady
from simulators.wire.line_server import LineServer, Together
from simulators.wire.tsrv_slave import TsrvSettings, TsrvSlave
from simulators.wire.vkt7_slave import MOSCOW, Vkt7Settings, Vkt7Slave
from teplosvet.domain.quantities import Quantity

BUILT = datetime(2025, 12, 1, tzinfo=UTC)
START = datetime(2026, 2, 3, 20, 59, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
HASTE = 20
"""How many times faster than ours a line's clock runs, so that silence is noticed soon."""


class _Basement:
    def __init__(self, line: Line, now: list[datetime], vkt7: Vkt7Slave, tsrv: TsrvSlave) -> None:
        self.line, self.now, self.vkt7, self.tsrv = line, now, vkt7, tsrv

    def driver(self, model: str) -> Driver:
        return profile(model).driver(self.line, DriverSettings("cellar", "7" if model == "vkt-7" else "12", MOSCOW))

    def truth_kwh(self, model: str, at: datetime) -> float:
        return self.vkt7.register(12, at) * 1.163 if model == "vkt-7" else self.tsrv.heat_gcal(at) * 1163

    def mishaps(self, model: str) -> object:
        return self.vkt7.mishaps if model == "vkt-7" else self.tsrv.mishaps


@pytest.fixture
def basement() -> Iterator[_Basement]:
    now = [START]
    clock: Callable[[], datetime] = lambda: now[0]
    vkt7 = Vkt7Slave(Vkt7Settings(7, BUILT, report_day=1), clock, steady(BUILT, 0.123, 4.2))
    tsrv = TsrvSlave(TsrvSettings(12, BUILT), clock, steady(BUILT, 0.123, 4.2))
    with LineServer(Together(vkt7, tsrv)) as server:
        line = Line("cellar line", server.url, slack_s=1.0, monotonic=lambda: HASTE * time.monotonic())
        yield _Basement(line, now, vkt7, tsrv)
        line.close()


BOTH = pytest.mark.parametrize("model", ["vkt-7", "tsrv-024"])


def _heat(row: ArchiveRow) -> float | None:
    return next((s.value for s in row.samples if s.quantity is Quantity.HEAT_ENERGY_KWH), None)


def test_two_calculators_take_turns_on_one_line(basement: _Basement) -> None:
    for model in ("vkt-7", "tsrv-024", "vkt-7"):
        contact = basement.driver(model).read()
        heat = next(s.value for s in contact.samples if s.quantity is Quantity.HEAT_ENERGY_KWH)
        assert heat == pytest.approx(basement.truth_kwh(model, START), abs=0.01)
        assert contact.meter_clock == START


@BOTH
def test_hours_across_midnight_while_time_goes_on(basement: _Basement, model: str) -> None:
    """Rows come one by one; meanwhile an hour and a day end, and the next reading finds them."""
    driver = basement.driver(model)
    top = START.replace(minute=0, second=0)
    rows = driver.read_archive(Archive.HOUR, [top - n * HOUR for n in range(4)])
    first = next(rows)
    basement.now[0] = START + timedelta(minutes=2)  # midnight in Moscow
    found = [first, *rows]
    found += driver.read_archive(Archive.HOUR, [top + HOUR])
    found += driver.read_archive(Archive.DAY, [top + HOUR])
    assert [row.at for row in found] == [top, top - HOUR, top - 2 * HOUR, top - 3 * HOUR, top + HOUR, top + HOUR]
    for row in found:
        assert _heat(row) == pytest.approx(basement.truth_kwh(model, row.at), abs=0.01)


@BOTH
def test_whoever_reads_may_stop(basement: _Basement, model: str) -> None:
    driver = basement.driver(model)
    rows = driver.read_archive(Archive.HOUR, [START.replace(minute=0, second=0) - n * HOUR for n in range(24)])
    next(rows)
    assert basement.driver("tsrv-024" if model == "vkt-7" else "vkt-7").read().samples  # the line is free
    assert driver.read().samples


@BOTH
@pytest.mark.parametrize("mishap", ["spoilt", "cut", "mute"])
def test_one_disturbance_is_overcome(basement: _Basement, model: str, mishap: str) -> None:
    setattr(basement.mishaps(model), mishap, 1)
    assert basement.driver(model).read().samples
    assert len(basement.line.failures) == 1


@BOTH
@pytest.mark.parametrize(
    ("mishap", "error"),
    [("spoilt", DecodeError), ("cut", CutShortError), ("mute", NoAnswerError), ("foreign", WrongDeviceError)],
)
def test_what_lasts_is_told_to_the_installer(
    basement: _Basement, model: str, mishap: str, error: type[DeviceError]
) -> None:
    setattr(basement.mishaps(model), mishap, 9)
    with pytest.raises(error, match=r"^cellar: ") as caught:
        basement.driver(model).read()
    assert basement.line.failures[-1].sentence == str(caught.value)
    assert type(caught.value) is error


@BOTH
def test_a_slow_calculator_behind_a_converter_with_echo(basement: _Basement, model: str) -> None:
    mishaps = basement.mishaps(model)
    mishaps.echo, mishaps.delay_s = True, 0.02  # type: ignore[attr-defined]
    assert basement.driver(model).read().samples


@BOTH
def test_nobody_at_that_address(basement: _Basement, model: str) -> None:
    driver = profile(model).driver(basement.line, DriverSettings("cellar", "99", MOSCOW))
    with pytest.raises(NoAnswerError, match="check the wires, the address"):
        driver.read()


def test_no_converter() -> None:
    driver = profile("vkt-7").driver(Line("cellar line", "socket://127.0.0.1:1"), DriverSettings("cellar", "7", MOSCOW))
    with pytest.raises(LineError):
        driver.read()
