"""Replays real series from a file exactly as a device would publish them."""

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from simulators import senml
from simulators.accumulate import registers, unbroken_runs
from simulators.mapping import MappedColumn
from simulators.publisher import Publisher, PublishReport
from simulators.senml import Message, WireValue
from simulators.series_file import Table, read_table
from teplosvet.domain.errors import InvalidFileError
from teplosvet.domain.quantities import DeviceClass

EnsureDevice = Callable[[str, DeviceClass, str], object]
"""Called with device, class and publisher before anything is published."""


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What to replay and how.

    Attributes:
        file: CSV (also .gz) or Parquet.
        device: Name of the device.
        device_class: Class of the device.
        time: Column with the times.
        columns: What the other columns mean.
        zone: Zone of times without one, or None to refuse them.
        publisher: Who publishes; the device itself if None.
        serial: A column with serial numbers, a serial number, or None.
        shuffle: Seed of a random order, or None for the order of the file.
        duplicate: Share of the messages that is sent twice. [-]
        rate_per_s: Greatest number of messages a second, or None. [1/s]
        batch: Instants in one pack.
    """

    file: Path
    device: str
    device_class: DeviceClass
    time: str
    columns: tuple[MappedColumn, ...]
    zone: ZoneInfo | None = None
    publisher: str | None = None
    serial: str | None = None
    shuffle: int | None = None
    duplicate: float = 0.0
    rate_per_s: float | None = None
    batch: int = 1

    @property
    def speaker(self) -> str:
        """Who publishes."""
        return self.publisher or self.device


@dataclass(frozen=True, slots=True)
class Instant:
    """What the device says of one instant.

    Attributes:
        at_s: When, Unix time. [s]
        values: What it shows.
        serial: Serial number of the instrument, or None.
    """

    at_s: float
    values: tuple[WireValue, ...]
    serial: str | None


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What was replayed.

    Attributes:
        rows: Rows of the file.
        instants: Instants that the device spoke of.
        first_s: First of them, Unix time. [s]
        last_s: Last of them. [s]
        duplicates: Messages sent twice.
        delivery: What became of the messages.
    """

    rows: int
    instants: int
    first_s: float
    last_s: float
    duplicates: int
    delivery: PublishReport


def replay(
    plan: ReplayPlan,
    url: str,
    *,
    ensure_device: EnsureDevice | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> ReplayReport:
    """Read and check the whole file, then publish it, then wait until ingest has committed it.

    Args:
        plan: What to replay and how.
        url: The broker.
        ensure_device: Makes sure that the registry knows the device.
        on_progress: Called with the messages handed over so far and their total number.

    Raises:
        InvalidFileError: If anything in the file is not what was expected; nothing is published then.
        ServiceUnavailableError: If broker or ingest do not answer.
    """
    rows, instants = instants_of(plan)
    messages, duplicates = messages_of(plan, instants)
    if ensure_device is not None:
        ensure_device(plan.device, plan.device_class, plan.speaker)

    def progressed(handed: int) -> None:
        if on_progress is not None:
            on_progress(handed, len(messages))

    with Publisher(url, plan.speaker) as publisher:
        delivery = publisher.publish(messages, confirm=True, rate_per_s=plan.rate_per_s, on_progress=progressed)
    times_s = [instant.at_s for instant in instants]
    return ReplayReport(rows, len(instants), min(times_s), max(times_s), duplicates, delivery)


def instants_of(plan: ReplayPlan) -> tuple[int, list[Instant]]:
    """Number of rows, and everything that the device says, in the order of the file.

    Registers are taken as they stand. Columns of intervals become registers (`accumulate`): the first starts at zero at
    the first time, and the last closes one interval after the last time.

    Raises:
        InvalidFileError: If a cell is not what was expected, or nothing is left to publish.
    """
    table = read_table(plan.file)
    times_s = table.times_s(plan.time, plan.zone)
    serials = _serials(table, plan)
    numbers = {mapped: table.numbers(mapped.column) for mapped in plan.columns}
    if any(mapped.interval for mapped in plan.columns):
        instants = _accumulated(table, plan, times_s, serials, numbers)
    else:
        instants = [
            Instant(at_s, _values((mapped, numbers[mapped][row]) for mapped in plan.columns), serials[row])
            for row, at_s in enumerate(times_s)
        ]
    instants = [instant for instant in instants if instant.values]
    if not instants:
        raise InvalidFileError(table.file, None, None, "expected at least one cell with a value")
    return len(times_s), instants


def messages_of(plan: ReplayPlan, instants: Sequence[Instant]) -> tuple[list[Message], int]:
    """The packs in the order in which they are sent, and how many of them are sent twice."""
    chance = random.Random(plan.shuffle or 0)
    order = list(instants)
    if plan.shuffle is not None:
        chance.shuffle(order)
    topic = senml.topic(plan.speaker, "reading")
    messages = [
        Message(topic, senml.pack(senml.instant(plan.device, one.at_s, one.values, one.serial) for one in part))
        for part in (order[n : n + plan.batch] for n in range(0, len(order), plan.batch))
    ]
    keyed = [(float(place), message) for place, message in enumerate(messages)]
    twice = chance.sample(range(len(messages)), round(plan.duplicate * len(messages)))
    keyed += [(place + chance.uniform(0.5, 50.0), messages[place]) for place in twice]
    keyed.sort(key=lambda pair: pair[0])
    return [message for _, message in keyed], len(twice)


def _accumulated(
    table: Table,
    plan: ReplayPlan,
    times_s: Sequence[float],
    serials: Sequence[str | None],
    numbers: Mapping[MappedColumn, Sequence[float]],
) -> list[Instant]:
    """Instants of a file in which at least one column is made of intervals."""
    if len(times_s) < 2:
        raise InvalidFileError(table.file, None, plan.time, "expected at least two intervals, to know how long one is")
    for line, (earlier_s, later_s) in zip(table.lines[1:], pairwise(times_s), strict=True):
        if later_s <= earlier_s:
            raise InvalidFileError(table.file, line, plan.time, "expected intervals in rising order, each of them once")
    summed = [mapped for mapped in plan.columns if mapped.interval]
    known = [not any(math.isnan(numbers[mapped][row]) for mapped in summed) for row in range(len(times_s))]
    texts: dict[float, tuple[WireValue, ...]] = {}
    names: dict[float, str | None] = {}
    runs = unbroken_runs(times_s, known)
    for number, run in enumerate(runs):
        counted = [registers(numbers[mapped], run) for mapped in summed]
        for step, at_s in enumerate((*times_s[run.first : run.last + 1], run.end_s)):
            texts[at_s] = _values((mapped, column[step]) for mapped, column in zip(summed, counted, strict=True))
            names[at_s] = serials[run.first] if len(runs) == 1 else _numbered(serials[run.first], number)
    shown = [mapped for mapped in plan.columns if not mapped.interval]
    for row, at_s in enumerate(times_s):
        texts[at_s] = texts.get(at_s, ()) + _values((mapped, numbers[mapped][row]) for mapped in shown)
        names.setdefault(at_s, serials[row])
    return [Instant(at_s, texts[at_s], names[at_s]) for at_s in sorted(texts)]


def _numbered(serial: str | None, number: int) -> str:
    """Serial number of the instrument behind the given number of gaps."""
    return f"{serial or 'replay'}-{number + 1}" if number else serial or "replay"


def _serials(table: Table, plan: ReplayPlan) -> list[str | None]:
    if plan.serial is not None and plan.serial in table.columns:
        return [None if cell is None or cell == "" else str(cell) for cell in table.cells(plan.serial)]
    return [plan.serial] * len(table.lines)


def _values(cells: Iterable[tuple[MappedColumn, float]]) -> tuple[WireValue, ...]:
    return tuple(
        WireValue(mapped.quantity.wire_name, mapped.unit, mapped.on_wire(cell))
        for mapped, cell in cells
        if not math.isnan(cell)
    )
