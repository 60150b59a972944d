"""Disturbances on the way between question and answer, and what the installer is told."""

import pytest

from gateway.drivers.crc16 import with_crc16
from gateway.drivers.crc16_exchange import Exchange
from gateway.errors import (
    CodedRefusalError,
    CollisionError,
    CutShortError,
    DecodeError,
    DeviceError,
    NoAnswerError,
    WrongDeviceError,
)
from gateway.line import Framing
from tests.unit.gateway.instant_line import InstantLine
from tests.unit.gateway.vkt7.house import driver_on, house


@pytest.mark.parametrize("mishap", ["spoilt", "cut", "mute"])
def test_one_disturbance_is_overcome(mishap: str) -> None:
    slave, driver = house()
    setattr(slave.mishaps, mishap, 1)
    assert driver.read().samples
    assert len(driver.line.failures) == 1
    assert driver.line.failures[0].meter == "cellar"


@pytest.mark.parametrize(
    ("mishap", "error", "sentence"),
    [
        ("spoilt", DecodeError, "noise, or two meters that speak at once"),
        ("cut", CutShortError, "began and did not end"),
        ("mute", NoAnswerError, "check the wires, the address, the speed"),
        ("foreign", WrongDeviceError, "address 158 answered instead of 7"),
    ],
)
def test_two_are_told(mishap: str, error: type[DeviceError], sentence: str) -> None:
    slave, driver = house()
    setattr(slave.mishaps, mishap, 2)
    with pytest.raises(error, match=sentence) as caught:
        driver.read()
    assert str(caught.value).startswith("cellar: ")


def test_another_address_is_not_asked_again() -> None:
    slave, driver = house()
    slave.mishaps.foreign = 1
    with pytest.raises(WrongDeviceError):
        driver.read()
    assert len(slave.asked) == 1


def test_a_converter_with_echo() -> None:
    slave, driver = house()
    slave.mishaps.echo = True
    assert driver.read().samples


def test_a_spoilt_echo() -> None:
    slave, _ = house()
    slave.mishaps.echo = True
    line = InstantLine(slave, lambda data: data[:5] + b"\x55" + data[6:])
    with pytest.raises(DecodeError, match="echo"):
        driver_on(line).read()


class _Answering:
    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def hear(self, _data: bytes) -> list[object]:
        return [type("Piece", (), {"data": self._answer, "delay_s": 0.0})()]


def _exchange(answer: bytes) -> Exchange:
    return Exchange(InstantLine(_Answering(answer)), "cellar", 1, Framing(), 0.1, {2: "no such register"})  # type: ignore[arg-type]


def _ask(answer: bytes) -> bytes:
    return _exchange(answer).ask(bytes.fromhex("010400000001"), 4, lambda head: head[2] + 5)


def test_an_answer() -> None:
    assert _ask(with_crc16(bytes.fromhex("0104020007"))) == with_crc16(bytes.fromhex("0104020007"))


def test_another_master_speaks_on_the_line() -> None:
    with pytest.raises(CollisionError, match="another master"):
        _ask(with_crc16(bytes.fromhex("0903020007")))


def test_noise() -> None:
    with pytest.raises(DecodeError, match="another function"):
        _ask(bytes.fromhex("5555555555"))


@pytest.mark.parametrize("refusal", ["018402", "01840200"])
def test_a_refusal_of_five_or_six_bytes(refusal: str) -> None:
    with pytest.raises(CodedRefusalError, match="cellar: no such register") as caught:
        _ask(with_crc16(bytes.fromhex(refusal)))
    assert caught.value.code == 2
    assert caught.value.raw == with_crc16(bytes.fromhex(refusal))


def test_an_unknown_refusal() -> None:
    with pytest.raises(CodedRefusalError, match="code 9"):
        _ask(with_crc16(bytes.fromhex("018409")))


def test_a_refusal_that_is_cut_off() -> None:
    with pytest.raises(CutShortError):
        _ask(bytes.fromhex("0184020000"))


def test_what_cannot_be_understood_is_remembered() -> None:
    exchange = _exchange(b"")

    def parse(data: bytes) -> None:
        raise DecodeError("it says nothing", data)

    with pytest.raises(DecodeError, match="cellar: it says nothing"):
        exchange.understood(parse, b"abc")
    assert exchange.line.failures[0].received == b"abc"
