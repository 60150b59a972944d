"""A direct question: what did this device consume between two instants? Answered from its readings, not rollups."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.rows import TupleRow

from analytics.consumption import Rule, per_bucket
from analytics.derived_energy import derived_energy
from analytics.rollup.compute import register_path
from analytics.rollup.devices import load_devices
from analytics.rollup.light import POWER_OF
from analytics.rollup.load import read_range
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.errors import ConfigurationError, UnknownNameError
from teplosvet.domain.periods import local_midnight
from teplosvet.domain.quantities import DeviceClass, Kind, Quantity
from teplosvet.storage.queries import query

MOST_INTERVALS = 100_000
"""Eleven years of hours. [-]"""


class Step(StrEnum):
    """Width of the answer's intervals."""

    TOTAL = "total"
    MONTH = "month"
    DAY = "day"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Interval:
    """Consumption of one interval ``[start, end)``.

    Attributes:
        start: First instant.
        end: The instant after the last one.
        amount: Consumed, as far as it is covered; None where nothing is known. [unit of the quantity]
        estimated: Of it estimated. [unit of the quantity]
        covered_s: How much of the interval has a known amount. [s]
        rule: The weakest rule that the amount rests on.
    """

    start: datetime
    end: datetime
    amount: float | None
    estimated: float | None
    covered_s: float
    rule: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Consumption of a device.

    Attributes:
        device: Its name.
        quantity: The register.
        unit: Unit of the amounts.
        intervals: In order of time.
        findings: Codes of what was found in the registers.
    """

    device: str
    quantity: Quantity
    unit: str
    intervals: list[Interval]
    findings: list[str]


def consumption_of(
    connection: psycopg.Connection[TupleRow],
    device: str,
    span: tuple[datetime, datetime],
    step: Step,
    quantity: Quantity | None = None,
) -> Answer:
    """Consumption of a device by intervals.

    Args:
        connection: The database.
        device: Name of the device.
        span: First instant and the one after the last, aware.
        step: Width of the intervals; days and months are those of the building.
        quantity: The register, or None for the main one of the device's class.

    Raises:
        UnknownNameError: If no device has that name.
        ConfigurationError: If the quantity is no register of the device, or the intervals are too many.
    """
    row = connection.execute(query("rollup", "device_id"), {"name": device}).fetchone()
    if row is None:
        raise UnknownNameError(f"no device is called {device}")
    device_id, device_class, zone = int(row[0]), DeviceClass(row[1]), ZoneInfo(row[2])
    register = quantity or main_register(device_class)
    if register.spec.device_class is not device_class or register.spec.kind is not Kind.COUNTER:
        raise ConfigurationError(f"{register} is no register of a {device_class} device")
    facts = load_devices(connection, [device_id])[device_id]
    edges = list(islice(_edges(span, step, zone), MOST_INTERVALS + 2))
    if len(edges) > MOST_INTERVALS + 1:
        raise ConfigurationError(f"more than {MOST_INTERVALS:,} intervals: ask for a shorter span, or by day or month")
    series = read_range(connection, device_id, register, span)
    if series is None:
        return Answer(device, register, register.spec.unit, _derived(connection, device_id, register, edges), [])
    path = register_path(facts, register, series, round(span[0].timestamp() * 1e6))
    buckets = per_bucket(path, _micros(edges))
    intervals = [
        Interval(start, end, _known(amount), _known(estimated), float(covered), Rule(rule).text)
        for start, end, amount, estimated, covered, rule in zip(
            edges[:-1], edges[1:], buckets.amount, buckets.estimated, buckets.covered_s, buckets.rule, strict=True
        )
    ]
    return Answer(device, register, register.spec.unit, intervals, sorted({f.code.value for f in path.findings}))


def _derived(
    connection: psycopg.Connection[TupleRow], device_id: int, register: Quantity, edges: list[datetime]
) -> list[Interval]:
    """Intervals of a register that has no readings: out of power where there is any, else unknown."""
    power = POWER_OF.get(register)
    readings = None if power is None else read_range(connection, device_id, power, (edges[0], edges[-1]))
    if readings is None:
        return [Interval(a, b, None, None, 0.0, Rule.UNKNOWN.text) for a, b in pairwise(edges)]
    energy = derived_energy(readings.at_us, readings.register, _micros(edges))
    return [
        Interval(
            start,
            end,
            _known(amount),
            _known(amount),
            float(covered),
            (Rule.DERIVED if covered > 0 else Rule.UNKNOWN).text,
        )
        for (start, end), amount, covered in zip(pairwise(edges), energy.energy_kwh, energy.covered_s, strict=True)
    ]


def _micros(edges: list[datetime]) -> NDArray[np.int64]:
    return np.array([round(edge.timestamp() * 1e6) for edge in edges], dtype=np.int64)


def main_register(device_class: DeviceClass) -> Quantity:
    """The register that a class is metered by.

    Raises:
        ConfigurationError: If the class has no register.
    """
    for carrier in Carrier:
        if carrier.device_class is device_class:
            return carrier.register
    raise ConfigurationError(f"a {device_class} device has no register")


def _edges(span: tuple[datetime, datetime], step: Step, zone: ZoneInfo) -> Iterator[datetime]:
    start, end = (instant.astimezone(UTC) for instant in span)
    yield start
    edge = _next_edge(start, step, zone)
    while edge is not None and edge < end:
        yield edge
        edge = _next_edge(edge, step, zone)
    yield end


def _next_edge(instant: datetime, step: Step, zone: ZoneInfo) -> datetime | None:
    local = instant.astimezone(zone)
    match step:
        case Step.TOTAL:
            return None
        case Step.HOUR:
            return instant.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        case Step.DAY:
            return local_midnight(local.date() + timedelta(days=1), zone)
        case Step.MONTH:
            first = local.date().replace(day=1)
            return local_midnight((first + timedelta(days=32)).replace(day=1), zone)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
