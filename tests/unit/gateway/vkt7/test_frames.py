"""Frames of VKT-7 against vectors of others; the check is that of Modbus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.drivers.crc16 import crc16, crc16_holds, with_crc16
from gateway.drivers.vkt7 import frames
from gateway.drivers.vkt7.frames import Element, Register, ValueType
from gateway.errors import DecodeError
from simulators.wire.crc16 import checked
from tests.unit.gateway.vkt7.house import local

BEGIN = "ffff 07 10 3fff 0000 cc 80000000 7e20"
"""Begin of a session with network number 7, from github.com/mustdieku/vkt7d, internal/protocol/protocol_test.go."""
BEGUN = "07 10 3fff 0000 fc4b"
"""Its answer, from the same."""
SERVICE_OF_0 = "ffff 00 03 3ff9 0000 983e"
"""Reading of the service information, from a comment in github.com/baminmru/TEPLOMER, DrvVKT7/driver.vb."""


def test_the_check_is_that_of_modbus() -> None:
    assert crc16(b"123456789") == 0x4B37  # the check value of CRC-16/MODBUS, Catalogue of parametrised CRC algorithms
    assert crc16(bytes.fromhex("01030000000a")) == 0xCDC5  # vkt7d, protocol_test.go


def test_the_goldens_come_out() -> None:
    assert frames.begin_request(7) == bytes.fromhex(BEGIN)
    assert crc16_holds(bytes.fromhex(BEGUN))
    assert frames.read_request(0, Register.SERVICE) == bytes.fromhex(SERVICE_OF_0)


def test_the_goldens_can_fail() -> None:
    assert frames.begin_request(8) != bytes.fromhex(BEGIN)
    assert not crc16_holds(bytes.fromhex(BEGUN.replace("3fff", "3ffe")))


@given(st.binary(max_size=200))
def test_two_ways_to_the_same_check(data: bytes) -> None:
    assert with_crc16(data) == checked(data)


def test_a_list_of_elements() -> None:
    payload = frames.list_payload([Element(44, 7), Element(76, 1)])
    assert payload == bytes.fromhex("2c000040 0700 4c000040 0100")  # vkt7d, protocol_test.go: 0x4000002C and size 7
    assert frames.active_elements(payload) == (Element(44, 7), Element(76, 1))


def test_dates_and_types() -> None:
    assert frames.date_payload(local(2026, 3, 5, 23)) == bytes((5, 3, 26, 23))
    assert frames.value_type_payload(ValueType.PROPERTIES) == b"\x06\0"
    assert frames.write_request(7, Register.VALUE_TYPE, b"\x06\0")[:10] == bytes.fromhex("ffff07103ffd0000 0206")


def test_service_information() -> None:
    found = frames.service(bytes((0x27, 0, 0, 0, 0)) + b"00123456" + bytes((7, 25, 3)))
    assert found == ("2.7", "00123456", 25, 3)
    assert frames.service(bytes((20, 0, 0))) == ("", "", 20, None)  # before version 1.5
    assert frames.service(bytes((0x27, 0, 0, 0, 0)) + b"\xff\xfe      " + bytes((7, 25, 3))).subscriber == ""


def test_the_clock() -> None:
    assert frames.clock(bytes((5, 3, 26, 12, 47, 12))) == local(2026, 3, 5, 12, 47, 12)
    assert frames.clock(bytes((5, 3, 26, 12))) is None
    assert frames.clock(bytes((31, 2, 26, 12, 0, 0))) is None


@pytest.mark.parametrize(
    ("parse", "data"),
    [
        (frames.active_elements, bytes(7)),
        (frames.service, b""),
        (frames.bounds, bytes(11)),
        (frames.bounds, bytes(12)),
        (frames.bounds, bytes((1, 1, 0, 0)) * 3),
    ],
)
def test_what_cannot_be_read_is_said(parse: object, data: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        parse(data)  # type: ignore[operator]
    assert caught.value.raw == data
