"""The archives of a simulated TV7 over a real socket: registers at full hours, exact, in all weathers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from gateway.driver import Archive, ArchiveRow
from gateway.drivers.modbus.tv7 import Tv7Driver
from gateway.errors import NothingArchivedError
from simulators.wire.modbus_models import Heat
from simulators.wire.modbus_slave import Slave
from simulators.wire.modbus_tv7 import Tv7
from tests.integration.modbus_bench import MOSCOW, NOW, bench, benches, clock, values


@pytest.fixture(scope="module", autouse=True)
def _benches() -> Iterator[None]:
    with benches():
        yield


def house(at: datetime) -> Heat:
    """Registers of a house, in the meter's own digits: more by day, nothing in a power cut."""
    n = round((at - datetime(2026, 11, 1, tzinfo=UTC)).total_seconds() / 60)
    energy = 1000.0 + n * 0.0004 + 0.001 * (n // 60 % 24)
    return Heat(
        energy_gcal=round(energy, 4),
        volume_m3=round(20_000 + n * 0.02, 3),
        return_volume_m3=round(19_000 + n * 0.0198, 4),
        mass_t=round(19_500 + n * 0.0195, 4),
        return_mass_t=round(18_500 + n * 0.0193, 4),
        flow_c=80.5,
        return_c=52.25,
        flow_m3h=1.25,
        power_kw=40.0,
        outdoor_c=-3.5,
    )


@contextmanager
def calculator(**how: object) -> Iterator[tuple[Tv7, Slave, Tv7Driver]]:
    calculator = Tv7(3, clock, MOSCOW, house, **how)  # type: ignore[arg-type]
    slave = calculator.slave()
    with bench(slave) as on:
        driver = on.driver("termotronik-tv7", "3")
        assert isinstance(driver, Tv7Driver)
        yield calculator, slave, driver


@pytest.mark.parametrize("firmware", [(2, 1), (2, 3)])
def test_a_tv7_is_read_whatever_its_firmware(firmware: tuple[int, int]) -> None:
    with calculator(firmware=firmware) as (_, _, driver):
        contact = driver.read()
    shown = values(contact)
    assert shown["heat_energy_kwh"] == round(house(NOW).energy_gcal * 1163, 6)
    assert shown["heat_volume_m3"] == house(NOW).volume_m3
    assert shown["return_mass_t"] == house(NOW).return_mass_t
    assert (shown["flow_temperature_c"], shown["return_temperature_c"]) == (80.5, 52.25)
    assert (shown["heat_flow_m3h"], shown["outdoor_temperature_c"]) == (1.25, -3.5)
    assert shown["heat_power_kw"] == pytest.approx(40.0, rel=1e-6)
    assert (contact.serial, contact.model) == ("18974368", "ТВ7-04")
    assert contact.firmware == f"{firmware[0]}.{firmware[1]}"
    assert contact.meter_clock == NOW
    assert contact.remarks == ()


def hours_back(count: int) -> list[datetime]:
    last = NOW.replace(minute=0, second=0)
    return [last - timedelta(hours=n) for n in range(count)]


def assert_registers(row: ArchiveRow) -> None:
    """The registers are those of the house at that hour, to the last digit of the meter."""
    truth, shown = house(row.at), values(row)
    assert shown["heat_energy_kwh"] == pytest.approx(truth.energy_gcal * 1163, abs=1e-7)
    assert shown["heat_volume_m3"] == truth.volume_m3
    assert shown["return_volume_m3"] == truth.return_volume_m3
    assert shown["flow_mass_t"] == truth.mass_t
    assert shown["return_mass_t"] == truth.return_mass_t


@pytest.mark.parametrize("ends", [False, True], ids=["named-after-beginning", "named-after-end"])
def test_hours_of_a_tv7_are_rebuilt_exactly(ends: bool) -> None:
    wanted = hours_back(24 * 3)
    with calculator(ends=ends) as (_, _, driver):
        rows = list(driver.read_archive(Archive.HOUR, wanted))
    assert [row.at for row in rows] == wanted
    for row in rows:
        assert_registers(row)
        assert values(row)["flow_temperature_c"] == 80.5
        assert values(row)["outdoor_temperature_c"] == -3.5


def test_an_hour_a_time_costs_one_record() -> None:
    with calculator() as (_, slave, driver):
        list(driver.read_archive(Archive.HOUR, hours_back(14)))
        slave.requests.clear()
        (row,) = driver.read_archive(Archive.HOUR, [hours_back(15)[-1]])
        assert_registers(row)
        assert len(slave.requests) <= 5


def test_hours_in_which_the_meter_was_off() -> None:
    off = {NOW.replace(minute=0, second=0) - timedelta(hours=n) for n in (20, 21)}

    def stopped(at: datetime) -> Heat:
        """The house, whose meter did not count in those hours."""
        lost = [house(hour).energy_gcal - house(hour - timedelta(hours=1)).energy_gcal for hour in off if hour <= at]
        return Heat(round(house(at).energy_gcal - sum(lost), 4), 100.0)

    tv7 = Tv7(3, clock, MOSCOW, stopped, off=off)
    with bench(tv7.slave()) as on:
        rows = list(on.driver("termotronik-tv7", "3").read_archive(Archive.HOUR, hours_back(48)))
    assert len(rows) == 48
    for row in rows:
        if row.at in off:
            assert row.samples == ()
        else:
            assert values(row)["heat_energy_kwh"] == pytest.approx(stopped(row.at).energy_gcal * 1163, abs=1e-7)


def test_hours_after_a_hole_wait_until_the_day_is_over() -> None:
    """Today has no total after the hole yet; whether the meter counted in it shows at midnight."""
    hole = NOW.replace(minute=0, second=0) - timedelta(hours=4)
    with calculator(off={hole}) as (_, _, driver):
        rows = {row.at: row for row in driver.read_archive(Archive.HOUR, hours_back(8))}
    assert rows[hole].samples == ()
    assert set(rows) == {at for at in hours_back(8) if at <= hole}
    for at, row in rows.items():
        if at < hole:
            assert_registers(row)


def test_days_of_a_tv7() -> None:
    midnight = NOW.astimezone(MOSCOW).replace(hour=0, minute=0, second=0)
    wanted = [(midnight - timedelta(days=n)).astimezone(UTC) for n in range(5)]
    with calculator() as (_, _, driver):
        rows = list(driver.read_archive(Archive.DAY, wanted))
        not_yet = list(driver.read_archive(Archive.DAY, [wanted[0] + timedelta(days=1)]))
        odd = list(driver.read_archive(Archive.DAY, [wanted[0] - timedelta(hours=5)]))
    assert [row.at for row in rows] == wanted
    for row in rows:
        assert_registers(row)
    assert not_yet == []
    assert odd == [ArchiveRow(wanted[0] - timedelta(hours=5), ())]


def test_what_the_archive_has_no_longer_and_not_yet() -> None:
    with calculator(hours=48) as (_, _, driver):
        last = NOW.replace(minute=0, second=0)
        old, new = last - timedelta(hours=60), last + timedelta(hours=1)
        assert list(driver.read_archive(Archive.HOUR, [new, old])) == [ArchiveRow(old, ())]
        with pytest.raises(NothingArchivedError, match="no month archive"):
            list(driver.read_archive(Archive.MONTH, [last]))


def test_just_after_the_hour_nobody_knows_how_records_are_named() -> None:
    tv7 = Tv7(3, lambda: NOW.replace(minute=1), MOSCOW, house)
    with bench(tv7.slave()) as on:
        driver = on.driver("termotronik-tv7", "3")
        with pytest.raises(NothingArchivedError, match="named after their beginning or end"):
            list(driver.read_archive(Archive.HOUR, hours_back(2)))


def test_an_exchanged_calculator_is_not_remembered_as_the_old_one() -> None:
    with calculator() as (tv7, _, driver):
        driver.read()
        (before,) = driver.read_archive(Archive.HOUR, hours_back(1))
        tv7.serial, tv7.heat = 5, lambda at: Heat(round(house(at).energy_gcal - 1000, 4), 1.0)
        assert driver.read().serial == "5"
        (after,) = driver.read_archive(Archive.HOUR, hours_back(1))
    assert values(before)["heat_energy_kwh"] - values(after)["heat_energy_kwh"] == pytest.approx(1_163_000)
