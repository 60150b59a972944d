"""A Sparkplug B payload: its bytes become metrics here, and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from teplosvet.domain.errors import MessageError
from teplosvet.vendors.sparkplug.schema import SIGNED_BITS, DataType, parsed
from teplosvet.vendors.values import CLOCK_SET_S, LATEST_S

COMPRESSED = "SPBV1.0_COMPRESSED"
"""What ``uuid`` says of a payload whose metrics stand compressed in its body (Tahu, compression of payloads)."""

LONGEST_NAME = 400
"""Letters that a name of a metric may have."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric.

    Attributes:
        name: Its name; empty in data that go by alias.
        alias: Its alias, or None.
        at_ms: When it was measured, or None if only the payload says. [ms since 1970]
        datatype: Number of its type; 0 if only its birth says.
        is_historical: Whether it is told later than it was measured.
        is_transient: Whether it is not to be stored.
        raw: Its value, None if it is null or of a type that cannot be a measured value.
        properties: Its properties, by names in lower case.
    """

    name: str
    alias: int | None
    at_ms: int | None
    datatype: int
    is_historical: bool
    is_transient: bool
    raw: float | bool | str | None
    properties: Mapping[str, float | bool | str]


@dataclass(frozen=True, slots=True)
class Payload:
    """A payload.

    Attributes:
        at_ms: When it was sent, or None. [ms since 1970]
        seq: Its number in the row of its edge node's messages, or None.
        metrics: Its metrics.
    """

    at_ms: int | None
    seq: int | None
    metrics: tuple[Metric, ...]


def read_payload(data: bytes) -> Payload:
    """What the bytes say.

    Raises:
        MessageError: If they are no payload, or a compressed one.
    """
    message = parsed(data)
    if message.uuid == COMPRESSED:
        raise MessageError("compressed", "the payload is compressed: turn compression off at the edge node")
    try:
        metrics = tuple(_metric(each) for each in message.metrics)
    except UnicodeDecodeError as error:
        raise MessageError("malformed", "a name or a text in the payload is no UTF-8") from error
    return Payload(
        message.timestamp if message.HasField("timestamp") else None,
        message.seq if message.HasField("seq") else None,
        metrics,
    )


def rebirth_wanted(now_s: float) -> bytes:
    """The command that makes an edge node send its births again (Sparkplug 3.0.0, 6.4.22, «Node Control/Rebirth»).

    Args:
        now_s: The present. [s since 1970-01-01 UTC]
    """
    at_ms = round(now_s * 1000)
    message = parsed(b"")
    message.timestamp = at_ms
    metric = message.metrics.add(name="Node Control/Rebirth", timestamp=at_ms, datatype=DataType.BOOLEAN)
    metric.boolean_value = True
    data: bytes = message.SerializeToString()
    return data


def _text(raw: str | bytes) -> str:
    """A text; the library gives bytes where they are no UTF-8, and other versions of it raise the same error."""
    return raw.decode() if isinstance(raw, bytes) else raw


def _metric(each: Any) -> Metric:
    name = _text(each.name)
    if len(name) > LONGEST_NAME:
        raise MessageError("malformed", f"the name of a metric has more than {LONGEST_NAME} letters")
    return Metric(
        name=name,
        alias=each.alias if each.HasField("alias") else None,
        at_ms=each.timestamp if each.HasField("timestamp") else None,
        datatype=each.datatype,
        is_historical=each.is_historical,
        is_transient=each.is_transient,
        raw=None if each.is_null else _value(each),
        properties=_properties(each.properties) if each.HasField("properties") else {},
    )


def _value(each: Any) -> float | bool | str | None:
    match each.WhichOneof("value"):
        case None | "bytes_value":
            return None
        case "string_value":
            return _text(each.string_value)
        case field:
            found: float | bool = getattr(each, field)
            return found


def _properties(of: Any) -> Mapping[str, float | bool | str]:
    pairs = zip(of.keys, of.values, strict=False)
    values = {_text(key).lower(): _signed(_value(value), value.type) for key, value in pairs if not value.is_null}
    return {key: value for key, value in values.items() if value is not None}


def _signed(raw: float | bool | str | None, datatype: int) -> float | bool | str | None:
    """An integer as its type says: signed ones are the two's complement of as many bits."""
    bits = SIGNED_BITS.get(datatype)
    if bits is None or isinstance(raw, bool) or not isinstance(raw, int):
        return raw
    value = raw & ((1 << bits) - 1)
    return value - (1 << bits) if value >> (bits - 1) else value


def number_of(raw: float | bool | str, datatype: int) -> float | bool | None:
    """The value of a metric of that type, or None if such a one is no measured value."""
    if isinstance(raw, str) or (datatype and datatype not in DataType.__members__.values()):
        return None
    found = _signed(raw, datatype)
    return None if isinstance(found, str) else found


def time_of(at_ms: int | None) -> datetime | None:
    """A time, or None if there is none or the clock was not set.

    Raises:
        ValueError: If it is a time that nobody will see.
    """
    if at_ms is None or at_ms / 1000 < CLOCK_SET_S:
        return None
    if at_ms / 1000 > LATEST_S:
        raise ValueError(f"{at_ms} ms is no time")
    return datetime.fromtimestamp(at_ms / 1000, UTC)
