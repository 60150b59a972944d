"""Edge nodes live, die and are born again; what their metrics become."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teplosvet.domain.errors import MessageError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.domain.readings import Origin
from teplosvet.vendors.makers import adapters
from teplosvet.vendors.observation import Measure, Observation
from teplosvet.vendors.sparkplug import session as sessions
from teplosvet.vendors.sparkplug.metrics import meaning_of
from teplosvet.vendors.sparkplug.session import SparkplugSession
from tests.unit.vendors.goldens import plain
from tests.unit.vendors.sparkplug.encoding import (
    BOOLEAN,
    DATASET,
    DATETIME,
    DOUBLE,
    FLOAT,
    INT8,
    INT16,
    INT32,
    INT64,
    STRING,
    UINT32,
    UINT64,
    blob,
    metric,
    number,
    payload,
    properties,
    text,
)

NOON_MS = 1_767_268_800_000
NODE, DEVICE = "spBv1.0/house/{}/edge", "spBv1.0/house/{}/edge/lamp"
BORN = payload([metric("bdSeq", INT64, 7)], at_ms=NOON_MS, seq=0)


def lamp_born(*metrics: bytes, seq: int = 1) -> bytes:
    return payload(metrics or (metric("Power", FLOAT, 12.5, alias=1),), at_ms=NOON_MS, seq=seq)


def living(*metrics: bytes) -> SparkplugSession:
    """A session that has heard the births of the edge node and of its lamp."""
    session = SparkplugSession()
    session.decode(NODE.format("NBIRTH"), BORN)
    session.decode(DEVICE.format("DBIRTH"), lamp_born(*metrics))
    return session


def heard(session: SparkplugSession, *metrics: bytes, seq: int = 2, at_ms: int | None = NOON_MS) -> list[Observation]:
    return list(session.decode(DEVICE.format("DDATA"), payload(metrics, at_ms=at_ms, seq=seq)))


def problems(observations: list[Observation]) -> list[str]:
    return [reason for each in observations for reason, _ in each.problems]


def test_a_birth_says_values_too() -> None:
    session = SparkplugSession()
    session.decode(NODE.format("NBIRTH"), BORN)
    assert plain(session.decode(DEVICE.format("DBIRTH"), lamp_born())) == {"house/edge/lamp": {"power": 12.5}}


def test_data_go_by_alias() -> None:
    (found,) = heard(living(), metric(kind=FLOAT, raw=7.5, alias=1, typed=False))
    assert plain([found]) == {"house/edge/lamp": {"power": 7.5}}
    assert found.device_class is DeviceClass.LIGHT
    assert found.at is not None
    assert found.at.isoformat() == "2026-01-01T12:00:00+00:00"


def test_data_may_go_by_name() -> None:
    assert plain(heard(living(), metric("Power", FLOAT, 7.5))) == {"house/edge/lamp": {"power": 7.5}}


def test_an_alias_of_one_device_is_not_anothers() -> None:
    session = living()
    other = "spBv1.0/house/{}/edge/meter"
    session.decode(other.format("DBIRTH"), payload([metric("Voltage", FLOAT, 230, alias=1)], at_ms=NOON_MS, seq=2))
    assert plain(heard(session, metric(kind=FLOAT, raw=5, alias=1, typed=False), seq=3)) == {
        "house/edge/lamp": {"power": 5}
    }


@pytest.mark.parametrize("topic", [NODE.format("NDATA"), DEVICE.format("DDATA")])
def test_data_before_a_birth_are_a_problem_and_nothing_else(topic: str) -> None:
    session = SparkplugSession()
    (found,) = session.decode(topic, payload([metric("Power", FLOAT, 7.5)], at_ms=NOON_MS, seq=4))
    assert found.values == ()
    assert found.problems[0][0] == "no_birth"
    assert "Rebirth" in found.problems[0][1]


def test_a_device_may_be_heard_before_its_edge_node() -> None:
    session = SparkplugSession()
    session.decode(DEVICE.format("DBIRTH"), lamp_born())
    assert plain(heard(session, metric(kind=FLOAT, raw=5, alias=1))) == {"house/edge/lamp": {"power": 5}}


@pytest.mark.parametrize(
    ("death", "payload_"),
    [
        (DEVICE.format("DDEATH"), payload(seq=2)),
        (NODE.format("NDEATH"), payload([metric("bdSeq", INT64, 7)])),
        (NODE.format("NDEATH"), payload([metric("x", INT64, 7)])),
        (NODE.format("NBIRTH"), payload([metric("bdSeq", INT64, 8)], at_ms=NOON_MS, seq=0)),
    ],
)
def test_what_a_death_and_a_new_birth_forget(death: str, payload_: bytes) -> None:
    session = living()
    assert session.decode(death, payload_) == ()
    assert "no_birth" in problems(heard(session, metric(kind=FLOAT, raw=5, alias=1), seq=3))


def test_a_death_of_an_earlier_life_that_came_late() -> None:
    session = living()
    assert session.decode(NODE.format("NDEATH"), payload([metric("bdSeq", INT64, 6)])) == ()
    assert "earlier life" in session.passed_over()[0]
    assert plain(heard(session, metric(kind=FLOAT, raw=5, alias=1)))


def test_a_gap_is_told_and_the_values_stay() -> None:
    session = living()
    found = heard(session, metric(kind=FLOAT, raw=5, alias=1), seq=5)
    assert plain(found) == {"house/edge/lamp": {"power": 5}}
    assert problems(found) == ["seq_gap"]
    assert problems(heard(session, metric(kind=FLOAT, raw=5, alias=1), seq=6)) == []


def test_after_255_comes_0() -> None:
    session = SparkplugSession()
    session.decode(NODE.format("NBIRTH"), payload([metric("Power", FLOAT, 1, alias=1)], at_ms=NOON_MS, seq=255))
    data = payload([metric(kind=FLOAT, raw=2, alias=1)], at_ms=NOON_MS, seq=0)
    assert problems(list(session.decode(NODE.format("NDATA"), data))) == []
    without = payload([metric(kind=FLOAT, raw=2, alias=1)], at_ms=NOON_MS)
    assert problems(list(session.decode(NODE.format("NDATA"), without))) == []


def test_what_is_told_later_is_of_the_archive() -> None:
    first, second = heard(
        living(),
        metric(kind=FLOAT, raw=5, alias=1, at_ms=NOON_MS - 3_600_000, historical=True),
        metric(kind=FLOAT, raw=6, alias=1),
    )
    assert (first.origin, second.origin) == (Origin.ARCHIVE, Origin.LIVE)
    assert first.at is not None
    assert first.at.isoformat() == "2026-01-01T11:00:00+00:00"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (metric(kind=FLOAT, alias=1, null=True), "missing"),
        (metric(kind=FLOAT, alias=1), "missing"),
        (metric(kind=FLOAT, raw=5, alias=1, transient=True), "missing"),
        (metric(kind=FLOAT, raw=5, alias=1, more=properties(Quality=0)), "quality"),
        (metric(kind=FLOAT, raw=5, alias=1, more=properties(Quality=500)), "quality"),
    ],
)
def test_what_is_no_value(said: bytes, why: str) -> None:
    session = living()
    assert heard(session, said) == []
    assert any(why in note for note in session.passed_over())


def test_a_value_of_good_quality_and_no_number() -> None:
    assert plain(heard(living(), metric(kind=FLOAT, raw=5, alias=1, more=properties(Quality=192))))
    assert heard(living(), metric(kind=FLOAT, raw=math.nan, alias=1)) == []
    assert problems(heard(living(), metric(kind=FLOAT, raw=math.inf, alias=1))) == ["no_number"]
    assert heard(living(), metric(kind=FLOAT, raw=-32768.0, alias=1)) == [], "«not available» of meters"


def test_a_number_that_its_unit_makes_too_great() -> None:
    session = living(metric("Flow", DOUBLE, alias=1, null=True, more=properties(engUnit="l/min")))
    assert problems(heard(session, metric(kind=DOUBLE, raw=1e308, alias=1))) == ["no_number"]


@pytest.mark.parametrize("folder", ["f" * 300, "a\x00b"])
def test_folders_that_cannot_be_the_name_of_a_device(folder: str) -> None:
    session = living(metric("1/Power", FLOAT, 1, alias=1), metric(f"{folder}/Power", FLOAT, 2, alias=2))
    found = heard(session, metric(kind=FLOAT, raw=1, alias=1), metric(kind=FLOAT, raw=2, alias=2))
    assert plain(found) == {"house/edge/lamp/1": {"power": 1}}
    assert all(note.isprintable() for note in session.passed_over())


@pytest.mark.parametrize(
    ("kind", "raw"),
    [(INT8, -5), (INT16, -300), (INT32, -70000), (INT64, -5_000_000_000), (UINT32, 3_000_000_000), (UINT64, 10**13)],
)
def test_whole_numbers_have_their_sign(kind: int, raw: int) -> None:
    born = metric("Power", kind, raw, alias=1, more=properties(engUnit="W"))
    session = living(born)
    data = metric(kind=kind, raw=raw, alias=1, typed=False)
    assert plain(heard(session, data)) == {"house/edge/lamp": {"power": raw}}


def test_a_signed_byte_may_be_sent_as_one_byte() -> None:
    session = living(metric("Temperature", INT8, 0, alias=1))
    data = number(2, 1) + number(4, INT8) + number(10, 0xFB)
    assert plain(heard(session, data)) == {"house/edge/lamp": {"temperature": -5}}


@pytest.mark.parametrize(("kind", "raw"), [(STRING, "5"), (DATETIME, NOON_MS), (DATASET, 3)])
def test_types_that_are_no_number(kind: int, raw: int | str) -> None:
    assert problems(heard(living(metric("Power", kind, raw, alias=1)), metric(kind=kind, raw=raw, alias=1))) == [
        "no_number"
    ]


def test_yes_and_no() -> None:
    session = living(
        metric("Hall/Presence", BOOLEAN, raw=False, alias=1), metric("Hall/Lamp failure", UINT32, 0, alias=2)
    )
    found = heard(session, metric(kind=BOOLEAN, raw=True, alias=1), metric(kind=UINT32, raw=1, alias=2))
    assert plain(found) == {"house/edge/lamp": {"presence": 1, "lamp_failure": 1}}
    assert problems(heard(session, metric(kind=UINT32, raw=3, alias=2), seq=3)) == ["no_number"]


def test_several_lamps_of_one_device_have_a_name_each() -> None:
    session = living(
        metric("Lamps/1/Power", FLOAT, 5, alias=1),
        metric("Lamps/2/Power", FLOAT, 6, alias=2),
        metric("Lamps/2/Energy_kWh", DOUBLE, 1.5, alias=3),
        metric("Lamps/2/Total energy", DOUBLE, 1.5, alias=4),
        metric("Lamps/2/Serial", STRING, "77"),
    )
    found = heard(session, *(metric(kind=FLOAT, raw=n, alias=n, typed=False) for n in (1, 2)))
    assert plain(found) == {"house/edge/lamp/Lamps/1": {"power": 1}, "house/edge/lamp/Lamps/2": {"power": 2}}
    assert [each.serial for each in found] == [None, "77"]
    assert plain(heard(session, metric(kind=DOUBLE, raw=2, alias=4), seq=3)) == {}


def test_an_alias_that_no_birth_spoke_of() -> None:
    found = heard(living(), metric(kind=FLOAT, raw=5, alias=9), metric("Lux", FLOAT, 5), metric(kind=FLOAT, raw=1))
    assert problems(found) == ["unknown_alias"] * 3


def test_what_the_broker_had_kept_is_learnt() -> None:
    session = SparkplugSession()
    assert session.decode(NODE.format("NBIRTH"), BORN, retained=True) == ()
    assert session.decode(DEVICE.format("DBIRTH"), lamp_born(), retained=True) == ()
    assert plain(heard(session, metric(kind=FLOAT, raw=5, alias=1))) == {"house/edge/lamp": {"power": 5}}


@pytest.mark.parametrize("at_ms", [None, 0, 5_000])
def test_a_clock_that_was_not_set(at_ms: int | None) -> None:
    (found,) = heard(living(), metric(kind=FLOAT, raw=5, alias=1), at_ms=at_ms)
    assert found.at is None


def test_a_time_that_nobody_will_see() -> None:
    assert problems(heard(living(), metric(kind=FLOAT, raw=5, alias=1), at_ms=10**17)) == ["no_number"]


@pytest.mark.parametrize(
    ("topic", "why"),
    [
        (NODE.format("NCMD"), "command"),
        (DEVICE.format("DCMD"), "command"),
        ("spBv1.0/STATE/scada", "state"),
        ("STATE/scada", "state"),
        (DEVICE.format("DDATA"), "empty"),
    ],
)
def test_what_says_nothing(topic: str, why: str) -> None:
    session = SparkplugSession()
    assert session.decode(topic, b"" if why == "empty" else b"{}") == ()
    assert why in session.passed_over()[0]


@pytest.mark.parametrize(
    ("topic", "data", "reason"),
    [
        ("spBv1.0/house/DBIRTH/edge", BORN, "unknown_topic"),
        ("spBv1.0/house/NBIRTH/edge/lamp", BORN, "unknown_topic"),
        ("spBv1.0/house/NBIRTH", BORN, "unknown_topic"),
        (NODE.format("NBIRTH"), b"{}", "not_protobuf"),
        (NODE.format("NBIRTH"), text(4, "SPBV1.0_COMPRESSED") + blob(5, b"zz"), "compressed"),
        (NODE.format("NBIRTH"), payload([blob(1, b"\xff\xfe")]), "malformed"),
        (NODE.format("NBIRTH"), payload([metric("n" * 500, FLOAT, 1)]), "malformed"),
    ],
)
def test_what_cannot_be_read(topic: str, data: bytes, reason: str) -> None:
    with pytest.raises(MessageError) as refused:
        SparkplugSession().decode(topic, data)
    assert refused.value.reason == reason


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "NODES_REMEMBERED", 3)
    monkeypatch.setattr(sessions, "METRICS_REMEMBERED", 3)
    session = SparkplugSession()
    for n in range(10):
        session.decode(f"spBv1.0/house/NBIRTH/edge{n}", BORN)
        session.decode(f"spBv1.0/house/NDATA/other{n}", payload(seq=0))
    assert len(vars(session)["_nodes"]) <= 3
    with pytest.raises(MessageError, match="metrics"):
        session.decode(NODE.format("NBIRTH"), payload([metric(f"m{n}", FLOAT, 1) for n in range(4)]))


@pytest.mark.parametrize(
    ("name", "unit", "measure", "of_ours"),
    [
        ("Meters/1/Active Energy", "Wh", Measure.ENERGY, "Wh"),
        ("ENERGY", None, Measure.ENERGY, "kWh"),
        ("Energy_Wh", None, Measure.ENERGY, "Wh"),
        ("Energy (MWh)", None, Measure.ENERGY, "MWh"),
        ("Energy [Gcal]", None, Measure.ENERGY, "Gcal"),
        ("Heat meter/Power", None, Measure.POWER, "kW"),
        ("Heat meter/Power", "Gcal/h", Measure.POWER, "Gcal/h"),
        ("Heat/Energy", "GJ", Measure.ENERGY, "GJ"),
        ("Flow temperature", "K", Measure.FLOW_TEMPERATURE, "K"),
        ("Room/Temperature", None, Measure.TEMPERATURE, "Cel"),
        ("PIR/Motion", "", Measure.PRESENCE, ""),
        ("Power Factor", "%", Measure.POWER_FACTOR, ""),
        ("cosPhi", None, Measure.POWER_FACTOR, ""),
    ],
)
def test_names_and_units(name: str, unit: str | None, measure: Measure, of_ours: str) -> None:
    found = meaning_of(name, unit)
    assert found is not None
    assert found.said is not None
    assert (found.measure, found.said.unit) == (measure, of_ours)


@pytest.mark.parametrize(
    "name", ["Node Control/Rebirth", "bdSeq", "Properties/Firmware", "Energy_foo", "", "///", "_kWh"]
)
def test_names_that_are_none_of_ours(name: str) -> None:
    assert meaning_of(name, None) is None


@pytest.mark.parametrize(("name", "unit"), [("Heat/Energy", None), ("Power", "dBm"), ("Energy", "m³")])
def test_a_unit_that_is_not_told_or_does_not_fit(name: str, unit: str | None) -> None:
    found = meaning_of(name, unit)
    assert found is not None
    assert found.said is None
    more = properties(engUnit=unit) if unit else b""
    session = living(metric(name, FLOAT, alias=1, null=True, more=more))
    assert problems(heard(session, metric(kind=FLOAT, raw=5, alias=1))) == ["no_number"]


def test_a_usual_unit_is_noted() -> None:
    session = living(metric("Energy", DOUBLE, 5, alias=1))
    heard(session, metric(kind=DOUBLE, raw=6, alias=1))
    assert session.passed_over() == ("Energy: no unit is told: kWh is the usual one",)


@pytest.mark.parametrize(
    ("name", "device_class"),
    [
        ("Heat/Energy_kWh", DeviceClass.HEAT),
        ("Lamp/Energy", DeviceClass.LIGHT),
        ("Water/Volume", DeviceClass.WATER),
        ("Meter/Energy", DeviceClass.ELECTRICITY),
        ("Temperature", DeviceClass.CLIMATE),
        ("Presence", DeviceClass.LIGHT),
    ],
)
def test_what_a_device_probably_is(name: str, device_class: DeviceClass) -> None:
    session = SparkplugSession()
    kind = BOOLEAN if name == "Presence" else DOUBLE
    (found,) = session.decode(NODE.format("NBIRTH"), payload([metric(name, kind, 1)], at_ms=NOON_MS))
    assert found.device_class is device_class


@given(
    raw=st.floats(allow_nan=False, allow_infinity=False, width=32),
    alias=st.integers(0, 2**64 - 1),
    at_ms=st.integers(946_684_800_000, 4_102_444_800_000),
    historical=st.booleans(),
)
def test_what_is_said_is_what_is_heard(raw: float, alias: int, at_ms: int, historical: bool) -> None:
    session = living(metric("Power", FLOAT, 1, alias=alias))
    found = heard(session, metric(kind=FLOAT, raw=raw, alias=alias, at_ms=at_ms, historical=historical))
    if raw in (-32768.0, -2147483648.0, -9.2233720368547758e18):
        assert found == []
        return
    assert plain(found) == {"house/edge/lamp": {"power": raw}}
    assert found[0].at is not None
    assert round(found[0].at.timestamp() * 1000) == at_ms
    assert (found[0].origin is Origin.ARCHIVE) is historical


def test_the_adapter_hears_its_topics_only() -> None:
    adapter = adapters()["sparkplug-b"]
    assert adapter.speaks(DEVICE.format("DDATA"), b"")
    assert not adapter.speaks(DEVICE.format("NDATA"), b"")
    assert not adapter.speaks("spAv1.0/house/NDATA/edge", b"")
