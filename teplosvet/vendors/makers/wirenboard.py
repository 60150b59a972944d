"""Wiren Board convention: one retained plain-text topic per control, with its type and unit in ``meta`` beside it.

Traps: everything is retained, so that after a reconnect old values look fresh; nothing says a time; a control under
error ``r`` keeps the last good value (``p`` is a missed poll, ``w`` a failed write); the unit stands in ``meta``, as
one JSON or, the old way, as ``meta/type`` and ``meta/units``. A device with several channels is several devices to us:
``wb-map12e_1/Ch 1``. «Current Motion» is a strength without a threshold and no presence; the illuminance of a DALI-2
sensor (``illuminance0``) is a raw figure and not lux. Through a bridge the topics have levels before ``devices``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from teplosvet.domain.errors import MessageError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.adapter import Golden, Session
from teplosvet.vendors.observation import Clock, Measure, Observation
from teplosvet.vendors.text_adapter import Meaning, TextAdapter
from teplosvet.vendors.topic_pattern import TopicPattern
from teplosvet.vendors.units_said import UnitSaid, measure_of_unit, unit_said
from teplosvet.vendors.values import Read, json_value, number, text_of, truth

REMEMBERED = 20_000
"""Controls of which a session remembers what their meta said."""


@dataclass(frozen=True, slots=True)
class Named:
    """Controls whose name tells what they are; groups of the pattern are the channel.

    Attributes:
        pattern: Their names.
        measure: What they are.
        unit: Their unit, unless the meta says another one.
        device_class: What the device probably is.
        read: How the text is read.
    """

    pattern: str
    measure: Measure
    unit: str
    device_class: DeviceClass
    read: Read = number


def _percent_of_switch(value: Any) -> float | None:
    found = truth(value)
    return None if found is None else 100 * found


_CHANNEL = r"(Ch \d+)?(?: )?(?:Total )?"
_PHASE = r"(?: (L[123]))?"
_L, _E, _H, _C = DeviceClass.LIGHT, DeviceClass.ELECTRICITY, DeviceClass.HEAT, DeviceClass.CLIMATE

NAMES = (
    # wb-mqtt-dali: control gear with DALI parts 252 (energy) and 253, input devices of part 303
    Named("active_energy", Measure.ENERGY, "kWh", _L),
    Named("active_power", Measure.POWER, "W", _L),
    Named("actual_level", Measure.LEVEL, "%", _L),
    Named(r"occupied(\d+)", Measure.PRESENCE, "", _L, truth),
    # wb-mqtt-serial, meters WB-MAP
    Named(f"{_CHANNEL}AP energy{_PHASE}", Measure.ENERGY, "kWh", _E),
    Named(f"{_CHANNEL}RP energy{_PHASE}", Measure.REACTIVE_ENERGY, "kvarh", _E),
    Named(f"{_CHANNEL}P{_PHASE}", Measure.POWER, "W", _E),
    Named(f"{_CHANNEL}PF{_PHASE}", Measure.POWER_FACTOR, "", _E),
    Named(f"Urms{_PHASE}", Measure.VOLTAGE, "V", _E),
    Named(f"{_CHANNEL}Irms{_PHASE}", Measure.CURRENT, "A", _E),
    Named("Frequency", Measure.FREQUENCY, "Hz", _E),
    # wall sensors WB-MSW, relays WB-MR and dimmers WB-MDM
    Named("Illuminance", Measure.ILLUMINANCE, "lux", _L),
    Named("Temperature", Measure.TEMPERATURE, "deg C", _C),
    Named("Humidity", Measure.HUMIDITY, "%, RH", _C),
    Named(r"(K\d+)", Measure.LEVEL, "%", _L, _percent_of_switch),
    Named(r"(Channel \d+)(?: Brightness)?", Measure.LEVEL, "%", _L),
    # heat meters
    Named(r"Tin|T1|(?:Inlet|Input|Supply|Flow) [Tt]emperature", Measure.FLOW_TEMPERATURE, "deg C", _H),
    Named(r"Tout|T2|(?:Outlet|Output|Return) [Tt]emperature", Measure.RETURN_TEMPERATURE, "deg C", _H),
)
_COMPILED = tuple((re.compile(named.pattern), named) for named in NAMES)

UNITS_OF_TYPES: Mapping[str, str] = {
    "temperature": "deg C",
    "rel_humidity": "%, RH",
    "power": "W",
    "power_consumption": "kWh",
    "voltage": "V",
    "current": "A",
    "water_flow": "m^3/h",
    "water_consumption": "m^3",
    "heat_power": "Gcal/h",
    "heat_energy": "Gcal",
    "lux": "lux",
}
"""The deprecated types that imply a unit (convention, «Specific value type controls»)."""

_CLASS_OF_MEASURE = {
    Measure.ENERGY: DeviceClass.ELECTRICITY,
    Measure.POWER: DeviceClass.ELECTRICITY,
    Measure.VOLUME: DeviceClass.WATER,
    Measure.FLOW: DeviceClass.WATER,
    Measure.TEMPERATURE: DeviceClass.CLIMATE,
    Measure.HUMIDITY: DeviceClass.CLIMATE,
    Measure.ILLUMINANCE: DeviceClass.LIGHT,
}

_KINDS = ("", "{above*}")
_PATTERNS = {
    "value": "/devices/{device}/controls/{control}",
    "meta": "/devices/{device}/controls/{control}/meta",
    "meta_of": "/devices/{device}/controls/{control}/meta/{key}",
    "command": "/devices/{device}/controls/{control}/on",
    "device": "/devices/{device}/meta",
    "device_of": "/devices/{device}/meta/{key}",
}
_TOPICS = tuple((kind, TopicPattern(above + text)) for above in _KINDS for kind, text in _PATTERNS.items())


@dataclass(slots=True)
class _Meta:
    """What is known of a control."""

    unit: str = ""
    error: str = ""
    title: str = ""


class WirenBoardSession(Session):
    """Reads a controller's messages; remembers units and errors of its controls."""

    def __init__(self) -> None:
        self._metas: dict[tuple[str, str], _Meta] = {}
        self._why = ""

    def decode(self, topic: str, payload: bytes, *, retained: bool = False) -> tuple[Observation, ...]:
        """What a control shows; what a meta topic says is remembered."""
        self._why = ""
        kind, levels = _kind(topic)
        device = f"{levels['above']}/{levels['device']}" if "above" in levels else levels["device"]
        control = levels.get("control", "")
        if kind == "value" and payload.strip():
            return self._value(device, control, payload, retained=retained)
        if kind in ("meta", "device"):
            self._learn_all(device, control, payload)
        elif kind in ("meta_of", "device_of"):
            self._learn(device, control, levels["key"], text_of(payload))
        else:
            self._why = "a command" if kind == "command" else "the message is empty: the control is gone"
        return ()

    def passed_over(self) -> tuple[str, ...]:
        """Why the last message said nothing."""
        return (self._why,) if self._why else ()

    def _value(self, device: str, control: str, payload: bytes, *, retained: bool) -> tuple[Observation, ...]:
        meta = self._metas.get((device, control)) or _Meta()
        of_device = self._metas.get((device, ""))
        if retained:
            self._why = "the broker had kept the message: its value is old, whatever it looks like"
        elif "r" in meta.error or (of_device is not None and of_device.error):
            self._why = f"the control is under error {meta.error or 'of its device'}: it shows the last good value"
        elif control == "error_status":
            return self._gear_error(device, payload, meta.title)
        elif (meaning := _meaning(device, control, meta.unit)) is None:
            self._why = f"what {control[:80]} is, neither its name nor its meta tells"
        else:
            return meaning.observe(payload)
        return ()

    def _gear_error(self, device: str, payload: bytes, title: str) -> tuple[Observation, ...]:
        """DALI gear: 1 is an error of the lamp, of the gear or of its address, and which one the title tells."""
        meaning = Meaning(device, Measure.LAMP_FAILURE, UnitSaid(""), DeviceClass.LIGHT, truth)
        if text_of(payload) == "1" and "lamp failure" not in title.lower():
            self._why = "an error of the gear, of which nothing says that it is the lamp's"
            return ()
        return meaning.observe(payload)

    def _learn_all(self, device: str, control: str, payload: bytes) -> None:
        said = json_value(payload) if payload.strip() else {}
        if not isinstance(said, Mapping):
            raise MessageError("malformed", "the meta is no object")
        for key in ("type", "units", "error"):
            if isinstance(value := said.get(key), str):
                self._learn(device, control, key, value)
        title = said.get("title")
        if isinstance(title, Mapping) and isinstance(english := title.get("en"), str):
            self._learn(device, control, "title", english)
        self._why = "meta: it is remembered"

    def _learn(self, device: str, control: str, key: str, text: str) -> None:
        self._why = "meta: it is remembered" if key in ("type", "units", "error", "title") else f"meta/{key[:40]}"
        if (device, control) not in self._metas and len(self._metas) >= REMEMBERED:
            self._metas.clear()
        meta = self._metas.setdefault((device, control), _Meta())
        if key == "error":
            meta.error = text[:20]
            if text:
                self._why = f"error {meta.error}: what the control shows is its last good value while it has r"
        elif key == "units":
            meta.unit = text[:20]
        elif key == "type" and text in UNITS_OF_TYPES:
            meta.unit = meta.unit or UNITS_OF_TYPES[text]
        elif key == "title":
            meta.title = text[:80]


def _kind(topic: str) -> tuple[str, Mapping[str, str]]:
    for kind, pattern in _TOPICS:
        if (levels := pattern.match(topic)) is not None:
            return kind, levels
    raise MessageError("unknown_topic", f"no topic of the Wiren Board convention: {topic[:200]!r}")


def _meaning(device: str, control: str, unit: str) -> Meaning | None:
    """What a control is: by its name, with the unit of its meta; or by its unit alone."""
    for pattern, named in _COMPILED:
        if (found := pattern.fullmatch(control)) is None:
            continue
        said = unit_said(named.measure, unit) if unit else None
        if said is None and (said := unit_said(named.measure, named.unit)) is None:
            said = UnitSaid(named.unit)
        channel = " ".join(group for group in found.groups() if group)
        return Meaning(
            f"{device}/{channel}" if channel else device, named.measure, said, named.device_class, named.read
        )
    measure = measure_of_unit(unit)
    if measure is None or (said := unit_said(measure, unit)) is None:
        return None
    if said.unit in ("Gcal", "Gcal/h", "GJ"):  # a heat meter has one of them
        return Meaning(device, measure, said, DeviceClass.HEAT)
    return Meaning(f"{device}/{control}", measure, said, _CLASS_OF_MEASURE.get(measure, DeviceClass.ELECTRICITY))


_DALI = "wb-mqtt-dali: README and tests of DT51; kWh with three decimals"
_LAMP = "/devices/wb-mdali_1_bus_1_5/controls"
_MAP = "topics of a WB-MAP in a public repository"

ADAPTER = TextAdapter(
    name="wirenboard",
    manual="github.com/wirenboard/conventions, README; wb-mqtt-dali, README; wb-mqtt-serial, templates",
    filters=("/devices/+/controls/#", "/devices/+/meta/#"),
    clock=Clock.ARRIVAL,
    energy_unit="kWh or Gcal, as the control's meta says",
    duplicates="topic, value and arrival; what the broker had kept is none",
    topics=tuple(pattern for _, pattern in _TOPICS),
    begin=WirenBoardSession,
    goldens=(
        Golden(f"{_LAMP}/active_energy", "12.345", _DALI, {"wb-mdali_1_bus_1_5": {"energy": 12.345}}),
        Golden(
            f"{_LAMP}/active_energy",
            "12.345",
            "the convention: under error r it is the last good value",
            {},
            before=((f"{_LAMP}/active_energy/meta/error", "r"),),
        ),
        Golden(
            f"{_LAMP}/active_energy",
            "12.346",
            "the convention: the error is over; a missed poll makes no value bad",
            {"wb-mdali_1_bus_1_5": {"energy": 12.346}},
            before=((f"{_LAMP}/active_energy/meta/error", "r"), (f"{_LAMP}/active_energy/meta/error", "p")),
        ),
        Golden(f"{_LAMP}/actual_level", "50.198", _DALI, {"wb-mdali_1_bus_1_5": {"level": 50.198}}),
        Golden(
            f"{_LAMP}/error_status",
            "1",
            "wb-mqtt-dali, sources: the title tells what is wrong",
            {"wb-mdali_1_bus_1_5": {"lamp_failure": 1}},
            before=((f"{_LAMP}/error_status/meta", {"type": "alarm", "title": {"en": "Lamp failure"}}),),
        ),
        Golden("/devices/wb-map3e_16/controls/Total AP energy", "110.0", _MAP, {"wb-map3e_16": {"energy": 110}}),
        Golden(
            "Nevinnomisk/devices/wb-map3e_74/controls/Urms L2",
            "231.5",
            f"{_MAP}, through a bridge",
            {"Nevinnomisk/wb-map3e_74/L2": {"voltage": 231.5}},
        ),
        Golden(
            "/devices/pulsar/controls/Energy",
            "10.5",
            "the convention: heat_energy is in Gcal",
            {"pulsar": {"energy": 10.5}},
            before=(("/devices/pulsar/controls/Energy/meta/type", "heat_energy"),),
        ),
        Golden("/devices/wb-msw-v4_41/controls/Current Motion", "37", "of our own: no threshold, no presence", {}),
    ),
)
