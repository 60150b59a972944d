"""wmbusmeters: a radio telegram as one JSON object, with field names that differ from driver to driver.

Traps: 116 drivers and two generations of names, so that a name is taken apart into a stem and a unit and the stem is
looked up; ``target_…``, ``prev_…``, ``…_last_month`` are what the meter kept, ``current_kwh`` of a Techem meter starts
again with each billing period, ``energy_forward_kwh`` of old drivers is m3 x degrees under a wrong unit; «not
available» leaks through as -2147483648 or -32768; ``timestamp`` is the receiver's, the meter's own stands in
``meter_datetime``; a meter for cooling calls its cooling energy ``total_energy_consumption_kwh``; under a sensor fault
0 °C is no temperature.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.adapter import Golden
from teplosvet.vendors.fields import Field, Part, Table
from teplosvet.vendors.json_adapter import JsonAdapter, says
from teplosvet.vendors.observation import Clock, Measure
from teplosvet.vendors.units_said import UnitSaid
from teplosvet.vendors.values import Read, iso_time, number

UNITS: Mapping[str, UnitSaid] = {
    "kwh": UnitSaid("kWh"),
    "mj": UnitSaid("MJ"),
    "gj": UnitSaid("GJ"),
    "kvarh": UnitSaid("kvarh"),
    "m3c": UnitSaid("m3*Cel"),
    "m3h": UnitSaid("m3/h"),
    "lh": UnitSaid("l/h"),
    "m3": UnitSaid("m3"),
    "l": UnitSaid("l"),
    "kw": UnitSaid("kW"),
    "w": UnitSaid("W"),
    "c": UnitSaid("Cel"),
    "f": UnitSaid("Cel", 1 / 1.8, -32 / 1.8),
    "h": UnitSaid("h"),
    "s": UnitSaid("s"),
    "d": UnitSaid("d"),
    "v": UnitSaid("V"),
    "a": UnitSaid("A"),
    "hz": UnitSaid("Hz"),
    "rh": UnitSaid("%RH"),
}
"""Units as they end a field's name."""

_ENERGY_STEMS = (
    "total_energy_consumption total_energy total total_heating total_heat_energy total_heating_energy "
    "total_heat_consumption heat heat_energy energy"
)
_VOLUME_STEMS = "total_volume total volume total_water total_heating total_water_consumption total_consumption"
_FLOW_STEMS = "volume_flow flow flow_water actual_flow current_volume_flow current_flow"
_POWER_STEMS = "power current_power current_power_consumption active_power_consumption current"
_FLOW_TEMPERATURE_STEMS = "flow_temperature t1_temperature forward flow supply_temperature forward_temperature supply"


def _stems(units: str, stems: str, measure: Measure) -> Iterator[tuple[tuple[str, str], Measure]]:
    for stem in stems.split():
        for unit in units.split():
            yield (stem, unit), measure


_COMMON = dict(
    (
        *_stems("kwh mj gj", _ENERGY_STEMS, Measure.ENERGY),
        *_stems("m3 l", _VOLUME_STEMS, Measure.VOLUME),
        *_stems("m3h lh", _FLOW_STEMS, Measure.FLOW),
        *_stems("kw w", _POWER_STEMS, Measure.POWER),
        *_stems("h s d", "operating_time on_time", Measure.OPERATING_TIME),
        *_stems("h s d", "on_time_at_error", Measure.ERROR_TIME),
    )
)
_HEAT = _COMMON | dict(
    (
        *_stems("kwh mj gj", "total_cooling total_cooling_energy total_cooling_consumption", Measure.COOLING_ENERGY),
        *_stems("m3c", "forward_energy", Measure.FLOW_VOLUME_TEMPERATURE),
        *_stems("m3c", "return_energy", Measure.RETURN_VOLUME_TEMPERATURE),
        *_stems("c f", _FLOW_TEMPERATURE_STEMS, Measure.FLOW_TEMPERATURE),
        *_stems("c f", "return_temperature t2_temperature return", Measure.RETURN_TEMPERATURE),
    )
)
_COOLING = _HEAT | dict(_stems("kwh mj gj", _ENERGY_STEMS, Measure.COOLING_ENERGY))
_ELECTRICITY = _COMMON | dict(
    (
        *_stems("kvarh", "total_reactive_energy_consumption total_reactive_energy", Measure.REACTIVE_ENERGY),
        *_stems("v", "voltage", Measure.VOLTAGE),
        *_stems("a", "current", Measure.CURRENT),
        *_stems("hz", "frequency", Measure.FREQUENCY),
    )
)
_WATER = _COMMON | dict(_stems("c f", "flow_temperature water_temperature temperature", Measure.TEMPERATURE))
_CLIMATE = dict(
    (
        *_stems("c f", "temperature current_temperature", Measure.TEMPERATURE),
        *_stems("rh", "relative_humidity current_relative_humidity humidity", Measure.HUMIDITY),
    )
)

_HEAT_DRIVERS = (
    "c5isf compact5 elf elf2 enercal hydrocalm3 hydrocalm4 istaheat itronheat kamheat microclima pollucomf qheat "
    "qheatv2 qheat5us qheat_55_us qualcosonic sensostar sharky sharky774 sharky775 supercal ultraheat vario411 "
    "vario451 vario451mid multical302 multical303 multical403 multical602 multical603 multical803"
)
HEAT_DRIVERS = frozenset(_HEAT_DRIVERS.split())
"""Drivers of heat meters, for telegrams whose medium is that of a radio converter."""

_NAME = re.compile(r"([a-z0-9_]+)_([a-z0-9]+)")
_SENSOR_FAULT = re.compile(
    "SENSOR_T[12]|TEMP_SENSOR|(SUPPLY|RETURN)_SENSOR|SHORT_CIRCUIT_(SUPPLY|RETURN)|(^| )SENSOR_ERROR"
    "|TEMPERATURE_ELECTRONICS"
)
"""Words in a status by which a temperature is not measured; a weak flow sensor is not among them."""
_TEMPERATURES = (Measure.FLOW_TEMPERATURE, Measure.RETURN_TEMPERATURE)


def _kind(body: Mapping[str, Any]) -> tuple[DeviceClass, Mapping[tuple[str, str], Measure]] | None:
    """What the medium is of, and its names; None for gas, smoke, doors and cost allocators, which we do not measure."""
    media, meter = str(body.get("media", "")).lower(), str(body.get("meter", "")).lower()
    for tells, device_class, names in (
        (media.startswith("cooling"), DeviceClass.HEAT, _COOLING),
        (media.startswith("heat") and "alloc" not in media, DeviceClass.HEAT, _HEAT),
        ("water" in media, DeviceClass.WATER, _WATER),
        ("electricity" in media, DeviceClass.ELECTRICITY, _ELECTRICITY),
        ("room" in media or "temperature" in media, DeviceClass.CLIMATE, _CLIMATE),
        (meter in HEAT_DRIVERS, DeviceClass.HEAT, _HEAT),
    ):
        if tells:
            return device_class, names
    return None


def _fields(names: Mapping[tuple[str, str], Measure], body: Mapping[str, Any]) -> Iterator[Field]:
    """The fields in the order of the table of names: the surer name of a measure comes first."""
    said = {found.groups(): name for name in body if (found := _NAME.fullmatch(name)) and found[2] in UNITS}
    for key, measure in names.items():
        if key in said:
            unit = UNITS[key[1]]
            yield Field(said[key], measure, unit.unit, _READ[unit])


def _reader(unit: UnitSaid) -> Read:
    if unit == UnitSaid(unit.unit):
        return number

    def read(value: Any) -> float | None:
        found = number(value)
        return None if found is None else found * unit.factor + unit.offset

    return read


_READ = {unit: _reader(unit) for unit in UNITS.values()}


def _parts(levels: Mapping[str, str], body: Mapping[str, Any]) -> Sequence[Part]:
    del levels  # the topic is whatever the installer wrote
    identity = body.get("id")
    if not isinstance(identity, str) or not 0 < len(identity) <= 64 or not identity.isprintable():
        raise ValueError("the telegram has no id")
    at = iso_time(body.get("timestamp"))
    kind = _kind(body)
    if kind is None:
        note = f"the medium {str(body.get('media'))[:40]!r} is none that we measure"
        return [Part(identity, body, Table(DeviceClass.HEAT, ()), at, notes=[note])]
    device_class, names = kind
    fields = tuple(_fields(names, body))
    notes = []
    if isinstance(status := body.get("status"), str) and _SENSOR_FAULT.search(status.upper()):
        fields = tuple(each for each in fields if each.measure not in _TEMPERATURES)
        notes.append(f"the status is {status[:120]}: its temperatures are not measured ones")
    if at is None:
        notes.append("timestamp: the receiver's clock was not set; the time of arrival stands for it")
    part = Part(identity, body, Table(device_class, fields), at, serial=identity, notes=notes)
    part.used |= {"_", "id", "timestamp", "media"}
    return [part]


def _shape(body: Mapping[str, Any]) -> bool:
    return "id" in body and (body.get("_") == "telegram" or {"media", "meter", "timestamp"} <= body.keys())


_TESTS = "published test of the driver, telegram of a real meter"

ADAPTER = JsonAdapter(
    name="wmbusmeters",
    manual="wmbusmeters 3.0.0, README and the tests of its drivers; names before 3.0 too",
    filters=("wmbusmeters/#",),
    clock=Clock.NETWORK,
    energy_unit="the end of the field's name: kWh, MJ or GJ",
    duplicates="id and the whole telegram; two receivers hear the same one",
    repeats_within_s=5.0,
    topics=(says("{topic*}", _parts, certain=False),),
    shape=_shape,
    goldens=(
        Golden(
            "wmbusmeters/36363636",
            {
                "_": "telegram",
                "media": "heat",
                "meter": "kamheat",
                "name": "Heat",
                "id": "36363636",
                "status": "OK",
                "total_energy_consumption_kwh": 165,
                "total_volume_m3": 5.45,
                "volume_flow_m3h": 0.018,
                "t1_temperature_c": 53.28,
                "t2_temperature_c": 23.04,
                "forward_energy_m3c": 299,
                "return_energy_m3c": 156,
                "timestamp": "2026-01-01T00:00:00Z",
            },
            f"{_TESTS} kamheat",
            {
                "36363636": {
                    "energy": 165,
                    "volume": 5.45,
                    "flow": 0.018,
                    "flow_temperature": 53.28,
                    "return_temperature": 23.04,
                    "flow_volume_temperature": 299,
                    "return_volume_temperature": 156,
                }
            },
            at="2026-01-01T00:00:00Z",
        ),
        Golden(
            "water",
            {
                "media": "heat",
                "meter": "multical302",
                "name": "MyHeater",
                "id": "22222222",
                "total_kwh": 0.0,
                "total_volume_m3": 0.0,
                "current_kw": "0.000",
                "timestamp": "2018-02-08T09:07:22Z",
            },
            "README of the first generation",
            {"22222222": {"energy": 0, "volume": 0, "power": 0}},
            at="2018-02-08T09:07:22Z",
        ),
        Golden(
            "wmbusmeters/ultra",
            {
                "_": "telegram",
                "media": "heat",
                "meter": "ultraheat",
                "id": "70444600",
                "heat_kwh": 8974.444444,
                "volume_m3": 1995.07,
                "power_kw": 0.5,
                "flow_m3h": 0.808,
                "flow_c": 52,
                "return_c": 51,
                "meter_datetime": "2022-01-10 10:49",
                "timestamp": "1111-11-11T11:11:11Z",
            },
            f"{_TESTS} ultraheat; no receiver has that time",
            {
                "70444600": {
                    "energy": 8974.444444,
                    "volume": 1995.07,
                    "power": 0.5,
                    "flow": 0.808,
                    "flow_temperature": 52,
                    "return_temperature": 51,
                }
            },
        ),
        Golden(
            "wmbusmeters/cold",
            {
                "_": "telegram",
                "media": "cooling load volume at outlet",
                "meter": "kamheat",
                "id": "78780102",
                "status": "OK",
                "total_energy_consumption_kwh": 723.611111,
                "target_energy_kwh": 239.722222,
                "timestamp": "2026-01-01T00:00:00Z",
            },
            f"{_TESTS} kamheat: the energy is of cooling",
            {"78780102": {"cooling_energy": 723.611111}},
            at="2026-01-01T00:00:00Z",
        ),
        Golden(
            "wmbusmeters/fault",
            {
                "_": "telegram",
                "media": "heat",
                "meter": "kamheat",
                "id": "80808081",
                "status": "SENSOR_T1_BELOW_MEASURING_RANGE SENSOR_T2_BELOW_MEASURING_RANGE V1_COMMUNICATION_ERROR",
                "t1_temperature_c": 0,
                "t2_temperature_c": 0,
                "max_power_kw": 0,
                "total_energy_consumption_kwh": 444.444444,
                "total_volume_m3": 2.55,
                "volume_flow_m3h": 0,
                "timestamp": "2026-01-01T00:00:00Z",
            },
            f"{_TESTS} kamheat: 0 °C under a sensor fault is no temperature",
            {"80808081": {"energy": 444.444444, "volume": 2.55, "flow": 0}},
            at="2026-01-01T00:00:00Z",
        ),
        Golden(
            "wmbusmeters/history",
            {
                "_": "telegram",
                "media": "heat/cooling load",
                "meter": "c5isf",
                "id": "55445555",
                "total_energy_consumption_kwh": -2147483648,
                "prev_2_month_kwh": -2147483648,
                "total_energy_consumption_last_month_kwh": 3264,
                "timestamp": "2026-01-01T00:00:00Z",
            },
            "of our own, after the driver c5isf: not available, and what the meter kept",
            {},
        ),
    ),
)
