"""Every quantity becomes an entity that Home Assistant accepts, by its documented rules."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import jinja2
import msgspec
import pytest

from gateway.local.home_assistant import About, HomeAssistant, announcement
from teplosvet.domain.quantities import Kind, Quantity

# Home Assistant, «Sensor entity», available device classes (components/sensor/const.py, DEVICE_CLASS_UNITS and
# DEVICE_CLASS_STATE_CLASSES): the units among ours that a class takes, and the state classes. Facts, not code.
UNITS = {
    "energy": {"Wh", "kWh", "MWh", "MJ", "GJ"},
    "power": {"W", "kW", "MW"},
    "volume": {"L", "mL", "m³"},
    "water": {"L", "m³"},
    "volume_flow_rate": {"m³/h", "L/min"},
    "pressure": {"Pa", "hPa", "kPa", "bar", "mbar"},
    "temperature": {"°C", "°F", "K"},
    "duration": {"d", "h", "min", "s"},
    "humidity": {"%"},
    "illuminance": {"lx"},
    "voltage": {"V", "mV"},
    "current": {"A", "mA"},
    "frequency": {"Hz", "kHz"},
    "power_factor": {"%", None},
}
ONLY_TOTALS = {"energy", "volume", "water"}
ANY_STATE_CLASS = {"duration"}
STATE_CLASSES = {"measurement", "total", "total_increasing"}
# «MQTT binary sensor» and «Binary sensor entity»
BINARY = {"occupancy", "problem", "motion", "presence"}
# «MQTT», discovery topic: <prefix>/<component>/[<node_id>/]<object_id>/config
TOPIC = re.compile(r"homeassistant/(sensor|binary_sensor)/[A-Za-z0-9_-]+/[A-Za-z0-9_-]+/config")


def config(quantity: Quantity, device: str = "heat-1", about: About | None = None) -> tuple[str, dict[str, object]]:
    said = announcement("gw7", device, quantity, about or About())
    return said.topic, msgspec.json.decode(said.payload)


def refused(topic: str, entity: dict[str, object]) -> list[str]:
    """What Home Assistant would say against an entity."""
    problems = []
    unit, device_class, state_class = (
        entity.get(key) for key in ("unit_of_measurement", "device_class", "state_class")
    )
    if not TOPIC.fullmatch(topic):
        problems.append("topic")
    if not {"state_topic", "unique_id", "device"} <= entity.keys():
        problems.append("required")
    if "/binary_sensor/" in topic:
        problems += ["class"] if device_class not in BINARY else []
        problems += ["unit"] if unit is not None or state_class is not None else []
        return problems
    if device_class is not None and unit not in UNITS.get(str(device_class), set()):
        problems.append("unit")
    if state_class is not None and state_class not in STATE_CLASSES:
        problems.append("state class")
    totals = state_class in {"total", "total_increasing"}
    if device_class is not None and device_class not in ANY_STATE_CLASS and totals != (device_class in ONLY_TOTALS):
        problems.append("state class of the device class")
    return problems


@pytest.mark.parametrize("quantity", Quantity)
def test_every_quantity_is_accepted(quantity: Quantity) -> None:
    topic, entity = config(quantity, about=About("Multical 603", "2.1", "S-1", 7200))
    assert refused(topic, entity) == []
    counter = quantity.spec.kind is Kind.COUNTER
    assert (entity.get("state_class") == "total_increasing") == counter
    assert entity["state_topic"] == "teplosvet/v1/gw7/latest/heat-1"
    assert entity["expire_after"] == 7200
    assert entity["device"] == {
        "identifiers": ["teplosvet_gw7_heat-1"],
        "name": "heat-1",
        "model": "Multical 603",
        "sw_version": "2.1",
        "serial_number": "S-1",
    }


@pytest.mark.parametrize(
    ("key", "value"), [("unit_of_measurement", "Gcal"), ("state_class", "measurement"), ("device_class", "heat")]
)
def test_the_rules_can_refuse(key: str, value: str) -> None:
    """Negative control."""
    topic, entity = config(Quantity.HEAT_ENERGY_KWH)
    assert refused(topic, entity | {key: value}) != []
    assert refused(topic.replace("heat-1", "heat.1"), entity) == ["topic"]


def render(entity: dict[str, object], latest: dict[str, float]) -> str:
    """What Home Assistant makes of our message; undefined values are an error here, there they are a warning."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)  # noqa: S701  # plain text
    return environment.from_string(str(entity["value_template"])).render(value_json=latest)


def test_values_are_read() -> None:
    _, energy = config(Quantity.HEAT_ENERGY_KWH)
    assert render(energy, {"heat_energy": 47997.01}) == "47997.01"
    assert render(energy, {"flow_temperature": 71.3}) == ""  # nothing is said, and nothing is changed
    _, zero = config(Quantity.HEAT_POWER_KW)
    assert render(zero, {"heat_power": 0.0}) == "0.0"
    topic, presence = config(Quantity.PRESENCE)
    assert topic == "homeassistant/binary_sensor/gw7/heat-1_presence/config"
    assert [render(presence, said) for said in ({"presence": 1.0}, {"presence": 0.0}, {})] == ["ON", "OFF", ""]


def test_whether_the_gateway_is_there() -> None:
    _, entity = config(Quantity.HEAT_ENERGY_KWH)
    (there,) = msgspec.convert(entity["availability"], list[dict[str, str]])
    assert there["topic"] == "teplosvet/v1/gw7/state"
    template = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(  # noqa: S701
        there["value_template"]
    )
    assert template.render(value_json={"state": "online", "at": 1.0}) == there["payload_available"]
    assert template.render(value_json={"state": "offline", "at": 1.0}) == there["payload_not_available"]


def test_names_that_are_not_allowed_stay_apart() -> None:
    names = ["a.b", "a_b", "a-b", "a"]
    topics = [announcement("gw", name, Quantity.VOLTAGE_V, About()).topic for name in names]
    assert len(set(topics)) == len(names)
    assert all(TOPIC.fullmatch(topic) for topic in topics)


def test_no_entity_can_be_two() -> None:
    """`{device}_{quantity}` could be that of two devices only if a quantity's name ends like another's.

    One does: then a light point ``x`` beside a heat meter ``x_gear`` would have to exist.
    """
    names = [quantity.wire_name for quantity in Quantity]
    assert len(set(names)) == len(names)
    assert [(a, b) for a in names for b in names if a.endswith(f"_{b}")] == [("gear_operating_time", "operating_time")]


@dataclass
class Broker:
    """Keeps what is retained, as a broker does; the real one is in the integration tests."""

    kept: dict[str, bytes] = field(default_factory=dict)
    hear: Callable[[str, bytes, bool], None] = lambda *_: None

    def retain(self, where: str, payload: bytes) -> None:
        self.kept.pop(where, None)
        if payload:
            self.kept[where] = payload

    def listen(self, pattern: str, heard: Callable[[str, bytes, bool], None]) -> None:
        assert pattern == "homeassistant/+/gw7/+/config"
        self.hear = heard

    def connect(self) -> None:
        for where, payload in list(self.kept.items()):
            self.hear(where, payload, True)


def test_what_is_no_more_is_cleared() -> None:
    """A device that is gone from the configuration, and a quantity that an exchanged meter no longer has."""
    broker = Broker()
    quantities = (Quantity.HEAT_ENERGY_KWH, Quantity.HEAT_POWER_KW)
    before = HomeAssistant(broker, "gw7", ["heat-1", "heat-2"])
    for device in before.devices:
        before.announce(device, quantities, About())
    assert len(broker.kept) == 4
    after = HomeAssistant(broker, "gw7", ["heat-1"])
    broker.connect()
    assert sorted(broker.kept) == [
        "homeassistant/sensor/gw7/heat-1_heat_energy/config",
        "homeassistant/sensor/gw7/heat-1_heat_power/config",
    ]
    after.announce("heat-1", quantities[:1], About())
    assert list(broker.kept) == ["homeassistant/sensor/gw7/heat-1_heat_energy/config"]


def test_announced_before_the_broker_tells() -> None:
    broker = Broker()
    HomeAssistant(broker, "gw7", ["heat-1"]).announce("heat-1", (Quantity.HEAT_POWER_KW,), About())
    again = HomeAssistant(broker, "gw7", ["heat-1"])
    again.announce("heat-1", (Quantity.HEAT_ENERGY_KWH,), About())
    broker.connect()
    assert list(broker.kept) == ["homeassistant/sensor/gw7/heat-1_heat_energy/config"]
