"""What sessions remember of earlier messages, and that they do not remember without end."""

import pytest

from teplosvet.vendors import json_adapter
from teplosvet.vendors.makers import adapters, esphome, wirenboard
from tests.unit.vendors.goldens import as_bytes, plain

LAMP = "/devices/lamp/controls/active_energy"


def test_a_control_under_error_is_no_reading_until_it_is_read_again() -> None:
    session = adapters()["wirenboard"].session()
    assert session.decode(f"{LAMP}/meta/error", b"r") == ()
    assert "last good value" in session.passed_over()[0]
    assert session.decode(LAMP, b"12.345") == ()
    assert "last good value" in session.passed_over()[0]
    assert session.decode(f"{LAMP}/meta/error", b"") == ()
    assert plain(session.decode(LAMP, b"12.400")) == {"lamp": {"energy": 12.4}}
    session.decode(f"{LAMP}/meta/error", b"w")
    assert plain(session.decode(LAMP, b"12.500")) == {"lamp": {"energy": 12.5}}


def test_an_error_that_the_broker_had_kept_is_known_after_a_reconnect() -> None:
    session = adapters()["wirenboard"].session()
    session.decode(f"{LAMP}/meta/error", b"r", retained=True)
    assert session.decode(LAMP, b"12.345", retained=True) == ()
    assert session.decode(LAMP, b"12.345") == ()


def test_an_error_in_the_json_meta_counts_too() -> None:
    session = adapters()["wirenboard"].session()
    session.decode(f"{LAMP}/meta", b'{"type": "value", "units": "kWh", "error": "rp"}')
    assert session.decode(LAMP, b"12.345") == ()


def test_a_device_under_error_is_no_reading() -> None:
    session = adapters()["wirenboard"].session()
    session.decode("/devices/lamp/meta/error", b"1")
    assert session.decode(LAMP, b"12.345") == ()
    assert plain(session.decode("/devices/other/controls/active_energy", b"1")) == {"other": {"energy": 1}}


@pytest.mark.parametrize(
    ("meta", "control", "payload", "expected"),
    [
        ({"type": "value", "units": "kWh"}, "Lamps", "5.5", {"d/Lamps": {"energy": 5.5}}),
        ({"type": "value", "units": "Gcal"}, "Whatever", "5.5", {"d": {"energy": 5.5}}),
        ({"type": "heat_power"}, "Whatever", "0.5", {"d": {"power": 0.5}}),
        ({"type": "water_consumption"}, "Cold", "17", {"d/Cold": {"volume": 17}}),
        ({"type": "lux"}, "Sensor", "17", {"d/Sensor": {"illuminance": 17}}),
        ({"type": "value", "units": "deg C"}, "Supply temperature", "65", {"d": {"flow_temperature": 65}}),
        ({"type": "value", "units": "mV"}, "Urms L1", "230000", {"d/L1": {"voltage": 230000}}),
        ({"type": "value", "units": "ppm"}, "CO2", "600", {}),
        ({"type": "text"}, "Serial", "16818659", {}),
        ({"type": 7, "title": "x"}, "Serial", "16818659", {}),
    ],
)
def test_units_come_from_the_meta(meta: object, control: str, payload: str, expected: dict[str, object]) -> None:
    session = adapters()["wirenboard"].session()
    session.decode(f"/devices/d/controls/{control}/meta", as_bytes(meta), retained=True)
    assert plain(session.decode(f"/devices/d/controls/{control}", payload.encode())) == expected


def test_the_old_meta_topics_say_the_same() -> None:
    session = adapters()["wirenboard"].session()
    session.decode("/devices/d/controls/A/meta/type", b"power_consumption", retained=True)
    session.decode("/devices/d/controls/B/meta/units", b"kW", retained=True)
    session.decode("/devices/d/controls/B/meta/order", b"7", retained=True)
    session.decode("/devices/d/controls/B/meta", b"", retained=True)
    assert plain(session.decode("/devices/d/controls/A", b"3")) == {"d/A": {"energy": 3}}
    (found,) = session.decode("/devices/d/controls/B", b"3")
    assert found.values[0].unit == "kW"


def test_discovery_tells_the_unit() -> None:
    session = adapters()["esphome"].session()
    config = {"~": "hall", "stat_t": "~/sensor/lamp_power/state", "unit_of_meas": "kW", "dev_cla": "power"}
    session.decode("homeassistant/sensor/hall/lamp_power/config", as_bytes(config), retained=True)
    (found,) = session.decode("hall/sensor/lamp_power/state", b"0.012")
    assert found.values[0].unit == "kW"
    assert session.passed_over() == ()


def test_discovery_tells_what_no_word_tells() -> None:
    session = adapters()["esphome"].session()
    config = {"state_topic": "h/sensor/lamps/state", "unit_of_measurement": "Wh", "device_class": "energy"}
    session.decode("homeassistant/sensor/h/lamps/config", as_bytes(config), retained=True)
    (found,) = session.decode("h/sensor/lamps/state", b"120")
    assert (found.identity, found.values[0].unit, found.values[0].value) == ("h/lamps", "Wh", 120)


def test_a_unit_of_something_else_is_not_believed() -> None:
    session = adapters()["esphome"].session()
    config = {"stat_t": "h/sensor/power/state", "unit_of_meas": "dBm"}
    session.decode("homeassistant/sensor/h/power/config", as_bytes(config))
    assert session.decode("h/sensor/power/state", b"-70") == ()
    assert "dBm" in session.passed_over()[0]


def test_discovery_of_others_is_left_alone() -> None:
    session = adapters()["esphome"].session()
    session.decode("homeassistant/sensor/0x01/power/config", b'{"stat_t": "zigbee2mqtt/plug"}')
    session.decode("homeassistant/sensor/0x01/power/config", b"", retained=True)
    assert session.decode("homeassistant/binary_sensor/h/motion/config", b"{}") == ()


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (esphome, wirenboard):
        monkeypatch.setattr(module, "REMEMBERED", 3)
    monkeypatch.setattr(json_adapter, "TOPICS_REMEMBERED", 3)
    sessions = {name: adapters()[name].session() for name in ("esphome", "wirenboard", "tasmota")}
    for n in range(10):
        config = as_bytes({"stat_t": f"h{n}/sensor/power/state", "unit_of_meas": "W"})
        sessions["esphome"].decode(f"homeassistant/sensor/h{n}/power/config", config)
        sessions["wirenboard"].decode(f"/devices/d{n}/controls/A/meta/units", b"kWh")
        sessions["tasmota"].decode(f"tele/d{n}/LWT", b"Online")
    for session in sessions.values():
        assert all(len(held) <= 3 for held in vars(session).values() if isinstance(held, dict))


def test_of_several_messages_the_last_one_is_told_about() -> None:
    session = adapters()["zigbee2mqtt"].session()
    session.decode("zigbee2mqtt/lamp", b'{"state": "ON", "color_temp": 325}')
    assert session.passed_over() == ("color_temp",)
    session.decode("zigbee2mqtt/lamp/availability", b'{"state": "online"}')
    assert len(session.passed_over()) == 1
    session.decode("zigbee2mqtt/lamp", b"")
    assert "empty" in session.passed_over()[0]
