"""Numbers, units and the two bytes about them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.drivers.vkt7.frames import Element
from gateway.drivers.vkt7.values import Shown, properties, qualities, record, situations, unit_name
from gateway.errors import DecodeError

GOOD = b"\xc0\0"


@given(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(-(1 << 8 * n - 1), (1 << 8 * n - 1) - 1))))
def test_numbers_are_signed_and_as_long_as_the_calculator_says(sized: tuple[int, int]) -> None:
    size, number = sized
    data = number.to_bytes(size, "little", signed=True) + GOOD
    assert record([Element(12, size)], data) == {12: Shown(number, 0xC0, 0)}


@pytest.mark.parametrize("data", ["a8", "a8ff", "a8ffff"])
def test_a_negative_number_of_any_length(data: str) -> None:
    """The example of github.com/mustdieku/vkt7d, decodeSignedInt: A8, A8 FF and A8 FF FF are -88."""
    size = len(data) // 2
    assert record([Element(0, size)], bytes.fromhex(data) + GOOD)[0].raw == -88


def test_floats() -> None:
    assert record([Element(19, 4)], struct.pack("<f", 5.25) + GOOD)[19].raw == 5.25
    assert record([Element(19, 4)], struct.pack("<f", float("nan")) + GOOD)[19].raw is None
    assert record([Element(19, 2)], bytes(2) + GOOD)[19].raw is None


def test_hours_whose_upper_half_is_ones() -> None:
    """Seen on instruments: EnergyTechAudit.PowerAccounting.DeviceReader, VKT7, ArchiveCollector."""
    assert record([Element(17, 4)], bytes.fromhex("204effff") + GOOD)[17].raw == 20_000
    assert record([Element(17, 4)], bytes.fromhex("204e0100") + GOOD)[17].raw == 85_536
    assert record([Element(17, 2)], bytes.fromhex("00c8") + GOOD)[17].raw == 51_200


@pytest.mark.parametrize(
    ("quality", "is_there"), [(0xC0, True), (0x50, True), (0x0C, False), (0x04, False), (0, False)]
)
def test_quality_decides_whether_a_number_is_one(quality: int, is_there: bool) -> None:
    shown = record([Element(0, 2)], bytes((1, 0, quality, 9)))[0]
    assert (shown.raw is not None, shown.quality, shown.situation) == (is_there, quality, 9)


@pytest.mark.parametrize("data", [b"", bytes(3), bytes(5)])
def test_a_record_of_another_length(data: bytes) -> None:
    with pytest.raises(DecodeError):
        record([Element(0, 2)], data)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Гкал", "Gcal"),
        (" ГДж\0\0", "GJ"),
        ("МВт*ч", "MWh"),
        ("м3", "m3"),
        ("т", "t"),
        ("кг/см2", "kgf/cm2"),
        ("кгс/см2", "kgf/cm2"),
        ("МПа", "MPa"),
        ("°C", "Cel"),
        ("°С", "Cel"),
        ("м3/ч", "m3/h"),
        ("ч", "h"),
        ("т/ч", "т/ч"),
        ("", ""),
    ],
)
def test_units_in_code_page_866(text: str, unit: str) -> None:
    assert unit_name(text.encode("cp866")) == unit


def _text(text: str, *, old: bool) -> bytes:
    data = text.encode("cp866")
    return (data.ljust(7) if old else struct.pack("<H", len(data)) + data) + GOOD


@pytest.mark.parametrize("old", [True, False])
def test_units_with_and_without_their_length(old: bool) -> None:
    data = _text("Гкал", old=old) + _text("т", old=old) + b"\x03" + GOOD + b"\x02" + GOOD
    found = properties([53, 47], [66, 60], data)
    assert found.units == {53: "Gcal", 47: "t"}
    assert found.decimals == {66: 3, 60: 2}


@pytest.mark.parametrize("data", [b"", bytes(3), _text("Гкал", old=False) + b"\x0a" + GOOD, b"\x08" + bytes(30)])
def test_properties_that_are_none(data: bytes) -> None:
    with pytest.raises(DecodeError):
        properties([53], [66], data)


def test_flags_keep_both_bytes_of_four_values() -> None:
    values = [Shown(1, 0xC0, 0), None, Shown(None, 0x0C, 0xFF), Shown(1, 0x50, 5)]
    assert qualities(values) == 0x90CC0000
    assert situations(values) == 0x05FF0000
    assert qualities([Shown(1, 0xC0, 0)] * 4) == 0


def test_a_size_that_no_number_has() -> None:
    assert record([Element(12, 9)], bytes(9) + GOOD)[12].raw is None
    assert record([Element(12, 0)], GOOD)[12].raw is None
