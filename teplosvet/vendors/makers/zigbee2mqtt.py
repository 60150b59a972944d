"""Zigbee2MQTT: the state of a Zigbee device as one JSON object, repeated whole at every change.

Traps: the same state comes several times in a second; nulls stand for what the device never told; ``illuminance`` was a
logarithmic figure (10,000 log10 lx + 1) as long as ``illuminance_lux`` stands beside it and is lux since release 2;
``voltage`` of what has a battery is the battery's, in mV. ``pressure`` is that of the air and no quantity of ours.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.adapter import Golden
from teplosvet.vendors.fields import Field, Part, Table
from teplosvet.vendors.json_adapter import JsonAdapter, Topic, says, silent
from teplosvet.vendors.observation import Clock, Measure
from teplosvet.vendors.values import any_time, number, truth

FULL_BRIGHTNESS = 254
"""The greatest level of the Zigbee cluster Level Control (ZCL 3.10.2.3.1); 255 means «not available» there."""

_ENDPOINT = re.compile(r"(state|brightness|power|energy|voltage|current)_(l\d|left|right|center|top|bottom|\d)")


def _level(body: Mapping[str, Any]) -> Iterator[tuple[str, Measure, str, float]]:
    """The dim level: nothing while it is off, the brightness while it is on, full if it cannot be dimmed. [%]"""
    try:
        lit = truth(body.get("state"))
    except ValueError:  # a cover, a lock
        return
    if lit == 0:
        yield "state", Measure.LEVEL, "%", 0.0
    elif lit == 1 and "brightness" not in body:
        yield "state", Measure.LEVEL, "%", 100.0
    elif lit == 1 and (brightness := _brightness(body["brightness"])) is not None:
        yield "brightness", Measure.LEVEL, "%", brightness


def _brightness(value: Any) -> float | None:
    try:
        found = number(value)
    except ValueError:
        return None
    return found * 100 / FULL_BRIGHTNESS if found is not None and 0 <= found <= FULL_BRIGHTNESS else None


def _derived(body: Mapping[str, Any]) -> Iterable[tuple[str, Measure, str, float]]:
    yield from _level(body)
    if "battery" not in body and (volts := _number(body, "voltage")) is not None:
        yield "voltage", Measure.VOLTAGE, "V", volts
    lux = "illuminance_lux" if "illuminance_lux" in body else "illuminance"
    if (illuminance := _number(body, lux)) is not None:
        yield lux, Measure.ILLUMINANCE, "lx", illuminance


def _number(body: Mapping[str, Any], name: str) -> float | None:
    try:
        return number(body.get(name))
    except ValueError:
        return None


_METERED = (
    Field("energy", Measure.ENERGY, "kWh"),
    Field("power", Measure.POWER, "W"),
    Field("current", Measure.CURRENT, "A"),
    Field("ac_frequency", Measure.FREQUENCY, "Hz"),
    Field("power_factor", Measure.POWER_FACTOR, ""),
    Field("device_temperature", Measure.GEAR_TEMPERATURE, "Cel"),
)
_SENSED = (
    Field("presence", Measure.PRESENCE, "", truth),
    Field("occupancy", Measure.PRESENCE, "", truth),
    Field("temperature", Measure.TEMPERATURE, "Cel"),
    Field("local_temperature", Measure.TEMPERATURE, "Cel"),
    Field("humidity", Measure.HUMIDITY, "%RH"),
    Field("occupied_heating_setpoint", Measure.INDOOR_SETPOINT, "Cel"),
    Field("current_heating_setpoint", Measure.INDOOR_SETPOINT, "Cel"),
    Field("pi_heating_demand", Measure.VALVE_POSITION, "%"),
)
_LIGHT = Table(DeviceClass.LIGHT, _METERED + _SENSED, _derived)
_METER = Table(DeviceClass.ELECTRICITY, _METERED + _SENSED, _derived)
_CLIMATE = Table(DeviceClass.CLIMATE, _METERED + _SENSED, _derived)

_OF_LIGHT = {"brightness", "occupancy", "presence", "illuminance", "illuminance_lux", "color_temp"}
_OF_METER = {"energy", "power", "current"}


def _table(body: Mapping[str, Any]) -> Table:
    if body.keys() & _OF_LIGHT:
        return _LIGHT
    return _METER if body.keys() & _OF_METER or "state" in body else _CLIMATE


def _parts(levels: Mapping[str, str], body: Mapping[str, Any]) -> Sequence[Part]:
    above = levels.get("above") or levels.get("base")
    identity = f"{above}/{levels['identity']}" if above else levels["identity"]
    at = any_time(body.get("last_seen"))
    whole: dict[str, Any] = {}
    endpoints: dict[str, dict[str, Any]] = {}
    for name, value in body.items():
        if found := _ENDPOINT.fullmatch(name):
            endpoints.setdefault(found[2], {})[found[1]] = value
        else:
            whole[name] = value
    parts = [Part(identity, whole, _table(whole), at)]
    if "last_seen" in whole and at is not None:
        parts[0].used.add("last_seen")
    parts += [Part(f"{identity}/{name}", part, _table(part), at) for name, part in endpoints.items()]
    return parts


def _shape(body: Mapping[str, Any]) -> bool:
    """Zigbee2MQTT alone says how well it hears a device."""
    return "linkquality" in body


_SILENT = ("availability", "set", "set/{attribute*}", "get", "get/{attribute*}")


def _topics() -> Iterator[Topic]:
    """Topics under the usual base topic, under one with levels before it, and under any other of one level.

    What stands before the usual base topic, or for it, belongs to the identity: two houses may each have a «lamp».
    """
    for base in ("zigbee2mqtt", "{above*}/zigbee2mqtt"):
        yield from silent(f"{base}/bridge/{{any*}}")
        yield from silent(*(f"{base}/{{identity*}}/{end}" for end in _SILENT))
        yield says(f"{base}/{{identity*}}", _parts)
    yield from silent("{base}/bridge/{any*}", certain=False)
    yield from silent(*(f"{{base}}/{{identity*}}/{end}" for end in _SILENT), certain=False)
    yield says("{base}/{identity*}", _parts, certain=False)


ADAPTER = JsonAdapter(
    name="zigbee2mqtt",
    manual="zigbee2mqtt.io: MQTT topics and messages, exposes; Zigbee Cluster Library rev. 8, 3.10 and 4.2",
    filters=("zigbee2mqtt/#",),
    clock=Clock.ARRIVAL,
    energy_unit="kWh",
    duplicates="the same state of the same device, which every change repeats whole; or last_seen where it is said",
    repeats_within_s=2.0,
    topics=tuple(_topics()),
    shape=_shape,
    goldens=(
        Golden(
            "zigbee2mqtt/HueMotionOffice01",
            {
                "battery": 100,
                "illuminance": 0,
                "illuminance_lux": 0,
                "led_indication": False,
                "linkquality": 87,
                "motion_sensitivity": "low",
                "occupancy": True,
                "occupancy_timeout": 25,
                "temperature": 20.81,
                "update": {"state": "idle"},
                "update_available": None,
            },
            "log in Koenkk/zigbee2mqtt, issue 10386",
            {"HueMotionOffice01": {"presence": 1, "illuminance": 0, "temperature": 20.81}},
        ),
        Golden(
            "zigbee2mqtt/kitchen/floor_light",
            {"state": "ON", "brightness": 127, "color_temp": 325, "linkquality": 99},
            "the vendor's guide has such a bulb under a name with levels; 127 of 254 is half",
            {"kitchen/floor_light": {"level": 50.0}},
        ),
        Golden(
            "zigbee2mqtt/light switch",
            {
                "device_temperature": 18,
                "energy": 14.03,
                "last_seen": "2022-12-05T11:10:53+08:00",
                "linkquality": 149,
                "power": 1.82,
                "power_outage_count": 13,
                "state": "ON",
                "voltage": None,
            },
            "log in Koenkk/zigbee-herdsman-converters, issue 5087",
            {"light switch": {"energy": 14.03, "power": 1.82, "gear_temperature": 18, "level": 100}},
            at="2022-12-05T03:10:53Z",
        ),
        Golden(
            "zigbee2mqtt/bedroom/motion",
            {"battery": 100, "linkquality": 18, "occupancy": True, "illuminance": 16994, "illuminance_lux": 49},
            "published log of 2020: the figure of the cluster, and lux beside it: 10^((16994 - 1) / 10000) is 50",
            {"bedroom/motion": {"presence": 1, "illuminance": 49}},
        ),
        Golden(
            "zigbee2mqtt/hall/leak",
            {"battery": 100, "voltage": 3045, "water_leak": False, "linkquality": 99},
            "published log of 2018: the voltage is the battery's, in mV",
            {},
        ),
        Golden("zigbee2mqtt/hall/availability", {"state": "online"}, "the vendor's guide", {}),
    ),
)
