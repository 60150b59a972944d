"""Frames of the Pulsar protocol: captured ones are read right, spoilt ones are refused."""

import contextlib
import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.drivers.pulsar.driver import PulsarProfile
from gateway.drivers.pulsar.frames import (
    Function,
    archive_part,
    archive_request,
    clock,
    data_of,
    length_of,
    numbers,
    packed_address,
    request,
    stamp,
)
from gateway.errors import DecodeError, NothingArchivedError, RefusedError, WrongDeviceError
from gateway.golden import GoldenError
from gateway.profiles.pulsar import PROFILE as PULSAR
from gateway.profiles.pulsar_m import PROFILE as PULSAR_M

PROFILES = (PULSAR, PULSAR_M)


def local(*parts: int) -> datetime:
    """A time of a meter's clock."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type,misc]


METER = packed_address(1020304)

HOURS = bytes.fromhex(
    "01020304 06 78 01000000 1609060E0000"
    "F29A2C44F29A2C44F29A2C44F29A2C44F29A2C44F29A2C44969B2C44DD9C2C44B4A02C448BA42C442FA52C442FA52C442FA52C44"
    "77A62C4477A62C4477A62C4477A62C4477A62C44BEA72C4406A92C44AAA92C44AAA92C44AAA92C444EAA2C446FF2E643 0001"
)
"""An hour archive of a Pulsar-M: tests of srgsf/tvh-pulsar, without its check."""


@pytest.mark.parametrize("model", PROFILES, ids=lambda model: model.model)
def test_captured_frames_mean_what_they_have_to(model: PulsarProfile) -> None:
    assert any(golden.answer for golden in model.goldens)
    model.check_goldens()


@pytest.mark.parametrize("model", PROFILES, ids=lambda model: model.model)
def test_each_golden_can_fail(model: PulsarProfile) -> None:
    for golden in model.goldens:
        other = golden.request.replace(golden.request[:8], "00000001")
        with pytest.raises(GoldenError, match="another request"):
            replace(model, goldens=(replace(golden, request=other),)).check_goldens()
        with pytest.raises(GoldenError, match=r"should be|not expected"):
            replace(model, goldens=(replace(golden, expected={31: 1.0}),)).check_goldens()
        if golden.answer:
            wrong = {bit: value + 0.01 for bit, value in golden.expected.items()}
            with pytest.raises(GoldenError, match=r"should be|not expected"):
                replace(model, goldens=(replace(golden, expected=wrong),)).check_goldens()
            spoilt = bytes.fromhex(golden.answer)
            spoilt = spoilt[:8] + bytes([spoilt[8] ^ 1]) + spoilt[9:]
            with pytest.raises(DecodeError):
                replace(model, goldens=(replace(golden, answer=spoilt.hex()),)).check_goldens()


@pytest.mark.parametrize(
    ("function", "data", "expected"),
    [
        (Function.CLOCK, b"", "01020304 04 0A 0001 B306"),
        (
            Function.ARCHIVE,
            archive_request(0, 1, bytes.fromhex("1609060E0000"), bytes.fromhex("1609070E0000")),
            "01020304 06 1C 01000000 0100 1609060E0000 1609070E0000 0001 A4FE",
        ),
        (
            Function.ARCHIVE,
            archive_request(0, 3, stamp(local(2022, 3, 1)), stamp(local(2022, 10, 1))),
            "01020304 06 1C 01000000 0300 160301000000 160A01000000 0001 A611",
        ),
        (Function.PARAMETER, b"\x03\x00", "01020304 0A 0C 0300 0001 EC58"),
    ],
    ids=["clock", "hours", "months", "parameter"],
)
def test_other_requests_are_as_in_the_tests_of_tvh_pulsar(function: Function, data: bytes, expected: str) -> None:
    assert request(METER, function, data, 1) == bytes.fromhex(expected)


def test_the_clock_is_binary_and_no_packed_decimal() -> None:
    """16 09 08 00 2F 0A is 2022-09-08 00:47:10 (tests of srgsf/tvh-pulsar)."""
    assert clock(bytes.fromhex("160908002F0A")) == local(2022, 9, 8, 0, 47, 10)
    assert stamp(local(2022, 9, 8, 0, 47, 10)) == bytes.fromhex("160908002F0A")


@pytest.mark.parametrize("data", ["", "1609", "160D08002F0A", "160900002F0A", "FFFFFFFFFFFF"])
def test_no_date_is_none(data: str) -> None:
    assert clock(bytes.fromhex(data)) is None


def test_an_archive_rises_to_just_below_the_register() -> None:
    part = archive_part(HOURS[6:-2])
    assert part.first == local(2022, 9, 6, 14)
    assert len(part.values) == 25
    registers = [number.value for number in part.values[:24]]
    assert registers == sorted(registers)
    assert registers[0] == pytest.approx(690.421, abs=0.0005)
    assert registers[-1] == pytest.approx(690.661, abs=0.0005)


def test_numbers_have_the_width_that_the_meter_sends() -> None:
    (single,) = numbers(bytes.fromhex("5AB3C541"), 1)
    (double,) = numbers(bytes.fromhex("6811CFCEF7968540"), 1)
    assert single.value == pytest.approx(24.71257, abs=1e-5)
    assert single.step == 2.0**-19
    assert double.step == 2.0**-43


@pytest.mark.parametrize("data", ["0000C07F", "0000807F", "FFFFFFFF"])
def test_what_is_no_number_is_missing(data: str) -> None:
    (number,) = numbers(bytes.fromhex(data), 1)
    assert math.isnan(number.value)


@pytest.mark.parametrize(("data", "count"), [("", 1), ("00", 1), ("0000", 1), ("000000", 2), ("00" * 12, 2)])
def test_other_widths_are_refused(data: str, count: int) -> None:
    with pytest.raises(DecodeError):
        numbers(bytes.fromhex(data), count)


def test_archives_of_odd_length_are_refused() -> None:
    with pytest.raises(DecodeError):
        archive_part(bytes(13))
    with pytest.raises(DecodeError):
        archive_part(bytes(9))
    assert archive_part(bytes(10)).values == ()


def _answer(function: int, data: bytes, request_id: int = 7) -> bytes:
    return request(METER, Function(function), data, request_id)


def test_an_answer_of_another_meter_or_request_is_told_apart() -> None:
    with pytest.raises(WrongDeviceError, match="01020304 answered, 01020305 was asked"):
        data_of(_answer(1, b""), packed_address(1020305), Function.CHANNELS, 7)
    with pytest.raises(WrongDeviceError, match="another request"):
        data_of(_answer(1, b"", 8), METER, Function.CHANNELS, 7)
    with pytest.raises(DecodeError, match="0x04 is answered"):
        data_of(_answer(4, b""), METER, Function.CHANNELS, 7)


@pytest.mark.parametrize(("code", "said"), [(1, "function"), (2, "channel"), (5, "locked"), (99, "error 99")])
def test_refusals_say_why(code: int, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        data_of(_answer(0, bytes([code])), METER, Function.CHANNELS, 7)


def test_a_missing_archive_has_its_own_error() -> None:
    with pytest.raises(NothingArchivedError):
        data_of(_answer(0, b"\x07"), METER, Function.ARCHIVE, 7)
    with pytest.raises(RefusedError, match="error 0"):
        data_of(_answer(0, b""), METER, Function.ARCHIVE, 7)


def test_a_length_that_no_frame_has_is_refused() -> None:
    with pytest.raises(DecodeError):
        length_of(bytes.fromhex("010203040109"))


@given(st.integers(0, 99_999_999), st.binary(max_size=200), st.integers(0, 0xFFFF))
def test_what_is_sent_comes_back(number: int, data: bytes, request_id: int) -> None:
    address = packed_address(number)
    frame = request(address, Function.CHANNELS, data, request_id)
    assert length_of(frame[:6]) == len(frame)
    assert data_of(frame, address, Function.CHANNELS, request_id) == data
    assert int(frame[:4].hex()) == number


@given(st.binary(max_size=80))
def test_any_bytes_are_an_answer_or_a_clean_error(data: bytes) -> None:
    for decode in (archive_part, lambda raw: numbers(raw, 3), lambda raw: data_of(raw, METER, Function.CHANNELS, 1)):
        with contextlib.suppress(DecodeError, WrongDeviceError, RefusedError):
            decode(data)
