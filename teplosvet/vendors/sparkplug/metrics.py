"""Names of metrics: every maker has its own, so that the last level is looked up; the levels before tell whose it is.

The unit is that of the property ``engUnit``, else the one that ends the name, else the usual one, which is noted.
Energy of heat has no usual one: kWh, GJ and Gcal are all about, and the difference is money.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.guesses import class_of, squashed
from teplosvet.vendors.observation import Measure
from teplosvet.vendors.units_said import UnitSaid, unit_said


class Meaning(NamedTuple):
    """What a metric is.

    Attributes:
        measure: What.
        said: Its unit; None if it cannot be told.
        folder: The levels of its name before the last.
        usual: Whether its unit is only the usual one.
        unit_text: Its unit as it is told.
    """

    measure: Measure
    said: UnitSaid | None
    folder: str
    usual: bool
    unit_text: str


_NO_UNIT = frozenset({Measure.PRESENCE, Measure.LAMP_FAILURE, Measure.OVERRIDE, Measure.MOVEMENTS, Measure.ERROR_FLAGS})

_NAMES: tuple[tuple[Measure, str, str], ...] = (
    (
        Measure.ENERGY,
        "kWh",
        "energy activeenergy activeenergyimport totalenergy energytotal energyimport energycounter",
    ),
    (Measure.ENERGY, "", "heatenergy heat thermalenergy heatquantity"),
    (Measure.COOLING_ENERGY, "", "coolingenergy"),
    (Measure.REACTIVE_ENERGY, "kvarh", "reactiveenergy"),
    (Measure.POWER, "W", "power activepower totalpower powertotal"),
    (Measure.POWER, "kW", "heatpower thermalpower"),
    (Measure.VOLTAGE, "V", "voltage"),
    (Measure.CURRENT, "A", "current"),
    (Measure.FREQUENCY, "Hz", "frequency"),
    (Measure.POWER_FACTOR, "", "powerfactor cosphi"),
    (Measure.VOLUME, "m³", "volume watervolume heatvolume totalvolume"),
    (Measure.FLOW, "m³/h", "flow flowrate volumeflow"),
    (Measure.FLOW_TEMPERATURE, "°C", "flowtemperature supplytemperature forwardtemperature"),
    (Measure.RETURN_TEMPERATURE, "°C", "returntemperature"),
    (Measure.TEMPERATURE, "°C", "temperature roomtemperature indoortemperature"),
    (Measure.HUMIDITY, "%", "humidity relativehumidity"),
    (Measure.ILLUMINANCE, "lx", "illuminance lux lightlevel"),
    (Measure.LEVEL, "%", "level dimlevel dimminglevel"),
    (Measure.PRESENCE, "", "presence occupancy occupied motion motiondetected"),
    (Measure.MOVEMENTS, "", "movements motioncount"),
    (Measure.LAMP_FAILURE, "", "lampfailure"),
    (Measure.OVERRIDE, "", "overridemode"),
    (Measure.ON_TIME, "h", "lampontime ontime burninghours"),
    (Measure.GEAR_TIME, "h", "gearoperatingtime"),
    (Measure.OPERATING_TIME, "h", "operatingtime operatinghours"),
    (Measure.GEAR_TEMPERATURE, "°C", "geartemperature luminairetemperature"),
)
"""Measure, its usual unit, and names without what people write differently."""

_BY_NAME = {name: (measure, unit) for measure, unit, names in _NAMES for name in names.split()}
_SPLIT = re.compile(r"(.*?)[ _.\-(\[]+([^ _.\-()\[\]]+?)[)\]]*")

_WORDS_OF_CLASS: tuple[tuple[DeviceClass, tuple[str, ...]], ...] = (
    (DeviceClass.HEAT, ("heat", "thermal")),
    (DeviceClass.WATER, ("water",)),
    (DeviceClass.LIGHT, ("lamp", "light", "luminaire", "lumin")),
)
_SERIAL = frozenset({"serial", "serialnumber", "serialno"})


def meaning_of(name: str, unit: str | None) -> Meaning | None:
    """What a metric is, or None if its name is none of ours.

    Args:
        name: Its name, with slashes between the levels.
        unit: Its property ``engUnit``.
    """
    folder, _, last = name.rpartition("/")
    for bare, told in _readings(last):
        found = _BY_NAME.get(squashed(bare))
        if found is None:
            continue
        measure, usual = found
        if measure in _NO_UNIT or (measure is Measure.POWER_FACTOR and not unit):
            return Meaning(measure, UnitSaid(""), folder, usual=False, unit_text="")
        if measure in (Measure.ENERGY, Measure.POWER) and _class_in(name) is DeviceClass.HEAT:
            usual = {Measure.ENERGY: "", Measure.POWER: "kW"}[measure]
        text = unit or told or usual
        said = unit_said(measure, text) if text else None
        if told and not unit and said is None:
            continue
        return Meaning(measure, said, folder, usual=said is not None and not (unit or told), unit_text=text)
    return None


def _readings(last: str) -> Iterator[tuple[str, str]]:
    """The last level as a name alone, and as one that ends with a unit: ``Energy_kWh``, ``Energy (kWh)``."""
    yield last, ""
    if (found := _SPLIT.fullmatch(last)) is not None:
        yield found[1], found[2]


def is_serial(name: str) -> bool:
    """Whether a metric is the serial number of its device."""
    return squashed(name.rpartition("/")[2]) in _SERIAL


def _class_in(name: str) -> DeviceClass | None:
    words = name.lower()
    return next((kind for kind, tells in _WORDS_OF_CLASS if any(word in words for word in tells)), None)


def device_class_of(names: Mapping[str, Measure], identity: str) -> DeviceClass:
    """What a device probably is: what it says, or else what it and its metrics are called."""
    found = class_of(names.values())
    if found not in (DeviceClass.ELECTRICITY, DeviceClass.WATER):
        return found
    return next((kind for text in (*names, identity) if (kind := _class_in(text)) is not None), found)
