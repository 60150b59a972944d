"""Further messages of each vendor, with what a reader of its documentation would expect of them."""

from typing import Any

import pytest

from teplosvet.domain.errors import MessageError
from teplosvet.vendors.choice import adapter_for
from teplosvet.vendors.makers import adapters
from tests.unit.vendors.goldens import as_bytes, plain, said

Expected = dict[str, dict[str, float]]

ZIGBEE: list[tuple[str, Any, Expected]] = [
    ("zigbee2mqtt/lamp", {"state": "OFF", "brightness": 200}, {"lamp": {"level": 0}}),
    ("zigbee2mqtt/lamp", {"state": "ON", "brightness": 254}, {"lamp": {"level": 100}}),
    ("zigbee2mqtt/lamp", {"state": "ON", "brightness": None}, {}),
    ("zigbee2mqtt/lamp", {"brightness": 127}, {}),
    ("zigbee2mqtt/lamp", {"state": "ON", "brightness": 255}, {}),  # 255: not available
    ("zigbee2mqtt/lamp", {"state": "ON", "brightness": "bright"}, {}),
    ("zigbee2mqtt/blind", {"state": "OPEN", "position": 40}, {}),
    ("zigbee2mqtt/button", {"action": "single", "battery": 80}, {}),
    ("zigbee2mqtt/radar", {"presence": False, "illuminance": 12}, {"radar": {"presence": 0, "illuminance": 12}}),
    ("zigbee2mqtt/old", {"illuminance": 16994, "illuminance_lux": None}, {}),  # the raw figure is never lux
    ("zigbee2mqtt/plug", {"voltage": 231, "power": 5, "linkquality": 9}, {"plug": {"voltage": 231, "power": 5}}),
    ("zigbee2mqtt/plug", {"voltage": "high", "power": 5}, {"plug": {"power": 5}}),
    (
        "zigbee2mqtt/two gangs",
        {"state_left": "ON", "state_right": "OFF", "power_right": 3},
        {"two gangs/left": {"level": 100}, "two gangs/right": {"level": 0, "power": 3}},
    ),
    (
        "zigbee2mqtt/trv",
        {"local_temperature": 21.5, "occupied_heating_setpoint": 22, "pi_heating_demand": 30, "pressure": 1013},
        {"trv": {"temperature": 21.5, "indoor_setpoint": 22, "valve_position": 30}},
    ),
    ("zigbee2mqtt/bridge/state", {"state": "online"}, {}),
    ("zigbee2mqtt/lamp/set", {"state": "ON"}, {}),
    ("zigbee2mqtt/lamp/get/state", "", {}),
    ("house 7/zigbee2mqtt/lamp", {"state": "OFF"}, {"house 7/lamp": {"level": 0}}),
    ("zb/lamp/availability", {"state": "online"}, {}),
    ("zb/lamp", {"state": "OFF", "linkquality": 1}, {"zb/lamp": {"level": 0}}),
]

TASMOTA: list[tuple[str, Any, Expected]] = [
    (
        "tele/x/SENSOR",
        {"Time": "2026-01-01T00:00:00", "ENERGY": {"Power": None, "Total": [4.5]}},
        {"x": {"energy": 4.5}},
    ),
    (
        "tele/x/SENSOR",
        {"Time": "2026-01-01T00:00:00", "BH1750": {"Illuminance": 120}, "DS18B20": {"Id": "1", "Temperature": 20.5}},
        {"x/BH1750": {"illuminance": 120}, "x/DS18B20": {"temperature": 20.5}},
    ),
    ("tele/x/SENSOR", {"Time": "2026-01-01T00:00:00", "ESP32": {"Temperature": 53.3}, "TempUnit": "C"}, {}),
    ("x/tele/SENSOR", {"Time": "2026-01-01T00:00:00+03:00", "ENERGY": {"Total": 1}}, {"x": {"energy": 1}}),
    ("tele/x/STATE", {"POWER": "ON"}, {"x": {"level": 100}}),
    ("tele/x/STATE", {"POWER": "ON", "Dimmer": 101}, {}),
    ("tele/x/STATE", {"POWER": "ON", "Dimmer": "half"}, {}),
    ("tele/x/STATE", {"POWER": "HOLD"}, {}),
    ("tele/x/STATE", {"POWER1": "ON", "POWER2": "OFF"}, {"x/POWER1": {"level": 100}, "x/POWER2": {"level": 0}}),
    ("stat/x/STATUS11", {"StatusSTS": {"Time": "2026-01-01T00:00:00", "POWER": "OFF"}}, {"x": {"level": 0}}),
    ("stat/x/RESULT", {"POWER": "ON", "Dimmer": 33}, {"x": {"level": 33}}),
    ("stat/x/RESULT", {"Restart": "Restarting"}, {}),
    ("stat/x/POWER", "ON", {}),
    ("cmnd/x/POWER", "ON", {}),
]

SHELLY: list[tuple[str, Any, Expected]] = [
    (
        "p/events/rpc",
        {
            "src": "s",
            "dst": "p/events",
            "method": "NotifyFullStatus",
            "params": {
                "ts": 1661517421.44,
                "ble": {},
                "sys": {"mac": "A", "uptime": 4},
                "input:0": {"id": 0, "state": True},
                "switch:0": {"id": 0, "output": True, "apower": None, "aenergy": {"total": 12.5}},
                "switch:1": {"id": 1, "output": False, "apower": 0},
                "temperature:100": {"id": 100, "tC": 21.5, "tF": 70.7},
            },
        },
        {
            "p/switch:0": {"level": 100, "energy": 12.5},
            "p/switch:1": {"level": 0, "power": 0},
            "p/temperature:100": {"temperature": 21.5},
        },
    ),
    (
        "p/events/rpc",
        {"src": "s", "method": "NotifyEvent", "params": {"ts": 1.0, "events": [{"component": "input:0"}]}},
        {},
    ),
    (
        "p/events/rpc",
        {"src": "s", "method": "NotifyStatus", "params": {"ts": 1661517432.85, "light:0": {"output": True}}},
        {},
    ),
    (
        "p/events/rpc",
        {"src": "s", "method": "NotifyStatus", "params": {"ts": 1661517432.85, "light:0": {"brightness": 40}}},
        {},
    ),
    ("p/status/light:0", {"id": 0, "output": False, "brightness": 40}, {"p/light:0": {"level": 0}}),
    ("p/status/light:0", {"id": 0, "output": True, "brightness": "x"}, {}),
    ("p/status/light:0", {"id": 0, "output": "maybe"}, {}),
    (
        "a/b/status/em:0",
        {"id": 0, "a_voltage": 230.1, "a_act_power": 5, "total_act_power": 15.5, "total_current": 1.5},
        {"a/b/em:0": {"power": 15.5}},
    ),
    ("a/b/status/emdata:0", {"id": 0, "total_act": 1234.5, "total_act_ret": 1}, {"a/b/em:0": {"energy": 1234.5}}),
    (
        "p/status/em1:1",
        {"id": 1, "current": 2.598, "voltage": 234.9, "act_power": 501.8, "pf": 0.84, "freq": 50},
        {"p/em1:1": {"power": 501.8, "voltage": 234.9, "current": 2.598, "power_factor": 0.84, "frequency": 50}},
    ),
    ("p/status/pm1:0", {"id": 0, "apower": 7.5, "aenergy": {"total": 99}}, {"p/pm1:0": {"power": 7.5, "energy": 99}}),
    (
        "p/status/illuminance:0",
        {"id": 0, "lux": 5, "illumination": "twilight"},
        {"p/illuminance:0": {"illuminance": 5}},
    ),
    ("p/status/presencezone:200", {"id": 200, "value": True}, {"p/presencezone:200": {"presence": 1}}),
    (
        "p/status/presencezone:201",
        {"id": 201, "state": False, "num_objects": 0},
        {"p/presencezone:201": {"presence": 0}},
    ),
    ("p/status/humidity:0", {"id": 0, "rh": 59}, {"p/humidity:0": {"humidity": 59}}),
    ("p/status/sys", {"id": 0, "uptime": 15}, {}),
    (
        "asker/rpc",
        {"id": 1, "src": "shellyplus-1", "dst": "asker", "result": {"switch:0": {"id": 0, "aenergy": {"total": 5}}}},
        {"shellyplus-1/switch:0": {"energy": 5}},
    ),
    ("asker/rpc", {"id": 1, "src": "shellyplus-1", "method": "Switch.Set"}, {}),
    ("p/online", "true", {}),
]

ESPHOME: list[tuple[str, Any, Expected]] = [
    ("hall/sensor/power/state", "12.5", {"hall": {"power": 12.5}}),
    ("hall/sensor/current_power/state", "12.5", {"hall": {"power": 12.5}}),
    ("hall/sensor/current/state", "0.5", {"hall": {"current": 0.5}}),
    ("hall/sensor/energy_wh/state", "1500", {"hall": {"energy": 1500}}),
    ("hall/sensor/lamp_power_factor/state", "0.97", {"hall/lamp": {"power_factor": 0.97}}),
    ("hall/sensor/wifi_signal/state", "-61", {}),
    ("hall/sensor/cpu_temperature/state", "51", {}),
    ("hall/sensor/apparent_power/state", "51", {}),
    ("hall/sensor/heat_energy_gj/state", "3.6", {"hall": {"energy": 3.6}}),
    ("hall/sensor/supply_temperature/state", "65.5", {"hall": {"flow_temperature": 65.5}}),
    ("hall/sensor/energy/state", "", {}),
    ("home/floor 1/hall/sensor/illuminance/state", "120", {"home/floor 1/hall": {"illuminance": 120}}),
    ("hall/binary_sensor/presence_2/state", "OFF", {"hall/2": {"presence": 0}}),
    ("hall/binary_sensor/door/state", "ON", {}),
    ("hall/switch/relay/state", "ON", {"hall/relay": {"level": 100}}),
    ("hall/light/lamp/state", {"state": "OFF", "brightness": 51}, {"hall/lamp": {"level": 0}}),
    ("hall/light/lamp/state", {"state": "ON"}, {"hall/lamp": {"level": 100}}),
    ("hall/light/lamp/state", {"color_mode": "white"}, {}),
    ("hall/light/lamp/state", {"state": "ON", "brightness": None}, {}),
    ("hall/text_sensor/version/state", "2026.1", {}),
    ("hall/light/lamp/command", "x", {}),
]

WIREN_BOARD: list[tuple[str, Any, Expected]] = [
    ("/devices/<mqtt_id>/controls/active_energy", "12.345\n", {"<mqtt_id>": {"energy": 12.345}}),
    ("/devices/d/controls/occupied2", "1", {"d/2": {"presence": 1}}),
    ("/devices/d/controls/illuminance0", "512", {}),  # DALI-2: raw
    ("/devices/d/controls/error_status", "0", {"d": {"lamp_failure": 0}}),
    ("/devices/d/controls/error_status", "1", {}),  # of the lamp, the gear or the address
    ("/devices/d/controls/wanted_level", "50", {}),
    ("/devices/wb-map12e_1/controls/Ch 2 Total P", "120.5", {"wb-map12e_1/Ch 2": {"power": 120.5}}),
    ("/devices/wb-map12e_1/controls/Ch 2 P L1", "60", {"wb-map12e_1/Ch 2 L1": {"power": 60}}),
    ("/devices/wb-map12e_1/controls/Ch 2 AP energy L1", "7", {"wb-map12e_1/Ch 2 L1": {"energy": 7}}),
    ("/devices/wb-msw-v4_41/controls/Illuminance", "84.6", {"wb-msw-v4_41": {"illuminance": 84.6}}),
    ("/devices/wb-mr6c_12/controls/K3", "1", {"wb-mr6c_12/K3": {"level": 100}}),
    ("/devices/wb-mdm3_57/controls/Channel 1", "35", {"wb-mdm3_57/Channel 1": {"level": 35}}),
    ("/devices/d/controls/active_energy", "nan", {}),
    ("/devices/d/controls/active_energy", "", {}),
    ("/devices/d/controls/K1/on", "1", {}),
    ("/devices/d/meta", {"driver": "wb-modbus"}, {}),
    ("/devices/d/meta/name", "Lamp", {}),
]


def _telegram(media: str, meter: str, **fields: object) -> dict[str, object]:
    return {"_": "telegram", "media": media, "meter": meter, "id": "1", "timestamp": "2026-01-01T00:00:00Z", **fields}


WMBUSMETERS: list[tuple[str, Any, Expected]] = [
    (
        "a",
        _telegram(
            "heat/cooling load", "hydrocalm3", total_heating_kwh=4460.8, total_cooling_kwh=0, total_heating_m3=480
        ),
        {"1": {"energy": 4460.8, "cooling_energy": 0, "volume": 480}},
    ),
    (
        "a",
        _telegram(
            "heat", "sensostar", total_kwh=18312, total_water_m3=4229.7, forward_c=62, return_c=54, power_max_kw=9
        ),
        {"1": {"energy": 18312, "volume": 4229.7, "flow_temperature": 62, "return_temperature": 54}},
    ),
    (
        "a",
        _telegram("heat", "sensostar", status="ERROR_TEMP_SENSOR_1_CABLE_BREAK", total_kwh=1, forward_c=0, return_c=0),
        {"1": {"energy": 1}},
    ),
    (
        "a",
        _telegram("heat", "kamheat", status="FLOW_SENSOR_WEAK_OR_AIR", t1_temperature_c=60.5),
        {"1": {"flow_temperature": 60.5}},
    ),
    (
        "a",
        _telegram("heat", "vario451", total_kwh=6371.7, current_kwh=2729.4, previous_kwh=3642.2),
        {"1": {"energy": 6371.7}},
    ),
    ("a", _telegram("heat", "vario411", energy_at_old_date_kwh=6625), {}),
    (
        "a",
        _telegram("radio converter (meter side)", "qheatv2", total_kwh=1153, target_year_kwh=1080),
        {"1": {"energy": 1153}},
    ),
    ("a", _telegram("radio converter (meter side)", "unheard", total_kwh=1153), {}),
    (
        "a",
        _telegram("heat", "elf2", total_energy_kwh=3741.5, current_power_kw=0, on_time_h=12176, on_time_at_error_h=15),
        {"1": {"energy": 3741.5, "power": 0, "operating_time": 12176, "error_time": 15}},
    ),
    (
        "a",
        _telegram("heat", "multical603", energy_forward_kwh=299, total_energy_consumption_kwh="165"),
        {"1": {"energy": 165}},
    ),
    (
        "a",
        _telegram("heat", "x", total_energy_consumption_mj=3.6, supply_temperature_f=212),
        {"1": {"energy": 3.6, "flow_temperature": 100}},
    ),
    (
        "a",
        _telegram(
            "cold water", "multical21", total_m3=6.388, target_m3=6.377, flow_temperature_c=8, external_temperature_c=23
        ),
        {"1": {"volume": 6.388, "temperature": 8}},
    ),
    (
        "a",
        _telegram(
            "electricity",
            "amiplus",
            total_energy_consumption_kwh=59.56,
            total_energy_production_kwh=0,
            current_power_consumption_kw=0.3,
            voltage_at_phase_1_v=231,
        ),
        {"1": {"energy": 59.56, "power": 0.3}},
    ),
    (
        "a",
        _telegram("room sensor", "piigth", temperature_c=23.52, relative_humidity_rh=40),
        {"1": {"temperature": 23.52, "humidity": 40}},
    ),
    ("a", _telegram("gas", "elstergas", total_m3=100), {}),
    ("a", _telegram("heat cost allocation", "hcae2", current_consumption_hca=100), {}),
]

CASES = [
    (name, *case)
    for name, cases in (
        ("zigbee2mqtt", ZIGBEE),
        ("tasmota", TASMOTA),
        ("shelly-gen2", SHELLY),
        ("esphome", ESPHOME),
        ("wirenboard", WIREN_BOARD),
        ("wmbusmeters", WMBUSMETERS),
    )
    for case in cases
]


@pytest.mark.parametrize(("name", "topic", "payload", "expected"), CASES)
def test_message(name: str, topic: str, payload: Any, expected: Expected) -> None:
    assert said(name, topic, payload) == {who: pytest.approx(values) for who, values in expected.items()}


@pytest.mark.parametrize(
    ("name", "topic", "payload", "reason"),
    [
        ("zigbee2mqtt", "zigbee2mqtt/lamp/power", "1.8", "malformed"),
        ("zigbee2mqtt", "zigbee2mqtt/lamp", {"last_seen": "yesterday"}, "malformed"),
        ("zigbee2mqtt", "zigbee2mqtt/lamp", "{", "not_json"),
        ("tasmota", "tele/x/SENSOR", {"Time": "2026-02-30T00:00:00"}, "malformed"),
        ("shelly-gen2", "p/events/rpc", {"src": "s", "method": "NotifyStatus", "params": []}, "malformed"),
        ("shelly-gen2", "p/events/rpc", {"src": "s", "method": "NotifyStatus", "params": {"ts": "x"}}, "malformed"),
        ("esphome", "hall/sensor/power/state", "a lot", "no_number"),
        ("esphome", "hall/sensor/power_kw/state", "1e999", "no_number"),
        ("esphome", "hall/switch/relay/state", "1e400", "no_number"),
        ("esphome", "hall/light/lamp/state", "ON", "no_number"),
        ("esphome", "homeassistant/sensor/hall/power/config", "[]", "malformed"),
        ("wirenboard", "/devices/d/controls/active_energy", "much", "no_number"),
        ("wirenboard", "/devices/d/controls/active_energy/meta", "[]", "malformed"),
        ("wmbusmeters", "a", {"_": "telegram", "media": "heat"}, "malformed"),
        ("wmbusmeters", "a", {"_": "telegram", "media": "heat", "id": 12345678}, "malformed"),
    ],
)
def test_what_is_not_the_format(name: str, topic: str, payload: Any, reason: str) -> None:
    with pytest.raises(MessageError) as refused:
        said(name, topic, payload)
    assert refused.value.reason == reason


def test_a_bad_field_does_not_spoil_the_others() -> None:
    telegram = _telegram("heat", "x", total_kwh="much", total_m3=5.0)
    (found,) = adapters()["wmbusmeters"].session().decode("a", as_bytes(telegram))
    assert plain([found]) == {"1": {"volume": 5.0}}
    assert found.problems == (("no_number", "total_kwh: 'much' is no number"),)
    assert found.serial == "1"


def test_nothing_but_a_bad_field_is_told_too() -> None:
    (found,) = adapters()["tasmota"].session().decode("tele/x/SENSOR", b'{"ENERGY": {"Total": "much"}}')
    assert found.values == ()
    assert found.problems[0][0] == "no_number"


@pytest.mark.parametrize(
    ("topic", "payload", "name"),
    [
        (
            "water",
            {"media": "cold water", "meter": "iperl", "id": "1", "timestamp": "2026-01-01T00:00:00Z"},
            "wmbusmeters",
        ),
        ("zb/lamp", {"state": "ON", "linkquality": 20}, "zigbee2mqtt"),
        ("weather", {"temperature": 20}, None),
        ("zb/lamp", "ON", None),
        ("hall/status", "online", "esphome"),
        ("shellies/plus1pm/status/sys", {"mac": "4417939341DC", "uptime": 15}, "shelly-gen2"),
        ("shellies/plus1pm/status/mqtt", {"connected": True}, "shelly-gen2"),
        ("shellies/plus1pm/online", "true", "shelly-gen2"),
        ("shellies/shelly1/relay/0", "off", None),
    ],
)
def test_whose_a_message_is(topic: str, payload: Any, name: str | None) -> None:
    found = adapter_for(adapters().values(), topic, as_bytes(payload))
    assert (found.name if found else None) == name
