"""Figures in registers: what each format makes of them, and what it takes as missing."""

import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.drivers.modbus import format as fmt
from gateway.drivers.modbus.dali import Masked, Scaled, linear_percent, logarithmic_percent

WORDS = st.integers(0, 0xFFFF)


@pytest.mark.parametrize(
    ("how", "words", "value"),
    [
        (fmt.U16, [0xFFFE], 65534),
        (fmt.I16, [0xFE0C], -500),
        (fmt.U32, [0x0001, 0xE240], 123456),
        (fmt.I32, [0xFFFF, 0xFFFE], -2),
        (fmt.U32_LOW_FIRST, [0xE240, 0x0001], 123456),
        (fmt.U64, [0, 0, 1, 0], 65536),
        (fmt.Bcd(2), [0x0012, 0x3456], 123456),
        (fmt.Bit(1), [0b10], 1),
        (fmt.Bit(1), [0b01], 0),
    ],
)
def test_a_figure_is_exact(how: fmt.Format, words: list[int], value: int) -> None:
    figure = how.figure(words)
    assert figure is not None
    assert figure.value == value


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (fmt.I16, [0x8000]),
        (fmt.I32, [0x8000, 0]),
        (fmt.I32, [0x7FFF, 0xFFFF]),
        (fmt.U32, [0xFFFF, 0xFFFF]),
        (fmt.F32, [0x7FC0, 0]),
        (fmt.F32, [0x7F80, 0]),
        (fmt.F64, [0xFFF0, 0, 0, 0]),
        (fmt.F32, [0xC700, 0]),  # -32768.0
        (fmt.Bcd(1), [0x0A00]),
        (fmt.Bit(0), [0xFFFF]),
        (Masked(8), [0xFF]),
        (Masked(8), [0xFE]),
        (Masked(32), [0xFFFF, 0xFFFE]),
        (Scaled(6), [0x00FF, 0xFFFF, 0xFFFF, 0xFF00]),
        (Scaled(4, skip=1), [0x0000, 0xFFFF, 0xFFFE]),
        (Scaled(4, skip=1), [0x0007, 0x0000, 0x0001]),  # no power of ten that the standard has
    ],
)
def test_not_available_is_missing_and_never_a_figure(how: fmt.Format, words: list[int]) -> None:
    assert how.figure(words) is None


def test_a_single_float_is_the_decimal_that_the_meter_meant() -> None:
    for text in ("0.1", "88.62", "361.14", "16777.21", "-5.5", "1e-07", "0.3576"):
        figure = fmt.F32.figure(struct.unpack(">HH", struct.pack(">f", float(text))))
        assert figure is not None
        assert figure.value == Decimal(text)


def test_a_single_float_knows_that_it_carries_24_bits() -> None:
    figure = fmt.F32.figure(struct.unpack(">HH", struct.pack(">f", 20000.0)))
    assert figure is not None
    assert figure.step == Decimal(2) ** -9  # 0.002 above 16,384


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_every_single_float_comes_back(value: float) -> None:
    data = struct.pack(">f", value)
    figure = fmt.F32.figure(struct.unpack(">HH", data))
    if figure is not None:
        assert struct.unpack(">f", struct.pack(">f", float(figure.value)))[0] == value


@given(st.lists(WORDS, min_size=4, max_size=4))
def test_no_registers_break_a_format(words: list[int]) -> None:
    for how in (*fmt.FORMATS.values(), fmt.Bit(3), Masked(8), Masked(16), Masked(32), Scaled(6), Scaled(4, skip=1)):
        figure = how.figure(words[: how.words])
        assert figure is None or figure.value.is_finite()


@given(st.lists(WORDS, min_size=2, max_size=2))
def test_word_order_matters_and_can_be_told(words: list[int]) -> None:
    assert fmt.U32.figure(words) == fmt.U32_LOW_FIRST.figure(words[::-1])
    if words[0] != words[1]:
        assert fmt.U32.figure(words) != fmt.U32_LOW_FIRST.figure(words)


def test_the_dimming_curve_of_the_standard() -> None:
    # IEC 62386-102, table of the dimming curve: 1, 85, 170 and 254 are 0.1, 1, 10 and 100 %
    curve = {level: logarithmic_percent(Decimal(level)) for level in (0, 1, 85, 170, 254, 255)}
    assert curve[0] == 0
    assert curve[1] == Decimal("0.1")
    assert curve[254] == 100
    assert curve[255] is None
    assert abs(float(curve[85] or 0) - 1) < 0.03
    assert abs(float(curve[170] or 0) - 10) < 0.3
    assert linear_percent(Decimal(127)) == 50
    assert linear_percent(Decimal(255)) is None
