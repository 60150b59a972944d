"""Data types A, B, C, D and H, and data of variable length, from EN 13757-3, annex A and table 5."""

import math
import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mbus import number
from gateway.mbus.telegram import decode_body
from gateway.mbus.variable import variable_length


def value_of(text: str) -> object:
    (record,) = decode_body(0x78, bytes.fromhex(text)).records
    return record.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("09 78 12", 12),
        ("0A 3A 34 12", 0.1234),
        ("0B 5A 34 02 00", 23.4),
        ("0C 06 78 56 34 12", 12_345_678_000),
        ("0E 03 78 56 34 12 90 00", 9_012_345_678),
        ("0B 62 02 00 F0", -0.2),
        ("0A 5A 23 F1", -12.3),
        ("0A 5A 00 F0", 0),
        ("0A 5A A0 00", None),
        ("0A 5A 00 A0", None),
        ("0A 5A 0F 10", None),
        ("0A 5A FF FF", None),
        ("01 5B 7F", 127),
        ("01 5B FF", -1),
        ("01 5B 80", None),
        ("02 5A 00 80", None),
        ("02 5A 01 80", -3276.7),
        ("03 13 FF FF 7F", 8388.607),
        ("04 06 00 00 00 80", None),
        ("04 06 FF FF FF 7F", 2_147_483_647_000),
        ("06 03 01 00 00 00 00 00", 1),
        ("07 03 00 00 00 00 00 00 00 80", None),
        ("07 03 FF FF FF FF FF FF FF 7F", 2**63 - 1),
        ("00 06", None),
        ("08 06", None),
        ("02 FD 17 01 80", 0x8001),
        ("02 FD 17 FF FF", 0xFFFF),
        ("01 7A FA", 250),
        ("01 7A FF", None),
        ("04 78 FF FF FF FE", 0xFEFFFFFF),
        ("02 FB 68 00 08", 0.5),
        ("02 FB 68 00 80", None),
        ("02 FB E8 FC 11 00 80", 8.0),
        ("05 3B 00 00 80 3F", 0.001),
        ("05 5B 00 00 C0 7F", None),
        ("05 5B 00 00 80 7F", None),
        ("05 5B 00 00 80 FF", None),
        ("05 5B 00 00 00 80", 0),
        ("0D 78 04 34 33 32 31", "1234"),
        ("0D 78 00", ""),
        ("0D 78 03 E9 74 65", "eté"),
        ("0D 06 C4 78 56 34 12", 12_345_678_000),
        ("0D 06 D2 34 12", -1_234_000),
        ("0D 06 C2 AA 12", None),
        ("0D 06 C0", None),
        ("0D 06 E0", None),
        ("0D 06 E2 FE FF", -2000),
        ("0D 06 EA 01 02 03 04 05 06 07 08 09 0A", "0A 09 08 07 06 05 04 03 02 01"),
        ("0D FD 17 E2 01 80", 0x8001),
        ("0D FD 3B 02 01 02", "01 02"),
        ("04 FD 72 01 02 03 04", "01 02 03 04"),
    ],
)
def test_values(text: str, value: object) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) in {type(value), int, float}


@pytest.mark.parametrize(("code", "count"), [(0xF0, 16), (0xF1, 20), (0xF2, 24), (0xF3, 28), (0xF4, 32), (0xF5, 48)])
def test_long_binary_numbers_are_read_high_byte_first(code: int, count: int) -> None:
    data = bytes(range(count))
    assert value_of(f"0D 79 {code:02X} {data.hex()}") == data[::-1].hex(" ").upper()


def test_every_length_code_is_decided() -> None:
    """Table 5 of EN 13757-3:2018."""
    lengths = [variable_length(code) for code in range(256)]
    assert lengths[:0xC0] == list(range(0xC0))
    assert lengths[0xC0:0xD0] == [*range(10), *[None] * 6] == lengths[0xD0:0xE0]
    assert lengths[0xE0:0xF0] == list(range(16))
    assert lengths[0xF0:] == [16, 20, 24, 28, 32, 48, 64, *[None] * 9]


@given(st.integers(-(2**31) + 1, 2**31 - 1), st.integers(0, 7))
def test_integers_show_no_noise(integer: int, code: int) -> None:
    """The value is the nearest to the decimal number that the meter shows."""
    value = value_of(f"04 {0x10 + code:02X} {struct.pack('<i', integer).hex()}")
    assert isinstance(value, int | float)
    assert Decimal(repr(value)) == Decimal(integer).scaleb(code - 6) or abs(integer) > 10**15


@given(st.integers(0, 10**12 - 1), st.booleans())
def test_bcd_comes_back(integer: int, minus: bool) -> None:
    digits = f"F{integer % 10**11:011}" if minus else f"{integer:012}"
    expected = -(integer % 10**11) if minus else integer
    assert value_of(f"0E 03 {bytes.fromhex(digits)[::-1].hex()}") == expected


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.integers(-6, 1))
def test_floats_are_multiplied_with_the_scale_and_show_no_noise(real: float, exponent: int) -> None:
    value = number.real_reader(exponent)(struct.pack("<f", real))
    assert isinstance(value, float)
    assert math.isclose(value, real * 10.0**exponent, rel_tol=1e-6, abs_tol=5e-7)


def test_a_float_is_the_shortest_decimal_that_it_can_be() -> None:
    assert number.real_reader(-3)(struct.pack("<f", 357.6)) == 0.3576
    assert number.real_reader(0)(struct.pack("<f", 0.1)) == 0.1
    assert number.real_reader(2)(struct.pack("<f", -1.75)) == -175


def test_a_float_is_not_rounded_before_the_sixth_decimal() -> None:
    """18511.912 is the same float, but others print 18511.912109 for it."""
    assert number.real_reader(0)(struct.pack("<f", 18511.912109)) == 18511.912109375


def test_the_step_of_a_float_is_the_distance_to_its_neighbour() -> None:
    """24 bits: above 16,384 two thousandths (IEEE 754, binary32)."""
    assert number.real_step(struct.pack("<f", 20_000.0), 0) == 2**-9
    assert number.real_step(struct.pack("<f", 20_000.0), -3) == pytest.approx(2**-9 / 1000)
    assert number.real_step(struct.pack("<f", 0.0), 0) is None
    assert number.real_step(struct.pack("<f", math.inf), 0) is None


def test_numbers_below_the_last_digit_have_a_resolution() -> None:
    records = decode_body(0x78, bytes.fromhex("04 13 01000000 05 3B 0000803F 0D 78 01 41 0C 06 FFFFFFFF")).records
    assert [record.resolution for record in records] == [0.001, pytest.approx(2**-23 / 1000), None, None]
