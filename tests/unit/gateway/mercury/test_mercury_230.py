"""The driver of three-phase Mercury meters against a simulated one: registers, sessions, what is spoilt."""

from collections import deque
from datetime import UTC, datetime
from random import Random

import pytest

from gateway.driver import Archive, ArchiveRow, Contact, DriverSettings
from gateway.errors import (
    CutShortError,
    DecodeError,
    DeviceError,
    NoAnswerError,
    RefusedError,
    WrongDeviceError,
)
from gateway.profiles import profile
from simulators.wire.crc16 import check
from simulators.wire.mercury_slave import MercurySlave, RefusedRequestError
from simulators.wire.spoilt_answer import Fault
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity
from tests.unit.gateway.instant_line import InstantLine
from tests.unit.gateway.mercury.mercury_meter import (
    MEASURED,
    MOSCOW,
    NOW,
    driver,
    hours,
    meter,
    registers,
    requests,
    values,
)


def test_a_meter_is_read() -> None:
    made = driver(meter())
    contact = made.read()
    active, _, reactive, _ = registers(NOW)
    assert active is not None
    assert reactive is not None
    assert values(contact) == {
        Quantity.ACTIVE_ENERGY_KWH: pytest.approx(int(active) / 1000),
        Quantity.REACTIVE_ENERGY_KVARH: pytest.approx(int(reactive) / 1000),
        Quantity.ACTIVE_POWER_W: pytest.approx(1234.56),
        Quantity.VOLTAGE_V: pytest.approx(230.0),
        Quantity.CURRENT_A: pytest.approx(4.069),
        Quantity.POWER_FACTOR: pytest.approx(0.943),
        Quantity.FREQUENCY_HZ: pytest.approx(50.03),
    }
    assert contact.serial == "03328747"
    assert contact.firmware == "7.2.3"
    assert contact.meter_clock == NOW
    assert contact.remarks == ()
    assert requests(made)[0][:2] == b"\x57\x01"
    assert requests(made)[-1][:2] == b"\x57\x02"


def test_power_that_flows_back_is_negative() -> None:
    assert values(driver(meter(measured={**MEASURED, 0x00: -553_095})).read())[Quantity.ACTIVE_POWER_W] == -5530.95


def test_transformers_before_the_meter_count_and_a_different_opinion_is_remarked() -> None:
    contact = driver(meter(ratios=(1, 40)), current_ratio="40").read()
    active = registers(NOW)[0]
    assert active is not None
    assert values(contact)[Quantity.ACTIVE_ENERGY_KWH] == pytest.approx(int(active) / 1000 * 40)
    assert values(contact)[Quantity.ACTIVE_POWER_W] == pytest.approx(1234.56 * 40)
    assert values(contact)[Quantity.CURRENT_A] == pytest.approx(4.069 * 40)
    assert values(contact)[Quantity.VOLTAGE_V] == pytest.approx(230.0)
    assert contact.remarks == ()
    (remark,) = driver(meter(ratios=(1, 40))).read().remarks
    assert remark.event == "transformer_ratio"
    assert remark.data["meter_current_ratio"] == 40


def test_an_older_meter_gives_phases_one_by_one_and_has_no_passport() -> None:
    contact = driver(meter(unknown=(b"\x08\x16", b"\x08\x01", b"\x08\x02"))).read()
    assert values(contact)[Quantity.VOLTAGE_V] == pytest.approx(230.0)
    assert values(contact)[Quantity.CURRENT_A] == pytest.approx(4.069)
    assert values(contact)[Quantity.FREQUENCY_HZ] == pytest.approx(50.03)
    assert contact.serial == "03328747"


def test_what_the_meter_lacks_is_missing_and_not_zero() -> None:
    lacking = {kind: count for kind, count in MEASURED.items() if kind not in {0x12, 0x40}}
    found = values(driver(meter(measured=lacking, unknown=(b"\x08\x16\x30", b"\x08\x11\x30"))).read())
    assert not {Quantity.VOLTAGE_V, Quantity.FREQUENCY_HZ, Quantity.POWER_FACTOR} & found.keys()
    assert Quantity.CURRENT_A in found
    none = driver(meter(registers=lambda _: (None, None, None, None))).read()
    assert Quantity.ACTIVE_ENERGY_KWH not in values(none)


def test_the_total_comes_from_the_tariffs_if_the_meter_gives_none() -> None:
    slave = meter()
    whole = slave._array
    slave._array = lambda array, tariff, now: whole(array, tariff, now) if tariff else b"\xff" * 16  # type: ignore[method-assign]
    active = registers(NOW)[0]
    assert active is not None
    assert values(driver(slave).read())[Quantity.ACTIVE_ENERGY_KWH] == pytest.approx(active / 1000, abs=0.005)


def test_tariffs_that_do_not_add_up_are_remarked() -> None:
    (remark,) = driver(meter(shares=(0.6, 0.3, 0.0, 0.0))).read().remarks
    assert remark.event == "tariffs_do_not_add_up"


def test_a_session_that_the_meter_closed_is_opened_again() -> None:
    made = driver(meter(closes=deque([False, False, False, True])))
    assert Quantity.ACTIVE_ENERGY_KWH in values(made.read())
    assert [sent[1] for sent in requests(made)].count(0x01) == 2


def test_a_wrong_password_says_so_and_is_not_tried_again() -> None:
    made = driver(meter(), password="222222")
    with pytest.raises(RefusedError, match="password"):
        made.read()
    assert len(requests(made)) == 1


def test_a_password_of_letters() -> None:
    slave = meter(password=b"123456")
    assert driver(slave, password="123456", password_form="ascii").read().serial
    with pytest.raises(RefusedError):
        driver(slave, password="123456").read()


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.HALF, Fault.WRONG_CHECK, Fault.OTHER_ADDRESS, Fault.NOISE])
def test_one_spoilt_answer_is_asked_for_again_and_its_bytes_are_kept(fault: Fault) -> None:
    made = driver(meter(faults=deque([Fault.NONE, fault])))
    assert Quantity.ACTIVE_ENERGY_KWH in values(made.read())
    (failure,) = made.line.failures
    assert failure.meter == "house"
    assert failure.sentence


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
        driver(meter(faults=deque([Fault.NONE, fault, fault]))).read()
    assert len(str(raised.value)) > 20


def test_a_converter_with_echo_is_no_second_meter() -> None:
    assert Quantity.ACTIVE_ENERGY_KWH in values(driver(meter(faults=deque([Fault.ECHO] * 20))).read())


def test_a_spoilt_echo_is_noise() -> None:
    slave = meter()
    made = profile("mercury-230").driver(
        InstantLine(slave, lambda data: slave_echo(made.line.sent) + data), DriverSettings("house", "87", MOSCOW)
    )
    with pytest.raises(DecodeError, match="echo"):
        made.read()


def slave_echo(sent: bytes) -> bytes:
    return sent[:-1] + bytes([sent[-1] ^ 1])


def test_a_meter_that_agrees_without_data_is_not_believed() -> None:
    slave = meter()
    slave._parameter = lambda *_: b"\x00"  # type: ignore[method-assign]
    with pytest.raises(DecodeError, match="no data"):
        driver(slave).read()


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("241", {}),
        ("x", {}),
        ("", {}),
        ("87", {"password": "12345"}),
        ("87", {"password": "abcdef"}),
        ("87", {"password_form": "binary"}),
        ("87", {"level": "3"}),
        ("87", {"current_ratio": "0"}),
        ("87", {"current_ratio": "many"}),
        ("87", {"constant": "-1"}),
    ],
)
def test_what_cannot_be_is_a_mistake_in_the_configuration(address: str, options: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="house"):
        driver(meter(), address, **options)


def test_other_refusals_are_errors() -> None:
    day = [datetime(2026, 11, 22, 21, tzinfo=UTC)]
    for number, archive, wanted in (
        (b"\x08\x01", Archive.HOUR, hours(2)),
        (b"\x05\xc0", Archive.HOUR, hours(2)),
        (b"\x05\xd0", Archive.DAY, day),
    ):
        with pytest.raises(RefusedError, match="internal"):
            list(driver(failing(number)).read_archive(archive, wanted))
    with pytest.raises(RefusedError, match="internal"):
        driver(failing(b"\x08\x16")).read()


def failing(number: bytes) -> MercurySlave:
    slave = meter()
    whole = slave._data
    slave._data = lambda code: _internal(whole(code), code, number)  # type: ignore[method-assign]
    return slave


def _internal(data: bytes, code: bytes, number: bytes) -> bytes:
    if code.startswith(number):
        raise RefusedRequestError(2)
    return data


def test_a_clock_without_a_date_is_none_and_dates_no_archive() -> None:
    slave = meter()
    whole = slave._data
    slave._data = lambda code: b"\xff" * 8 if code[0] == 4 else whole(code)  # type: ignore[method-assign]
    assert driver(slave).read().meter_clock is None
    for archive in Archive:
        with pytest.raises(DecodeError, match="clock"):
            list(driver(slave).read_archive(archive, hours(1)))


def _mutated(random: Random, data: bytes) -> bytes:
    spoilt = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(spoilt)) if spoilt else 0
        match random.randrange(5):
            case 0 if spoilt:
                del spoilt[at:]
            case 1 if spoilt:
                del spoilt[at]
            case 2:
                spoilt[at:at] = random.randbytes(random.randint(1, 3))
            case _ if spoilt:
                spoilt[at] = random.randrange(256)
            case _:
                pass
    if random.random() < 0.7 and len(spoilt) > 3:
        spoilt[-2:] = check(bytes(spoilt[:-2]))
    return bytes(spoilt)


@pytest.mark.parametrize("kind", ["read", "archive"])
def test_no_answer_however_spoilt_provokes_anything_but_a_device_error(kind: str) -> None:
    random = Random(20261124)  # noqa: S311  # the same spoilt bytes every time
    spoilt = 0
    sentences: set[str] = set()

    def spoil(data: bytes) -> bytes:
        nonlocal spoilt
        if random.random() < (0.5 if kind == "read" else 0.35):
            spoilt += 1
            return _mutated(random, data)
        return data

    settings = DriverSettings("house", "87", MOSCOW)
    slave = meter()
    made = profile("mercury-230").driver(InstantLine(slave, spoil), settings)
    while spoilt < 10_000:
        try:
            if kind == "read":
                _possible(made.read())
            else:
                made = profile("mercury-230").driver(made.line, settings) if random.random() < 0.2 else made
                for row in made.read_archive(random.choice(list(Archive)), hours(20)):
                    _possible(row)
        except DeviceError as error:
            sentences.add(str(error))
    assert len(sentences) > 5
    assert "" not in sentences


def _possible(brought: Contact | ArchiveRow) -> None:
    for sample in brought.samples:
        assert sample.quantity.spec.low <= sample.value <= sample.quantity.spec.high
