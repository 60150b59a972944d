"""Uplinks as ChirpStack and The Things Stack pass them on: who, when, and which reading of the bytes counts."""

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from teplosvet.domain.errors import MessageError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.domain.readings import Origin
from teplosvet.vendors.adapter import Session
from teplosvet.vendors.lorawan import uplink as uplinks
from teplosvet.vendors.makers import adapters
from teplosvet.vendors.observation import Clock, Observation
from tests.unit.vendors.goldens import as_bytes, plain

EUI = "0102030405060708"
ADEUNIS = "0018b20000022c95"
SERVER = "2026-01-01T12:00:05+00:00"


def chirpstack(payload: str | None = None, f_port: int | None = 1, eui: str = EUI, **more: Any) -> dict[str, Any]:
    info = {"devEui": eui, "deviceProfileName": more.pop("profile", ""), "tags": more.pop("tags", {})}
    body: dict[str, Any] = {"time": SERVER, "deviceInfo": info, "fPort": f_port, **more}
    if payload is not None:
        body["data"] = base64.b64encode(bytes.fromhex(payload)).decode()
    return {name: value for name, value in body.items() if value is not None}


def heard(body: Mapping[str, Any], eui: str = EUI, session: Session | None = None) -> list[Observation]:
    reader = session or adapters()["chirpstack"].session()
    return list(reader.decode(f"application/a/device/{eui}/event/up", as_bytes(body)))


def things_stack(payload: str | None = None, eui: str = EUI, **uplink: Any) -> dict[str, Any]:
    top: dict[str, Any] = {name: uplink.pop(name) for name in ("attributes", "version_ids") if name in uplink}
    body: dict[str, Any] = {"f_port": 1, "received_at": SERVER, **uplink}
    if payload is not None:
        body["frm_payload"] = base64.b64encode(bytes.fromhex(payload)).decode()
    ids: dict[str, Any] = {"device_id": "dev", "dev_eui": eui.upper()}
    return {"end_device_ids": ids, "received_at": "2026-01-01T12:00:06Z", "uplink_message": body, **top}


def heard_there(body: Mapping[str, Any], device: str = "dev") -> list[Observation]:
    return list(adapters()["things-stack"].session().decode(f"v3/app@ttn/devices/{device}/up", as_bytes(body)))


def problems(observations: list[Observation]) -> list[str]:
    return [reason for each in observations for reason, _ in each.problems]


# Who


@pytest.mark.parametrize(
    ("topic", "eui", "identity"),
    [
        (EUI, EUI.upper(), EUI),
        (EUI.upper(), "01-02-03-04-05-06-07-08", EUI),
        ("<eui>", EUI, EUI),
        (EUI, None, EUI),
    ],
)
def test_who_speaks(topic: str, eui: str | None, identity: str) -> None:
    body = chirpstack("01 66 01")
    body["deviceInfo"]["devEui"] = eui
    assert plain(heard(body, topic)) == {identity: {"presence": 1}}


def test_topics_with_levels_before_them() -> None:
    session = adapters()["chirpstack"].session()
    found = session.decode(f"lenina/7/application/a/device/{EUI}/event/up", as_bytes(chirpstack("01 66 01")))
    assert plain(found) == {EUI: {"presence": 1}}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"deviceInfo": {"devEui": "ff" * 8}}, "identity_mismatch"),
        ({"deviceInfo": 3}, "malformed"),
        ({"data": "not base 64"}, "malformed"),
        ({"data": 5}, "malformed"),
        ({"data": base64.b64encode(bytes(243)).decode()}, "malformed"),
        ({"fPort": 300}, "malformed"),
        ({"fPort": "1"}, "malformed"),
        ({"fPort": True}, "malformed"),
        ({"time": "yesterday"}, "malformed"),
        ({"time": "2026-01-01T12:00:05"}, "malformed"),
    ],
)
def test_what_chirpstack_would_not_say(change: Mapping[str, Any], reason: str) -> None:
    with pytest.raises(MessageError) as refused:
        heard({**chirpstack("01 66 01"), **change})
    assert refused.value.reason == reason


def test_nobody_is_named() -> None:
    body = chirpstack("01 66 01")
    del body["deviceInfo"]
    with pytest.raises(MessageError, match="DevEUI"):
        heard(body, "lamp")


@pytest.mark.parametrize(
    ("device", "ids", "reason"),
    [
        ("dev", {"device_id": "other", "dev_eui": EUI}, "identity_mismatch"),
        (f"eui-{EUI}", {"dev_eui": "ff" * 8}, "identity_mismatch"),
        ("dev", {"device_id": "dev"}, "malformed"),
        ("dev", {"device_id": "dev", "dev_eui": "lamp"}, "malformed"),
    ],
)
def test_devices_that_do_not_agree(device: str, ids: Mapping[str, str], reason: str) -> None:
    with pytest.raises(MessageError) as refused:
        heard_there({**things_stack("01 66 01"), "end_device_ids": ids}, device)
    assert refused.value.reason == reason


def test_placeholders_in_the_topic() -> None:
    assert plain(heard_there(things_stack("01 66 01"), "<dev>")) == {EUI: {"presence": 1}}


def test_an_uplink_without_an_uplink() -> None:
    with pytest.raises(MessageError, match="uplink_message"):
        heard_there({"end_device_ids": {"dev_eui": EUI}})


# When


@pytest.mark.parametrize(
    ("gateways", "at", "noted"),
    [
        ([], "2026-01-01T12:00:05+00:00", False),
        (
            [{"gwTime": "2026-01-01T12:00:04.5Z"}, {"gwTime": "2026-01-01T12:00:04.2Z"}, {}],
            "2026-01-01T12:00:04.200000+00:00",
            False,
        ),
        ([{"time": "2026-01-01T12:00:04.5Z"}], "2026-01-01T12:00:04.500000+00:00", False),
        ([{"gwTime": "2026-01-01T09:00:00Z"}], "2026-01-01T09:00:00+00:00", False),  # kept by the gateway for 3 h
        ([{"gwTime": "2016-02-11T16:28:20Z"}], "2026-01-01T12:00:05+00:00", True),
        ([{"gwTime": "2026-01-01T14:00:00Z"}], "2026-01-01T12:00:05+00:00", True),
        (
            [{"gwTime": "1970-01-01T00:00:00Z"}, {"gwTime": "soon"}, {"gwTime": "2026-01-01T12:00:00"}, 7],
            "2026-01-01T12:00:05+00:00",
            False,
        ),
    ],
)
def test_the_first_gateway_whose_clock_can_be_right(gateways: list[Any], at: str, noted: bool) -> None:
    session = adapters()["chirpstack"].session()
    (found,) = heard(chirpstack("01 66 01", rxInfo=gateways), session=session)
    assert found.at is not None
    assert found.at.isoformat() == at
    assert any("clock of a gateway" in note for note in session.passed_over()) is noted


@pytest.mark.parametrize(
    ("gateways", "at"), [([], None), ([{"gwTime": "2026-01-01T12:00:04Z"}], "2026-01-01T12:00:04+00:00")]
)
def test_without_a_time_of_the_server(gateways: list[Any], at: str | None) -> None:
    (found,) = heard(chirpstack("01 66 01", rxInfo=gateways, time=None))
    assert (found.at.isoformat() if found.at else None) == at


def test_the_things_stack_has_three_times() -> None:
    received = things_stack("01 66 01", rx_metadata=[{"time": "2026-01-01T12:00:04Z"}, 5])
    assert [each.at.isoformat() for each in heard_there(received) if each.at] == ["2026-01-01T12:00:04+00:00"]
    body = things_stack("01 66 01")
    del body["uplink_message"]["received_at"]
    assert [each.at.isoformat() for each in heard_there(body) if each.at] == ["2026-01-01T12:00:06+00:00"]


def test_the_device_has_a_clock_of_its_own() -> None:
    packet = "01 5F 2C 78563412 C0615669 15CD5B07 4E61BC00 E8030000 2823 9411 D204"
    (found,) = heard(chirpstack(packet, 2))
    assert found.at is not None
    assert found.at.isoformat() == "2026-01-01T12:00:00+00:00"
    assert (found.clock, found.serial, found.device_class) == (Clock.DEVICE, "12345678", DeviceClass.HEAT)


def test_intervals_are_dated_from_the_uplink() -> None:
    now, before = heard(chirpstack("5C 80 01 1E32 0020", eui=ADEUNIS), ADEUNIS)
    assert now.at is not None
    assert before.at is not None
    assert (now.at - before.at).total_seconds() == 3600
    assert (now.origin, before.origin, now.clock) == (Origin.LIVE, Origin.ARCHIVE, None)


def test_the_configuration_tells_how_long_intervals_are() -> None:
    session = adapters()["chirpstack"].session()
    assert heard(chirpstack("10 80 21C0 0006 0002 012C 001E", eui=ADEUNIS), ADEUNIS, session) == []
    now, before = heard(chirpstack("5C 80 01 1E32 0020", eui=ADEUNIS), ADEUNIS, session)
    assert now.at is not None
    assert before.at is not None
    assert (now.at - before.at).total_seconds() == 2 * 300 * 2


def test_a_configuration_that_cannot_be_is_not_remembered() -> None:
    session = adapters()["chirpstack"].session()
    heard(chirpstack("10 80 21C0 0006 FFFF FFFF 001E", eui=ADEUNIS), ADEUNIS, session)
    assert len(heard(chirpstack("5C 80 01 1E32 0020", eui=ADEUNIS), ADEUNIS, session)) == 2


@pytest.mark.parametrize(("tag", "apart_s"), [("600", 600), ("soon", 3600), ("nan", 3600), ("-5", 3600)])
def test_the_operator_tells_how_long_intervals_are(tag: str, apart_s: int) -> None:
    now, before = heard(chirpstack("5C 80 01 1E32 0020", eui=ADEUNIS, tags={"interval_s": tag}), ADEUNIS)
    assert now.at is not None
    assert before.at is not None
    assert (now.at - before.at).total_seconds() == apart_s


def test_intervals_without_any_time() -> None:
    session = adapters()["chirpstack"].session()
    (now,) = heard(chirpstack("5C 80 01 1E32 0020", eui=ADEUNIS, time=None), ADEUNIS, session)
    assert now.at is None
    assert any("no time" in note for note in session.passed_over())


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplinks, "DEVICES_REMEMBERED", 3)
    reader = uplinks.UplinkReader()
    for n in range(10):
        eui = f"0018b2{n:010x}"
        payload = bytes.fromhex("10 80 21C0 0006 0002 012C 001E")
        reader.read(uplinks.Uplink(identity=eui, at=None, f_port=1, payload=payload))
    assert len(vars(reader)["_settings"]) <= 3


# What counts


def test_a_codec_of_ours_counts_before_the_object() -> None:
    body = chirpstack("03 00 01", 85, object={"pir": "normal"}, profile="Milesight WS202")
    assert plain(heard(body)) == {EUI: {"presence": 1}}


def test_anybodys_format_counts_only_where_nobody_has_decoded_it() -> None:
    body = chirpstack("01 67 00FF", object={"temperature": 3.5})
    assert plain(heard(body)) == {EUI: {"temperature": 3.5}}
    assert plain(heard({**body, "object": {"battery": 3}})) == {EUI: {"temperature": 25.5}}
    assert plain(heard({**body, "object": {"temperature_1": 25.5}})) == {EUI: {"temperature": 25.5}}
    named = chirpstack("01 67 00FF", object={"temperature": 3.5}, tags={"codec": "cayenne-lpp"})
    assert plain(heard(named)) == {EUI: {"temperature": 25.5}}


def test_nothing_is_lost_with_the_bytes() -> None:
    """The server left out that nobody is there; the bytes say it."""
    assert plain(heard_there(things_stack("01 66 00", decoded_payload={"temperature_2": 21.5}))) == {
        EUI: {"presence": 0}
    }


def test_an_attribute_or_a_model_names_the_codec_there() -> None:
    by_attribute = things_stack("04 0027", attributes={"codec": "elsys-ers"})
    by_model = things_stack("04 0027", version_ids={"brand_id": "elsys", "model_id": "ers"})
    assert plain(heard_there(by_attribute)) == plain(heard_there(by_model)) == {EUI: {"illuminance": 39}}


@pytest.mark.parametrize(
    ("decoded", "expected"),
    [
        ({"bytes": {"type": "0x5c Motion data"}}, {EUI: {"presence": 0}}),
        ({"type": "0x5c Motion data", "presenceDetectedWhenSending": True}, {EUI: {"presence": 1}}),
        ({"type": "0x10 Motion configuration"}, {}),
        ({"battery": 5}, {}),
    ],
)
def test_what_a_server_leaves_out(decoded: Mapping[str, Any], expected: dict[str, dict[str, float]]) -> None:
    model = {"brand_id": "adeunis", "model_id": "motion"}
    assert plain(heard_there(things_stack(decoded_payload=decoded, version_ids=model))) == expected
    if expected == {EUI: {"presence": 0}}:  # a server that leaves nothing out says nothing by leaving it out
        assert heard(chirpstack(object=decoded, profile="Adeunis Motion")) == []


@pytest.mark.parametrize("payload", ["AA", "03 00 01"])
def test_a_payload_of_nobody_or_of_several(payload: str) -> None:
    assert problems(heard(chirpstack(payload))) == ["unknown_codec"]


@pytest.mark.parametrize("body", [chirpstack(), chirpstack(None, None), chirpstack("", object={"battery": 4})])
def test_an_uplink_without_bytes(body: dict[str, Any]) -> None:
    session = adapters()["chirpstack"].session()
    assert heard(body, session=session) == []
    assert any("no bytes" in note for note in session.passed_over())


def test_what_cannot_be_read_of_a_known_device_is_told() -> None:
    found = heard(chirpstack("01 00E2 99", eui=ADEUNIS, tags={"codec": "elsys-ers"}), ADEUNIS)
    assert plain(found) == {ADEUNIS: {"temperature": 22.6}}
    assert problems(found) == ["undecodable"]
    assert problems(heard(chirpstack("07", tags={"codec": "vega-m-bus-1"}))) == ["undecodable"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {"temperature": 21.5, "humidity": 40, "motion": True},
            {EUI: {"temperature": 21.5, "humidity": 40, "presence": 1}},
        ),
        ({"occupancy": False, "light": 120}, {EUI: {"presence": 0, "illuminance": 120}}),
        ({"pir": "trigger", "light": "dark"}, {EUI: {"presence": 1}}),
        ({"pir": "normal"}, {EUI: {"presence": 0}}),
        ({"motion": 6}, {EUI: {"presence": 1}}),
        ({"occupancy": "vacant", "lux": "12"}, {EUI: {"presence": 0, "illuminance": 12}}),
        ({"data": {"Temperature": 21.5, "relativeHumidity": 40}}, {EUI: {"temperature": 21.5, "humidity": 40}}),
        (
            {"temperature_1": 20, "temperature_2": 21, "presence_1": 1},
            {f"{EUI}/1": {"temperature": 20}, f"{EUI}/2": {"temperature": 21}, EUI: {"presence": 1}},
        ),
        ({"energy_kwh": 12.5, "power": 5}, {EUI: {"energy": 12.5, "power": 5}}),
        ({"energy_3": 12.5}, {EUI: {"energy": 12.5}}),
        ({"temp_f": 212}, {EUI: {"temperature": 100}}),
        ({"temperature": None, "humidity": "n/a"}, {}),
        ({"energy": 12.5}, {}),
        ({"temperature": [1, 2]}, {}),
        ({"a.b": {"temperature": 5}}, {}),
    ],
)
def test_objects_of_scripts(body: Mapping[str, Any], expected: dict[str, dict[str, float]]) -> None:
    assert plain(heard(chirpstack(object=body))) == expected


def test_an_energy_without_a_unit_is_noted() -> None:
    session = adapters()["chirpstack"].session()
    heard(chirpstack(object={"energy": 12.5}), session=session)
    assert "energy: no unit is told" in session.passed_over()


@pytest.mark.parametrize("body", [{"temperature": "21.5 °C"}, {"motion": -1}, {"occupancy": "perhaps"}])
def test_what_a_script_says_may_be_no_number(body: Mapping[str, Any]) -> None:
    assert problems(heard(chirpstack("AA", object=body))) == ["no_number"]


@pytest.mark.parametrize("event", ["join", "ack", "txack", "status", "log", "location", "integration"])
def test_other_events_say_nothing(event: str) -> None:
    session = adapters()["chirpstack"].session()
    assert session.decode(f"application/a/device/{EUI}/event/{event}", b"anything") == ()
    assert session.passed_over()
    assert adapters()["chirpstack"].speaks(f"application/a/device/{EUI}/event/{event}", b"")


@pytest.mark.parametrize(
    "event", ["join", "down/queued", "down/ack", "up/normalized", "service/data", "location/solved"]
)
def test_other_messages_there_say_nothing(event: str) -> None:
    assert adapters()["things-stack"].session().decode(f"v3/a@t/devices/d/{event}", b"anything") == ()


def test_an_empty_message_and_a_kept_one() -> None:
    session = adapters()["chirpstack"].session()
    topic = f"application/a/device/{EUI}/event/up"
    assert session.decode(topic, b" ") == ()
    assert "empty" in session.passed_over()[0]
    assert session.decode(topic, as_bytes(chirpstack("01 66 01")), retained=True) == ()
    assert "old" in session.passed_over()[0]
