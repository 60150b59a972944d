"""A bundle's values into tables and back."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from analytics.arrays import Floats
from analytics.consumption import Rule
from analytics.daily import DailySeries
from analytics.evidence.amounts import Amounts
from analytics.evidence.contents import Bundle, Devices, Terms
from analytics.evidence.record import Boundary, quantities_of
from analytics.evidence.spans import apart
from analytics.evidence.tables import LAYOUTS, Array, Layout, Names, read_table, readings_layout, write_table
from analytics.heat_clocks import STATES
from analytics.heat_state_days import HeatStateDays
from analytics.methods import DailyVariable
from analytics.rollup.load import DeviceReadings
from teplosvet.domain.errors import InvalidFileError
from teplosvet.domain.quantities import Quantity

READINGS = "readings.parquet"
HEAT_STATES = "heat_states.parquet"
"""Only in a bundle whose statement knows clocks of a heat meter."""
TABLES = (READINGS, *(name for name in LAYOUTS if name != HEAT_STATES))
LONGEST_DAY_S = 90_000
"""A day of 25 hours. [s]"""
RULES = tuple(rule.text for rule in Rule)


def pack(bundle: Bundle) -> dict[str, bytes]:
    """The tables by file name."""
    names = [device.name for device in bundle.boundary.devices]
    failed = bundle.failed or DailyVariable(np.empty(0, dtype="datetime64[D]"), np.empty(0))
    energy = bundle.energy
    columns: dict[str, Mapping[str, Array | Names]] = {
        "hours.parquet": _amount_columns(bundle.hours, names, "hour"),
        "days.parquet": _amount_columns(bundle.days, names, "day"),
        "building_days.parquet": {
            "day": energy.day.astype(np.int64),
            "energy_kwh": energy.energy_kwh,
            "estimated_kwh": energy.estimated_kwh,
            "coverage": energy.coverage,
        },
        "weather_readings.parquet": dict(zip(("at", "outdoor_temperature_c"), bundle.weather_readings, strict=True)),
        "weather_hours.parquet": dict(zip(("hour", "mean_c"), bundle.weather_hours, strict=True)),
        "weather_days.parquet": {"day": bundle.weather_days.day.astype(np.int64), "mean_c": bundle.weather_days.value},
        "failed_lamps.parquet": {"day": failed.day.astype(np.int64), "share": failed.value},
    }
    if bundle.heat_states is not None:
        columns[HEAT_STATES] = _state_columns(bundle.heat_states)
    packed = {file: write_table(layout, columns[file]) for file, layout in LAYOUTS.items() if file in columns}
    quantities = quantities_of(bundle.terms.contract.carrier)
    return {READINGS: write_table(readings_layout(quantities), _reading_columns(bundle.boundary, quantities)), **packed}


def _reading_columns(boundary: Boundary, quantities: tuple[Quantity, ...]) -> Mapping[str, Array | Names]:
    parts = sorted(boundary.readings.items(), key=lambda item: item[0])
    lengths = [len(each.at_us) for _, each in parts]
    places, numbers = (np.repeat(np.array([key[n] for key, _ in parts], np.int64), lengths) for n in range(2))
    joined = {
        name: np.concatenate([np.empty(0, dtype), *(getattr(each, name) for _, each in parts)])
        for name, dtype in (("at_us", np.int64), ("serial", np.int64), ("archive", np.bool_))
    }
    return {
        "device": Names(places, [device.name for device in boundary.devices]),
        "span": numbers,
        "at": joined["at_us"],
        "archive": joined["archive"],
        "serial": Names(joined["serial"].astype(np.int64), boundary.serials),
        **{q.value: np.concatenate([np.empty(0), *(each.values[q] for _, each in parts)]) for q in quantities},
    }


def _state_columns(states: HeatStateDays) -> Mapping[str, Array | Names]:
    return {"day": states.day.astype(np.int64), **dict(zip(STATES, states.seconds, strict=True))}


def _heat_states(table: Mapping[str, NDArray[np.generic]]) -> HeatStateDays:
    """The clocks.

    Raises:
        InvalidFileError: If a clock says what no clock can.
    """
    _check_order(HEAT_STATES, "day", _whole(table["day"]))
    seconds = np.stack([_floats(table[name]) for name in STATES])
    if (seconds < 0).any() or (np.nansum(seconds, axis=0) > LONGEST_DAY_S).any():
        raise InvalidFileError(HEAT_STATES, None, None, "expected clocks that are no longer than the day")
    return HeatStateDays(_days(table["day"]), seconds)


def _amount_columns(amounts: Mapping[int, Amounts], names: list[str], at: str) -> Mapping[str, Array | Names]:
    places = sorted(amounts)
    lengths = [len(amounts[place].at) for place in places]

    def joined(name: str) -> NDArray[np.float64]:
        return np.concatenate([np.empty(0), *(getattr(amounts[place], name) for place in places)])

    return {
        "device": Names(np.repeat(np.array(places, np.int64), lengths), names),
        at: np.concatenate([np.empty(0, np.int64), *(amounts[place].at for place in places)]),
        "amount": joined("amount"),
        "estimated": joined("estimated"),
        "covered_s": joined("covered_s").astype(np.int64),
        "rule": Names(joined("rule").astype(np.int64), RULES),
    }


def unpack(files: Mapping[str, bytes], terms: Terms, devices: Devices, version: int, made_at: datetime) -> Bundle:
    """The bundle that tables hold.

    Raises:
        InvalidFileError: If a table does not say what is expected.
    """
    names = {"device": [device.name for device in devices.devices], "serial": devices.serials, "rule": RULES}
    spans = len([*apart(terms.contract.baseline, terms.period)])
    _check_devices(devices, spans)

    def table(file: str, layout: Layout | None = None) -> Mapping[str, NDArray[np.generic]]:
        return read_table(file, files[file], layout or LAYOUTS[file], names)

    days, energy, failed = (table(f"{name}.parquet") for name in ("days", "building_days", "failed_lamps"))
    weather = {name: table(f"weather_{name}.parquet") for name in ("readings", "hours", "days")}
    for file, found, at in (
        ("building_days.parquet", energy, "day"),
        ("failed_lamps.parquet", failed, "day"),
        ("weather_readings.parquet", weather["readings"], "at"),
        ("weather_hours.parquet", weather["hours"], "hour"),
        ("weather_days.parquet", weather["days"], "day"),
    ):
        _check_order(file, at, _whole(found[at]))
    quantities = quantities_of(terms.contract.carrier)
    return Bundle(
        version=version,
        made_at=made_at,
        terms=terms,
        boundary=Boundary(
            devices.devices, devices.serials, _readings(table(READINGS, readings_layout(quantities)), quantities, spans)
        ),
        hours=_amounts("hours.parquet", table("hours.parquet"), "hour"),
        days=_amounts("days.parquet", days, "day"),
        energy=DailySeries(
            _days(energy["day"]), *(_floats(energy[name]) for name in ("energy_kwh", "estimated_kwh", "coverage"))
        ),
        weather_readings=(_whole(weather["readings"]["at"]), _floats(weather["readings"]["outdoor_temperature_c"])),
        weather_hours=(_whole(weather["hours"]["hour"]), _floats(weather["hours"]["mean_c"])),
        weather_days=DailyVariable(_days(weather["days"]["day"]), _floats(weather["days"]["mean_c"])),
        failed=DailyVariable(_days(failed["day"]), _floats(failed["share"])) if len(failed["day"]) else None,
        statement=files["statement.json"],
        heat_states=_heat_states(table(HEAT_STATES)) if HEAT_STATES in files else None,
    )


def _check_devices(devices: Devices, spans: int) -> None:
    names = [device.name for device in devices.devices]
    if names != sorted(set(names)):
        raise InvalidFileError("devices.json", None, "name", "expected devices by name, each once")
    known = set(devices.serials)
    for device in devices.devices:
        told = [each.serial for each in device.installations] + [each.serial for each in device.births]
        if not set(told) <= known:
            raise InvalidFileError(
                "devices.json", None, "serial", f"expected serial numbers of the list, in {device.name}"
            )
        if len(device.begins) != spans:
            raise InvalidFileError("devices.json", None, "begins", f"expected {spans} spans of {device.name}")


def _check_order(file: str, column: str, at: NDArray[np.int64]) -> None:
    if len(at) > 1 and not bool((np.diff(at) > 0).all()):
        raise InvalidFileError(file, None, column, "expected rows in order of time, each instant once")


def _readings(
    table: Mapping[str, NDArray[np.generic]], quantities: tuple[Quantity, ...], spans: int
) -> dict[tuple[int, int], DeviceReadings]:
    number = _whole(table["span"])
    if len(number) and not 0 <= int(number.min()) <= int(number.max()) < spans:
        raise InvalidFileError(READINGS, None, "span", f"expected numbers below {spans}")
    key = _whole(table["device"]) * spans + number
    readings = {}
    for code, rows in _groups(READINGS, key):
        at_us = _whole(table["at"])[rows]
        _check_order(READINGS, "at", at_us)
        place = code // spans
        serial, archive = _whole(table["serial"])[rows].astype(np.int32), table["archive"][rows].astype(np.bool_)
        values = {quantity: _floats(table[quantity.value])[rows] for quantity in quantities}
        readings[place, code % spans] = DeviceReadings(place, at_us, serial, archive, values)
    return readings


def _amounts(file: str, table: Mapping[str, NDArray[np.generic]], at: str) -> dict[int, Amounts]:
    found = {}
    for place, rows in _groups(file, _whole(table["device"])):
        _check_order(file, at, _whole(table[at])[rows])
        amount, estimated, covered_s = (_floats(table[name])[rows] for name in ("amount", "estimated", "covered_s"))
        found[place] = Amounts(_whole(table[at])[rows], amount, estimated, covered_s, _whole(table["rule"])[rows])
    return found


def _groups(file: str, key: NDArray[np.int64]) -> list[tuple[int, slice]]:
    """Rows of each key; the rows of one lie together."""
    if not len(key):
        return []
    starts = np.flatnonzero(np.r_[True, np.diff(key) != 0])
    if not bool((np.diff(key[starts]) > 0).all()):
        raise InvalidFileError(file, None, "device", "expected rows in the order of the devices")
    ends = [*starts[1:].tolist(), len(key)]
    return [(int(key[a]), slice(a, b)) for a, b in zip(starts.tolist(), ends, strict=True)]


def _whole(column: NDArray[np.generic]) -> NDArray[np.int64]:
    return column.astype(np.int64)


def _floats(column: NDArray[np.generic]) -> Floats:
    return column.astype(np.float64)


def _days(column: NDArray[np.generic]) -> NDArray[np.datetime64]:
    return column.astype(np.int64).astype("datetime64[D]")
