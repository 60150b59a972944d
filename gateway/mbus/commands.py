"""The command that prints what a telegram says."""

import re
import sys
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, TypedDict

import typer

from gateway.errors import DecodeError
from gateway.mbus.frame import ACK, LONG_START, SHORT_START
from gateway.mbus.quantity import MeterQuantity
from gateway.mbus.record import Record, Value
from gateway.mbus.telegram import NO_HEADER, Telegram, decode_body
from gateway.mbus.telegram import decode as decode_frame
from gateway.mbus.variable import hexadecimal
from teplosvet.domain.quantities import Quantity
from teplosvet.output import people, print_json, print_table
from teplosvet.wire.units import conversion

MOST_LETTERS = 10_000
"""A telegram has 261 bytes at the most, which people write with six letters each and as many records again."""
_PUNCTUATION = re.compile(r"0[xX]|[\s,;:_-]+")

_LARGEST_JSON_INTEGER = 2**53
"""Above this, other programs round whole numbers."""


class Raw(TypedDict):
    """The bytes of a record, in hexadecimal."""

    dib: str
    vib: str
    data: str


class RecordDocument(TypedDict):
    """A record as it is printed."""

    function: str
    storage: int
    tariff: int
    subunit: int
    quantity: str
    about: str | None
    value: Value
    unit: str | None
    kwh: float | None
    time: datetime | date | None
    resolution: float | None
    qualifiers: tuple[str, ...]
    error: str | None
    time_invalid: bool
    summer_time: bool
    raw: Raw


def decode(
    telegram: Annotated[str, typer.Argument(help="Bytes in hexadecimal: a frame, or its records alone; - for stdin.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print the records of a telegram."""
    decoded = decode_text(_input() if telegram == "-" else telegram)
    if as_json:
        print_json(_document(decoded))
    else:
        _show(decoded)


def _input() -> str:
    try:
        return sys.stdin.read(MOST_LETTERS + 1)
    except UnicodeDecodeError:
        raise DecodeError("the input is not hexadecimal: write two digits 0-9, A-F for each byte") from None


def decode_text(text: str) -> Telegram:
    """Decode a frame, or records without one, that somebody wrote in hexadecimal.

    Raises:
        DecodeError: If it is not hexadecimal, no frame, and no records either.
    """
    if len(text) > MOST_LETTERS:
        raise DecodeError(f"there are more than {MOST_LETTERS} letters, and no telegram is so long")
    digits = _PUNCTUATION.sub("", text)
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        raise DecodeError(
            f"{text.strip()[:40]!r} is not hexadecimal: write two digits 0-9, A-F for each byte"
        ) from None
    if not data:
        raise DecodeError("there are no bytes to decode")
    if _looks_like_a_frame(data):
        return decode_frame(data)
    decoded = decode_body(NO_HEADER, data)
    if not decoded.records and decoded.manufacturer_data is None:
        sentence = decoded.problems[0].sentence if decoded.problems else "there is nothing but filling"
        raise DecodeError(f"this is no frame, for it does not begin with 68, and no record: {sentence}", data)
    return decoded


def _looks_like_a_frame(data: bytes) -> bool:
    """Long frames begin with 68; the two others are told from records by their length too."""
    if data[0] == LONG_START:
        return True
    return (data[0] == SHORT_START and len(data) == 5) or data == bytes((ACK,))  # a short frame


def record_document(record: Record, times: Mapping[int, datetime | date]) -> RecordDocument:
    """A record as it is printed.

    Args:
        record: The record.
        times: The time of each storage number.
    """
    value = record.value
    if isinstance(value, int) and abs(value) > _LARGEST_JSON_INTEGER:
        value = float(value)
    return {
        "function": record.function.value,
        "storage": record.storage,
        "tariff": record.tariff,
        "subunit": record.subunit,
        "quantity": record.quantity.value,
        "about": None if record.about is None else record.about.value,
        "value": value,
        "unit": record.unit,
        "kwh": _kwh(record),
        "time": times.get(record.storage),
        "resolution": record.resolution,
        "qualifiers": record.qualifiers,
        "error": record.error,
        "time_invalid": record.time_invalid,
        "summer_time": record.summer_time,
        "raw": {"dib": hexadecimal(record.dib), "vib": hexadecimal(record.vib), "data": hexadecimal(record.data)},
    }


def _kwh(record: Record) -> float | None:
    """Energy in the unit that everything inside is counted in. [kWh]"""
    convert = conversion(Quantity.HEAT_ENERGY_KWH, record.unit or "")
    if record.quantity is not MeterQuantity.ENERGY or convert is None or not isinstance(record.value, int | float):
        return None
    return round(convert.apply(record.value), 6)


def _document(decoded: Telegram) -> object:
    times = decoded.times()
    sender = decoded.sender
    return {
        "ci": f"{decoded.ci:02X}",
        "address": decoded.address,
        "identification": sender.identification,
        "manufacturer": sender.manufacturer,
        "version": sender.version,
        "medium": sender.medium,
        "medium_name": decoded.medium_name,
        "access_number": sender.access_number,
        "status": sender.status,
        "status_bits": decoded.status_bits,
        "signature": sender.signature,
        "records": [record_document(record, times) for record in decoded.records],
        "manufacturer_data": None if decoded.manufacturer_data is None else hexadecimal(decoded.manufacturer_data),
        "more_follows": decoded.more_follows,
        "encrypted": None if decoded.encrypted is None else hexadecimal(decoded.encrypted),
        "problems": [problem._asdict() for problem in decoded.problems],
        "raw": hexadecimal(decoded.raw),
    }


_COLUMNS = ("function", "storage", "quantity", "value", "unit", "time", "step", "bytes")


def _show(decoded: Telegram) -> None:
    times = decoded.times()
    if decoded.sender.identification is not None:
        print_table("Meter", ("", ""), _about_the_meter(decoded))
    print_table(
        "Records: storage number, tariff and subunit; step is what the last digit is worth",
        _COLUMNS,
        (_row(record, times) for record in decoded.records),
    )
    for energy, kwh in ((record, _kwh(record)) for record in decoded.records):
        if kwh and energy.unit != "kWh":
            people.print(f"{_figure(energy.value)} {energy.unit} = {_grouped(kwh)} kWh", markup=False)
    if decoded.manufacturer_data:
        people.print(f"the manufacturer's own data: {hexadecimal(decoded.manufacturer_data)}", markup=False)
    if decoded.more_follows:
        people.print("the meter has another telegram to give")
    for problem in decoded.problems:
        people.print(f"{problem.code}: {problem.sentence}", markup=False)


def _about_the_meter(decoded: Telegram) -> list[tuple[str, str]]:
    sender = decoded.sender
    maker = " ".join(filter(None, (sender.manufacturer, f"version {sender.version}" if sender.version else "")))
    state = ", ".join(decoded.status_bits) or "ok"
    return [
        ("identification", sender.identification or ""),
        ("manufacturer", maker),
        ("medium", decoded.medium_name),
        ("status", state),
    ]


def _row(record: Record, times: Mapping[int, datetime | date]) -> tuple[str, ...]:
    what = f"{record.quantity} of {record.about}" if record.about else record.quantity.value
    return (
        record.function.value,
        f"{record.storage}, {record.tariff}, {record.subunit}",
        "; ".join((what, *record.qualifiers)),
        _figure(record.value),
        record.unit or "",
        _figure(times.get(record.storage)),
        _figure(record.resolution),
        hexadecimal(record.raw),
    )


def _figure(value: Value) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) >= 1e-4 else f"{value:g}"
    return "" if value is None else str(value)


def _grouped(kwh: float) -> str:
    return f"{int(kwh):,}" if kwh.is_integer() else f"{kwh:,}"
