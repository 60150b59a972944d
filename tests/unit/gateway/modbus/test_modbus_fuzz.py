"""Spoiled answers through the whole driver: a typed error or a partial contact, no other exception, no hang."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from gateway.driver import Archive, ArchiveRow, Contact, Driver, DriverSettings
from gateway.drivers.modbus import master
from gateway.errors import DeviceError
from gateway.profiles import profile
from simulators.wire.modbus_models import Climate, Electricity, Heat, LightPoint, dali_gateway, ecl, kamstrup, sdm
from simulators.wire.modbus_slave import Slave
from simulators.wire.modbus_tv7 import Tv7
from tests.unit.gateway.modbus.wire import WireLine

NOW = datetime(2026, 11, 24, 11, 35, 9, tzinfo=UTC)
ANSWERS = 20_000
LONGEST_S = 1e5


def clock() -> datetime:
    return NOW


def heat(at: datetime) -> Heat:
    return Heat(1000.0 + (at - NOW).total_seconds() / 1e5, 100.0, flow_c=80.0, return_c=50.0, outdoor_c=-3.0)


def light(_: datetime) -> LightPoint:
    return LightPoint(1000.0, 18.1, 254, presence=True)


MODELS: dict[str, tuple[str, Callable[[], Slave]]] = {
    "kamstrup-603": ("1", lambda: kamstrup(1, clock, heat)),
    "sdm630": ("1", lambda: sdm(1, clock, lambda _: Electricity(1.0, 2.0), 7)),
    "danfoss-ecl": ("1", lambda: ecl(1, clock, lambda _: Climate(-5, 65, 44, 66, 21.5))),
    "dali2-light": ("1/3", lambda: dali_gateway(1, clock, dict.fromkeys(range(10), light))),
    "termotronik-tv7": ("1", lambda: Tv7(1, clock, UTC, heat).slave()),
}


def assert_sound(found: Contact | ArchiveRow) -> None:
    for sample in found.samples:
        assert math.isfinite(sample.value)
        assert sample.quantity.spec.low <= sample.value <= sample.quantity.spec.high


@pytest.mark.parametrize("tcp", [False, True], ids=["rtu", "tcp"])
@pytest.mark.parametrize("model", MODELS)
def test_spoiled_answers(model: str, tcp: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(master.time, "sleep", lambda _: None)
    address, slave = MODELS[model]
    spoiled = seed = 0
    outcomes: dict[bool, int] = {True: 0, False: 0}
    while spoiled < ANSWERS // (2 * len(MODELS)):
        seed += 1
        line = WireLine(slave(), seed, tcp=tcp)
        driver = profile(model).driver(line, DriverSettings("meter", address))
        for _ in range(2):
            outcomes[was_read(driver)] += 1
        assert line.clock[0] < LONGEST_S
        spoiled += line.wire.spoiled
    assert all(outcomes.values())


def was_read(driver: Driver) -> bool:
    """Whether the meter was read to the end; what goes wrong has a sentence."""
    try:
        assert_sound(driver.read())
        if driver.archives:
            for row in driver.read_archive(Archive.HOUR, [NOW.replace(minute=0, second=0) - timedelta(hours=2)]):
                assert_sound(row)
    except DeviceError as error:
        if not str(error):
            raise
        return False
    return True
