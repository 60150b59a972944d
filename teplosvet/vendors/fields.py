"""A vendor's field table: which part of a message is which measure, in which unit."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import Any, NamedTuple

from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.observation import Measure, Observation, Value
from teplosvet.vendors.values import Read, number


class Field(NamedTuple):
    """One row of the table. Of several rows with one measure the first that is there counts.

    Attributes:
        path: Where the value stands, with dots between the names.
        measure: What it is.
        unit: In which unit it is, once it is read, by its name on our wire (`teplosvet.wire.units`).
        read: How it is read.
    """

    path: str
    measure: Measure
    unit: str
    read: Read = number


Derive = Callable[[Mapping[str, Any]], Iterable[tuple[str, Measure, str, float]]]
"""Values that more than one field tells: path, measure, unit, value."""


def nothing_derived(body: Mapping[str, Any]) -> Iterable[tuple[str, Measure, str, float]]:
    """Every value has a field of its own."""
    del body
    return ()


@dataclass(frozen=True, slots=True)
class Table:
    """What one kind of thing says.

    Attributes:
        device_class: What it probably is.
        fields: Its fields.
        derive: What more than one field tells; it counts before the fields.
    """

    device_class: DeviceClass
    fields: tuple[Field, ...]
    derive: Derive = nothing_derived


@dataclass(slots=True)
class Part:
    """What a message says of one device.

    Attributes:
        identity: Who.
        body: The object with its values.
        table: How they are read.
        at: When, as in `Observation`.
        serial: Serial number, if it is said.
        used: Paths that became values, once it is read.
        notes: What a person who looks at the message should know.
    """

    identity: str
    body: Mapping[str, Any]
    table: Table
    at: datetime | None = None
    serial: str | None = None
    used: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def observe(self) -> Observation | None:
        """What it says, or None if it says nothing that is measured."""
        values: dict[Measure, Value] = {}
        problems: list[tuple[str, str]] = []
        for path, measure, unit, value in self.table.derive(self.body):
            if isfinite(value):
                values.setdefault(measure, Value(measure, value, unit))
                self.used.add(path)
        for row in self.table.fields:
            if row.measure in values or (raw := at_path(self.body, row.path)) is None:
                continue
            try:
                found = row.read(raw)
                if found is not None and not isfinite(found):
                    raise ValueError("the number is beyond all bounds")  # noqa: TRY301  # noted as every other one
            except ValueError as error:
                problems.append(("no_number", f"{row.path}: {error}"))
                self.used.add(row.path)
                continue
            if found is not None:
                values[row.measure] = Value(row.measure, found, row.unit)
                self.used.add(row.path)
        if not values and not problems:
            return None
        return Observation(
            identity=self.identity,
            at=self.at,
            values=tuple(values.values()),
            device_class=self.table.device_class,
            serial=self.serial,
            problems=tuple(problems),
        )

    def passed_over(self) -> Iterator[str]:
        """The fields that became no value, and the notes."""
        yield from self.notes
        yield from (path for path in leaves(self.body) if not _is_used(path, self.used))


def at_path(body: Any, path: str) -> Any:
    """What stands at a path, or None if nothing does."""
    for name in path.split("."):
        if not isinstance(body, Mapping):
            return None
        body = body.get(name)
    return body


def leaves(body: Any, path: str = "", depth: int = 0) -> Iterator[str]:
    """The paths of everything in an object that is not an object itself."""
    if isinstance(body, Mapping) and depth < 20:
        for name, value in body.items():
            yield from leaves(value, f"{path}.{name}" if path else str(name), depth + 1)
    elif path:
        yield path


def _is_used(path: str, used: set[str]) -> bool:
    return any(path == each or path.startswith(f"{each}.") for each in used)
