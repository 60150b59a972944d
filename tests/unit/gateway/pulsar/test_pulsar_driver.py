"""The Pulsar driver against a simulated meter: what it reads now, what it takes from the archive, what it refuses."""

import math
from collections import deque
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from gateway.driver import Archive, ArchiveRow, Contact, DriverSettings
from gateway.drivers.pulsar.driver import PulsarDriver
from gateway.errors import (
    CutShortError,
    DecodeError,
    DeviceError,
    NoAnswerError,
    NothingArchivedError,
    RefusedError,
    WrongDeviceError,
)
from gateway.profiles import profile
from simulators.wire.crc16 import check
from simulators.wire.pulsar_slave import PulsarSlave, RefusedRequestError, Value
from simulators.wire.spoilt_answer import Fault
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity
from tests.unit.gateway.instant_line import InstantLine

MOSCOW = ZoneInfo("Europe/Moscow")
START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 6, 25, 30, tzinfo=UTC)


def gcal(at: datetime) -> float:
    """A heat register that never stands still. [Gcal]"""
    hours = (at - START) / timedelta(hours=1)
    return 12.0 + 0.004 * hours + 0.002 * math.sin(hours)


def steady(value: float) -> Value:
    return lambda _: value


def meter(**changes: object) -> PulsarSlave:
    channels = {
        2: steady(71.25),
        3: steady(48.5),
        4: steady(22.75),
        5: steady(0.004),
        6: gcal,
        7: lambda at: 20 * gcal(at),
        8: steady(0.176),
    }
    parameters = {0x0005: 0x66, 0x0006: 0, 0x000C: 17846, 0x000D: 12}
    slave = PulsarSlave("10264061", channels, lambda: NOW, MOSCOW, parameters=parameters)
    for name, value in changes.items():
        setattr(slave, name, value)
    return slave


def driver(slave: PulsarSlave, model: str = "pulsar", address: str = "10264061") -> PulsarDriver:
    made = profile(model).driver(InstantLine(slave), DriverSettings("flat-12", address, MOSCOW))
    assert isinstance(made, PulsarDriver)
    return made


def values(contact: Contact | ArchiveRow) -> dict[Quantity, float]:
    return {sample.quantity: sample.value for sample in contact.samples}


@pytest.mark.parametrize("width", [4, 8])
def test_a_heat_meter_is_read_in_either_width(width: int) -> None:
    contact = driver(meter(width=width)).read()
    found = values(contact)
    assert found == {
        Quantity.FLOW_TEMPERATURE_C: 71.25,
        Quantity.RETURN_TEMPERATURE_C: 48.5,
        Quantity.HEAT_POWER_KW: pytest.approx(0.004 * 1163),
        Quantity.HEAT_ENERGY_KWH: pytest.approx(gcal(NOW) * 1163, rel=1e-6),
        Quantity.HEAT_VOLUME_M3: pytest.approx(20 * gcal(NOW), rel=1e-6),
        Quantity.HEAT_FLOW_M3H: pytest.approx(0.176),
        Quantity.OPERATING_TIME_H: 17846,
        Quantity.ERROR_TIME_H: 12,
        Quantity.HEAT_ERROR_FLAGS: 0,
    }
    assert contact.serial == "10264061"
    assert contact.meter_clock == NOW
    assert contact.firmware == "102"
    assert contact.remarks == ()
    assert len(contact.frames) == 6


def test_a_float_says_how_fine_it_is() -> None:
    energy = next(s for s in driver(meter()).read().samples if s.quantity is Quantity.HEAT_ENERGY_KWH)
    assert energy.resolution == pytest.approx(2.0**-18 * 1163)


def test_a_channel_that_the_meter_lacks_costs_that_value_only() -> None:
    slave = meter()
    slave.channels = {bit: value for bit, value in slave.channels.items() if bit != 8}
    found = values(driver(slave).read())
    assert Quantity.HEAT_FLOW_M3H not in found
    assert found[Quantity.FLOW_TEMPERATURE_C] == 71.25
    assert Quantity.HEAT_ENERGY_KWH in found


def test_a_parameter_that_the_meter_lacks_is_missing_and_not_zero() -> None:
    found = values(driver(meter(parameters={0x0005: 1})).read())
    assert Quantity.OPERATING_TIME_H not in found
    assert Quantity.HEAT_ERROR_FLAGS not in found


def test_error_flags_and_impossible_values_are_remarked() -> None:
    slave = meter(parameters={0x0006: 0x0C})
    slave.channels = {**slave.channels, 2: steady(41_065_374.6), 3: steady(math.nan)}
    contact = driver(slave).read()
    found = values(contact)
    assert found[Quantity.HEAT_ERROR_FLAGS] == 0x0C
    assert Quantity.FLOW_TEMPERATURE_C not in found
    assert Quantity.RETURN_TEMPERATURE_C not in found
    assert [remark.event for remark in contact.remarks] == ["impossible_value", "meter_error"]


@pytest.mark.parametrize(
    "fault", [Fault.LOST, Fault.HALF, Fault.WRONG_CHECK, Fault.OTHER_ADDRESS, Fault.OTHER_REQUEST, Fault.NOISE]
)
def test_one_spoilt_answer_is_asked_for_again_and_its_bytes_are_kept(fault: Fault) -> None:
    made = driver(meter(faults=deque([fault])))
    assert Quantity.HEAT_ENERGY_KWH in values(made.read())
    (failure,) = made.line.failures
    assert failure.meter == "flat-12"
    assert failure.sent
    assert failure.sentence


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.LOST, NoAnswerError),
        (Fault.HALF, CutShortError),
        (Fault.WRONG_CHECK, DecodeError),
        (Fault.OTHER_ADDRESS, WrongDeviceError),
        (Fault.OTHER_REQUEST, WrongDeviceError),
    ],
)
def test_what_stays_spoilt_has_its_error_and_a_sentence(fault: Fault, error: type[DeviceError]) -> None:
    with pytest.raises(error) as raised:
        driver(meter(faults=deque([fault] * 2))).read()
    assert len(str(raised.value)) > 20


def test_a_converter_with_echo_is_no_second_meter() -> None:
    assert Quantity.HEAT_ENERGY_KWH in values(driver(meter(faults=deque([Fault.ECHO] * 8))).read())


@pytest.mark.parametrize("function", [0x01, 0x04, 0x0A])
def test_another_refusal_is_not_taken_for_something_missing(function: int) -> None:
    with pytest.raises(RefusedError, match="locked"):
        driver(locked(function)).read()


def test_a_refused_archive_is_not_an_empty_one() -> None:
    with pytest.raises(RefusedError, match="locked"):
        list(driver(locked(0x06)).read_archive(Archive.HOUR, hours(2)))


def locked(function: int) -> PulsarSlave:
    slave = meter()
    whole = slave._data
    slave._data = lambda asked, data: _locked() if asked == function else whole(asked, data)  # type: ignore[assignment]
    return slave


def _locked() -> bytes:
    raise RefusedRequestError(5)


def test_an_archive_without_a_date_is_not_dated_by_us() -> None:
    slave = meter()
    whole = slave._data

    def undated(function: int, data: bytes) -> bytes:
        answer = whole(function, data)
        return answer[:4] + bytes(6) + answer[10:] if function == 0x06 else answer

    slave._data = undated  # type: ignore[method-assign]
    with pytest.raises(DecodeError, match="dated"):
        list(driver(slave).read_archive(Archive.HOUR, hours(2)))


def hours(count: int, before: datetime = NOW) -> list[datetime]:
    newest = before.replace(minute=0, second=0, microsecond=0)
    return [newest - timedelta(hours=n) for n in range(count)]


def test_past_hours_have_the_register_of_their_end() -> None:
    wanted = hours(60)
    rows = list(driver(meter()).read_archive(Archive.HOUR, wanted))
    assert [row.at for row in rows] == wanted
    for row in rows:
        found = values(row)
        assert found[Quantity.HEAT_ENERGY_KWH] == pytest.approx(gcal(row.at) * 1163, rel=1e-6)
        assert found[Quantity.HEAT_VOLUME_M3] == pytest.approx(20 * gcal(row.at), rel=1e-6)
        assert found[Quantity.FLOW_TEMPERATURE_C] == 71.25
        assert Quantity.HEAT_POWER_KW not in found


@pytest.mark.parametrize(
    ("archive", "wanted"),
    [
        (Archive.DAY, [datetime(2026, 11, day, 21, tzinfo=UTC) for day in range(23, 0, -1)]),
        (
            Archive.MONTH,
            [datetime(2026, month, 31 if month in {8, 10} else 30, 21, tzinfo=UTC) for month in (10, 9, 8)],
        ),
    ],
)
def test_days_and_months_end_at_midnight_of_the_meter(archive: Archive, wanted: list[datetime]) -> None:
    rows = list(driver(meter()).read_archive(archive, wanted))
    assert [row.at for row in rows] == wanted
    for row in rows:
        assert values(row)[Quantity.HEAT_ENERGY_KWH] == pytest.approx(gcal(row.at) * 1163, rel=1e-6)


def test_what_is_no_end_of_a_record_or_has_not_ended_is_not_asked() -> None:
    odd = [NOW + timedelta(hours=1), NOW.replace(minute=30), datetime(2026, 11, 24, 6, tzinfo=UTC)]
    rows = list(driver(meter()).read_archive(Archive.HOUR, odd))
    assert [row.at for row in rows] == [datetime(2026, 11, 24, 6, tzinfo=UTC)]


def test_hours_before_the_memory_are_empty_and_need_no_request() -> None:
    made = driver(meter())
    old = hours(3, NOW - timedelta(days=70))
    assert [row.samples for row in made.read_archive(Archive.HOUR, old)] == [(), (), ()]
    assert isinstance(made.line, InstantLine)
    assert not any(sent[4] == 6 and sent[10] == 1 and sent[12:15] < bytes([26, 10, 1]) for sent in made.line.requests)


def test_an_hour_without_value_is_empty() -> None:
    gap = datetime(2026, 11, 24, 3, tzinfo=UTC)
    slave = meter(archived=lambda bit, at: math.nan if at == gap else gcal(at) * (20 if bit == 7 else 1))
    slave.channels = {bit: slave.channels[bit] for bit in (6, 7)}
    rows = {row.at: row for row in driver(slave).read_archive(Archive.HOUR, hours(6))}
    assert rows[gap].samples == ()
    assert Quantity.HEAT_ENERGY_KWH in values(rows[gap + timedelta(hours=1)])


def test_an_hour_that_is_not_written_yet_will_be_asked_again() -> None:
    newest = hours(1)[0]
    whole = meter()
    slave = meter(archived=lambda bit, at: math.nan if at == newest else whole.channels[bit](at))
    assert [row.at for row in driver(slave).read_archive(Archive.HOUR, hours(3))] == hours(3)[1:]


@pytest.mark.parametrize("amount", [0.0, 0.004])
def test_an_archive_of_amounts_is_not_taken_for_registers(amount: float) -> None:
    made = driver(meter(archived=lambda *_: amount))
    with pytest.raises(DecodeError, match="holds no registers"):
        list(made.read_archive(Archive.HOUR, hours(3)))


def test_a_meter_without_that_archive_says_so() -> None:
    made = driver(meter(archives=frozenset({1})))
    with pytest.raises(NothingArchivedError):
        list(made.read_archive(Archive.DAY, [datetime(2026, 11, 23, 21, tzinfo=UTC)]))
    slave = meter(archived=lambda *_: math.nan)
    with pytest.raises(DecodeError, match="compared"):
        list(driver(slave).read_archive(Archive.HOUR, hours(2)))


def test_reading_an_archive_can_be_stopped_at_any_row() -> None:
    made = driver(meter())
    rows = made.read_archive(Archive.HOUR, hours(500))
    assert next(rows).at == hours(1)[0]
    assert isinstance(made.line, InstantLine)
    assert len(made.line.requests) < 10
    assert Quantity.HEAT_ENERGY_KWH in values(made.read())


def water_counter(now: datetime = NOW) -> PulsarSlave:
    litres = {0: steady(690.87), 2: lambda at: 462.03 + (at - NOW) / timedelta(days=100)}
    return PulsarSlave("01020304", litres, lambda: now, MOSCOW, width=8, parameters={5: 0x66, 6: 8})


def test_a_channel_of_a_pulse_counter_is_a_water_meter() -> None:
    made = driver(water_counter(), "pulsar-m", "1020304/3")
    contact = made.read()
    assert values(contact) == {Quantity.WATER_VOLUME_M3: pytest.approx(462.03)}
    assert [remark.event for remark in contact.remarks] == ["meter_error"]
    rows = list(made.read_archive(Archive.HOUR, hours(2)))
    assert values(rows[1])[Quantity.WATER_VOLUME_M3] < values(rows[0])[Quantity.WATER_VOLUME_M3] < 462.03


def test_the_one_channel_that_is_asked_for_must_be_there() -> None:
    with pytest.raises(RefusedError, match="channel"):
        driver(water_counter(), "pulsar-m", "1020304/9").read()


@pytest.mark.parametrize(
    ("model", "address"),
    [
        ("pulsar", ""),
        ("pulsar", "123456789"),
        ("pulsar", "12a"),
        ("pulsar", "١٢"),
        ("pulsar", "12/1"),
        ("pulsar-m", "12"),
        ("pulsar-m", "12/0"),
        ("pulsar-m", "12/33"),
        ("pulsar-m", "12/x"),
    ],
)
def test_an_address_that_cannot_be_is_a_mistake_in_the_configuration(model: str, address: str) -> None:
    with pytest.raises(ConfigurationError, match="flat-12"):
        driver(meter(), model, address)


def test_a_clock_without_a_date_is_none_and_dates_no_archive() -> None:
    slave = meter()
    spoilt = InstantLine(slave, lambda data: _without_date(data) if data[4:5] == b"\x04" else data)
    made = profile("pulsar").driver(spoilt, DriverSettings("flat-12", "10264061", MOSCOW))
    assert made.read().meter_clock is None
    with pytest.raises(DecodeError, match="clock"):
        list(made.read_archive(Archive.HOUR, hours(1)))


def _without_date(frame: bytes) -> bytes:
    body = frame[:6] + bytes(6) + frame[12:14]
    return body + check(body)


def _mutated(random: Random, data: bytes, seal: bool) -> bytes:
    """The bytes with some of them changed, lost, doubled or cut off; the check mended if nobody should notice."""
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
    if seal and len(spoilt) > 10:
        spoilt[5] = len(spoilt) & 0xFF
        spoilt[-2:] = check(bytes(spoilt[:-2]))
    return bytes(spoilt)


@pytest.mark.parametrize("kind", ["read", "archive"])
def test_no_answer_however_spoilt_provokes_anything_but_a_device_error(kind: str) -> None:
    random = Random(20261124)  # noqa: S311  # the same spoilt bytes every time
    spoilt = 0
    sentences: set[str] = set()

    def spoil(data: bytes) -> bytes:
        nonlocal spoilt
        if random.random() < 0.5:
            return data
        spoilt += 1
        return _mutated(random, data, random.random() < 0.7)

    slave = meter()
    made = profile("pulsar").driver(InstantLine(slave, spoil), DriverSettings("flat-12", "10264061", MOSCOW))
    while spoilt < 10_000:
        try:
            if kind == "read":
                _possible(made.read())
            else:
                for row in made.read_archive(Archive.HOUR, hours(30)):
                    _possible(row)
        except DeviceError as error:
            sentences.add(str(error))
    assert len(made.line.failures) == 64
    assert len(sentences) > 5
    assert "" not in sentences


def _possible(brought: Contact | ArchiveRow) -> None:
    for sample in brought.samples:
        assert sample.quantity.spec.low <= sample.value <= sample.quantity.spec.high
