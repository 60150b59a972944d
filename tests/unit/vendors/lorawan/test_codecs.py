"""Payloads of LoRaWAN devices: the goldens of every codec, and what each declares."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.guesses import class_of
from teplosvet.vendors.lorawan.codec import Codec, CodecGolden
from teplosvet.vendors.lorawan.codecs import codecs
from teplosvet.vendors.observation import Clock, Measure, quantity_for
from teplosvet.wire.units import conversion

ALL = [(codec, golden) for codec in codecs().values() for golden in codec.goldens]
NAMES = {"vega-m-bus-1", "milesight-ws202", "adeunis-motion", "elsys-ers", "cayenne-lpp"}


def name_of(each: Any) -> str:
    return each.name if isinstance(each, Codec) else each.payload if isinstance(each, CodecGolden) else ""


def comes_out(codec: Codec, golden: CodecGolden) -> bool:
    """Whether a golden payload becomes what it has to, and nothing of it cannot be read."""
    frame = codec.read(bytes.fromhex(golden.payload), {})
    told = [(each.part, each.ago_s) for each in frame.told]
    values = [{value.measure.value: value.value for value in each.values} for each in frame.told]
    wanted = [pytest.approx(dict(expected), rel=1e-12) for _, _, expected in golden.expected]
    at = None if golden.at is None else datetime.fromisoformat(golden.at)
    whole = not frame.problems and all((each.at, each.serial) == (at, golden.serial) for each in frame.told)
    return bool(whole and told == [each[:2] for each in golden.expected] and values == wanted)


def wrong(golden: CodecGolden) -> CodecGolden:
    """Another value in the first thing that is told."""
    (part, ago_s, values), *rest = golden.expected
    changed = {measure: value * 1.001 + 0.001 for measure, value in values.items()}
    return golden._replace(expected=((part, ago_s, changed), *rest))


def test_all_are_there() -> None:
    assert codecs().keys() == NAMES


@pytest.mark.parametrize(("codec", "golden"), ALL, ids=name_of)
def test_golden(codec: Codec, golden: CodecGolden) -> None:
    assert golden.origin
    assert comes_out(codec, golden)


@pytest.mark.parametrize(("codec", "golden"), [each for each in ALL if each[1].expected], ids=name_of)
def test_the_goldens_can_fail(codec: Codec, golden: CodecGolden) -> None:
    part, ago_s, values = golden.expected[0]
    assert not comes_out(codec, wrong(golden))
    assert not comes_out(codec, golden._replace(expected=((part, ago_s + 60, values), *golden.expected[1:])))
    assert not comes_out(codec, golden._replace(expected=((f"{part}x", ago_s, values), *golden.expected[1:])))
    assert not comes_out(codec, golden._replace(at="2001-01-01T00:00:00Z"))
    assert not comes_out(codec, golden._replace(serial="another"))


@pytest.mark.parametrize(("codec", "golden"), ALL, ids=name_of)
def test_units_are_those_of_the_quantities(codec: Codec, golden: CodecGolden) -> None:
    for told in codec.read(bytes.fromhex(golden.payload), {}).told:
        device_class = codec.device_class or class_of(value.measure for value in told.values)
        for value in told.values:
            quantity = quantity_for(value.measure, device_class)
            convert = conversion(quantity, value.unit)
            assert convert is not None, f"{quantity} in {value.unit}"
            assert quantity.spec.low <= convert.apply(value.value) <= quantity.spec.high


@pytest.mark.parametrize("codec", codecs().values(), ids=name_of)
def test_what_a_codec_declares(codec: Codec) -> None:
    assert codec.manual
    assert codec.named
    assert codec.energy_unit
    assert any(golden.expected for golden in codec.goldens)
    assert any(not golden.expected for golden in codec.goldens), "nothing shows what says nothing"
    assert codec.is_named_by(codec.name.upper().replace("-", "_"))


def test_a_register_of_32_bits_says_where_it_rolls_over() -> None:
    vega = codecs()["vega-m-bus-1"]
    modulus_wh = vega.register_modulus[Measure.ENERGY]
    assert modulus_wh / 1e6 == pytest.approx(4294.967296)  # MWh
    last = bytes.fromhex("01 5F 2C 78563412 C0635669 FEFFFFFF 00000000 00000000 2823 9411 D204")
    (told,) = vega.read(last, {}).told
    assert told.values[0].value == modulus_wh - 2
    assert vega.clock is Clock.DEVICE


def test_a_converters_clock_that_was_not_set() -> None:
    frame = codecs()["vega-m-bus-1"].read(
        bytes.fromhex("01 5F 2C 78563412 0A000000 01000000 00000000 00000000 2823 9411 D204"), {}
    )
    assert frame.told[0].at is None
    assert "not set" in frame.notes[1]


@pytest.mark.parametrize(("address", "serial"), [("78563412", "12345678"), ("4E61BC00", "12345678")])
def test_a_secondary_address_in_bcd_or_not(address: str, serial: str) -> None:
    payload = bytes.fromhex(f"01 5F 2C {address} C0635669 01000000 00000000 00000000 2823 9411 D204")
    assert codecs()["vega-m-bus-1"].read(payload, {}).told[0].serial == serial


@pytest.mark.parametrize(
    ("settings", "ago_s"), [({}, [0, 3600, 7200]), ({"interval_s": 600.0}, [0, 600, 1200])], ids=str
)
def test_intervals_of_adeunis(settings: Mapping[str, float], ago_s: list[float]) -> None:
    frame = codecs()["adeunis-motion"].read(bytes.fromhex("5C 00 00 0A00 1400 1E00"), settings)
    assert [each.ago_s for each in frame.told] == ago_s
    assert [v.value for each in frame.told for v in each.values if v.measure is Measure.PRESENCE_SHARE] == [10, 20, 30]
    assert any("factory" in note for note in frame.notes) is not bool(settings)


def test_the_history_of_movements() -> None:
    frame = codecs()["adeunis-motion"].read(bytes.fromhex("4E 00 0100 0003 32 0004 20"), {})
    assert [(each.ago_s, each.values[0].value) for each in frame.told] == [(0, 3), (3600, 4)]


@pytest.mark.parametrize(
    ("name", "payload", "what"),
    [
        ("adeunis-motion", "5C", "a code and a status"),
        ("adeunis-motion", "77 00 00", "code 77"),
        ("adeunis-motion", "5C 00 00 0A", "code 5C"),
        ("adeunis-motion", "10 00", "code 10"),
        ("vega-m-bus-1", "01 5F", "type 01 with 2 bytes"),
        ("vega-m-bus-1", "07", "type 07"),
        ("milesight-ws202", "030001 0367 0010", "byte 3"),
        ("milesight-ws202", "0300", "within the record «pir»"),
        ("elsys-ers", "01 00E2 99 05", "begins with 99"),
        ("elsys-ers", "01 00", "«temperature»"),
        ("cayenne-lpp", "01 67 00FF 02", "byte 4"),
        ("cayenne-lpp", "01 99 00", "0199"),
    ],
)
def test_what_cannot_be_read_is_said(name: str, payload: str, what: str) -> None:
    ((reason, detail),) = codecs()[name].read(bytes.fromhex(payload), {}).problems
    assert reason == "undecodable"
    assert what in detail


def test_what_stands_before_it_is_kept() -> None:
    frame = codecs()["elsys-ers"].read(bytes.fromhex("01 00E2 99 05"), {})
    assert [value.value for value in frame.told[0].values] == [22.6]


def test_a_device_that_tells_that_it_is_defect() -> None:
    frame = codecs()["adeunis-motion"].read(bytes.fromhex("30 06"), {})
    assert frame.told == ()
    assert frame.problems[0][0] == "device_defect"
    assert frame.notes[0] == "the battery is low"


def test_entering_or_leaving_is_neither() -> None:
    elsys = codecs()["elsys-ers"]
    said = [elsys.read(bytes([0x11, state]), {}).told for state in (0, 1, 2)]
    assert [[v.value for each in told for v in each.values] for told in said] == [[0], [], [1]]


@pytest.mark.parametrize(
    ("measures", "device_class"),
    [
        ({Measure.ENERGY, Measure.FLOW_TEMPERATURE}, DeviceClass.HEAT),
        ({Measure.ENERGY, Measure.PRESENCE}, DeviceClass.LIGHT),
        ({Measure.ENERGY}, DeviceClass.ELECTRICITY),
        ({Measure.VOLUME}, DeviceClass.WATER),
        ({Measure.TEMPERATURE}, DeviceClass.CLIMATE),
    ],
)
def test_what_a_device_probably_is(measures: set[Measure], device_class: DeviceClass) -> None:
    assert class_of(measures) is device_class
