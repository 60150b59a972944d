"""Objects that a script on a network server made of a payload: fields by the names that scripts use.

A name counts only where it tells the unit or has one that everybody uses. Where a server leaves out what is false, a
field that is not there is unknown, unless a codec says that the maker's script always has it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from teplosvet.vendors.fields import leaves
from teplosvet.vendors.guesses import printable
from teplosvet.vendors.lorawan.codec import Codec, Told
from teplosvet.vendors.lorawan.records import by_part
from teplosvet.vendors.observation import Measure, Value
from teplosvet.vendors.values import Read, celsius_of_fahrenheit, number, truth


class Name(NamedTuple):
    """What a field of some name is.

    Attributes:
        measure: What.
        unit: Its unit, once it is read.
        read: How it is read.
    """

    measure: Measure
    unit: str
    read: Read = number


@dataclass(frozen=True, slots=True)
class Decoded:
    """What an object says.

    Attributes:
        told: What is measured.
        problems: Reason and detail of what cannot be read.
        notes: Fields that became no value.
    """

    told: tuple[Told, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


_WORDS = {"trigger": 1.0, "triggered": 1.0, "normal": 0.0, "idle": 0.0, "vacant": 0.0, "free": 0.0}


def somebody(value: Any) -> float | None:
    """1 if somebody is there: yes or no, one of the makers' words, or a number of movements."""
    if isinstance(value, str) and value.strip().lower() in _WORDS:
        return _WORDS[value.strip().lower()]
    found = truth(value) if isinstance(value, str | bool) or value in (None, 0, 1) else number(value)
    if found is not None and found < 0:
        raise ValueError("there cannot be less than nobody")
    return None if found is None else float(found > 0)


def _lux(value: Any) -> float | None:
    """Some sensors say «dark» or «light» in a field of that name."""
    return None if isinstance(value, str) and value.strip().isalpha() else number(value)


def _named(names: str, measure: Measure, unit: str, read: Read = number) -> Iterator[tuple[str, Name]]:
    for name in names.split():
        yield name, Name(measure, unit, read)


NAMES: Mapping[str, Name] = dict(
    (
        *_named("occupancy occupied presence motion motion_detected motion_status", Measure.PRESENCE, "", somebody),
        *_named("pir pir_status movement presence_detected_when_sending", Measure.PRESENCE, "", somebody),
        *_named("motion_count movements motion_counter pir_count", Measure.MOVEMENTS, ""),
        *_named(
            "light illuminance luminosity illumination lux light_lux light_level_lux", Measure.ILLUMINANCE, "lx", _lux
        ),
        *_named("illuminance_lux illuminance_lx light_intensity", Measure.ILLUMINANCE, "lx", _lux),
        *_named(
            "temperature temperature_c temp temp_c air_temperature ambient_temperature", Measure.TEMPERATURE, "Cel"
        ),
        *_named("indoor_temperature room_temperature", Measure.TEMPERATURE, "Cel"),
        *_named("temperature_f temp_f", Measure.TEMPERATURE, "Cel", celsius_of_fahrenheit),
        *_named("humidity relative_humidity humidity_pct humidity_percent rh hum", Measure.HUMIDITY, "%RH"),
        *_named("energy_kwh active_energy_kwh total_energy_kwh import_energy_kwh", Measure.ENERGY, "kWh"),
        *_named("heat_energy_kwh", Measure.ENERGY, "kWh"),
        *_named("energy_wh active_energy_wh total_energy_wh heat_energy_wh", Measure.ENERGY, "Wh"),
        *_named("energy_mwh heat_energy_mwh total_energy_mwh", Measure.ENERGY, "MWh"),
        *_named("energy_gj heat_energy_gj", Measure.ENERGY, "GJ"),
        *_named("energy_gcal heat_energy_gcal", Measure.ENERGY, "Gcal"),
        *_named("power power_w active_power active_power_w", Measure.POWER, "W"),
        *_named("power_kw active_power_kw heat_power_kw", Measure.POWER, "kW"),
        *_named("volume_m3 water_volume_m3 total_volume_m3", Measure.VOLUME, "m3"),
        *_named("volume_l volume_litre water_volume_l", Measure.VOLUME, "l"),
        *_named("flow_m3h flow_rate_m3h", Measure.FLOW, "m3/h"),
        *_named("flow_lh flow_rate_lh", Measure.FLOW, "l/h"),
        *_named("flow_temperature flow_temperature_c supply_temperature", Measure.FLOW_TEMPERATURE, "Cel"),
        *_named("return_temperature return_temperature_c", Measure.RETURN_TEMPERATURE, "Cel"),
        *_named("dimming_level dim_level brightness_percent", Measure.LEVEL, "%"),
        *_named("lamp_failure", Measure.LAMP_FAILURE, "", truth),
    )
)
"""Field names in lower case with underscores."""

_OF_CAYENNE = {"energy": Name(Measure.ENERGY, "kWh")}
"""What Cayenne's types are called by network servers, with the channel after it: there the unit is known."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CHANNEL = re.compile(r"(.*?)_(\d{1,3})")


class _Said(NamedTuple):
    """A field that is one of ours."""

    path: str
    channel: str
    name: Name
    raw: Any


def is_by_channel(body: Mapping[str, Any]) -> bool:
    """Whether every field is named as network servers name Cayenne's types: by type and channel."""
    return bool(body) and all(_CHANNEL.fullmatch(name) for name in body)


def read_decoded(body: Mapping[str, Any], codec: Codec | None, *, leaves_out_false: bool) -> Decoded:
    """What an object says.

    Args:
        body: It.
        codec: The codec of such a device, if that is known.
        leaves_out_false: Whether the server leaves out what is 0, false or empty.
    """
    notes: list[str] = []
    said = list(_ours(body, notes))
    if codec is not None and leaves_out_false:
        said += _absent(body, codec, [each.path for each in said])
    channels: dict[Measure, set[str]] = {}
    for each in said:
        channels.setdefault(each.name.measure, set()).add(each.channel)
    problems: list[tuple[str, str]] = []
    values: list[tuple[str, Value]] = []
    for each in said:
        try:
            found = each.name.read(each.raw)
        except ValueError as error:
            problems.append(("no_number", f"{printable(each.path)}: {error}"))
            continue
        if found is not None:
            part = each.channel if len(channels[each.name.measure]) > 1 else ""
            values.append((part, Value(each.name.measure, found, each.name.unit)))
    told = tuple(Told(values=each, part=part) for part, each in by_part(iter(values)).items())
    return Decoded(told, tuple(problems), tuple(notes))


def _ours(body: Mapping[str, Any], notes: list[str]) -> Iterator[_Said]:
    for path in leaves(body):
        name, raw = _snake(path.rpartition(".")[2]), _at(body, path.split("."))
        numbered = _CHANNEL.fullmatch(name)
        if isinstance(raw, list):
            notes.append(path)
        elif name in NAMES:
            yield _Said(path, "", NAMES[name], raw)
        elif numbered is not None and (found := NAMES.get(numbered[1]) or _OF_CAYENNE.get(numbered[1])) is not None:
            yield _Said(path, numbered[2], found, raw)
        else:
            notes.append(f"{path}: no unit is told" if name == "energy" else path)


def _at(body: Any, names: Sequence[str]) -> Any:
    """What stands at the end of a path; names may have dots in them, and then nothing is found."""
    for name in names:
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def _absent(body: Mapping[str, Any], codec: Codec, paths: list[str]) -> Iterator[_Said]:
    """Fields that are always there, so that their absence says «false»."""
    kinds = [str(_at(body, path.split("."))).lower() for path in leaves(body) if path.endswith("type")]
    for name, words in codec.absent_is_false.items():
        if any(words in kind for kind in kinds) and not any(path.rpartition(".")[2] == name for path in paths):
            yield _Said(name, "", NAMES[_snake(name)], raw=False)


def _snake(name: str) -> str:
    return _CAMEL.sub("_", name).lower().replace("-", "_").replace(" ", "_")
