"""Our packs against the resolution rules of RFC 8428, by a resolver that shares nothing with the service's."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators import senml
from simulators.senml import WireValue
from simulators.series import Column, DeviceSeries
from teplosvet.domain.quantities import Quantity


def resolved(payload: bytes) -> list[dict]:
    """RFC 8428, section 4.6: base values are added to the records and removed, times become absolute."""
    base = {"bn": "", "bt": 0, "bv": 0}
    result = []
    for record in json.loads(payload):
        base |= {key: record[key] for key in ("bn", "bt", "bu", "bv") if key in record}
        plain = {key: value for key, value in record.items() if key in {"vs", "vb"}}
        plain["n"] = base["bn"] + record.get("n", "")
        plain["t"] = base["bt"] + record.get("t", 0)
        assert plain["t"] >= 2**28, "a time below 2^28 is relative"
        if unit := record.get("u", base.get("bu")):
            plain["u"] = unit
        if "v" in record:
            plain["v"] = record["v"] + base["bv"]
        assert sum(key in plain for key in ("v", "vs", "vb")) == 1, "a record has exactly one value"
        result.append(plain)
    return result


names = st.from_regex(r"[a-z0-9][a-z0-9.:_-]{0,20}", fullmatch=True)
instants = st.tuples(
    names,
    st.integers(2**28, 2**32).map(float) | st.floats(2**28, 2**32),
    st.lists(st.tuples(names, st.sampled_from(["kWh", "Cel", ""]), st.floats(allow_nan=True, allow_infinity=False))),
    st.none() | st.text(min_size=1, max_size=10),
)


@given(said=st.lists(instants, min_size=1, max_size=5))
def test_a_pack_says_what_was_put_in(said: list[tuple[str, float, list[tuple[str, str, float]], str | None]]) -> None:
    payload = senml.pack(
        text for device, at, values, serial in said
        if (text := senml.instant(device, at, [WireValue(*value) for value in values], serial))
    )  # fmt: skip
    expected = []
    for device, at, values, serial in said:
        if serial is not None:
            expected.append({"n": f"{device}/serial", "t": at, "vs": serial})
        for name, unit, value in values:
            if math.isfinite(value):
                expected.append({"n": f"{device}/{name}", "t": at, "v": value} | ({"u": unit} if unit else {}))
    assert resolved(payload) == expected


def series() -> DeviceSeries:
    return DeviceSeries(
        "svetlaya-1-e1-f1",
        "LED-1",
        np.array([1_730_000_000.0, 1_730_003_600.0]),
        (
            Column(Quantity.LIGHT_ENERGY_KWH, "Wh", 0, np.array([5.0, np.nan])),
            Column(Quantity.LIGHT_POWER_W, "W", 2, np.array([1.9, 15.0])),
            Column(Quantity.PRESENCE, "", 0, np.array([0.0, 1.0])),
        ),
    )


def test_a_series_is_said_with_its_digits_and_without_what_is_missing() -> None:
    first, second = senml.fragments(series())
    name, serial = "svetlaya-1-e1-f1/", {"vs": "LED-1"}
    assert resolved(senml.pack([first, second])) == [
        {"n": f"{name}serial", "t": 1_730_000_000, **serial},
        {"n": f"{name}light_energy", "t": 1_730_000_000, "u": "Wh", "v": 5},
        {"n": f"{name}light_power", "t": 1_730_000_000, "u": "W", "v": 1.9},
        {"n": f"{name}presence", "t": 1_730_000_000, "vb": False},
        {"n": f"{name}serial", "t": 1_730_003_600, **serial},
        {"n": f"{name}light_power", "t": 1_730_003_600, "u": "W", "v": 15.0},
        {"n": f"{name}presence", "t": 1_730_003_600, "vb": True},
    ]


def test_an_ack_is_asked_for_on_the_first_record_only() -> None:
    payload = senml.pack(senml.fragments(series()))
    asking = senml.with_ack(payload, "a-1")
    assert resolved(asking) == resolved(payload)
    assert [record.get("ack") for record in json.loads(asking)] == ["a-1", *[None] * 6]


def test_a_pack_without_records_cannot_ask() -> None:
    with pytest.raises(ValueError, match="records"):
        senml.with_ack(b"[]", "a-1")


def test_the_resolver_can_fail() -> None:
    """Negative control: a pack with a relative time, a wrong base name or two values does not pass."""
    for wrong in (b'[{"n":"a/b","t":5,"v":1}]', b'[{"bn":"a/","bt":1730000000,"n":"b","v":1,"vs":"x"}]'):
        with pytest.raises(AssertionError):
            resolved(wrong)
    assert resolved(b'[{"bn":"x/","bt":1730000000,"n":"b","v":1}]')[0]["n"] != "a/b"


def test_birth_event_and_state() -> None:
    birth = json.loads(senml.birth("d", 1.5, "m", "s", {"heat_energy": "Gcal"}, {"heat_energy": 1.25}))
    assert birth == {"device": "d", "at": 1.5, "model": "m", "firmware": "1.0", "serial": "s",
                     "units": {"heat_energy": "Gcal"}, "registers": {"heat_energy": 1.25}}  # fmt: skip
    assert json.loads(senml.event("d", 2.0, "door", {"open": 1.0})) == {
        "device": "d", "at": 2.0, "event": "door", "data": {"open": 1.0}}  # fmt: skip
    assert json.loads(senml.state(3.0, online=False)) == {"state": "offline", "at": 3.0}
