"""Payloads that are a row of records: a head that tells the type, then as many bytes as the type has."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from teplosvet.vendors.observation import Measure, Value

Number = Callable[[bytes], float | None]
"""What a record's bytes are; None if they mean «not available»."""


class Kind(NamedTuple):
    """A type of record.

    Attributes:
        name: What it is, for a person.
        length: Bytes after the head.
        measure: Which measure, or None if it is none of ours.
        unit: Its unit, by its name on our wire.
        number: How it is read.
        possible: Whether bytes can be such a record: a payload with impossible ones is somebody else's.
        part: Which thing of the device it is of.
    """

    name: str
    length: int
    measure: Measure | None = None
    unit: str = ""
    number: Number = lambda _: None
    possible: Callable[[bytes], bool] = lambda _: True
    part: str = ""


class Record(NamedTuple):
    """A record: its head, its type and its bytes."""

    head: bytes
    kind: Kind
    data: bytes

    def value(self) -> Value | None:
        """Its value, or None if it is none of ours or not available."""
        number = None if self.kind.measure is None else self.kind.number(self.data)
        if self.kind.measure is None or number is None:
            return None
        return Value(self.kind.measure, number, self.kind.unit)


class Split(NamedTuple):
    """The records of a payload, and why what follows them cannot be read."""

    records: tuple[Record, ...]
    problem: str | None

    def is_whole(self) -> bool:
        """Whether every byte belongs to a record that is possible."""
        return self.problem is None and bool(self.records) and all(r.kind.possible(r.data) for r in self.records)


def split(payload: bytes, head_length: int, kind_of: Callable[[bytes], Kind | None]) -> Split:
    """Take a payload apart; an unknown type ends it, because nobody knows how long it is."""
    records: list[Record] = []
    at = 0
    while at < len(payload):
        head = payload[at : at + head_length]
        kind = kind_of(head) if len(head) == head_length else None
        if kind is None:
            return Split(tuple(records), f"byte {at}: no record begins with {head.hex().upper()}; the rest is not read")
        data = payload[at + head_length : at + head_length + kind.length]
        if len(data) < kind.length:
            return Split(tuple(records), f"byte {at}: the payload ends within the record «{kind.name}»")
        records.append(Record(head, kind, data))
        at += head_length + kind.length
    return Split(tuple(records), None)


def unsigned(factor: float = 1.0) -> Number:
    """An unsigned integer, most significant byte first."""
    return lambda data: int.from_bytes(data) * factor


def signed(divisor: float = 1.0) -> Number:
    """A two's complement integer, most significant byte first; its least value is «not available»."""

    def read(data: bytes) -> float | None:
        value = int.from_bytes(data, signed=True)
        return None if value == -(1 << (8 * len(data) - 1)) else value / divisor

    return read


def chosen(values: Mapping[int, float | None]) -> Number:
    """One byte whose values have meanings; others are none."""
    return lambda data: values.get(data[0])


def is_one_of(*values: int) -> Callable[[bytes], bool]:
    """Whether one byte has one of these values."""
    return lambda data: data[0] in values


def by_part(records: Iterator[tuple[str, Value]]) -> dict[str, tuple[Value, ...]]:
    """Values by part; of a measure that one part says twice the first counts."""
    found: dict[str, dict[Measure, Value]] = {}
    for part, value in records:
        found.setdefault(part, {}).setdefault(value.measure, value)
    return {part: tuple(values.values()) for part, values in found.items()}
