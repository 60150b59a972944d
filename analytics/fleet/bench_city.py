"""A made-up city for the benchmark: six weather stations, heat and light, two years of days with gaps."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from psycopg.types.range import DateRange

from analytics.arrays import Days, Floats
from analytics.daily import days_of
from analytics.daylight import dark_hours
from analytics.verification import Connection
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query

STATIONS = 6
LIGHT_EACH = 7
"""Every seventh contract is about light."""
GAPS = 0.03
"""Share of the days without energy. [-]"""
BASELINE = Period.parse("2023-07-01/2024-07-01")
REPORTING = Period.parse("2024-07-01/2025-07-01")

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_EPOCH = np.datetime64("2000-01-01", "us")
_LATITUDE_DEG = 59.94


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """What the benchmark put into the database.

    Attributes:
        day: Days of both periods [d].
        temperature_c: Of each station [stations, d]. [°C]
        station: Station of each heat contract [m].
        heat_kwh: Energy of each heat contract, NaN in a gap [m, d]. [kWh/d]
    """

    day: Days
    temperature_c: Floats
    station: npt.NDArray[np.intp]
    heat_kwh: Floats


def build_city(connection: Connection, buildings: int, seed: int = 7) -> City:
    """Fill an empty database with contracts, weather and daily energy."""
    rng = np.random.default_rng(seed)
    day = np.concatenate([days_of(BASELINE), days_of(REPORTING)])
    temperature = _temperatures(rng, day)
    stations = connection.execute(query("bench_fleet", "stations"), {"stations": STATIONS}).fetchall()
    for (key,), sky in zip(stations, temperature, strict=True):
        _copy(connection, "store_hours", _hours(int(key), day, sky))
    named = {"stations": STATIONS, "buildings": buildings, "light_each": LIGHT_EACH}
    named_baseline = {"baseline": DateRange(BASELINE.start, BASELINE.end)}
    connection.execute(query("bench_fleet", "contracts"), named | named_baseline)
    houses = connection.execute(query("bench_fleet", "houses")).fetchall()
    dark = dark_hours(day, _LATITUDE_DEG)
    heat = []
    for building, carrier, station in houses:
        energy = _energy(rng, day, temperature[station] if carrier == "heat" else dark, carrier)
        _copy(connection, "store_energy", _days(int(building), carrier, day, energy))
        if carrier == "heat":
            heat.append((int(station), energy))
    connection.execute(query("bench_fleet", "analyze"))
    return City(day, temperature, np.array([each[0] for each in heat]), np.stack([each[1] for each in heat]))


def _persistent(rng: np.random.Generator, days: int, rho: float) -> Floats:
    noise = rng.standard_normal(days)
    for place in range(1, days):
        noise[place] = rho * noise[place - 1] + np.sqrt(1 - rho**2) * noise[place]
    return noise


def _temperatures(rng: np.random.Generator, day: Days) -> Floats:
    """St Petersburg's seasons with weather of a few days, a little different at each station. [°C]"""
    of_year = (day - day.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.float64)
    season = 6.5 - 13 * np.cos(2 * np.pi * (of_year - 20) / 365.25)
    shared = 4 * _persistent(rng, len(day), 0.8)
    return np.stack([season + shared + rng.normal(0, 0.5) + _persistent(rng, len(day), 0.6) for _ in range(STATIONS)])


def _energy(rng: np.random.Generator, day: Days, variable: Floats, carrier: str) -> Floats:
    """Energy of one contract: its need, a saving in the second year, noise that remembers, gaps. [kWh/d]"""
    size = rng.uniform(0.5, 2.0)
    if carrier == "heat":
        cold = rng.uniform(14, 18) - variable
        need = size * (400 + 120 * np.where(cold > 0, cold, 0.0))
    else:
        need = size * (10 + 1.5 * variable)
    saving = np.where(np.arange(len(day)) >= BASELINE.days, rng.uniform(0.0, 0.25), 0.0)
    noise = rng.uniform(0.05, 0.2) * need.mean() * _persistent(rng, len(day), 0.5)
    return np.where(rng.random(len(day)) < GAPS, np.nan, need * (1 - saving) + noise)


def _days(building: int, carrier: str, day: Days, energy: Floats) -> npt.NDArray[np.void]:
    """Rows of `building_energy_daily` in PostgreSQL's binary format; a gap is a day without a row."""
    known = np.isfinite(energy)
    text = f"S{len(carrier)}"
    columns = (
        (">i4", building),
        (text, carrier.encode()),
        (">i4", (day[known] - _EPOCH.astype("datetime64[D]")).astype(np.int64)),
        (">f8", energy[known]),
        (">f8", 0.0),
        (">f8", 1.0),
        (">i4", 1),
    )
    return _rows(int(known.sum()), columns)


def _hours(station: int, day: Days, sky: Floats) -> npt.NDArray[np.void]:
    """Rows of `state_hourly`: hours of Moscow's days, warmest in the afternoon, whose mean is the day's."""
    hour = np.arange(24)
    mean = (sky[:, None] + 3 * np.cos(2 * np.pi * (hour - 15) / 24)).ravel()
    since = (day - _EPOCH.astype("datetime64[D]")).astype(np.int64)
    at = (3_600_000_000 * (24 * since[:, None] + hour - 3)).ravel()
    quantity = b"outdoor_temperature_c"
    columns = (
        (">i4", station),
        (f"S{len(quantity)}", quantity),
        (">i8", at),
        (">f8", mean),
        (">f8", mean),
        (">f8", mean),
        (">i4", 12),
    )
    return _rows(len(mean), columns)


def _rows(count: int, columns: tuple[tuple[str, object], ...]) -> npt.NDArray[np.void]:
    fields = [("fields", ">i2")]
    for place, (kind, _) in enumerate(columns):
        fields += [(f"length_{place}", ">i4"), (f"value_{place}", kind)]
    rows = np.empty(count, dtype=np.dtype(fields))
    rows["fields"] = len(columns)
    for place, (kind, values) in enumerate(columns):
        rows[f"length_{place}"] = np.dtype(kind).itemsize
        rows[f"value_{place}"] = values
    return rows


def _copy(connection: Connection, name: str, rows: npt.NDArray[np.void]) -> None:
    with connection.cursor() as cursor, cursor.copy(query("bench_fleet", name)) as copy:
        copy.write(_HEADER + rows.tobytes() + _TRAILER)
