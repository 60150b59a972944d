"""What the pages of houses read from the database, beside `dashboards.rows`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec

from dashboards.rows import Connection
from teplosvet.storage.queries import query
from teplosvet.stored_statement import Fit


class Counts(NamedTuple):
    """Houses in all, and those that something is to be told of."""

    all: int
    attention: int
    silent: int
    lamps: int
    faults: int
    heat: int
    light: int
    electricity: int
    water: int


class Saved(NamedTuple):
    """Contracts, those that are proven, and what these saved. [kWh]"""

    contracts: int
    proven: int
    energy_kwh: float | None
    half_width_kwh: float | None


class CurveDay(NamedTuple):
    """Daily means. [°C]"""

    day: date
    outdoor_c: float
    supply_c: float | None
    return_c: float | None


class Comfort(NamedTuple):
    """Indoor temperature of a sensor over a day. [°C]"""

    device: str
    entrance: str
    low_c: float
    mean_c: float
    high_c: float


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened in a house."""

    device: str
    at: datetime
    kind: str
    code: str
    data: dict[str, Any]
    severity: int


@dataclass(frozen=True, slots=True)
class HeatOfHouse:
    """Heat of the last days, the newest last, and what the model says of the newest. [kWh]"""

    days: tuple[tuple[date, float | None], ...]
    model_kwh: float | None


def counts(connection: Connection) -> Counts:
    """How many houses there are of each kind."""
    return Counts(*(connection.execute(query("console", "house_counts")).fetchone() or (0,) * 9))


def saved(connection: Connection) -> Saved:
    """What all contracts saved."""
    return Saved(*(connection.execute(query("console", "saved")).fetchone() or (0, 0, None, None)))


def heat_of_houses(connection: Connection, buildings: Sequence[str], days: int) -> Mapping[str, HeatOfHouse]:
    """Heat of some houses in two more queries than one: days, baselines, and the weather of the newest days."""
    found: dict[str, list[tuple[date, float | None]]] = {}
    for building, day, energy_kwh in connection.execute(
        query("console", "heat_of_houses"), {"buildings": list(buildings), "days": days}
    ):
        found.setdefault(building, []).append((day, energy_kwh))
    fits = {
        building: msgspec.json.decode(body, type=Fit)
        for building, body in connection.execute(query("console", "fits_of_houses"), {"buildings": list(found)})
    }
    newest = {building: days[-1][0] for building, days in found.items() if building in fits}
    values = {"buildings": list(newest), "days": list(newest.values())}
    outdoor: dict[str, float] = dict(connection.execute(query("console", "outdoor_of_houses"), values).fetchall())
    return {
        building: HeatOfHouse(
            tuple(days), fits[building].energy_kwh(outdoor[building]) if building in outdoor else None
        )
        for building, days in found.items()
    }


def duty_of_houses(connection: Connection, buildings: Sequence[str]) -> Mapping[str, float | None]:
    """Share of the time that light points were lit on the newest day."""
    return dict(connection.execute(query("console", "duty_of_houses"), {"buildings": list(buildings)}).fetchall())


def outdoor_days(connection: Connection, building: str, since: datetime) -> Mapping[date, float]:
    """Mean outdoor temperature of local days. [°C]"""
    values = {"building": building, "since": since}
    return dict(connection.execute(query("console", "outdoor_days"), values).fetchall())


def curve(connection: Connection, building: str, since: datetime) -> list[CurveDay]:
    """Supply and return temperature by day."""
    values = {"building": building, "since": since}
    return [CurveDay(*row) for row in connection.execute(query("console", "curve"), values)]


def light_levels(connection: Connection, building: str, since: datetime) -> Mapping[str, dict[int, float]]:
    """Mean level of each entrance by hour of the day. [%]"""
    found: dict[str, dict[int, float]] = {}
    values = {"building": building, "since": since}
    for entrance, hour, level in connection.execute(query("console", "light_levels"), values):
        found.setdefault(entrance, {})[hour] = level
    return found


def completeness(connection: Connection, building: str, since: date) -> Mapping[str, dict[date, float]]:
    """Share of each day that a device's readings cover. [-]"""
    found: dict[str, dict[date, float]] = {}
    values = {"building": building, "since": since}
    for device, day, share in connection.execute(query("console", "completeness"), values):
        found.setdefault(device, {})[day] = share
    return found


def comfort(connection: Connection, building: str, since: datetime) -> list[Comfort]:
    """Indoor temperature of each sensor, the coldest first."""
    values = {"building": building, "since": since}
    return [Comfort(*row) for row in connection.execute(query("console", "comfort"), values)]


def journal(connection: Connection, building: str, rows: int) -> list[Entry]:
    """What happened, the newest first."""
    found = connection.execute(query("console", "journal"), {"building": building, "rows": rows})
    return [
        Entry(device, at, kind, code, msgspec.json.decode(data, type=dict[str, Any]), severity)
        for device, at, kind, code, data, severity in found
    ]


def similar(connection: Connection, carrier: str, end: date, days: int) -> dict[str, float]:
    """Energy a square metre of the same days in every house that can be compared, the least first. [kWh/m²]"""
    values = {"carrier": carrier, "end": end, "days": days}
    return dict(connection.execute(query("console", "similar"), values).fetchall())
