"""What contacts with TSRV-024 and TSRV-026 bring, and what the archives of TSRV-024 hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.driver import Archive, Driver, DriverSettings
from gateway.errors import DecodeError, NothingArchivedError, RefusedError
from gateway.profiles import profile
from simulators.wire.tsrv_slave import MOSCOW, TsrvSettings, TsrvSlave
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity
from tests.unit.gateway.instant_line import InstantLine
from tests.unit.gateway.vkt7.house import BUILT, DAY, HOUR, NOW, course, hours, local, rows_of


def _house(model: str = "tsrv-024", **settings: object) -> tuple[TsrvSlave, Driver]:
    known = TsrvSettings(1, BUILT, is_026=model == "tsrv-026", **settings)  # type: ignore[arg-type]
    slave = TsrvSlave(known, lambda: NOW, course, lambda at: replace(course(at), heat_gcal=course(at).heat_gcal / 3))
    return slave, _driver(slave, model)


def _driver(slave: TsrvSlave, model: str = "tsrv-024", **options: str) -> Driver:
    return profile(model).driver(InstantLine(slave), DriverSettings("cellar", "1", MOSCOW, options))


def _heat(row: object) -> float | None:
    return next((s.value for s in row.samples if s.quantity is Quantity.HEAT_ENERGY_KWH), None)  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", ["tsrv-024", "tsrv-026"])
def test_a_contact(model: str) -> None:
    slave, driver = _house(model)
    contact = driver.read()
    values = {s.quantity: s.value for s in contact.samples}
    truth = course(NOW)
    assert values[Quantity.HEAT_ENERGY_KWH] == pytest.approx(1163 * truth.heat_gcal, rel=1e-9)
    assert values[Quantity.HEAT_VOLUME_M3] == pytest.approx(truth.flow_volume_m3, rel=1e-9)
    assert values[Quantity.RETURN_VOLUME_M3] == pytest.approx(truth.return_volume_m3, rel=1e-9)
    assert values[Quantity.FLOW_MASS_T] == pytest.approx(truth.flow_mass_t, rel=1e-9)
    assert values[Quantity.RETURN_MASS_T] == pytest.approx(truth.return_mass_t, rel=1e-9)
    assert values[Quantity.HEAT_POWER_KW] == pytest.approx(0.175 * 1163, rel=1e-6)
    assert values[Quantity.FLOW_TEMPERATURE_C] == pytest.approx(92.31, rel=1e-6)
    assert values[Quantity.RETURN_TEMPERATURE_C] == pytest.approx(54.08, rel=1e-6)
    assert values[Quantity.FLOW_PRESSURE_KPA] == pytest.approx(6.1 * 98.0665, rel=1e-6)
    assert values[Quantity.HEAT_FLOW_M3H] == 5
    assert len(values) == len(contact.samples)
    assert contact.meter_clock == NOW
    assert contact.firmware == "76.30.03.19"
    assert contact.remarks == ()
    assert len(contact.frames) == len(slave.asked)
    assert {request[1] for request in slave.asked} <= {4, 17, 65}  # nothing is ever written


def test_serial_number_and_flags_of_026() -> None:
    slave, driver = _house("tsrv-026")
    slave.flags[local(2026, 3, 5, 12)] = 0x8001
    contact = driver.read()
    assert contact.serial == "802485"
    assert {s.quantity: s.value for s in contact.samples}[Quantity.HEAT_ERROR_FLAGS] == 0x8001
    with pytest.raises(NothingArchivedError):
        driver.read_archive(Archive.HOUR, hours(NOW, 1))


def test_the_second_heat_system() -> None:
    slave, _ = _house()
    driver = _driver(slave, system="2")
    values = {s.quantity: s.value for s in driver.read().samples}
    assert values[Quantity.HEAT_ENERGY_KWH] == pytest.approx(1163 * course(NOW).heat_gcal / 3, rel=1e-9)
    rows = rows_of(driver, Archive.HOUR, hours(NOW, 2))
    assert _heat(rows[1]) == pytest.approx(1163 * slave.heat_gcal(rows[1].at, 2), rel=1e-9)


def test_channels_can_be_chosen() -> None:
    slave, _ = _house()
    values = {s.quantity: s.value for s in _driver(slave, flow_channel="2", return_channel="1").read().samples}
    assert values[Quantity.FLOW_TEMPERATURE_C] < values[Quantity.RETURN_TEMPERATURE_C]
    swapped = {s.quantity: s.value for s in _driver(slave, flow_pipe="2", return_pipe="2").read().samples}
    assert swapped[Quantity.FLOW_MASS_T] == swapped[Quantity.RETURN_MASS_T]


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("0", {}),
        ("248", {}),
        ("x", {}),
        ("1", {"system": "4"}),
        ("1", {"flow_channel": "13"}),
        ("1", {"flow_pipe": ""}),
    ],
)
def test_a_wrong_configuration(address: str, options: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="cellar"):
        profile("tsrv-024").driver(InstantLine(_house()[0]), DriverSettings("cellar", address, MOSCOW, options))


def test_registers_that_it_lacks_are_told() -> None:
    slave, driver = _house()
    slave.lacking = {0xC6AC}
    contact = driver.read()
    assert Quantity.HEAT_POWER_KW not in {s.quantity for s in contact.samples}
    assert [(r.event, r.data["register"], r.data["code"]) for r in contact.remarks] == [("register_refused", 0xC6AC, 2)]


def test_a_heat_register_that_is_not_the_archives_is_left_out() -> None:
    """As if the address that we believe held something else."""
    slave, driver = _house()
    honest = slave._counted
    shown = {id(NOW): 5000.0}
    slave._counted = lambda at, n, of: shown.get(id(at)) or honest(at, n, of)  # type: ignore[method-assign]
    contact = driver.read()
    assert Quantity.HEAT_ENERGY_KWH not in {s.quantity for s in contact.samples}
    assert contact.remarks[-1].event == "register_differs_from_archive"


def test_impossible_values_are_told() -> None:
    slave = TsrvSlave(
        TsrvSettings(1, BUILT), lambda: NOW, lambda at: replace(course(at), flow_c=300, return_c=float("nan"))
    )
    contact = _driver(slave).read()
    quantities = {s.quantity for s in contact.samples}
    assert not {Quantity.FLOW_TEMPERATURE_C, Quantity.RETURN_TEMPERATURE_C} & quantities
    assert [r.event for r in contact.remarks] == ["impossible_value"]


def test_a_clock_that_says_nothing() -> None:
    slave, driver = _house()
    slave._own_seconds = lambda _: 0  # type: ignore[method-assign]
    assert driver.read().meter_clock is None
    with pytest.raises(DecodeError, match="clock"):
        rows_of(driver, Archive.HOUR, hours(NOW, 1))


def test_every_hour_across_midnights() -> None:
    slave, driver = _house()
    wanted = hours(NOW, 75)
    rows = rows_of(driver, Archive.HOUR, wanted)
    assert [row.at for row in rows] == wanted
    for row in rows:
        assert _heat(row) == pytest.approx(1163 * slave.heat_gcal(row.at), abs=1e-3)
    values = {s.quantity: s for s in rows[0].samples}
    assert values[Quantity.FLOW_TEMPERATURE_C].value == pytest.approx(92.31)
    assert values[Quantity.FLOW_TEMPERATURE_C].resolution == 0.01
    assert values[Quantity.RETURN_PRESSURE_KPA].value == 481


def test_days() -> None:
    slave, driver = _house()
    midnight = datetime(2026, 3, 5, tzinfo=MOSCOW)
    rows = rows_of(driver, Archive.DAY, [midnight - n * DAY for n in range(40)])
    assert len(rows) == 40
    for row in rows:
        assert _heat(row) == pytest.approx(1163 * slave.heat_gcal(row.at), abs=1e-3)


def test_an_hour_without_power() -> None:
    slave, driver = _house()
    slave.without_power = {local(2026, 3, 5, 9)}
    rows = rows_of(driver, Archive.HOUR, hours(NOW, 5))
    assert [bool(row.samples) for row in rows] == [True, True, False, True, True]
    assert _heat(rows[1]) == pytest.approx(1163 * slave.heat_gcal(rows[1].at), abs=1e-3)


def test_flags_of_an_hour() -> None:
    slave, driver = _house()
    slave.flags[local(2026, 3, 5, 10)] = 0xC0000005
    rows = rows_of(driver, Archive.HOUR, hours(NOW, 3))
    flags = [{s.quantity: s.value for s in row.samples}[Quantity.HEAT_ERROR_FLAGS] for row in rows]
    assert flags == [0, 0xC0000005, 0]


def test_an_older_program_has_no_totals() -> None:
    slave, driver = _house(program="VZLJOT 76.30.02.11")
    slave.without_totals = True
    rows = rows_of(driver, Archive.HOUR, hours(NOW, 3))
    assert [_heat(row) for row in rows] == [None] * 3
    assert all(row.samples for row in rows)
    contact = driver.read()
    assert Quantity.HEAT_ENERGY_KWH in {s.quantity for s in contact.samples}
    assert [r.event for r in contact.remarks] == ["register_not_compared"]
    assert all(request[:4] != bytes.fromhex("01410012") for request in slave.asked)


def test_totals_that_are_refused_for_once_are_no_reason_to_store_an_hour_without_them() -> None:
    slave, driver = _house()
    slave.without_totals = True
    with pytest.raises(RefusedError):
        rows_of(driver, Archive.HOUR, hours(NOW, 3))
    assert [(r.event, r.data["code"]) for r in driver.read().remarks] == [("register_not_compared", 3)]


@pytest.mark.parametrize("program", ["VZLJOT 76.30.04.01", "Vzljot TSR", ""])
def test_archives_of_an_unknown_program_are_not_guessed(program: str) -> None:
    with pytest.raises(NothingArchivedError, match="not known"):
        rows_of(_house(program=program)[1], Archive.HOUR, hours(NOW, 1))


def test_what_has_not_ended_waits_and_what_is_too_old_is_said() -> None:
    slave, driver = _house()
    top = NOW.replace(minute=0, second=0)
    old = top - 1000 * HOUR
    rows = rows_of(driver, Archive.HOUR, [top + HOUR, top - timedelta(minutes=30), old])
    assert [(row.at, row.samples) for row in rows] == [(old, ())]
    assert rows_of(driver, Archive.DAY, [top]) == []
    assert all(request[1] != 65 for request in slave.asked)


def test_a_record_of_another_time_is_none() -> None:
    slave, driver = _house()
    slave._seconds_off = 1
    honest = slave._record
    slave._record = (
        lambda request: (  # type: ignore[method-assign]
            (int.from_bytes(honest(request)[:4], "big") - 7200).to_bytes(4, "big") + honest(request)[4:]
        )
    )
    assert rows_of(driver, Archive.HOUR, hours(NOW, 1))[0].samples == ()


def test_a_month_archive_is_not_kept() -> None:
    with pytest.raises(NothingArchivedError):
        _house()[1].read_archive(Archive.MONTH, [NOW])


def test_a_record_that_ends_early() -> None:
    slave, driver = _house()
    honest = slave._record
    slave._record = lambda request: honest(request)[:50]  # type: ignore[method-assign]
    with pytest.raises(DecodeError, match="cellar"):
        rows_of(driver, Archive.HOUR, hours(NOW, 1))


def test_a_meter_that_refuses_everything() -> None:
    slave, driver = _house()
    slave._data = slave._read_nothing = _refuse(slave)  # type: ignore[attr-defined, method-assign]
    with pytest.raises(RefusedError, match="is it a TSRV"):
        driver.read()


def _refuse(slave: TsrvSlave) -> object:
    def data(_function: int, request: bytes) -> bytes:
        return TsrvSlave._data(slave, 99, request)

    return data


def test_wanted_times_may_be_in_any_zone() -> None:
    _, driver = _house()
    top = NOW.replace(minute=0, second=0)
    rows = rows_of(driver, Archive.HOUR, [top.astimezone(MOSCOW)])
    assert (rows[0].at, rows[0].at.tzinfo) == (top, UTC)
