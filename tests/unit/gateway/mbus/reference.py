"""The expected XML of libmbus, its corrections, and what each decoder makes of a frame, in one form."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import meterbus
import pymbusparser

from gateway.mbus.telegram import decode
from tests.unit.gateway.mbus.corrections import CORRECTIONS, Text

FUNCTIONS = {
    "Actual value": "instantaneous",
    "Instantaneous value": "instantaneous",
    "Maximum value": "maximum",
    "Minimum value": "minimum",
    "Value during error state": "error",
}
UNITS = {"m^3": "m3", "m^3/h": "m3/h", "°C": "Cel", "-": "", "Units for H.C.A.": "", "Reserved": None}
QUANTITIES = {
    "fabrication no": "fabrication number",
    "(enhanced) identification": "enhanced identification",
    "h.c.a.": "heat cost allocation",
    "time point (date & time)": "time point",
    "time point (date)": "time point",
    "reserved": "unknown",
}
PLAIN_TEXTS = {"%RH", "C", "c", "bat. time", "cust. ID", "PW"}
NOT_RECORDS = {"Manufacturer specific", "More records follow"}

TO_BASE = {"min": 60, "h": 3600, "d": 86400, "kWh": 1e3, "MWh": 1e6, "GJ": 1e9}
"""From units that meters use to those that libmbus prints."""
BASE_UNIT = {"min": "s", "h": "s", "d": "s", "kWh": "Wh", "MWh": "Wh", "GJ": "J"}


class Row(NamedTuple):
    """A record as all decoders are compared by."""

    function: str
    storage: int
    tariff: int
    subunit: int
    value: Text


class Meant(NamedTuple):
    """What a value is, where a decoder says it in our words."""

    quantity: str
    unit: str | None


def expected(file: Path) -> list[tuple[Row, Meant]]:
    """The records of a frame as libmbus prints them, the wrong ones put right."""
    records = [
        record
        for record in ET.fromstring(file.read_text("utf-8").partition("?>")[2]).iter("DataRecord")  # noqa: S314
        if record.findtext("Function") not in NOT_RECORDS
    ]
    rows = [_expected_row(record) for record in records]
    for correction in (c for c in CORRECTIONS if c.frame == frame_name(file)):
        row, _ = rows[correction.record]
        value, unit = correction.ours
        storage = 1 if correction.frame == "manual_frame2" else row.storage
        rows[correction.record] = row._replace(value=value, storage=storage), Meant(correction.quantity, unit)
    return rows


def frame_name(file: Path) -> str:
    return file.name.removesuffix(".norm.xml")


def _expected_row(record: ET.Element) -> tuple[Row, Meant]:
    said: Callable[[str, str], str] = lambda name, default: (record.findtext(name) or default).strip()
    quantity, unit = said("Quantity", ""), said("Unit", "")
    if quantity in PLAIN_TEXTS:
        meant = Meant("plain text", quantity)
    elif not quantity and record.find("Quantity") is None:
        meant = Meant({"kWh": "energy", "l": "volume"}.get(unit, ""), BASE_UNIT.get(unit, unit))
    else:
        lower = quantity.lower()
        meant = Meant(QUANTITIES.get(lower, lower), None if "specific" in lower else UNITS.get(unit, unit))
    row = Row(
        FUNCTIONS[said("Function", "")],
        int(said("StorageNumber", "0")),
        int(said("Tariff", "0")),
        int(said("Device", "0")),
        _number_or_text(said("Value", ""), TO_BASE.get(unit, 1.0)),
    )
    return row, meant


def _number_or_text(text: str, factor: float) -> Text:
    try:
        return float(text) * factor
    except ValueError:
        return text


def ours(frame: bytes) -> list[tuple[Row, Meant]]:
    """What our decoder says."""
    rows = []
    for record in decode(frame).records:
        value = _text_of(record.value)
        unit = record.unit
        if isinstance(value, int | float) and unit in TO_BASE:
            value, unit = value * TO_BASE[unit], BASE_UNIT[unit]
        row = Row(record.function.value, record.storage, record.tariff, record.subunit, value)
        rows.append((row, Meant(record.quantity.value, unit)))
    return rows


def _text_of(value: Any) -> Text:
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return value.isoformat() if isinstance(value, dt.date) else value


def of_meterbus(frame: bytes) -> list[Row]:
    """What pyMeterBus says."""
    functions = {"INSTANTANEOUS": "instantaneous", "MAXIMUM": "maximum", "MINIMUM": "minimum", "ERROR": "error"}
    rows = []
    for record in meterbus.load(list(frame)).records:
        said: Mapping[str, Any] = record.interpreted
        word = str(said["function"]).partition(".")[2].partition("_")[0]
        if word in functions:
            value = said["value"]
            text = value.strip() if isinstance(value, str) else None if value is None else float(value)
            place = (int(said.get("storage_number", 0)), int(said.get("tariff", 0)), int(said.get("device", 0)))
            rows.append(Row(functions[word], *place, text))
    return rows


def of_pymbusparser(frame: bytes) -> list[Row]:
    """What pymbusparser says."""
    factors = {"min": 60, "h": 3600, "day": 86400, "d": 86400}
    rows = []
    for record in pymbusparser.parse(frame)["records"]:
        if record["function"] not in FUNCTIONS:
            continue
        value = record["value"].get("value")
        if record["value"]["kind"] in {"decimal", "float", "integer"}:
            value = float(value) * factors.get(record.get("unit") or "", 1)
        place = (record["storage_number"], record["tariff"], record["subunit"])
        if isinstance(value, dict):  # a date in parts
            value = None if "invalid" in value.values() else str(value)
        rows.append(Row(FUNCTIONS[record["function"]], *place, value))
    return rows


def equal(left: Iterable[Row], right: Iterable[Row]) -> bool:
    """Whether two decoders say the same, to the six decimals that libmbus prints."""
    one, other = list(left), list(right)
    return len(one) == len(other) and all(map(same_row, one, other))


def same_row(one: Row, other: Row) -> bool:
    return one[:4] == other[:4] and same_value(one.value, other.value)


def same_value(one: Text, other: Text) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 5.1e-7 + 1e-9 * abs(one)
    if isinstance(one, str) and isinstance(other, str):
        return _plain_time(one) == _plain_time(other)
    return one is other


def _plain_time(text: str) -> str:
    """Without zone and seconds, which not all decoders print and no frame here needs."""
    return text[:16] if len(text) > 16 and text[10] == "T" else text.strip()
