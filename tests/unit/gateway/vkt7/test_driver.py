"""What a contact with a VKT-7 brings."""

from dataclasses import replace

import pytest

from gateway.driver import Archive, DriverSettings
from gateway.drivers.vkt7.session import FRAMING
from gateway.errors import DecodeError, NothingArchivedError, RefusedError
from gateway.profiles import profile
from simulators.wire.heat_state import HeatState
from simulators.wire.vkt7_slave import ALL_ELEMENTS, MOSCOW, Vkt7Settings, Vkt7Slave
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity
from tests.unit.gateway.instant_line import InstantLine
from tests.unit.gateway.vkt7.house import ALWAYS, BUILT, NOW, course, driver_on, house


def test_values_and_totals_of_one_session() -> None:
    slave, driver = house()
    contact = driver.read()
    values = {sample.quantity: sample for sample in contact.samples}
    truth = course(NOW)
    assert values[Quantity.HEAT_ENERGY_KWH].value == pytest.approx(1163 * int(truth.heat_gcal * 1000) / 1000, rel=1e-12)
    assert values[Quantity.HEAT_ENERGY_KWH].resolution == pytest.approx(1.163)
    assert values[Quantity.HEAT_VOLUME_M3].value == pytest.approx(truth.flow_volume_m3, abs=0.01)
    assert values[Quantity.RETURN_MASS_T].value == pytest.approx(truth.return_mass_t, abs=0.01)
    assert values[Quantity.OPERATING_TIME_H].value == int(truth.operating_h)
    assert values[Quantity.ERROR_TIME_H].value == 12
    assert values[Quantity.FLOW_TEMPERATURE_C].value == 92.31
    assert values[Quantity.RETURN_TEMPERATURE_C].resolution == 0.01
    assert values[Quantity.FLOW_PRESSURE_KPA].value == pytest.approx(6.1 * 98.0665)
    assert values[Quantity.HEAT_FLOW_M3H].value == 5.0
    assert values[Quantity.HEAT_QUALITY_FLAGS].value == values[Quantity.HEAT_ERROR_FLAGS].value == 0
    assert len(values) == len(contact.samples)
    assert (contact.serial, contact.model, contact.firmware) == ("00123456", "VKT-7-03", "2.7")
    assert contact.meter_clock == NOW
    assert contact.remarks == ()
    assert len(contact.frames) == len(slave.asked)


def test_it_speaks_with_two_stop_bits() -> None:
    line = InstantLine(house()[0])
    driver_on(line).read()
    assert line.usual == FRAMING
    assert FRAMING.bits == 11


def test_the_clock_is_never_set_nor_anything_else() -> None:
    slave, driver = house()
    driver.read()
    list(driver.read_archive(Archive.HOUR, [NOW.replace(minute=0, second=0)]))
    written = {request[2:4].hex() for request in slave.asked if request[1] == 16}
    assert written == {"3fff", "3ffd", "3ffb"}  # list, type, and the date of a record; no setting


def test_the_second_heat_input_has_its_own_elements_and_decimals() -> None:
    decimals = {57: 2, 59: 2, 60: 2, 61: 1, 66: 3, 69: 1, 70: 1, 71: 2, 76: 4}
    second = HeatState(0.1234, 11.1, 10.2, 9.3, 8.4, 7.0, flow_c=61.5, flow_kgf_cm2=3.25)
    slave = Vkt7Slave(Vkt7Settings(7, BUILT, decimals=decimals), lambda: NOW, course, lambda _: second)
    values = {s.quantity: s.value for s in driver_on(InstantLine(slave), input="2").read().samples}
    assert values[Quantity.HEAT_ENERGY_KWH] == pytest.approx(0.1234 * 1163)
    assert values[Quantity.HEAT_VOLUME_M3] == 11.1
    assert values[Quantity.FLOW_TEMPERATURE_C] == 61.5
    assert values[Quantity.FLOW_PRESSURE_KPA] == pytest.approx(3.25 * 98.0665)
    first = {s.quantity: s.value for s in driver_on(InstantLine(slave)).read().samples}
    assert first[Quantity.FLOW_TEMPERATURE_C] == 92.31


def test_units_are_what_the_calculator_says() -> None:
    units = dict(Vkt7Settings(7, BUILT).units) | {53: "ГДж", 48: "МПа", 45: "т/ч"}
    slave = Vkt7Slave(Vkt7Settings(7, BUILT, units=units, old_units=True), lambda: NOW, course)
    contact = driver_on(InstantLine(slave)).read()
    values = {s.quantity: s.value for s in contact.samples}
    assert values[Quantity.HEAT_ENERGY_KWH] == pytest.approx(int(course(NOW).heat_gcal * 1000) / 3.6)
    assert values[Quantity.FLOW_PRESSURE_KPA] == 6100
    assert Quantity.HEAT_FLOW_M3H not in values  # t/h is no volume flow: left out and told, not guessed
    assert [(r.event, r.data["unit"]) for r in contact.remarks] == [("unknown_unit", "т/ч")]


def test_quality_and_abnormal_situation_are_kept() -> None:
    slave, driver = house()
    slave.about[None] = (0x50, 7)
    contact = driver.read()
    values = {s.quantity: s.value for s in contact.samples}
    assert values[Quantity.HEAT_QUALITY_FLAGS] == 0x90909090
    assert values[Quantity.HEAT_ERROR_FLAGS] == 0x07070707
    assert values[Quantity.FLOW_TEMPERATURE_C] == 92.31
    assert {r.event for r in contact.remarks} == {"meter_error"}


def test_what_is_outside_its_range_is_no_value() -> None:
    slave, driver = house()
    slave.about[None] = (0x0C, 0)
    contact = driver.read()
    assert {s.quantity for s in contact.samples} == {Quantity.HEAT_QUALITY_FLAGS, Quantity.HEAT_ERROR_FLAGS}


def test_what_cannot_be_is_told_and_left_out() -> None:
    slave = Vkt7Slave(Vkt7Settings(7, BUILT), lambda: NOW, lambda at: replace(course(at), return_c=243.0))
    contact = driver_on(InstantLine(slave)).read()
    assert Quantity.RETURN_TEMPERATURE_C not in {s.quantity for s in contact.samples}
    assert contact.remarks[0].event == "impossible_value"
    assert contact.remarks[0].data["value"] == 243.0


def test_a_scheme_without_return_pipe() -> None:
    slave, driver = house()
    slave.schemes = [(ALWAYS, ALL_ELEMENTS - {1, 4, 7, 10})]
    quantities = {s.quantity for s in driver.read().samples}
    assert Quantity.RETURN_TEMPERATURE_C not in quantities
    assert Quantity.HEAT_ENERGY_KWH in quantities


def test_an_empty_scheme() -> None:
    slave, driver = house()
    slave.schemes = [(ALWAYS, frozenset())]
    assert driver.read().samples == ()


def test_an_anonymous_calculator() -> None:
    assert house(subscriber="        ")[1].read().serial is None


@pytest.mark.parametrize("address", ["", "0", "256", "7a", "-1", "７"])
def test_a_wrong_address_is_a_matter_of_configuration(address: str) -> None:
    with pytest.raises(ConfigurationError, match="network number"):
        profile("vkt-7").driver(InstantLine(house()[0]), DriverSettings("cellar", address))


def test_a_wrong_heat_input() -> None:
    with pytest.raises(ConfigurationError, match="heat inputs 1 and 2"):
        driver_on(InstantLine(house()[0]), input="3")


def test_it_keeps_no_month_archive_here() -> None:
    with pytest.raises(NothingArchivedError):
        house()[1].read_archive(Archive.MONTH, [NOW])


def test_another_confirmation_than_asked_for() -> None:
    slave, _ = house()
    line = InstantLine(
        slave, lambda data: bytes.fromhex("0710 3ffe 0000 adfb".replace(" ", "")) if data[1] == 16 else data
    )
    with pytest.raises((DecodeError, RefusedError)):
        driver_on(line).read()


def test_the_zone_is_that_of_its_clock() -> None:
    slave, _ = house(zone=MOSCOW)
    driver = profile("vkt-7").driver(InstantLine(slave), DriverSettings("cellar", "7"))  # the installer forgot the zone
    clock = driver.read().meter_clock
    assert clock is not None
    assert (clock - NOW).total_seconds() == 3 * 3600
