"""Tables of registers: units, faults, missing values, options; every profile's goldens, and that they can fail."""

from dataclasses import replace
from decimal import Decimal

import pytest

from gateway.driver import DriverSettings, Remark, Sample
from gateway.drivers.modbus.driver import Golden, ModbusProfile
from gateway.drivers.modbus.format import F32, I32, U16
from gateway.drivers.modbus.register import ClockRegisters, Register, Table, UnitRegister, sample, stated
from gateway.golden import GoldenError
from gateway.line import Line
from gateway.profiles import profile
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import DeviceClass, Quantity

MODELS = (
    "kamstrup-403",
    "kamstrup-603",
    "kamstrup-803",
    "termotronik-tv7",
    "sdm120",
    "sdm630",
    "danfoss-ecl",
    "dali2-light",
)


def model(name: str) -> ModbusProfile:
    found = profile(name)
    assert isinstance(found, ModbusProfile)
    return found


def words(*contents: int, at: int = 0) -> dict[tuple[Table, int], int]:
    return {(Table.HOLDING, at + n): word for n, word in enumerate(contents)}


@pytest.mark.parametrize("name", MODELS)
def test_goldens(name: str) -> None:
    found = model(name)
    assert found.model == name
    assert found.manual
    assert found.goldens
    found.check_goldens()


@pytest.mark.parametrize("name", MODELS)
def test_goldens_can_fail(name: str) -> None:
    found = model(name)
    golden = next(golden for golden in found.goldens if golden.expected)
    first = next(iter(golden.expected))
    wrong = replace(golden, expected={**golden.expected, first: golden.expected[first] + 1})
    with pytest.raises(GoldenError, match=first):
        replace(found, goldens=(wrong,)).check_goldens()


def test_a_golden_of_too_few_registers_is_no_value() -> None:
    found = replace(model("sdm630"), goldens=(Golden({(Table.INPUT, 0x48): "4640"}, "half a figure", {}),))
    found.check_goldens()


def test_a_figure_is_converted_at_the_boundary() -> None:
    register = Register(Quantity.HEAT_ENERGY_KWH, 0, I32, "Gcal", "0.001")
    assert sample(register, words(0, 10_000)) == Sample(Quantity.HEAT_ENERGY_KWH, 11_630.0, 1.163)


def test_seconds_become_hours_without_noise() -> None:
    register = Register(Quantity.LAMP_ON_TIME_H, 0, I32, "s")
    assert sample(register, words(0x0036, 0xEE80)) == Sample(Quantity.LAMP_ON_TIME_H, 1000.0, 1 / 3600)


@pytest.mark.parametrize(
    ("unit", "factor", "energy_kwh"),
    [(2, 0, 1234.0), (3, 0xFFFE, 12340.0), (8, 0xFFFF, 34277.77777777778), (12, 0xFFFD, 1435.142)],
)
def test_units_and_factors_out_of_registers(unit: int, factor: int, energy_kwh: float) -> None:
    units = UnitRegister(2, {2: "kWh", 3: "MWh", 8: "GJ", 12: "Gcal"})
    register = Register(Quantity.HEAT_ENERGY_KWH, 0, I32, unit_at=units, factor_at=3)
    found = sample(register, words(0, 1234, unit, factor))
    assert isinstance(found, Sample)
    assert found.value == energy_kwh


def test_an_unknown_unit_code_is_told_and_nothing_is_guessed() -> None:
    register = Register(Quantity.HEAT_ENERGY_KWH, 0, I32, unit_at=UnitRegister(2, {2: "kWh"}))
    found = sample(register, words(0, 1234, 99))
    assert found == Remark("unknown_unit", {"quantity": "heat_energy_kwh", "unit": "code 99"})


def test_what_was_not_read_is_missing() -> None:
    with_unit = Register(Quantity.HEAT_ENERGY_KWH, 0, I32, unit_at=UnitRegister(2, {2: "kWh"}), factor_at=3)
    assert sample(with_unit, words(0, 1234)) is None
    assert sample(with_unit, words(0, 1234, 2)) is None
    assert sample(with_unit, words(0, 1234, 2, 100)) is None  # 10^100 is no factor
    assert sample(with_unit, {}) is None


def test_nulls_faults_and_the_impossible() -> None:
    register = Register(Quantity.FLOW_TEMPERATURE_C, 0, F32, "Cel", faults=frozenset({0.0, 185.0}))
    assert sample(register, words(0x4339, 0)) == Remark(
        "sensor_fault", {"quantity": "flow_temperature_c", "value": 185}
    )
    found = sample(register, words(0x4B9C, 0x9C3F))
    assert isinstance(found, Remark)
    assert found.event == "impossible_value"
    never = Register(Quantity.PRESENCE, 0, U16, shape=lambda _: None)
    assert sample(never, words(1)) is None
    assert sample(Register(Quantity.PRESENCE, 0, U16, nulls=frozenset({1.0})), words(1)) is None
    assert sample(Register(Quantity.PRESENCE, 0, U16, shape=lambda v: v + Decimal(1)), words(0)) == Sample(
        Quantity.PRESENCE, 1.0
    )


def test_a_clock_without_a_date_is_none() -> None:
    clock = ClockRegisters(0, 1, lambda found: (2026, found[0], 1, 0, 0, 0))
    assert clock.read(words(13)) is None
    assert clock.read({}) is None
    assert clock.read(words(12)) is not None


def test_a_register_can_be_stated_by_whoever_has_the_manual() -> None:
    assert stated("heat_energy", "input 0x0022 i32 MWh 0.01") == Register(
        Quantity.HEAT_ENERGY_KWH, 0x22, I32, "MWh", "0.01", table=Table.INPUT
    )
    found = stated("heat_energy", "holding 34 i32 kmp@0x30 @49")
    assert found is not None
    assert (found.unit_at is not None and found.unit_at.address, found.factor_at) == (0x30, 49)
    assert stated("presence", "holding 1 u16") == Register(Quantity.PRESENCE, 1, U16)
    assert stated("password", "1") is None


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("heat_energy", "input 0x0022 i32", "cannot be in no unit"),
        ("heat_energy", "input 0x0022 i32 m3", "cannot be in m3"),
        ("heat_energy", "coil 0x0022 i32 MWh", "expected such as"),
        ("heat_energy", "input 99999 i32 MWh", "expected such as"),
        ("heat_energy", "input 0x0022 f80 MWh", "expected such as"),
    ],
)
def test_a_stated_register_is_checked(name: str, text: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        stated(name, text)


LINE = Line("nowhere", "socket://127.0.0.1:9")


@pytest.mark.parametrize(
    ("name", "address", "options"),
    [
        ("sdm630", "0", {}),
        ("sdm630", "248", {}),
        ("sdm630", "one", {}),
        ("sdm630", "1/2", {}),
        ("sdm630", "1", {"paritty": "N"}),
        ("dali2-light", "1", {}),
        ("dali2-light", "1/64", {}),
        ("dali2-light", "1/", {}),
        ("dali2-light", "1/1", {"base": "8"}),
        ("dali2-light", "1/1", {"base": "65000"}),
        ("dali2-light", "1/1", {"base": "many"}),
        ("dali2-light", "1/1", {"dimming_curve": "square"}),
        ("kamstrup-603", "1", {"flow_unit": "kW"}),
        ("kamstrup-603", "1", {"power_unit": "l/h"}),
        ("termotronik-tv7", "1", {"input": "3"}),
        ("termotronik-tv7", "1", {"energy_unit": "m3"}),
        ("termotronik-tv7", "1", {"pressure_unit": "Gcal"}),
    ],
)
def test_addresses_and_options_are_checked_before_anything_is_read(
    name: str, address: str, options: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationError):
        model(name).driver(LINE, DriverSettings("meter", address, options=options))


def test_a_class_of_device_for_every_model() -> None:
    assert {model(name).device_class for name in MODELS} == {
        DeviceClass.HEAT,
        DeviceClass.ELECTRICITY,
        DeviceClass.CLIMATE,
        DeviceClass.LIGHT,
    }
