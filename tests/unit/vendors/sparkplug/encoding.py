"""Sparkplug B payloads, byte by byte: from the numbers of the public schema and the encoding of protocol buffers.

Nothing of the product is used, and no protocol buffer library either: a shared mistake would pass every test.
"""

import struct
from collections.abc import Iterable

INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FLOAT, DOUBLE, BOOLEAN, STRING, DATETIME = range(1, 14)
DATASET = 16


def varint(value: int) -> bytes:
    encoded = bytearray()
    value &= (1 << 64) - 1
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def blob(field: int, value: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(value)) + value


def text(field: int, value: str) -> bytes:
    return blob(field, value.encode())


def value(kind: int, raw: float | bool | str) -> bytes:
    """The value of a metric, in the field that its type is put into."""
    if kind in (INT64, UINT64, DATETIME):
        return number(11, int(raw))
    if kind == FLOAT:
        return varint(12 << 3 | 5) + struct.pack("<f", raw)
    if kind == DOUBLE:
        return varint(13 << 3 | 1) + struct.pack("<d", raw)
    if kind == BOOLEAN:
        return number(14, int(raw))
    if kind == STRING:
        return text(15, str(raw))
    return number(10, int(raw) & 0xFFFFFFFF)


def properties(**of: str | int) -> bytes:
    keys = b"".join(text(1, key) for key in of)
    values = b"".join(
        blob(2, number(1, STRING) + text(8, each) if isinstance(each, str) else number(1, INT32) + number(3, each))
        for each in of.values()
    )
    return blob(9, keys + values)


def metric(
    name: str = "",
    kind: int = 0,
    raw: float | bool | str | None = None,
    *,
    alias: int | None = None,
    at_ms: int | None = None,
    historical: bool = False,
    transient: bool = False,
    null: bool = False,
    typed: bool = True,
    more: bytes = b"",
) -> bytes:
    parts = [
        text(1, name) if name else b"",
        b"" if alias is None else number(2, alias),
        b"" if at_ms is None else number(3, at_ms),
        number(4, kind) if kind and typed else b"",
        number(5, 1) if historical else b"",
        number(6, 1) if transient else b"",
        number(7, 1) if null else b"",
        more,
        b"" if raw is None else value(kind, raw),
    ]
    return b"".join(parts)


def payload(metrics: Iterable[bytes] = (), *, at_ms: int | None = None, seq: int | None = None) -> bytes:
    head = b"" if at_ms is None else number(1, at_ms)
    return head + b"".join(blob(2, each) for each in metrics) + (b"" if seq is None else number(3, seq))
