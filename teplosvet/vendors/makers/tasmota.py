"""Tasmota: telemetry and states as JSON, with the device's local time and no zone.

Traps: ``Time`` is local time, and a time of 1970 until the first NTP answer; ``Total`` is a register in kWh that a
person can set back, ``Today``, ``Yesterday`` and ``Period`` (in Wh) are none; a value may be a list of one per phase or
channel, of which energies and powers add up and voltages do not; temperatures are in ``TempUnit``; «ON» in a RESULT
does not say how bright a dimmable lamp is, a STATE does.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.adapter import Golden
from teplosvet.vendors.fields import Field, Part, Table
from teplosvet.vendors.json_adapter import JsonAdapter, Topic, says, silent
from teplosvet.vendors.observation import Clock, Measure
from teplosvet.vendors.values import celsius_of_fahrenheit, iso_time, number, of_one, of_one_or_sum, shown, truth

_POWER = re.compile(r"POWER(\d{0,2})")

_ENERGY = (
    Field("ENERGY.Total", Measure.ENERGY, "kWh", of_one_or_sum),
    Field("ENERGY.Power", Measure.POWER, "W", of_one_or_sum),
    Field("ENERGY.Voltage", Measure.VOLTAGE, "V", of_one),
    Field("ENERGY.Current", Measure.CURRENT, "A", of_one),
    Field("ENERGY.Factor", Measure.POWER_FACTOR, "", of_one),
    Field("ENERGY.Frequency", Measure.FREQUENCY, "Hz", of_one),
)
_METER = Table(DeviceClass.ELECTRICITY, _ENERGY)

_AIR = (
    Field("Humidity", Measure.HUMIDITY, "%RH"),
    Field("Illuminance", Measure.ILLUMINANCE, "lx"),
    Field("Lux", Measure.ILLUMINANCE, "lx"),
)
_SENSOR = {
    "C": Table(DeviceClass.CLIMATE, (Field("Temperature", Measure.TEMPERATURE, "Cel"), *_AIR)),
    "F": Table(DeviceClass.CLIMATE, (Field("Temperature", Measure.TEMPERATURE, "Cel", celsius_of_fahrenheit), *_AIR)),
}
_NO_SENSORS = {"ENERGY", "Wifi", "ESP32"}
"""Objects that are no sensors of the room: ESP32 has the temperature of the processor."""


def _state_level(body: Mapping[str, Any]) -> Iterator[tuple[str, Measure, str, float]]:
    """The level in a complete state: 0 while it is off, else the dimmer, or full where there is none. [%]"""
    lit = _switch(body.get("POWER"))
    if lit == 0:
        yield "POWER", Measure.LEVEL, "%", 0.0
    elif lit == 1 and "Dimmer" not in body:
        yield "POWER", Measure.LEVEL, "%", 100.0
    elif lit == 1:
        yield from _dimmer(body)


def _result_level(body: Mapping[str, Any]) -> Iterator[tuple[str, Measure, str, float]]:
    """The level in the answer to a command, which is not the whole state. [%]"""
    lit = _switch(body.get("POWER"))
    if lit == 0:
        yield "POWER", Measure.LEVEL, "%", 0.0
    elif lit == 1:
        yield from _dimmer(body)


def _dimmer(body: Mapping[str, Any]) -> Iterator[tuple[str, Measure, str, float]]:
    try:
        level = number(body.get("Dimmer"))
    except ValueError:
        return
    if level is not None and 0 <= level <= 100:
        yield "Dimmer", Measure.LEVEL, "%", level


def _switch(value: Any) -> float | None:
    try:
        return truth(value)
    except ValueError:
        return None


_STATE = Table(DeviceClass.LIGHT, (), _state_level)
_RESULT = Table(DeviceClass.LIGHT, (), _result_level)


def _sensor(levels: Mapping[str, str], body: Mapping[str, Any]) -> Sequence[Part]:
    identity = _identity(levels)
    if isinstance(inner := body.get("StatusSNS"), Mapping):
        body = inner
    at, notes = _time(body)
    table = _SENSOR["F" if body.get("TempUnit") == "F" else "C"]
    sensors = {name: each for name, each in body.items() if isinstance(each, Mapping) and name not in _NO_SENSORS}
    rest = {name: each for name, each in body.items() if name not in sensors and name != "Time"}
    parts = [Part(identity, rest, _METER, at, notes=notes)]
    return parts + [Part(f"{identity}/{name}", each, table, at) for name, each in sensors.items()]


def _states(levels: Mapping[str, str], body: Mapping[str, Any], table: Table) -> Sequence[Part]:
    """A relay of its own under its own name; a multi-channel device has POWER1, POWER2, …"""
    if isinstance(inner := body.get("StatusSTS"), Mapping):
        body = inner
    at, notes = _time(body)
    own = _identity(levels)
    parts = []
    for name in body:
        if (found := _POWER.fullmatch(name)) is None:
            continue
        relay: dict[str, Any] = {"POWER": body[name]}
        if (dimmer := f"Dimmer{found[1]}") in body:
            relay["Dimmer"] = body[dimmer]
        parts.append(Part(f"{own}/{name}" if found[1] else own, relay, table, at))
    others = {name: each for name, each in body.items() if not name.startswith(("POWER", "Dimmer")) and name != "Time"}
    return [*parts, Part(own, others, _NOTHING, at, notes=notes)]


def _identity(levels: Mapping[str, str]) -> str:
    above = levels.get("above")
    return f"{above}/{levels['identity']}" if above else levels["identity"]


_NOTHING = Table(DeviceClass.LIGHT, ())


def _state(levels: Mapping[str, str], body: Mapping[str, Any]) -> Sequence[Part]:
    return _states(levels, body, _STATE)


def _result(levels: Mapping[str, str], body: Mapping[str, Any]) -> Sequence[Part]:
    return _states(levels, body, _RESULT)


def _time(body: Mapping[str, Any]) -> tuple[datetime | None, list[str]]:
    if (said := body.get("Time")) is None:
        return None, []
    at = iso_time(said)
    if at is None:
        return None, [f"Time: {shown(said)} is of a clock that was not set yet; the time of arrival stands for it"]
    return at, []


_SILENT = ("tele/{}/{what}", "stat/{}/{what}", "cmnd/{}/{command}")
_SAYS = (
    ("tele/{}/SENSOR", _sensor),
    ("stat/{}/STATUS8", _sensor),
    ("stat/{}/STATUS10", _sensor),
    ("tele/{}/STATE", _state),
    ("stat/{}/STATUS11", _state),
    ("stat/{}/RESULT", _result),
    ("tele/{}/RESULT", _result),
)


def _orders(pattern: str) -> tuple[str, ...]:
    """FullTopic is ``%prefix%/%topic%`` unless an installer wrote ``%topic%/%prefix%`` or levels before them."""
    prefix, _, last = pattern.split("/", 2)
    return (
        f"{prefix}/{{identity*}}/{last}",
        f"{{identity*}}/{prefix}/{last}",
        f"{{above*}}/{prefix}/{{identity*}}/{last}",
    )


def _topics() -> Iterator[Topic]:
    for pattern, parts in _SAYS:
        yield from (says(each, parts) for each in _orders(pattern))
    for pattern in _SILENT:
        yield from silent(*_orders(pattern))


def _shape(body: Mapping[str, Any]) -> bool:
    return "Time" in body and ("ENERGY" in body or "UptimeSec" in body or "TempUnit" in body)


_SOCKET = {
    "Time": "2018-02-15T17:37:10",
    "ENERGY": {
        "TotalStartTime": "2018-11-14T18:39:40",
        "Total": 6.294,
        "Yesterday": 5.34,
        "Today": 0.954,
        "Period": 217,
        "Power": 2635,
        "ApparentPower": 2650,
        "ReactivePower": 282,
        "Factor": 0.99,
        "Voltage": 227,
        "Current": 11.661,
    },
}
_OF_SOCKET = {"energy": 6.294, "power": 2635, "power_factor": 0.99, "voltage": 227, "current": 11.661}

ADAPTER = JsonAdapter(
    name="tasmota",
    manual="tasmota.github.io/docs: MQTT, JSON status responses, Power monitoring, devices/Sonoff-Pow",
    filters=("tele/#", "stat/#"),
    clock=Clock.DEVICE_LOCAL,
    energy_unit="kWh (Total); Period is in Wh and no register",
    duplicates="topic and Time",
    repeats_within_s=1.0,
    topics=tuple(_topics()),
    shape=_shape,
    goldens=(
        Golden("tele/pow1/SENSOR", _SOCKET, "devices/Sonoff-Pow", {"pow1": _OF_SOCKET}, at="2018-02-15T17:37:10"),
        Golden(
            "stat/house/pow1/STATUS8",
            {"StatusSNS": _SOCKET},
            "the answer to Status 8 has the same object inside",
            {"house/pow1": _OF_SOCKET},
            at="2018-02-15T17:37:10",
        ),
        Golden(
            "tele/two/SENSOR",
            {"Time": "2026-01-02T03:04:05", "ENERGY": {"Total": [1.5, 2.25], "Power": [10, 20], "Voltage": [230, 231]}},
            "of our own: two phases; 1.5 + 2.25, 10 + 20, and no one voltage",
            {"two": {"energy": 3.75, "power": 30}},
            at="2026-01-02T03:04:05",
        ),
        Golden(
            "tele/th16/SENSOR",
            {"Time": "1970-01-01T00:00:23", "AM2301": {"Temperature": 68.0, "Humidity": 45.5}, "TempUnit": "F"},
            "form of the vendor's guide; 68 °F is 20 °C; the clock is not set",
            {"th16/AM2301": {"temperature": 20.0, "humidity": 45.5}},
        ),
        Golden(
            "tele/lamp/STATE",
            {"Time": "2026-01-02T03:04:05", "Uptime": "0T10:12:20", "UptimeSec": 36740, "POWER": "ON", "Dimmer": 40},
            "form of the vendor's guide",
            {"lamp": {"level": 40}},
            at="2026-01-02T03:04:05",
        ),
        Golden("stat/lamp/RESULT", {"POWER": "OFF"}, "form of the vendor's guide", {"lamp": {"level": 0}}),
        Golden("stat/lamp/RESULT", {"POWER": "ON"}, "of our own: how bright, it does not say", {}),
        Golden(
            "lenina/tele/lamp/RESULT",
            {"POWER1": "ON", "Dimmer1": 30},
            "of our own: one of several channels, under a FullTopic with a level before it",
            {"lenina/lamp/POWER1": {"level": 30}},
        ),
        Golden("tele/lamp/LWT", "Online", "the vendor's guide", {}),
    ),
)
