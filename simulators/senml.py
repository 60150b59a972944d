"""The simulators' own encoder of what devices say: SenML packs (RFC 8428), births, events and states.

Independent of `teplosvet.wire` on purpose. Every device of a pack starts with a record of its own that sets the base
name and base time and carries the instrument's serial number; the values follow without repeating either.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from simulators.series import Column, DeviceSeries
from teplosvet.domain.quantities import Quantity

TOPIC_ROOT = "teplosvet/v1"
_FLAGS = frozenset({Quantity.PRESENCE, Quantity.LAMP_FAILURE})


class Message(NamedTuple):
    """What a publisher sends."""

    topic: str
    payload: bytes


class WireValue(NamedTuple):
    """One value as it goes into a record."""

    name: str
    unit: str
    value: float


def topic(publisher: str, kind: str) -> str:
    """Topic of a publisher's `reading`, `event`, `birth`, `state`, `command` or `ack`."""
    return f"{TOPIC_ROOT}/{publisher}/{kind}"


def fragments(series: DeviceSeries) -> list[str]:
    """One text of records for every reading of a series, ready to be joined into packs."""
    name, serial = json.dumps(f"{series.device}/"), json.dumps(series.serial)
    rows = [[f'{{"bn":{name},"bt":{time:.0f},"n":"serial","vs":{serial}}}'] for time in series.times_s.tolist()]
    for column in series.columns:
        for row, record in zip(rows, _records(column), strict=True):
            if record:
                row.append(record)
    return [",".join(row) for row in rows]


def pack(parts: Iterable[str]) -> bytes:
    """A SenML pack of the texts that `fragments` and `instant` make."""
    return f"[{','.join(parts)}]".encode()


def instant(device: str, at_s: float, values: Sequence[WireValue], serial: str | None = None) -> str:
    """The records of one device at one instant; values that are NaN are not sent.

    Args:
        device: Name of the device.
        at_s: When, Unix time. [s]
        values: Names on the wire with their units.
        serial: Serial number of the instrument, where it is known.
    """
    base = f'"bn":{json.dumps(f"{device}/")},"bt":{_number(at_s)}'
    records = [] if serial is None else [f'"n":"serial","vs":{json.dumps(serial)}']
    for name, unit, value in values:
        if math.isfinite(value):
            records.append(f'"n":{json.dumps(name)},{_unit(unit)}"v":{_number(value)}')
    if not records:
        return ""
    return ",".join([f"{{{base},{records[0]}}}", *(f"{{{record}}}" for record in records[1:])])


def with_ack(payload: bytes, ack: str) -> bytes:
    """The same pack, asking for an end-to-end ack under the given id."""
    if not payload.startswith(b"[{"):
        raise ValueError("only a pack with records can ask for an ack")
    return b'[{"ack":' + json.dumps(ack).encode() + b"," + payload[2:]


def birth(device: str, at_s: float, model: str, serial: str, units: Mapping[str, str], registers: Mapping[str, float],
          firmware: str = "1.0") -> bytes:  # fmt: skip
    """What a device says when it starts or after its instrument was exchanged.

    Args:
        device: Name of the device.
        at_s: When, Unix time. [s]
        model: Model of the instrument.
        serial: Its serial number.
        units: Unit of each quantity by its name on the wire.
        registers: What its counters show, in those units.
        firmware: Its firmware.
    """
    document = {"device": device, "at": at_s, "model": model, "firmware": firmware, "serial": serial}
    return json.dumps({**document, "units": dict(units), "registers": dict(registers)}).encode()


def event(device: str, at_s: float, name: str, data: Mapping[str, str | float]) -> bytes:
    """Something that happened at a device."""
    return json.dumps({"device": device, "at": at_s, "event": name, "data": dict(data)}).encode()


def state(at_s: float, *, online: bool) -> bytes:
    """Whether a publisher is there; retained, and the last will."""
    return json.dumps({"state": "online" if online else "offline", "at": at_s}).encode()


def _records(column: Column) -> Iterable[str]:
    name, unit, decimals = column.quantity.wire_name, _unit(column.unit), column.decimals
    if column.quantity in _FLAGS:
        texts = {0.0: f'{{"n":"{name}","vb":false}}', 1.0: f'{{"n":"{name}","vb":true}}'}
        return (texts.get(value, "") for value in column.values.tolist())
    head = f'{{"n":"{name}",{unit}"v":'
    return (f"{head}{value:.{decimals}f}}}" if math.isfinite(value) else "" for value in column.values.tolist())


def _unit(unit: str) -> str:
    return f'"u":{json.dumps(unit)},' if unit else ""


def _number(value: float) -> str:
    return f"{value:.0f}" if value == math.floor(value) and abs(value) < 2**53 else repr(float(value))
