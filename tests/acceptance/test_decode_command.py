"""`teplosvet decode` as an installer uses it: what does this message become, and why not what I thought?"""

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.command import Call, Said, caller

AT = "2026-11-24T12:00:00Z"
SOCKET = {"Time": "2026-07-01T12:00:00", "ENERGY": {"Total": 6.294, "Period": 217, "Power": 2635}}
NOTIFIED = {
    "src": "shelly1pmg4-7c2c67667790",
    "dst": "PLATZ/events",
    "method": "NotifyStatus",
    "params": {"ts": 1787950560.02, "switch:0": {"aenergy": {"total": 1885.832}, "ret_aenergy": {"total": 1.0}}},
}


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    return caller(monkeypatch, capfd, tmp_path)


def file_of(folder: Path, payload: Any) -> str:
    file = folder / "payload"
    file.write_text(payload if isinstance(payload, str) else json.dumps(payload), "utf-8")
    return str(file)


def decoded(said: Said) -> Any:
    assert (said.code, said.err) == (0, "")
    return json.loads(said.out)


def test_a_register_in_our_unit_beside_what_came(call: Call, tmp_path: Path) -> None:
    found = decoded(call("decode", "--topic", "PLATZ/events/rpc", "--payload", file_of(tmp_path, NOTIFIED), "--json"))
    assert found["adapter"] == "shelly-gen2"
    assert found["identity"] == "PLATZ/switch:0"
    assert found["clock"] == "device"
    assert found["dedup_key"] == "PLATZ/switch:0@2026-08-28T20:56:00.020000+00:00"
    assert found["readings"] == [
        {
            "identity": "PLATZ/switch:0",
            "device_class": "electricity",
            "quantity": "active_energy_kwh",
            "value": 1.885832,
            "unit": "kWh",
            "measure": "energy",
            "value_as_sent": 1885.832,
            "unit_as_sent": "Wh",
            "measured_at": "2026-08-28T20:56:00.020000Z",
            "clock": "device",
            "origin": "live",
            "serial": None,
        }
    ]
    assert found["ignored"] == ["ret_aenergy.total"]
    assert found["problems"] == []


def test_the_class_of_the_device_decides_the_quantity(call: Call, tmp_path: Path) -> None:
    words = ("decode", "--topic", "PLATZ/events/rpc", "--payload", file_of(tmp_path, NOTIFIED), "--json")
    assert decoded(call(*words, "--class", "light"))["readings"][0]["quantity"] == "light_energy_kwh"


def test_local_time_needs_a_zone(call: Call, tmp_path: Path) -> None:
    words = ("decode", "--topic", "tele/pow1/SENSOR", "--payload", file_of(tmp_path, SOCKET), "--json")
    found = decoded(call(*words))
    assert (found["clock"], found["readings"][0]["measured_at"]) == ("device_local", "2026-07-01T12:00:00")
    found = decoded(call(*words, "--zone", "Europe/Moscow"))
    assert found["readings"][0]["measured_at"] == "2026-07-01T09:00:00Z"


def test_a_time_that_nobody_says_is_that_of_arrival(call: Call, tmp_path: Path) -> None:
    topic, payload = "/devices/<mqtt_id>/controls/active_energy", file_of(tmp_path, "12.345\n")
    found = decoded(call("decode", "--topic", topic, "--payload", payload, "--received-at", AT, "--json"))
    (reading,) = found["readings"]
    assert (reading["clock"], reading["measured_at"]) == ("arrival", AT)
    assert (reading["quantity"], reading["value"]) == ("light_energy_kwh", 12.345)


def test_last_seen_is_of_the_network(call: Call, tmp_path: Path) -> None:
    payload = file_of(tmp_path, {"occupancy": True, "last_seen": 1787950560020})
    found = decoded(call("decode", "--topic", "zigbee2mqtt/hall", "--payload", payload, "--json"))
    assert found["readings"][0]["clock"] == "network"


def test_what_the_broker_had_kept_is_no_reading(call: Call, tmp_path: Path) -> None:
    topic, payload = "/devices/d/controls/active_energy", file_of(tmp_path, "12.345")
    found = decoded(call("decode", "--topic", topic, "--payload", payload, "--retained", "--json"))
    assert found["readings"] == []
    assert found["retained"] is True
    assert "old" in found["ignored"][0]


def test_impossible_values_are_problems(call: Call, tmp_path: Path) -> None:
    payload = file_of(tmp_path, {"humidity": 140, "temperature": 20.5})
    found = decoded(call("decode", "--topic", "zigbee2mqtt/hall", "--payload", payload, "--json"))
    assert [each["quantity"] for each in found["readings"]] == ["indoor_temperature_c"]
    assert found["problems"][0]["reason"] == "out_of_range"


def test_our_own_topics(call: Call, tmp_path: Path) -> None:
    pack = [
        {"bn": "lamp-03/", "bt": 1767225600, "n": "light_energy", "u": "Wh", "v": 48211},
        {"n": "serial", "vs": "77"},
        {"n": "presence", "vb": True},
        {"n": "light_power", "v": 5},
        {"n": "beauty", "v": 5},
        {"n": "light_level", "u": "%", "v": 500},
        {"n": "illuminance", "u": "lx", "v": -32768},
    ]
    topic = "teplosvet/v1/gw-7/reading"
    found = decoded(call("decode", "--topic", topic, "--payload", file_of(tmp_path, pack), "--json"))
    assert found["adapter"] == "teplosvet"
    assert found["identity"] == "lamp-03"
    assert {e["quantity"]: e["value"] for e in found["readings"]} == {"light_energy_kwh": 48.211, "presence": 1}
    assert found["readings"][0]["serial"] == "77"
    assert {each["reason"] for each in found["problems"]} == {"unknown_unit", "unknown_quantity", "out_of_range"}
    assert found["readings"][0]["measured_at"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("channel", "payload"),
    [
        ("state", {"state": "online", "at": 1767225600}),
        ("birth", {"device": "lamp-03", "at": 1767225600}),
        ("event", {"device": "lamp-03", "at": 1767225600, "event": "lamp_failure"}),
        ("ack", {"ids": []}),
        ("state", ""),
    ],
)
def test_our_other_channels_say_no_readings(call: Call, tmp_path: Path, channel: str, payload: Any) -> None:
    words = ("decode", "--topic", f"teplosvet/v1/gw/{channel}", "--payload", file_of(tmp_path, payload), "--json")
    found = decoded(call(*words))
    assert found["readings"] == []
    assert channel in found["ignored"][0]


def test_for_people(call: Call, tmp_path: Path) -> None:
    said = call("decode", "--topic", "tele/pow1/SENSOR", "--payload", file_of(tmp_path, SOCKET))
    assert said.code == 0
    for word in ("tasmota: pow1", "active_energy_kwh", "6.294 kWh", "2026-07-01T12:00:00", "ENERGY.Period"):
        assert word in said.out
    said = call("decode", "--topic", "tele/pow1/LWT", "--payload", file_of(tmp_path, "Online"))
    assert "no reading" in said.out
    said = call("decode", "--topic", "zigbee2mqtt/h", "--payload", file_of(tmp_path, {"humidity": 140}))
    assert "out_of_range" in said.out


def test_from_standard_input(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(SOCKET).encode())))
    assert decoded(call("decode", "--topic", "tele/pow1/SENSOR", "--payload", "-", "--json"))["identity"] == "pow1"


def test_several_messages_in_their_order(call: Call, tmp_path: Path) -> None:
    topic = "/devices/d/controls/active_energy"
    lines = [
        {"topic": f"{topic}/meta/error", "payload": "r", "retained": True},
        {"topic": topic, "payload": "12.3"},
        {"topic": f"{topic}/meta/error", "payload": ""},
        {"topic": topic, "payload": 12.4},
    ]
    file = tmp_path / "lines"
    file.write_text("\n\n".join(json.dumps(line) for line in lines), "utf-8")
    found = decoded(call("decode", "--messages", str(file), "--json"))
    assert [[e["value"] for e in each["readings"]] for each in found] == [[], [], [], [12.4]]
    assert "wirenboard: d" in call("decode", "--messages", str(file)).out


def test_one_line_that_nobody_understands_does_not_spoil_the_others(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "lines"
    sound = {"topic": "zigbee2mqtt/h", "payload": {"occupancy": True}}
    file.write_text(f"{json.dumps({'topic': 'weather', 'payload': {}})}\n{json.dumps(sound)}\n", "utf-8")
    said = call("decode", "--messages", str(file), "--json")
    found = json.loads(said.out)
    assert said.code == 1
    assert "line 1: no adapter understands" in found[0]["error"]
    assert found[1]["identity"] == "h"
    assert "no adapter understands" in call("decode", "--messages", str(file)).out
    file.write_text(json.dumps({"topic": "weather", "payload": {}}), "utf-8")
    assert call("decode", "--messages", str(file), "--json").code == 2


def test_the_adapter_can_be_told(call: Call, tmp_path: Path) -> None:
    payload = file_of(tmp_path, {"occupancy": True})
    found = decoded(call("decode", "--topic", "zb/h", "--payload", payload, "--adapter", "zigbee2mqtt", "--json"))
    assert found["identity"] == "zb/h"


@pytest.mark.parametrize(
    ("words", "payload", "sentence"),
    [
        (("--topic", "weather"), "{}", "no adapter understands"),
        (("--topic", "weather"), "\x00\x01", "no adapter understands"),
        (("--topic", "zigbee2mqtt/h"), "[1]", "a JSON object was expected"),
        (("--topic", "zigbee2mqtt/h"), "{", "the payload is no JSON"),
        (("--topic", "teplosvet/v1/x/reading"), "{}", "array"),
        (("--topic", "teplosvet/v1/x/nothing"), "{}", "nothing"),
        (("--topic", "a", "--adapter", "nobody"), "{}", "no adapter is called 'nobody'"),
        (("--topic", "a", "--zone", "Mars/Base"), "{}", "no time zone"),
        (("--topic", "a", "--received-at", "noon"), "{}", "no time"),
        (("--topic", "a", "--received-at", "2026-01-01T12:00:00"), "{}", "with its zone"),
        ((), "{}", "--topic and --payload"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    call: Call, tmp_path: Path, words: tuple[str, ...], payload: str, sentence: str
) -> None:
    said = call("decode", *words, "--payload", file_of(tmp_path, payload))
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("lines", "sentence"), [("{", ":1:"), ('{"topic": "a"}', "topic and payload"), ('\n["a"]', ":2:")]
)
def test_a_file_that_is_none_of_messages(call: Call, tmp_path: Path, lines: str, sentence: str) -> None:
    said = call("decode", "--messages", file_of(tmp_path, lines))
    assert said.code == 2
    assert sentence in said.err


def test_files_that_are_not_there(call: Call, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    assert "cannot be read" in call("decode", "--topic", "a", "--payload", gone).err
    assert "cannot be read" in call("decode", "--messages", gone).err
    assert "leave" in call("decode", "--messages", gone, "--topic", "a").err
