"""Units as vendors write them, per measure: what fits none of a measure's units is not that measure."""

from collections.abc import Mapping
from typing import NamedTuple

from teplosvet.vendors.observation import Measure


class UnitSaid(NamedTuple):
    """A unit of a vendor in one of ours: ``value * factor + offset``.

    Attributes:
        unit: Its name on our wire, or that of the one that it is turned into.
        factor: Ours per theirs.
        offset: Added after multiplying. [unit]
    """

    unit: str
    factor: float = 1.0
    offset: float = 0.0


_ENERGY = {
    "kwh": UnitSaid("kWh"),
    "wh": UnitSaid("Wh"),
    "mwh": UnitSaid("MWh"),
    "gj": UnitSaid("GJ"),
    "mj": UnitSaid("MJ"),
    "gcal": UnitSaid("Gcal"),
    "mcal": UnitSaid("Mcal"),
    "cal": UnitSaid("Gcal", 1e-9),
    "kcal": UnitSaid("Gcal", 1e-6),
}
_POWER = {"w": UnitSaid("W"), "kw": UnitSaid("kW"), "gcal/h": UnitSaid("Gcal/h")}
_VOLUME = {"m3": UnitSaid("m3"), "l": UnitSaid("l")}
_FLOW = {"m3/h": UnitSaid("m3/h"), "l/h": UnitSaid("l/h"), "l/min": UnitSaid("l/h", 60.0), "l/s": UnitSaid("l/s")}
_TEMPERATURE = {"c": UnitSaid("Cel"), "k": UnitSaid("K"), "f": UnitSaid("Cel", 1 / 1.8, -32 / 1.8)}
_TIME = {"s": UnitSaid("s"), "min": UnitSaid("min"), "h": UnitSaid("h"), "d": UnitSaid("d")}
_PRESSURE = {"bar": UnitSaid("bar"), "mbar": UnitSaid("mbar"), "kpa": UnitSaid("kPa"), "mpa": UnitSaid("MPa")}

_OF: Mapping[Measure, Mapping[str, UnitSaid]] = {
    Measure.ENERGY: _ENERGY,
    Measure.COOLING_ENERGY: _ENERGY,
    Measure.POWER: _POWER,
    Measure.REACTIVE_ENERGY: {"kvarh": UnitSaid("kvarh"), "varh": UnitSaid("varh")},
    Measure.VOLUME: _VOLUME,
    Measure.RETURN_VOLUME: _VOLUME,
    Measure.FLOW: _FLOW,
    Measure.TEMPERATURE: _TEMPERATURE,
    Measure.FLOW_TEMPERATURE: _TEMPERATURE,
    Measure.RETURN_TEMPERATURE: _TEMPERATURE,
    Measure.GEAR_TEMPERATURE: _TEMPERATURE,
    Measure.VOLTAGE: {"v": UnitSaid("V"), "mv": UnitSaid("mV")},
    Measure.CURRENT: {"a": UnitSaid("A"), "ma": UnitSaid("mA")},
    Measure.FREQUENCY: {"hz": UnitSaid("Hz")},
    Measure.POWER_FACTOR: {"": UnitSaid(""), "%": UnitSaid("", 0.01)},
    Measure.ILLUMINANCE: {"lx": UnitSaid("lx"), "lux": UnitSaid("lx")},
    Measure.HUMIDITY: {"%": UnitSaid("%RH"), "%rh": UnitSaid("%RH")},
    Measure.LEVEL: {"%": UnitSaid("%")},
    Measure.OPERATING_TIME: _TIME,
    Measure.ERROR_TIME: _TIME,
    Measure.ON_TIME: _TIME,
    Measure.PRESSURE: _PRESSURE,
}

_WRITTEN = {
    "m³": "m3",
    "m^3": "m3",
    "m³/h": "m3/h",
    "m^3/h": "m3/h",
    "m3h": "m3/h",
    "lh": "l/h",
    "°c": "c",
    "degc": "c",
    "deg c": "c",
    "°f": "f",
    "%, rh": "%rh",
    "% rh": "%rh",
    "rh": "%rh",
    "percent": "%",
}

_TELLING = (
    Measure.ENERGY,
    Measure.POWER,
    Measure.VOLUME,
    Measure.FLOW,
    Measure.TEMPERATURE,
    Measure.VOLTAGE,
    Measure.CURRENT,
    Measure.FREQUENCY,
    Measure.ILLUMINANCE,
    Measure.REACTIVE_ENERGY,
)
"""Measures that their unit alone gives away."""


def unit_said(measure: Measure, text: str) -> UnitSaid | None:
    """A vendor's unit of a measure, or None if it is no unit of that measure."""
    word = text.strip()
    # MW and mW differ by their first letter only, and neither is what a lamp or a house would be told in
    if word in ("MW", "mW"):
        return None
    word = word.lower()
    return _OF.get(measure, {}).get(_WRITTEN.get(word, word))


def measure_of_unit(text: str) -> Measure | None:
    """The measure that a unit alone gives away, or None if it does not."""
    if text.strip().lower() in ("%, rh", "% rh", "%rh"):
        return Measure.HUMIDITY
    return next((measure for measure in _TELLING if text.strip() and unit_said(measure, text) is not None), None)
