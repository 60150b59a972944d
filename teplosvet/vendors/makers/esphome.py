"""ESPHome: one retained plain-text topic per sensor, ``<node>/sensor/<id>/state``.

Traps: the unit is not in the message: the node's Home Assistant discovery says it, which is on unless somebody turned
it off, else the words of the id (``…_wh``), else the usual unit; everything is retained; nothing says a time; a daily
energy starts again at midnight and is no register; ``nan`` is missing. What is left of an id beside the words for the
measure tells which of several things the node measures: ``hall/sensor/lamp_2_power/state`` is of ``hall/lamp_2``.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from teplosvet.domain.errors import MessageError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.adapter import Golden, Session
from teplosvet.vendors.observation import Clock, Measure, Observation
from teplosvet.vendors.text_adapter import Meaning, TextAdapter
from teplosvet.vendors.topic_pattern import TopicPattern
from teplosvet.vendors.units_said import UnitSaid, unit_said
from teplosvet.vendors.values import json_object, number, truth

REMEMBERED = 20_000
"""Sensors of which a session remembers what discovery said."""

FULL_BRIGHTNESS = 255
"""The greatest brightness of Home Assistant's JSON lights."""


class Word(NamedTuple):
    """Words of an id that tell the measure, its usual unit and what the device probably is."""

    words: tuple[str, ...]
    measure: Measure
    unit: str
    device_class: DeviceClass


_L, _E, _H, _W, _C = (
    DeviceClass.LIGHT,
    DeviceClass.ELECTRICITY,
    DeviceClass.HEAT,
    DeviceClass.WATER,
    DeviceClass.CLIMATE,
)
WORDS = (
    Word(("power", "factor"), Measure.POWER_FACTOR, "", _E),
    Word(("reactive", "energy"), Measure.REACTIVE_ENERGY, "kvarh", _E),
    Word(("flow", "temperature"), Measure.FLOW_TEMPERATURE, "°C", _H),
    Word(("supply", "temperature"), Measure.FLOW_TEMPERATURE, "°C", _H),
    Word(("return", "temperature"), Measure.RETURN_TEMPERATURE, "°C", _H),
    Word(("heat", "energy"), Measure.ENERGY, "kWh", _H),
    Word(("heat", "power"), Measure.POWER, "kW", _H),
    Word(("energy",), Measure.ENERGY, "kWh", _E),
    Word(("power",), Measure.POWER, "W", _E),
    Word(("voltage",), Measure.VOLTAGE, "V", _E),
    Word(("frequency",), Measure.FREQUENCY, "Hz", _E),
    Word(("current",), Measure.CURRENT, "A", _E),
    Word(("temperature",), Measure.TEMPERATURE, "°C", _C),
    Word(("humidity",), Measure.HUMIDITY, "%", _C),
    Word(("illuminance",), Measure.ILLUMINANCE, "lx", _L),
    Word(("lux",), Measure.ILLUMINANCE, "lx", _L),
    Word(("water", "total"), Measure.VOLUME, "m³", _W),
    Word(("water", "volume"), Measure.VOLUME, "m³", _W),
    Word(("water", "flow"), Measure.FLOW, "m³/h", _W),
)
_PRESENCE_WORDS = ("presence", "occupancy", "motion", "pir")
_OF_DISCOVERY: Mapping[str, Word] = {
    "energy": Word(("energy",), Measure.ENERGY, "kWh", _E),
    "power": Word(("power",), Measure.POWER, "W", _E),
    "voltage": Word(("voltage",), Measure.VOLTAGE, "V", _E),
    "current": Word(("current",), Measure.CURRENT, "A", _E),
    "frequency": Word(("frequency",), Measure.FREQUENCY, "Hz", _E),
    "power_factor": Word(("power", "factor"), Measure.POWER_FACTOR, "", _E),
    "temperature": Word(("temperature",), Measure.TEMPERATURE, "°C", _C),
    "humidity": Word(("humidity",), Measure.HUMIDITY, "%", _C),
    "illuminance": Word(("illuminance",), Measure.ILLUMINANCE, "lx", _L),
    "water": Word(("water",), Measure.VOLUME, "m³", _W),
}
"""Device classes of Home Assistant, for ids without one of our words."""

_NO_REGISTER = (
    "daily today yesterday hourly weekly monthly yearly day hour week month year min max minimum maximum average avg "
    "peak export exported returned production produced apparent reactive target setpoint threshold limit "
    "wifi signal uptime internal esp cpu chip dew battery calibration raw"
)
NO_REGISTER = frozenset(_NO_REGISTER.split())
"""Words of what is measured, too, but is not the quantity: a value per day, a limit, the inside of the node."""
_FILL = frozenset({"total", "active", "import", "imported", "sensor", "consumption", "consumed", "measured", "actual"})
_UNIT_WORDS = {"kwh": "kWh", "wh": "Wh", "mwh": "MWh", "kw": "kW", "w": "W", "v": "V", "a": "A", "ma": "mA", "hz": "Hz"}
_UNIT_WORDS |= {"m3": "m³", "l": "L", "m3h": "m³/h", "gj": "GJ", "gcal": "Gcal", "lx": "lx", "c": "°C"}

_SENSOR = TopicPattern("{node*}/sensor/{id}/state")
_BINARY = TopicPattern("{node*}/binary_sensor/{id}/state")
_LIGHT = TopicPattern("{node*}/light/{id}/state")
_SWITCH = TopicPattern("{node*}/switch/{id}/state")
_DISCOVERY = TopicPattern("{prefix}/sensor/{node}/{id}/config")
_OTHERS = tuple(
    TopicPattern(text)
    for text in (
        "{node*}/text_sensor/{id}/state",
        "{node*}/{component}/{id}/command",
        "{prefix}/binary_sensor/{node}/{id}/config",
        "{node}/status",
        "{node}/debug",
    )
)


class Discovered(NamedTuple):
    """What discovery said of a sensor: its unit and Home Assistant's class of it."""

    unit: str
    kind: str


class EspHomeSession(Session):
    """Reads nodes' messages; remembers what their discovery said."""

    def __init__(self) -> None:
        self._discovered: dict[str, Discovered] = {}
        self._why = ""

    def decode(self, topic: str, payload: bytes, *, retained: bool = False) -> tuple[Observation, ...]:
        """What a topic shows; what discovery says is remembered."""
        self._why = ""
        if _DISCOVERY.match(topic) is not None:
            self._learn(payload)
        elif any(pattern.match(topic) is not None for pattern in _OTHERS):
            self._why = "topics like this say nothing that is measured"
        elif not payload.strip():
            self._why = "the message is empty: it clears what the broker had kept"
        elif (found := self._meaning(topic)) is None:
            self._why = self._why or "nothing in the id tells a quantity of ours"
        elif retained:
            self._why = "the broker had kept the message: its value is old, whatever it looks like"
        else:
            return found.observe(payload)
        return ()

    def passed_over(self) -> tuple[str, ...]:
        """Why the last message said nothing, or which unit was taken for usual."""
        return (self._why,) if self._why else ()

    def _meaning(self, topic: str) -> Meaning | None:
        if (levels := _SENSOR.match(topic)) is not None:
            return self._sensor(topic, levels["node"], levels["id"])
        if (levels := _BINARY.match(topic)) is not None:
            rest = [word for word in _split(levels["id"]) if word not in (*_PRESENCE_WORDS, *_FILL)]
            if len(rest) == len(_split(levels["id"])):
                return None
            return Meaning(_identity(levels["node"], rest), Measure.PRESENCE, UnitSaid(""), _L, truth)
        if (levels := _LIGHT.match(topic)) is not None:
            return Meaning(_identity(levels["node"], _split(levels["id"])), Measure.LEVEL, UnitSaid("%"), _L, _level)
        if (levels := _SWITCH.match(topic)) is not None:
            return Meaning(
                _identity(levels["node"], _split(levels["id"])), Measure.LEVEL, UnitSaid("%", 100.0), _L, truth
            )
        raise MessageError("unknown_topic", f"no topic of ESPHome: {topic[:200]!r}")

    def _sensor(self, topic: str, node: str, sensor: str) -> Meaning | None:
        words = _split(sensor)
        told = self._discovered.get(topic)
        word = _word(words) or (_OF_DISCOVERY.get(told.kind) if told else None)
        if word is None or NO_REGISTER & {each for each in words if each not in word.words}:
            return None
        rest = [each for each in words if each not in word.words and each not in _FILL and each not in _UNIT_WORDS]
        if "current" in rest:  # as in current_power: the one of now
            rest.remove("current")
        unit = told.unit if told else next((_UNIT_WORDS[each] for each in reversed(words) if each in _UNIT_WORDS), None)
        if unit is None:
            unit = word.unit
            self._why = f"no unit is told: {unit or 'none'} is the usual one"
        if (said := unit_said(word.measure, unit)) is None:
            self._why = f"{unit[:20]} is no unit of {word.measure}"
            return None
        return Meaning(_identity(node, rest), word.measure, said, word.device_class)

    def _learn(self, payload: bytes) -> None:
        self._why = "discovery: the unit is remembered"
        if not payload.strip():
            return
        said = json_object(payload)
        base, topic = said.get("~", ""), _either(said, "stat_t", "state_topic")
        if isinstance(base, str) and topic.startswith("~"):
            topic = base + topic[1:]
        if _SENSOR.match(topic) is None:
            return
        if topic not in self._discovered and len(self._discovered) >= REMEMBERED:
            self._discovered.clear()
        unit = _either(said, "unit_of_meas", "unit_of_measurement")[:20]
        self._discovered[topic] = Discovered(unit, _either(said, "dev_cla", "device_class")[:40])


def _either(said: Mapping[str, Any], short: str, long: str) -> str:
    value = said.get(short, said.get(long))
    return value if isinstance(value, str) else ""


def _split(sensor: str) -> list[str]:
    return [word for word in sensor.lower().replace("-", "_").replace(" ", "_").split("_") if word]


def _word(words: list[str]) -> Word | None:
    """The first row of the table whose words stand in an id beside each other."""

    def stands(row: Word) -> bool:
        return any(tuple(words[n : n + len(row.words)]) == row.words for n in range(len(words)))

    return next((row for row in WORDS if stands(row)), None)


def _identity(node: str, rest: list[str]) -> str:
    """The node, and what is left of the id; older versions put the node's name before every id."""
    own = _split(node.rpartition("/")[2])
    if rest[: len(own)] == own:
        rest = rest[len(own) :]
    return f"{node}/{'_'.join(rest)}" if rest else node


def _level(value: Any) -> float | None:
    """The level that a light's JSON state says: nothing while it is off, full if it cannot be dimmed. [%]"""
    try:
        said = json_object(str(value).encode())
    except MessageError as error:
        raise ValueError(error.detail) from error
    lit = truth(said.get("state"))
    if lit is None:
        return None
    if lit == 0 or "brightness" not in said:
        return 100 * lit
    level = number(said["brightness"])
    return None if level is None else level * 100 / FULL_BRIGHTNESS


_FORM = "form of the vendor's documentation"
_SAID = {
    "dev_cla": "energy",
    "unit_of_meas": "Wh",
    "stat_cla": "total_increasing",
    "name": "Lamp energy",
    "stat_t": "hall/sensor/lamp_energy/state",
    "avty_t": "hall/status",
}

ADAPTER = TextAdapter(
    name="esphome",
    manual="esphome.io: MQTT client component, MQTT component base configuration; Home Assistant: MQTT discovery",
    filters=(
        "+/sensor/+/state",
        "+/binary_sensor/+/state",
        "+/light/+/state",
        "+/switch/+/state",
        "homeassistant/sensor/+/+/config",
    ),
    clock=Clock.ARRIVAL,
    energy_unit="as discovery or the id says, else kWh",
    duplicates="topic, value and arrival; what the broker had kept is none",
    topics=(_SENSOR, _BINARY, _LIGHT, _SWITCH, _DISCOVERY, *_OTHERS),
    begin=EspHomeSession,
    goldens=(
        Golden("hall/sensor/lamp_2_power/state", "12.50", _FORM, {"hall/lamp_2": {"power": 12.5}}),
        Golden("hall/sensor/hall_total_energy/state", "3.2", _FORM, {"hall": {"energy": 3.2}}),
        Golden(
            "hall/sensor/lamp_energy/state",
            "48211",
            f"{_FORM}; the unit is discovery's",
            {"hall/lamp": {"energy": 48211}},
            before=(("homeassistant/sensor/hall/lamp_energy/config", _SAID),),
        ),
        Golden("hall/sensor/total_daily_energy/state", "1.2", f"{_FORM}; no register", {}),
        Golden("hall/binary_sensor/hall_motion/state", "ON", _FORM, {"hall": {"presence": 1}}),
        Golden("hall/sensor/temperature/state", "nan", f"{_FORM}; missing", {}),
        Golden("hall/light/ceiling/state", {"state": "ON", "brightness": 51}, _FORM, {"hall/ceiling": {"level": 20}}),
        Golden("hall/status", "online", _FORM, {}),
    ),
)
