"""Frames of Mercury meters: captured ones are read right, spoilt ones are refused."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.driver import Sample
from gateway.drivers.crc16 import with_crc16
from gateway.drivers.mercury import mercury_206
from gateway.drivers.mercury.frames import (
    clock,
    data_of,
    last_slice,
    measured,
    must_be_ok,
    passport,
    request,
    serial_number,
    slice_of,
)
from gateway.drivers.mercury.mercury_206 import Mercury206Profile
from gateway.drivers.mercury.mercury_230 import Mercury230Profile, meaning
from gateway.errors import CodedRefusalError, DecodeError, WrongDeviceError
from gateway.golden import ExchangeGolden, GoldenError
from gateway.profiles.mercury_206 import PROFILE as ONE_PHASE
from gateway.profiles.mercury_230 import PROFILE as THREE_PHASE
from teplosvet.domain.quantities import Quantity


def local(*parts: int) -> datetime:
    """A time of a meter's clock."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type,misc]


def each(goldens: tuple[ExchangeGolden[str], ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("golden", goldens, ids=lambda golden: golden.origin)


@pytest.mark.parametrize("profile", [THREE_PHASE, ONE_PHASE], ids=lambda profile: profile.model)
def test_captured_answers_mean_what_they_have_to(profile: Mercury230Profile | Mercury206Profile) -> None:
    assert len(profile.goldens) > 2
    profile.check_goldens()


@pytest.mark.parametrize("profile", [THREE_PHASE, ONE_PHASE], ids=lambda profile: profile.model)
def test_each_golden_can_fail(profile: Mercury230Profile | Mercury206Profile) -> None:
    for golden in profile.goldens:
        name, value = next(iter(golden.expected.items()))
        wrong = replace(golden, expected={**golden.expected, name: value + 0.01})
        with pytest.raises(GoldenError, match=r"should be|not expected"):
            replace(profile, goldens=(wrong,)).check_goldens()
        with pytest.raises(GoldenError, match=r"should be|not expected"):
            replace(profile, goldens=(replace(golden, expected={}),)).check_goldens()
        spoilt = bytes.fromhex(golden.answer)
        spoilt = spoilt[:-3] + bytes([spoilt[-3] ^ 1]) + spoilt[-2:]
        with pytest.raises(DecodeError):
            replace(profile, goldens=(replace(golden, answer=spoilt.hex()),)).check_goldens()


def test_a_value_that_the_meter_lacks_has_no_meaning() -> None:
    came = with_crc16(b"\x00\xff\xff\xff")
    assert meaning(request(0, 0x08, 0x11, 0x11), came) == {}


@each(THREE_PHASE.goldens)
def test_requests_are_the_captured_ones(golden: ExchangeGolden[str]) -> None:
    sent = bytes.fromhex(golden.request)
    assert request(sent[0], *sent[1:-2]) == sent


def test_opening_a_session_is_the_captured_request() -> None:
    """Captured from a Mercury 230: tests of wb-mqtt-serial."""
    assert request(0, 1, 1, 1, 1, 1, 1, 1, 1) == bytes.fromhex("00 01 01 01 01 01 01 01 01 77 81")
    assert data_of(bytes.fromhex("00 00 01 B0"), 0) == b"\x00"


def test_a_closed_channel_is_the_captured_status() -> None:
    """Captured from a Mercury 230: tests of wb-mqtt-serial, «error 5 = no session»."""
    frame = bytes.fromhex("00 05 C1 B3")
    with pytest.raises(CodedRefusalError, match="channel is closed") as raised:
        must_be_ok(data_of(frame, 0)[0], frame)
    assert raised.value.code == 5
    must_be_ok(0, frame)


def test_the_newest_record_of_the_profile_is_dated() -> None:
    """Captured by the author of a Mercury poller in Python, on 2022-12-28 at 13:00."""
    data = data_of(bytes.fromhex("4D 0010 1A 1300 281222 1E 6A4A"), 0x4D)
    assert last_slice(data) == (b"\x00\x10", local(2022, 12, 28, 13))


def test_a_record_of_the_profile() -> None:
    """Hand-assembled from the layout that three pollers agree on: status, time, minutes, A+, A-, R+, R-."""
    record = slice_of(bytes.fromhex("10 1330 281222 1E 3412 FFFF 0100 FFFF"))
    assert record is not None
    assert (record.end, record.start) == (local(2022, 12, 28, 13, 30), local(2022, 12, 28, 13))
    assert (record.active, record.reactive) == (0x1234, 1)


@pytest.mark.parametrize(
    "data",
    [
        "FF FFFF FFFFFF FF FFFF FFFF FFFF FFFF",
        "10 1360 281222 1E 0000 0000 0000 0000",
        "10 1300 281222 00 0000 0000 0000 0000",
        "10 1300 281222 3D 0000 0000 0000 0000",
        "10 1A00 281222 1E 0000 0000 0000 0000",
    ],
)
def test_a_place_without_a_record_has_none(data: str) -> None:
    assert slice_of(bytes.fromhex(data)) is None


def test_clock_and_passport() -> None:
    """Laid out as boggart and the Rapid SCADA driver read them: packed decimal clock, binary serial number."""
    assert clock(bytes.fromhex("43 16 16 03 05 12 07 01")) == local(2007, 12, 5, 16, 16, 43)
    assert clock(bytes.fromhex("43 16 16 03 32 12 07 01")) is None
    assert serial_number(bytes([3, 32, 87, 47])) == "03328747"
    who = passport(bytes([3, 32, 87, 47, 12, 5, 21, 7, 2, 3, 0xB4, 0xE3, 0xC2, 0, 0, 0]))
    assert who == ("03328747", "7.2.3", 500)
    assert passport(bytes([3, 32, 87, 47, 12, 5, 21, 7, 2, 3, 0xB4, 0xEF, 0, 0, 0, 0])).pulses_per_kwh is None


def test_a_value_of_all_ones_is_missing() -> None:
    assert measured(b"\xff\xff\xff\x00\x40\x5e", 2) == [None, 24128]


def test_figures_that_are_no_decimals_are_missing() -> None:
    assert mercury_206.registers(bytes.fromhex("0000000A FFFFFFFF 00000001 00000100")) == (None, None, 1, 100)
    assert mercury_206.measured(bytes.fromhex("229A 0184 000402")) == [
        Sample(Quantity.CURRENT_A, 1.84, 0.01),
        Sample(Quantity.ACTIVE_POWER_W, 402, 1.0),
    ]
    assert mercury_206.measured(b"") == []
    assert mercury_206.clock(bytes.fromhex("02 09 25 30 24 11 26")) == local(2026, 11, 24, 9, 25, 30)
    assert mercury_206.clock(bytes.fromhex("02 09 25 30 24 13 26")) is None
    assert mercury_206.clock(bytes.fromhex("02 09 25 30 24 1A 26")) is None
    assert mercury_206.clock(b"") is None


def test_answers_of_others_are_told_apart() -> None:
    with pytest.raises(WrongDeviceError, match="meter 7 answered, 8 was asked"):
        data_of(with_crc16(b"\x07\x00"), 8)
    with pytest.raises(WrongDeviceError, match="meter 7 answered, 8 was asked"):
        mercury_206.data_of(with_crc16(b"\x00\x00\x00\x07\x27"), b"\x00\x00\x00\x08", 0x27)
    with pytest.raises(DecodeError, match="0x63 is answered"):
        mercury_206.data_of(with_crc16(b"\x00\x00\x00\x08\x63"), b"\x00\x00\x00\x08", 0x27)


@given(st.binary(min_size=15, max_size=15))
def test_any_record_is_a_slice_or_none(data: bytes) -> None:
    record = slice_of(data)
    assert record is None or record.start < record.end


@given(st.binary(max_size=40))
def test_any_bytes_are_an_answer_or_a_clean_error(data: bytes) -> None:
    with contextlib.suppress(DecodeError, WrongDeviceError):
        data_of(data, 1)
    with contextlib.suppress(DecodeError, WrongDeviceError):
        mercury_206.data_of(data, b"\x00\x00\x00\x08", 0x27)
