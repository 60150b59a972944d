"""The corners of the TV7 that its archives in the line test do not reach."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.driver import Archive, ArchiveRow, DriverSettings
from gateway.drivers.modbus import tv7
from gateway.drivers.modbus.tv7 import Tv7Driver, moment, registers
from gateway.errors import DecodeError, NothingArchivedError
from gateway.profiles import profile
from simulators.wire.modbus_models import Heat
from simulators.wire.modbus_slave import RefusalError, Slave
from simulators.wire.modbus_tv7 import Tv7
from teplosvet.domain.quantities import Quantity
from tests.unit.gateway.modbus.wire import WireLine

NOW = datetime(2026, 11, 24, 11, 35, 9, tzinfo=UTC)
LAST = NOW.replace(minute=0, second=0)
MOSCOW = ZoneInfo("Europe/Moscow")


def heat(at: datetime) -> Heat:
    return Heat(round(1000 + (at - NOW).total_seconds() / 36000, 3), 100.0)


def clock() -> datetime:
    return NOW


def speaking(slave: Slave, **options: str) -> Tv7Driver:
    line = WireLine(slave, 0, tcp=False)
    line.wire.share = 0.0
    driver = profile("termotronik-tv7").driver(line, DriverSettings("meter", "1", MOSCOW, options))
    assert isinstance(driver, Tv7Driver)
    return driver


def holding(slave: Slave, address: int, change: Callable[[list[int]], Sequence[int]]) -> Slave:
    """The same slave with a run of registers changed."""
    contents = slave.holding[address]
    slave.holding[address] = lambda: change(list(contents()))
    return slave


def calculator(**how: object) -> Slave:
    return Tv7(1, clock, MOSCOW, heat, **how).slave()  # type: ignore[arg-type]


def test_the_second_heat_input_has_its_own_registers() -> None:
    first = {register.quantity: register.address for register in registers({})}
    second = {register.quantity: register.address for register in registers({"input": "2"})}
    assert (first[Quantity.HEAT_ENERGY_KWH], second[Quantity.HEAT_ENERGY_KWH]) == (0x0D8B, 0x0DA2)
    assert (first[Quantity.HEAT_VOLUME_M3], second[Quantity.HEAT_VOLUME_M3]) == (0x0D57, 0x0D6F)
    assert (first[Quantity.FLOW_TEMPERATURE_C], second[Quantity.FLOW_TEMPERATURE_C]) == (0x0DD7, 0x0DDD)
    assert set(first) == set(second)


def test_units_that_nobody_stated_are_not_guessed() -> None:
    stated = {
        register.quantity: register.unit for register in registers({"energy_unit": "MWh", "pressure_unit": "MPa"})
    }
    assert stated[Quantity.HEAT_ENERGY_KWH] == "MWh"
    assert stated[Quantity.HEAT_POWER_KW] == "MW"
    assert stated[Quantity.FLOW_PRESSURE_KPA] == "MPa"
    assert Quantity.FLOW_PRESSURE_KPA not in {register.quantity for register in registers({})}
    # no power where ours has no such unit
    assert Quantity.HEAT_POWER_KW not in {register.quantity for register in registers({"energy_unit": "J"})}


def test_energy_in_another_unit_comes_out_of_the_archive_in_kwh() -> None:
    (row,) = speaking(calculator(), energy_unit="MWh").read_archive(Archive.HOUR, [LAST])
    energy = next(sample.value for sample in row.samples if sample.quantity is Quantity.HEAT_ENERGY_KWH)
    assert energy == pytest.approx(heat(LAST).energy_gcal * 1000, abs=1e-6)


def test_a_register_that_was_stated_stays_whatever_the_firmware() -> None:
    driver = speaking(calculator(firmware=(2, 3)), flow_temperature="holding 0x1E8D f32-low-first Cel")
    values = {str(sample.quantity): sample.value for sample in driver.read().samples}
    assert values["flow_temperature_c"] == values["return_temperature_c"] == 50.0


@pytest.mark.parametrize("words", [[0xFFFF, 0xFFFF, 0xFFFF], [0x0D01, 0x0000], [0x0B18, 0x201A]])
def test_dates_that_are_none(words: list[int]) -> None:
    assert moment(words) is None


def test_a_calculator_without_an_archive() -> None:
    empty = holding(calculator(), 0x0A74, lambda words: [0xFFFF] * len(words))
    with pytest.raises(NothingArchivedError, match="no archive yet"):
        list(speaking(empty).read_archive(Archive.HOUR, [LAST]))


def test_the_record_of_another_time_is_not_believed() -> None:
    def other(words: list[int]) -> list[int]:
        return [words[0], words[1] ^ 0x0100, *words[2:]]

    with pytest.raises(DecodeError, match="another time"):
        list(speaking(holding(calculator(), 0x0AB4, other)).read_archive(Archive.HOUR, [LAST]))


def test_another_refusal_than_no_record_is_told() -> None:
    def refuse(_: list[int]) -> list[int]:
        raise RefusalError(4)

    with pytest.raises(tv7.ModbusRefusedError, match="could not carry out"):
        list(speaking(holding(calculator(), 0x0AB4, refuse)).read_archive(Archive.HOUR, [LAST]))


def test_totals_that_do_not_fit_their_hours_give_no_row_and_a_note() -> None:
    yesterday = LAST - timedelta(days=1)

    def jumps(at: datetime) -> Heat:
        """A register that jumps at midnight, as if the totals were another calculator's."""
        return Heat(heat(at).energy_gcal + (500 if at.astimezone(MOSCOW).hour == 0 and at < NOW else 0), 100.0)

    slave = Tv7(1, clock, MOSCOW, jumps).slave()
    driver = speaking(slave)
    rows = list(driver.read_archive(Archive.HOUR, [yesterday + timedelta(hours=n) for n in range(12)]))
    assert all(
        sample.quantity is not Quantity.HEAT_ENERGY_KWH or sample.value < 2_000_000
        for row in rows
        for sample in row.samples
    )


def test_a_quarter_past_is_no_hour() -> None:
    driver = speaking(calculator())
    assert list(driver.read_archive(Archive.HOUR, [LAST - timedelta(minutes=15)])) == []


def test_memory_of_records_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tv7, "_REMEMBERED", 30)
    driver = speaking(calculator())
    rows = list(driver.read_archive(Archive.HOUR, [LAST - timedelta(hours=n) for n in range(100)]))
    assert len(rows) == 100
    assert len(driver._hours) <= 30
    list(driver.read_archive(Archive.DAY, [(LAST - timedelta(days=n)).replace(hour=21) for n in range(1, 40)]))
    assert len(driver._totals) <= 30


def test_a_day_without_totals_is_a_row_without_samples() -> None:
    def none(_: list[int]) -> list[int]:
        raise RefusalError(0x84)

    day = (LAST - timedelta(days=2)).replace(hour=21)
    driver = speaking(holding(calculator(), 0x0B34, none))
    assert list(driver.read_archive(Archive.DAY, [day])) == [ArchiveRow(day, ())]
    assert list(driver.read_archive(Archive.HOUR, [LAST])) == []
    assert any("cannot be rebuilt" in failure.sentence for failure in driver.line.failures)
