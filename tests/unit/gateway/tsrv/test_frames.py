"""Frames and numbers of TSRV."""

import struct
from datetime import UTC, datetime

import pytest

from gateway.drivers.crc16 import crc16_holds
from gateway.drivers.tsrv import frames
from gateway.drivers.tsrv.frames import Form
from gateway.errors import DecodeError

TOTALS = "01 41 4e 517b14ff" + "00" * 72 + "07aa 811f"
"""A day's record of totals, from the TSRV-024M of a public test server (its values are zeroed, its frame is whole)."""
ANSWER = "01 04 04 42f6e9d5 81c1"
"""Two registers with the float 123.4567, from github.com/howker/mudbus_gate, docs/CONTRACTS.md, section 2.1."""


def test_the_goldens_hold() -> None:
    assert crc16_holds(bytes.fromhex(TOTALS))
    assert crc16_holds(bytes.fromhex(ANSWER))
    data = frames.data_of(bytes.fromhex(TOTALS))
    assert len(data) == 78
    assert frames.answer_length(bytes.fromhex(TOTALS)[:3]) == 83
    assert str(frames.own_time(Form.U32.number(data, 0))) == "2013-04-26 23:59:59"
    assert Form.FLOAT.number(frames.data_of(bytes.fromhex(ANSWER)), 0) == pytest.approx(123.4567)


def test_the_goldens_can_fail() -> None:
    assert not crc16_holds(bytes.fromhex(TOTALS.replace("14ff", "14fe")))
    assert not crc16_holds(bytes.fromhex(ANSWER.replace("42f6", "42f7")))


def test_requests() -> None:
    """The request of an archive is that of github.com/baminmru/TEPLOMER, DrvTSRV024: array, one record, by time."""
    at = datetime(2026, 3, 5, 11, tzinfo=UTC)
    assert frames.archive_request(1, 18, at)[:-2] == bytes.fromhex("0141 0012 0001 01 00000b 05031a")
    assert frames.input_request(1, 2000, 2) == bytes.fromhex("0104 07d0 0002 7146")  # mudbus_gate, CONTRACTS.md 2.1
    assert frames.identify_request(1) == bytes.fromhex("0111 c02c")


@pytest.mark.parametrize(
    ("form", "data", "number"),
    [
        (Form.TOTAL, "00001068 3f000000", 4200.5),  # mudbus_gate, CONTRACTS.md 5.2
        (Form.FLOAT, "42f6e9d5", 123.45670318603516),
        (Form.I16, "09e9", 2537),
        (Form.I16, "fff6", -10),
        (Form.U16, "fff6", 65526),
        (Form.U32, "499602d2", 1234567890),
        (Form.FLOAT, "7fc00000", None),
        (Form.TOTAL, "00000001 7f800000", None),
    ],
)
def test_numbers(form: Form, data: str, number: float | None) -> None:
    assert form.number(bytes.fromhex(data), 0) == number


def test_a_total_keeps_its_last_digit() -> None:
    """A float alone has 24 bits: above 16,384 it cannot show a thousandth."""
    total = struct.pack(">if", 123_456, 0.125)
    assert Form.TOTAL.number(total, 0) == 123_456.125
    assert struct.unpack(">f", struct.pack(">f", 123_456.001))[0] != 123_456.001


def test_a_number_that_is_cut_off() -> None:
    with pytest.raises(DecodeError):
        Form.TOTAL.number(bytes(7), 0)


@pytest.mark.parametrize("seconds", [None, 0, 0xFFFFFFFF])
def test_no_time(seconds: float | None) -> None:
    assert frames.own_time(seconds) is None


def test_the_version() -> None:
    assert frames.version(b"VZLJOT 76.30.03.19\0\0\x10") == "76.30.03.19"
    assert frames.version("Взлёт".encode("cp1251")) == ""


def test_a_clock_that_was_never_set() -> None:
    """A clock of 1970, or one of the next century, dates no request: its year would not fit in a byte."""
    assert frames.own_time(86_400) is None
    assert frames.own_time(0xFFFFFFFE) is None
