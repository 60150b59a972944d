"""SenML packs: RFC 8428's own examples, its resolution rules, and one result however a pack is read."""

import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from teplosvet.domain.errors import MessageError
from teplosvet.domain.quantities import Quantity
from teplosvet.domain.readings import Origin, Reading
from teplosvet.wire import senml
from teplosvet.wire.senml import Instant, Pack

Value = tuple[str, float, str, str | None, str | None, float]

AT = 1_767_225_600.0
"""2026-01-01 00:00 UTC."""


def said(pack: Pack) -> set[Value]:
    """What a pack says: device, instant, origin, name, unit and value of each reading."""
    return {
        (each.device, each.at, each.origin, name, unit, value)
        for each in pack.instants
        for name, unit, value in zip(*_halves(each), each.values, strict=True)
    }


def _halves(instant: Instant) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
    half = len(instant.fields) // 2
    return instant.fields[:half], instant.fields[half:]


def decode(*records: dict[str, object], publisher: str = "gw") -> Pack:
    return senml.decode(json.dumps(records).encode(), publisher)


# RFC 8428, section 5.1; names without a slash belong to the publisher
ONE_DATA_POINT = b'[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]'
RELATIVE_TIMES = b"""[
    {"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09, "bu":"A","bver":5, "n":"voltage","u":"V","v":120.1},
    {"n":"current","t":-5,"v":1.2},
    {"n":"current","t":-4,"v":1.3},
    {"n":"current","t":-3,"v":1.4},
    {"n":"current","t":-2,"v":1.5},
    {"n":"current","t":-1,"v":1.6},
    {"n":"current","v":1.7}
]"""
DATA_TYPES = b"""[
    {"bn":"urn:dev:ow:10e2073a01080063:","n":"temp","u":"Cel","v":23.1},
    {"n":"label","vs":"Machine Room"},
    {"n":"open","vb":false},
    {"n":"nfc-reader","vd":"aGkgCg"}
]"""
COLLECTION = b"""[
    {"bn":"2001:db8::2/","bt":1.320078429e+09,"n":"temperature","u":"Cel","v":25.2},
    {"n":"humidity","u":"%RH","v":30},
    {"bn":"2001:db8::1/","n":"temperature","u":"Cel","v":12.3},
    {"n":"humidity","u":"%RH","v":67}
]"""


def test_one_data_point() -> None:
    assert said(senml.decode(ONE_DATA_POINT, "ow")) == {("ow", 0.0, "live", "urn:dev:ow:10e2073a01080063", "Cel", 23.1)}


def test_times_are_relative_to_the_base_time_and_units_fall_back_to_the_base_unit() -> None:
    name, base = "urn:dev:ow:10e2073a0108006:", 1276020076.001
    currents = {
        ("ow", base + t, "live", f"{name}current", "A", v)
        for t, v in ((-5, 1.2), (-4, 1.3), (-3, 1.4), (-2, 1.5), (-1, 1.6), (0, 1.7))
    }
    expected = {("ow", base, "live", f"{name}voltage", "V", 120.1)} | currents
    assert said(senml.decode(RELATIVE_TIMES, "ow")) == expected


def test_what_has_no_number_is_a_problem_and_its_neighbours_are_read() -> None:
    pack = senml.decode(DATA_TYPES, "ow")
    name = "urn:dev:ow:10e2073a01080063:"
    assert said(pack) == {
        ("ow", 0.0, "live", f"{name}temp", "Cel", 23.1),
        ("ow", 0.0, "live", f"{name}open", None, 0.0),
    }
    assert [reason for reason, _ in pack.problems] == ["no_number", "no_number"]


def test_a_collection_of_devices() -> None:
    at = 1320078429.0
    assert said(senml.decode(COLLECTION, "gw")) == {
        ("2001:db8::2", at, "live", "temperature", "Cel", 25.2),
        ("2001:db8::2", at, "live", "humidity", "%RH", 30.0),
        ("2001:db8::1", at, "live", "temperature", "Cel", 12.3),
        ("2001:db8::1", at, "live", "humidity", "%RH", 67.0),
    }


def test_the_examples_can_fail() -> None:
    """Negative control: another base time, unit or value is another result."""
    right = said(senml.decode(RELATIVE_TIMES, "ow"))
    for before, after in ((b"1.276", b"1.277"), (b'"bu":"A"', b'"bu":"V"'), (b"1.7}", b"1.8}"), (b"-5", b"5")):
        assert said(senml.decode(RELATIVE_TIMES.replace(before, after), "ow")) != right


def test_base_value_and_base_time_are_added() -> None:
    pack = decode({"bn": "d/", "bt": AT, "bv": 20.0, "n": "x", "u": "Cel", "v": 1.5, "t": 60})
    assert said(pack) == {("d", AT + 60, "live", "x", "Cel", 21.5)}


def test_base_fields_hold_until_they_are_set_anew() -> None:
    pack = decode(
        {"bn": "a/", "bt": AT, "bu": "kWh", "bo": "archive"},
        {"n": "x", "v": 1},
        {"bt": AT + 60, "n": "x", "v": 2},
        {"bn": "b/", "bo": "live", "n": "x", "v": 3},
        {"bu": "Cel", "n": "y", "v": 4},
        {"n": "flag", "u": "", "vb": True},
    )
    assert said(pack) == {
        ("a", AT, "archive", "x", "kWh", 1.0),
        ("a", AT + 60, "archive", "x", "kWh", 2.0),
        ("b", AT + 60, "live", "x", "kWh", 3.0),
        ("b", AT + 60, "live", "y", "Cel", 4.0),
        ("b", AT + 60, "live", "flag", "", 1.0),
    }


@pytest.mark.parametrize("base", ["", "/"])
def test_a_name_without_a_device_belongs_to_the_publisher(base: str) -> None:
    assert said(decode({"bn": base, "bt": AT, "n": "x", "v": 1}, publisher="me")) == {
        ("me", AT, "live", "x", None, 1.0)
    }
    assert said(decode({"t": AT, "n": "x", "v": 1}, publisher="me")) == {("me", AT, "live", "x", None, 1.0)}


def test_a_record_tells_the_serial_number_of_its_device_and_instant() -> None:
    pack = decode(
        {"bn": "a/", "bt": AT, "n": "serial", "vs": "6631-0457"},
        {"n": "x", "v": 1},
        {"bt": AT + 60, "n": "x", "v": 2},
        {"bn": "b/", "bt": AT, "n": "x", "v": 3},
    )
    assert {(each.device, each.at): each.serial for each in pack.instants} == {
        ("a", AT): "6631-0457",
        ("a", AT + 60): None,
        ("b", AT): None,
    }


def test_an_unknown_origin_is_a_problem_until_a_known_one_comes() -> None:
    pack = decode(
        {"bn": "a/", "bt": AT, "bo": "guess", "n": "x", "v": 1},
        {"n": "y", "v": 2},
        {"bo": "archive", "n": "z", "v": 3},
    )
    assert said(pack) == {("a", AT, "archive", "z", None, 3.0)}
    assert [reason for reason, _ in pack.problems] == ["unknown_origin", "unknown_origin"]


def test_the_ack_is_that_of_the_first_record() -> None:
    assert decode({"ack": "g-1", "n": "x", "v": 1}, {"ack": "g-2", "n": "y", "v": 1}).ack == "g-1"
    assert decode({"n": "x", "v": 1}, {"ack": "g-2", "n": "y", "v": 1}).ack is None


def test_labels_that_need_not_be_understood_are_ignored() -> None:
    assert said(decode({"bn": "a/", "bt": AT, "n": "x_", "v": 1, "quality": {"deep": [1]}, "bs": 1.0})) == {
        ("a", AT, "live", "x_", None, 1.0)
    }


REFUSED = {
    "broken": (b'[{"n":"x"', "not_json"),
    "nothing": (b"", "not_json"),
    "bytes": (bytes(range(256)), "not_json"),
    "not UTF-8": (b'[{"n":"x\xff","v":1}]', "not_json"),
    "NaN": (b'[{"n":"x","v":NaN}]', "not_json"),
    "Infinity": (b'[{"n":"x","v":-Infinity}]', "not_json"),
    "lone surrogate": (b'[{"n":"\\ud800","v":1}]', "not_json"),
    "deep inside": (b'[{"other":' + b"[" * 100_000 + b"]" * 100_000 + b"}]", "not_json"),
    "deep": (b"[" * 100_000, "not_senml"),
    "an object": (b"{}", "not_senml"),
    "a null": (b"[null]", "not_senml"),
    "text for a number": (b'[{"n":"x","v":"12"}]', "not_senml"),
    "naive time": (b'[{"n":"x","v":1,"t":"2026-01-01T12:00:00"}]', "not_senml"),
    "number for a name": (b'[{"n":7,"v":1}]', "not_senml"),
    "beyond double": (b'[{"n":"x","v":1e309}]', "not_senml"),
    "newer version": (b'[{"bver":11,"n":"x","v":1}]', "not_senml"),
    "label to be understood": (b'[{"n":"x","v":1,"must_":1}]', "not_senml"),
    "the same, escaped": (b'[{"n":"x","v":1,"must\\u005f":1}]', "not_senml"),
    "no records": (b"[]", "empty_pack"),
    "base fields alone": (b'[{"bn":"a/","bt":1767225600}]', "empty_pack"),
}


@pytest.mark.parametrize(("payload", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_pack_is_refused_with_its_reason(payload: bytes, reason: str) -> None:
    with pytest.raises(MessageError) as caught:
        senml.decode(payload, "gw")
    assert caught.value.reason == reason


def test_the_ack_of_a_pack_that_cannot_be_decoded_is_found() -> None:
    assert senml.ack_asked(b'[{"ack":"g-7","n":"x","v":"text"}]') == "g-7"
    for payload in (b"", b"[]", b"[{}]", b"{}", b'[{"ack":7}]', b"[" * 100_000):
        assert senml.ack_asked(payload) is None


known_names = st.sampled_from(["heat_energy", "flow_temperature", "presence"])
names = known_names | st.sampled_from(["serial", "x", "", "bn", "a/b"]) | st.text(max_size=6)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70)
records = st.fixed_dictionaries(
    {},
    optional={
        "bn": st.sampled_from(["", "/", "a/", "a", "a/b/", "a//", "д/"]),
        "bt": st.sampled_from([0, AT, -1.5, 1e308]),
        "n": names,
        "u": st.sampled_from(["kWh", "", "Cel"]),
        "v": numbers,
        "vb": st.booleans(),
    },
)

units = st.sampled_from(["kWh", "Cel", "K", ""])
tails = st.fixed_dictionaries({"n": known_names, "v": numbers}, optional={"u": units, "vb": st.booleans()})
heads = st.fixed_dictionaries(
    {"bn": st.sampled_from(["", "/", "a/", "д/", "a/b/"]), "bt": st.sampled_from([0, AT, 1e308])},
    optional={"n": known_names, "v": numbers},
)
usual = st.tuples(heads, st.lists(tails, max_size=4)).map(lambda pack: [pack[0], *pack[1]])


@given(pack=usual | st.lists(records, min_size=1, max_size=5), ascii_only=st.booleans())
@example(pack=[{"bn": "", "bt": AT, "n": "x", "v": 1}], ascii_only=True)
@example(pack=[{"bn": "/", "bt": AT, "n": "x", "v": 1}], ascii_only=True)
@example(
    pack=[{"bn": "a/", "bt": AT, "n": "presence", "v": 2.0, "vb": False}, {"n": "presence", "vb": True}],
    ascii_only=True,
)
def test_the_usual_pack_is_read_as_any_other(pack: list[dict[str, object]], ascii_only: bool) -> None:
    payload = json.dumps(pack, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    usual = senml.decode_usual(payload)
    if usual is not None:
        assert senml._decode_any(payload, "gw") == senml.Pack([usual], None)


def test_an_escaped_label_is_not_overlooked() -> None:
    payload = b'[{"bn":"a/","bt":1767225600,"n":"x","v":1},{"b\\u006e":"b/","n":"x","v":2}]'
    assert {each.device for each in senml.decode(payload, "gw").instants} == {"a", "b"}


def test_the_usual_pack_takes_the_short_way() -> None:
    """Negative control: the comparison above is of two ways."""
    payload = b'[{"bn":"a/","bt":1767225600,"n":"light_energy","u":"kWh","v":1},{"n":"presence","vb":true}]'
    assert senml.decode_usual(payload) is not None
    assert senml.decode_usual(payload.replace(b'"vb"', b'"t":1,"vb"')) is None


@given(data=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_nothing_but_a_message_error_comes_of_any_bytes(data: bytes) -> None:
    for payload in (data, b'[{"n":"' + data + b'"}]', b'[{"n":"x","v":1,' + data + b"}]"):
        try:
            senml.decode(payload, "gw")
        except MessageError as error:
            assert error.reason in {"not_json", "not_senml", "empty_pack"}  # noqa: PT017


moments = st.integers(0, 10**15).map(lambda us: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=us))
instants = st.tuples(
    st.from_regex(r"[a-z0-9.:_-]{1,12}", fullmatch=True),
    moments,
    st.sampled_from(Origin),
    st.none() | st.text(min_size=1, max_size=8),
    st.dictionaries(st.sampled_from(Quantity), st.floats(allow_nan=False, allow_infinity=False), min_size=1),
)


@given(sent=st.lists(instants, max_size=5, unique_by=lambda each: each[:3]), ack=st.none() | st.text(max_size=9))
def test_readings_come_back_from_the_wire_as_they_were(
    sent: list[tuple[str, datetime, Origin, str | None, dict[Quantity, float]]], ack: str | None
) -> None:
    readings = [
        Reading(device, quantity, value, at, origin, serial)
        for device, at, origin, serial, values in sent
        for quantity, value in values.items()
    ]
    payload = senml.encode(readings, ack)
    if not readings:
        assert payload == b"[]"
        return
    pack = senml.decode(payload, "gw")
    assert pack.ack == ack
    back = {
        (each.device, datetime.fromtimestamp(each.at, UTC), each.origin, each.serial, name, unit or "", value)
        for each in pack.instants
        for name, unit, value in zip(*_halves(each), each.values, strict=True)
    }
    assert back == {
        (r.device, r.measured_at, r.origin, r.serial, r.quantity.wire_name, r.quantity.spec.unit, r.value)
        for r in readings
    }


def test_a_number_keeps_every_digit() -> None:
    value = math.nextafter(1234567.891, math.inf)
    (instant,) = decode({"bn": "a/", "bt": AT, "n": "x", "u": "kWh", "v": value}).instants
    assert instant.values == [value]
