"""The driver of one-phase Mercury meters against a simulated one."""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from gateway.driver import Archive, ArchiveRow, Contact, DriverSettings
from gateway.drivers.mercury.mercury_206 import Mercury206Driver
from gateway.errors import (
    CutShortError,
    DecodeError,
    DeviceError,
    NoAnswerError,
    NothingArchivedError,
    WrongDeviceError,
)
from gateway.profiles import profile
from simulators.wire.crc16 import check
from simulators.wire.mercury_206_slave import Mercury206Slave
from simulators.wire.spoilt_answer import Fault
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity
from tests.unit.gateway.instant_line import InstantLine

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 24, 6, 25, 30, tzinfo=UTC)


def tariffs(at: datetime) -> Sequence[float | None]:
    """Two tariffs that grow. [kWh]"""
    hours = (at - datetime(2025, 1, 1, tzinfo=UTC)) / timedelta(hours=1)
    return 4_000 + 0.31 * hours, 1_000 + 0.12 * hours, None, None


def meter(**changes: object) -> Mercury206Slave:
    slave = Mercury206Slave(38030255, tariffs, lambda: NOW, MOSCOW)
    for name, value in changes.items():
        setattr(slave, name, value)
    return slave


def driver(slave: Mercury206Slave, address: str = "38030255") -> Mercury206Driver:
    made = profile("mercury-206").driver(InstantLine(slave), DriverSettings("flat", address, MOSCOW))
    assert isinstance(made, Mercury206Driver)
    return made


def values(brought: Contact | ArchiveRow) -> dict[Quantity, float]:
    return {sample.quantity: sample.value for sample in brought.samples}


def total(at: datetime) -> float:
    return sum(kwh for kwh in tariffs(at) if kwh is not None)


def test_a_meter_is_read() -> None:
    contact = driver(meter()).read()
    assert values(contact) == {
        Quantity.ACTIVE_ENERGY_KWH: pytest.approx(total(NOW), abs=0.02),
        Quantity.VOLTAGE_V: pytest.approx(229.8),
        Quantity.CURRENT_A: pytest.approx(1.84),
        Quantity.ACTIVE_POWER_W: 402,
    }
    assert (contact.serial, contact.firmware, contact.meter_clock) == ("38030255", "5.2.1", NOW)
    assert contact.remarks == ()


def test_what_an_older_meter_does_not_answer_is_missing_and_not_zero() -> None:
    contact = driver(meter(silent=frozenset({0x21, 0x28, 0x2F, 0x63}))).read()
    assert values(contact).keys() == {Quantity.ACTIVE_ENERGY_KWH}
    assert (contact.serial, contact.firmware, contact.meter_clock) == (None, "", None)


def test_a_meter_without_its_first_tariff_has_no_total() -> None:
    contact = driver(meter(tariffs=lambda _: (None, 12.0, None, None))).read()
    assert Quantity.ACTIVE_ENERGY_KWH not in values(contact)
    assert [remark.event for remark in contact.remarks] == ["no_register"]


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.HALF, Fault.WRONG_CHECK, Fault.OTHER_ADDRESS, Fault.NOISE])
def test_one_spoilt_answer_is_asked_for_again_and_its_bytes_are_kept(fault: Fault) -> None:
    made = driver(meter(faults=deque([fault])))
    assert Quantity.ACTIVE_ENERGY_KWH in values(made.read())
    (failure,) = made.line.failures
    assert failure.meter == "flat"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.LOST, NoAnswerError),
        (Fault.HALF, CutShortError),
        (Fault.WRONG_CHECK, DecodeError),
        (Fault.OTHER_ADDRESS, WrongDeviceError),
    ],
)
def test_what_stays_spoilt_has_its_error_and_a_sentence(fault: Fault, error: type[DeviceError]) -> None:
    with pytest.raises(error) as raised:
        driver(meter(faults=deque([fault] * 2))).read()
    assert len(str(raised.value)) > 20


def test_a_converter_with_echo_is_no_second_meter() -> None:
    made = driver(meter(faults=deque([Fault.ECHO] * 9)))
    assert Quantity.ACTIVE_ENERGY_KWH in values(made.read())
    assert not made.line.failures


def test_the_first_days_of_months_are_read() -> None:
    month = [datetime(2026, 10, 31, 21, tzinfo=UTC), datetime(2026, 9, 30, 21, tzinfo=UTC)]
    others = [datetime(2026, 12, 31, 21, tzinfo=UTC), datetime(2026, 10, 30, 21, tzinfo=UTC)]
    old = datetime(2025, 10, 31, 21, tzinfo=UTC)
    rows = list(driver(meter()).read_archive(Archive.MONTH, [others[0], month[0], others[1], month[1], old]))
    assert [row.at for row in rows] == [*month, old]
    assert [values(row).get(Quantity.ACTIVE_ENERGY_KWH) for row in rows] == [
        pytest.approx(total(month[0]), abs=0.02),
        pytest.approx(total(month[1]), abs=0.02),
        None,
    ]


def test_there_are_no_hours() -> None:
    with pytest.raises(NothingArchivedError):
        list(driver(meter()).read_archive(Archive.HOUR, [NOW]))


def test_a_clock_without_a_date_dates_no_archive() -> None:
    slave = meter()
    whole = slave._data
    slave._data = lambda code, rest: bytes(7) if code == 0x21 else whole(code, rest)  # type: ignore[method-assign]
    with pytest.raises(DecodeError, match="clock"):
        list(driver(slave).read_archive(Archive.MONTH, [NOW]))


@pytest.mark.parametrize("address", ["", "12a", str(2**32)])
def test_an_address_that_cannot_be_is_a_mistake_in_the_configuration(address: str) -> None:
    with pytest.raises(ConfigurationError, match="flat"):
        driver(meter(), address)


def test_no_answer_however_spoilt_provokes_anything_but_a_device_error() -> None:
    random = Random(20261124)  # noqa: S311  # the same spoilt bytes every time
    spoilt, sentences = 0, set()

    def spoil(data: bytes) -> bytes:
        nonlocal spoilt
        spoilt += 1
        changed = bytearray(data)
        for _ in range(random.randrange(4)):
            at = random.randrange(len(changed) + 1)
            changed[at : at + random.randrange(3)] = random.randbytes(random.randrange(3))
        if random.random() < 0.7 and len(changed) > 3:
            changed[-2:] = check(bytes(changed[:-2]))
        return bytes(changed)

    made = profile("mercury-206").driver(InstantLine(meter(), spoil), DriverSettings("flat", "38030255", MOSCOW))
    months = [datetime(2026, 10, 31, 21, tzinfo=UTC)]
    while spoilt < 20_000:
        try:
            brought: list[Contact | ArchiveRow] = [made.read(), *made.read_archive(Archive.MONTH, months)]
        except DeviceError as error:
            sentences.add(str(error))
        else:
            for one in brought:
                assert all(s.quantity.spec.low <= s.value <= s.quantity.spec.high for s in one.samples)
    assert len(sentences) > 3
    assert "" not in sentences
