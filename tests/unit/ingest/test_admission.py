"""What becomes a row, what is refused and why; a bad value costs nothing but itself."""

import json
import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service import admission as admission_module
from ingest_service.admission import Admission, Admitted
from ingest_service.decoders import LARGEST_PACK, Decoders
from ingest_service.registry import Entry
from ingest_service.tap import Message
from teplosvet.domain.quantities import NULL_SENTINELS, DeviceClass, Quantity, columns_of
from teplosvet.wire.units import conversion, units_of

NOW = 1_767_225_600.0
"""2026-01-01 00:00 UTC."""

REGISTRY = {
    "heat-1": Entry(1, DeviceClass.HEAT, "gw"),
    "lamp-1": Entry(2, DeviceClass.LIGHT, "gw"),
    "lamp-2": Entry(3, DeviceClass.LIGHT, "gw"),
    "alone": Entry(4, DeviceClass.WATER, "alone"),
    "foreign": Entry(5, DeviceClass.HEAT, "another"),
}


def judged(*payloads: bytes, channel: str = "reading", publisher: str = "gw") -> tuple[Admitted, Decoders]:
    admission = Admission(REGISTRY, NOW)
    decoders = Decoders(admission)
    for index, payload in enumerate(payloads):
        decoders.decode(index, Message(f"teplosvet/v1/{publisher}/{channel}".encode(), payload, 1, 1, retain=False))
    return admission.judge(), decoders


def pack(*records: Mapping[str, object]) -> bytes:
    return json.dumps(records).encode()


def values(admitted: Admitted) -> set[tuple[int, float, str, float]]:
    return {
        (int(rows.device_ids[row]), rows.at_us[row] / 1e6, str(quantity), float(rows.values[row, column]))
        for rows in admitted.rows
        for row in range(len(rows.device_ids))
        for column, quantity in enumerate(columns_of(rows.device_class))
        if not math.isnan(rows.values[row, column])
    }


GOOD = {"bn": "heat-1/", "bt": NOW, "n": "heat_energy", "u": "kWh", "v": 5.0}
NEIGHBOUR = (1, NOW, "heat_energy_kwh", 5.0)


def bad(**changed: object) -> bytes:
    return pack(GOOD, {"n": "flow_temperature", "u": "Cel", "v": 60.0, **changed})


REFUSED = {
    "not_json": b"[{",
    "not_senml": pack({**GOOD, "v": "12"}),
    "empty_pack": b"[]",
    "too_large": pack(GOOD) + b" " * LARGEST_PACK,
    "no_number": bad(v=None),
    "unknown_origin": bad(bo="guess"),
    "unknown_device": bad(bn="nobody/"),
    "foreign_device": bad(bn="foreign/"),
    "unknown_quantity": bad(n="warmth"),
    "unknown_unit": bad(u="F"),
    "repeated_quantity": bad(n="heat_energy_kwh", u="kWh"),
    "impossible_serial": bad(n="serial", vs="9" * 65, v=None),
    "out_of_range": bad(v=181.0),
    "not_finite": bad(n="heat_volume", u="m3", v=1e308, bv=1e308),
    "time_relative": bad(bt=60.0),
    "time_too_early": bad(bt=946_684_799.0),
    "time_in_future": bad(bt=NOW + 300.5),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_each_reason_has_a_message_that_causes_it_alone(reason: str) -> None:
    admitted, _ = judged(REFUSED[reason])
    assert [refusal.reason for refusal in admitted.refusals] == [reason]


@pytest.mark.parametrize(
    "reason", [reason for reason, payload in REFUSED.items() if payload.startswith(pack(GOOD)[:-1])]
)
def test_the_neighbours_in_the_pack_are_admitted(reason: str) -> None:
    admitted, _ = judged(REFUSED[reason])
    assert reason == "too_large" or values(admitted) == {NEIGHBOUR}


@pytest.mark.parametrize("reason", REFUSED)
def test_the_neighbours_in_the_batch_are_admitted(reason: str) -> None:
    first = pack({**GOOD, "bt": NOW - 60})
    admitted, _ = judged(first, REFUSED[reason], pack({**GOOD, "bt": NOW - 30}))
    assert {(1, NOW - 60, "heat_energy_kwh", 5.0), (1, NOW - 30, "heat_energy_kwh", 5.0)} <= values(admitted)
    assert {refusal.message for refusal in admitted.refusals} == {1}


def test_the_message_without_its_fault_is_admitted() -> None:
    """Negative control: the faults above are the only ones."""
    admitted, _ = judged(bad())
    assert admitted.refusals == []
    assert values(admitted) == {NEIGHBOUR, (1, NOW, "flow_temperature_c", 60.0)}


@pytest.mark.parametrize("topic", [b"teplosvet/v1//reading", b"teplosvet/v1/g\xff/reading", b"elsewhere", b"a\x00/b"])
def test_a_topic_that_is_none_of_ours(topic: bytes) -> None:
    admission = Admission(REGISTRY, NOW)
    decoders = Decoders(admission)
    message = Message(topic, pack(GOOD), 1, 1, retain=False)
    decoders.decode(0, message)
    assert [refusal.reason for refusal in admission.judge().refusals] == ["unknown_topic"]
    assert decoders.publisher(message) == ""


@pytest.mark.parametrize(
    ("channel", "payload", "reason"),
    [
        ("birth", b'{"device":"heat-1"}', "malformed"),
        ("birth", b'{"device":"nobody","at":1767225600}', "unknown_device"),
        ("birth", b'{"device":"foreign","at":1767225600}', "foreign_device"),
        ("birth", b'{"device":"heat-1","at":5}', "time_relative"),
        ("event", b'{"device":"heat-1","at":4291747200,"event":"door"}', "time_in_future"),
        ("event", b"\x00", "not_json"),
        ("state", b'{"state":"online","at":4291747200}', "time_in_future"),
        ("state", b'{"state":"perhaps","at":1767225600}', "malformed"),
    ],
)
def test_other_messages_are_refused_with_their_reason(channel: str, payload: bytes, reason: str) -> None:
    admitted, decoders = judged(payload, channel=channel)
    assert [refusal.reason for refusal in admitted.refusals] == [reason]
    assert (decoders.births, decoders.events, decoders.states) == ([], [], [])


def test_an_empty_retained_state_only_clears_it() -> None:
    admitted, decoders = judged(b"", channel="state")
    assert (admitted.refusals, decoders.states) == ([], [])


@pytest.mark.parametrize("sentinel", sorted(NULL_SENTINELS))
def test_what_means_not_available_becomes_missing(sentinel: float) -> None:
    admitted, _ = judged(bad(v=sentinel))
    assert values(admitted) == {NEIGHBOUR}
    assert (admitted.nulls, admitted.refusals) == (1, [])


def test_a_row_of_which_everything_is_missing_is_none() -> None:
    admitted, _ = judged(pack({**GOOD, "v": -32768}))
    assert (admitted.rows, admitted.refusals, admitted.nulls) == ([], [], 1)


def test_a_time_just_within_is_admitted() -> None:
    for at in (946_684_800.0, NOW + 300.0):
        admitted, _ = judged(pack({**GOOD, "bt": at}))
        assert admitted.refusals == []
        assert values(admitted) == {(1, at, "heat_energy_kwh", 5.0)}


def test_a_quantity_without_a_column_goes_beside() -> None:
    voltage = {"n": "voltage", "u": "V", "v": 229.5}
    current = {"n": "current", "u": "A", "v": 1e9}
    missing = {"n": "indoor_temperature", "u": "Cel", "v": -32768}
    admitted, _ = judged(pack(GOOD, voltage, current, missing))
    assert values(admitted) == {NEIGHBOUR}
    assert [(o.device_id, o.quantity, o.at_s, o.archive, o.value) for o in admitted.others] == [
        (1, Quantity.VOLTAGE_V, NOW, False, 229.5)
    ]
    assert [refusal.reason for refusal in admitted.refusals] == ["out_of_range"]


def test_serial_and_origin_stand_in_the_row() -> None:
    admitted, _ = judged(
        pack({"bn": "heat-1/", "bt": NOW, "bo": "archive", "n": "serial", "vs": "6631-0457"},
             {"n": "heat_energy", "u": "Gcal", "v": 2})
    )  # fmt: skip
    (rows,) = admitted.rows
    assert (rows.serials, rows.archive.tolist()) == (["6631-0457"], [True])
    assert values(admitted) == {(1, NOW, "heat_energy_kwh", 2326.0)}


@pytest.mark.parametrize("serial", ["", "\x00", "a\nb", "x" * 65])
def test_an_impossible_serial_costs_only_itself(serial: str) -> None:
    admitted, _ = judged(
        pack({"bn": "heat-1/", "bt": NOW, "n": "serial", "vs": serial}, {"n": "heat_energy", "u": "kWh", "v": 5})
    )
    assert [refusal.reason for refusal in admitted.refusals] == ["impossible_serial"]
    assert admitted.rows[0].serials == [None]
    assert values(admitted) == {NEIGHBOUR}


def test_doubtful_names_are_told() -> None:
    admitted, _ = judged(REFUSED["unknown_device"], REFUSED["foreign_device"], pack(GOOD))
    assert admitted.doubtful == {"nobody", "foreign"}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_pack_of_which_something_is_refused_is_acknowledged(reason: str) -> None:
    payload = REFUSED[reason].replace(b"[{", b'[{"ack": "g-1", ', 1).replace(b"[]", b'[{"ack": "g-1"}]')
    _, decoders = judged(payload)
    assert decoders.acks == ([] if reason == "not_json" else [("gw", "g-1", 0)])


def test_strangers_names_are_not_remembered() -> None:
    before = len(admission_module._layouts)
    for n in range(50):
        judged(pack(GOOD, {"n": f"invented-{n}", "v": 1}), pack(GOOD, {"n": "heat_volume", "u": f"unit-{n}", "v": 1}))
    assert len(admission_module._layouts) <= before + 2


def test_ten_thousand_names_in_one_pack() -> None:
    admitted, _ = judged(pack(GOOD, *({"n": f"q{n}", "v": n} for n in range(10_000))))
    assert values(admitted) == {NEIGHBOUR}
    assert {refusal.reason for refusal in admitted.refusals} == {"unknown_quantity"}


wire_values = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([*NULL_SENTINELS, 1e308, 0.0, 50.0])
records = st.builds(
    lambda device, quantity, unit, value, at: {
        "bn": f"{device}/", "bt": at, "n": quantity.wire_name, "u": units_of(quantity)[unit % len(units_of(quantity))],
        "v": value,
    },
    st.sampled_from(["heat-1", "lamp-1", "lamp-2"]),
    st.sampled_from(Quantity),
    st.integers(0, 7),
    wire_values,
    st.sampled_from([NOW, NOW - 60, 5.0, 1e308, NOW + 1e6]),
)  # fmt: skip


@given(packs=st.lists(st.lists(records, min_size=1, max_size=8), min_size=1, max_size=6))
def test_nothing_outside_the_range_is_ever_admitted(packs: list[list[dict[str, object]]]) -> None:
    admitted, _ = judged(*(pack(*each) for each in packs))
    for rows in admitted.rows:
        assert not np.isnan(rows.values).all(axis=1).any()
        assert ((rows.at_us >= 946_684_800_000_000) & (rows.at_us <= (NOW + 300) * 1e6)).all()
        for column, quantity in enumerate(columns_of(rows.device_class)):
            there = rows.values[:, column][~np.isnan(rows.values[:, column])]
            assert ((there >= quantity.spec.low) & (there <= quantity.spec.high)).all()
    for other in admitted.others:
        assert other.quantity.spec.low <= other.value <= other.quantity.spec.high


@given(packs=st.lists(st.lists(records, min_size=1, max_size=8), min_size=1, max_size=6))
def test_a_batch_is_judged_as_its_messages_alone(packs: list[list[dict[str, object]]]) -> None:
    together, _ = judged(*(pack(*each) for each in packs))
    alone = [judged(pack(*each))[0] for each in packs]
    assert values(together) == set().union(*(values(each) for each in alone))
    assert sorted((refusal.message, refusal.reason) for refusal in together.refusals) == sorted(
        (n, refusal.reason) for n, each in enumerate(alone) for refusal in each.refusals
    )


@given(packs=st.lists(st.lists(records, min_size=1, max_size=8), min_size=1, max_size=4))
def test_every_value_is_stored_missing_or_refused(packs: list[list[dict[str, object]]]) -> None:
    """By the rules once more, value by value instead of by columns."""
    admitted, _ = judged(*(pack(*each) for each in packs))
    expected: set[tuple[int, float, str, float]] = set()
    for records in packs:
        seen: set[tuple[object, object, Quantity]] = set()
        for record in records:
            device, at, unit = str(record["bn"])[:-1], float(str(record["bt"])), str(record["u"])
            quantity = next(each for each in Quantity if each.wire_name == record["n"])
            convert, raw = conversion(quantity, unit), float(str(record["v"]))
            again = (device, at, quantity) in seen
            seen.add((device, at, quantity))
            inside = math.nan if convert is None else convert.apply(raw)
            entry = REGISTRY[device]
            if again or raw in NULL_SENTINELS or entry.device_class is not quantity.spec.device_class:
                continue
            if NOW - 60 <= at <= NOW and quantity.spec.low <= inside <= quantity.spec.high:
                expected.add((entry.id, at, str(quantity), inside))
    assert values(admitted) == expected
