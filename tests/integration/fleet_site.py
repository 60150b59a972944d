"""A fleet for tests: two sites, contracts of every kind that a run has to cope with."""

import math
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
from psycopg.types.range import DateRange

from analytics.verification import Connection
from teplosvet.domain.periods import Period, local_midnight
from tests.unit.analytics.known_contracts import BASELINE, DAYS, FIRST_REPORTING, TEMPERATURE, heat_energy

ZONE = "Europe/Moscow"
SHORT_BASELINE = Period(BASELINE.start, BASELINE.start.replace(month=12))

ADD_HOUSE = (
    "INSERT INTO building (site_id, code, title, zone, latitude, weather)"
    " SELECT id, %s, %s, %s, 59.94, %s FROM site WHERE name = %s RETURNING id"
)
ADD_CONTRACT = (
    "INSERT INTO contract (code, title, building_id, carrier, method, baseline, tariff_amount, tariff_currency,"
    " tariff_per, esco_share, guarantee_kwh) VALUES (%s, %s, %s, %s, %s, %s, 2450.10, 'RUB', 'Gcal', 0.8, 1000)"
)


def add_sites(connection: Connection) -> None:
    """Two sites, two weather stations and a lamp."""
    connection.execute("INSERT INTO site (name, title) VALUES ('north', 'North'), ('south', 'South')")
    connection.execute(
        "INSERT INTO device (name, class, publisher) VALUES ('sky-0', 'climate', 'x'), ('sky-1', 'climate', 'x'),"
        " ('lamp', 'light', 'x')"
    )
    for station in (0, 1):
        store_hours(connection, f"sky-{station}", "outdoor_temperature_c", TEMPERATURE + 0.4 * station)


def store_hours(connection: Connection, device: str, quantity: str, daily: np.ndarray) -> None:
    row = connection.execute("SELECT id FROM device WHERE name = %s", (device,)).fetchone()
    assert row is not None
    zone = ZoneInfo(ZONE)
    with connection.cursor() as cursor, cursor.copy("COPY state_hourly FROM STDIN") as copy:
        for day, value in zip(DAYS.tolist(), daily, strict=True):
            start = local_midnight(day, zone)
            for n in range(24):
                copy.write_row((row[0], quantity, start + timedelta(hours=n), float(value), 0, 0, 60))


def add_contract(
    connection: Connection,
    code: str,
    energy: np.ndarray,
    site: str = "north",
    carrier: str = "heat",
    weather: str | None = "sky-0",
    baseline: Period = BASELINE,
    method: str | None = None,
) -> int:
    """A house with its contract and its daily energy; NaN is a row without energy."""
    row = connection.execute(ADD_HOUSE, (code, code, ZONE, weather, site)).fetchone()
    assert row is not None
    chosen = method or ("light-option-b" if carrier == "light" else "change-point-daily")
    days = DateRange(baseline.start, baseline.end)
    connection.execute(ADD_CONTRACT, (code, code, row[0], carrier, chosen, days))
    with connection.cursor() as cursor, cursor.copy("COPY building_energy_daily FROM STDIN") as copy:
        for day, kwh in zip(DAYS.tolist(), energy, strict=True):
            known = not math.isnan(kwh)
            copy.write_row((row[0], carrier, day, float(kwh) if known else None, 0, 1 if known else 0, 1))
    return int(row[0])


def holed(seed: int, saving: float = 0.15) -> np.ndarray:
    energy = heat_energy(saving, cv=0.05 + 0.01 * (seed % 9), seed=seed)
    energy[np.random.default_rng(seed).random(len(energy)) < 0.03] = np.nan
    return energy


def add_mixed_fleet(connection: Connection) -> list[str]:
    """Twelve contracts; returns their codes."""
    add_sites(connection)
    for n in range(5):
        add_contract(connection, f"heat-{n}", holed(n, 0.05 * n), site=("north", "south")[n % 2])
    add_contract(connection, "other-sky", holed(5), weather="sky-1")
    add_contract(connection, "short-baseline", holed(6), baseline=SHORT_BASELINE, site="south")
    add_contract(connection, "no-weather", holed(7), weather=None)
    add_contract(connection, "unheard-sky", holed(8), weather="sky-9")
    nothing = np.where(np.arange(len(DAYS)) < FIRST_REPORTING, holed(9), np.nan)
    add_contract(connection, "no-reporting-data", nothing)
    rng = np.random.default_rng(10)
    lit = np.where(np.arange(len(DAYS)) < FIRST_REPORTING, 30.0, 18.0) + rng.normal(0, 1, len(DAYS))
    house = add_contract(connection, "stairs", lit, carrier="light")
    connection.execute(
        "INSERT INTO installation (device_id, building_id, serial, installed_at)"
        " SELECT id, %s, '1', '2020-01-01T00:00:00Z' FROM device WHERE name = 'lamp'",
        (house,),
    )
    store_hours(connection, "lamp", "lamp_failure", np.where(np.arange(len(DAYS)) % 3 == 0, 0.2, 0.0))
    add_contract(connection, "yard", lit + rng.normal(0, 1, len(DAYS)), carrier="light", site="south")
    rows = connection.execute("SELECT code FROM contract ORDER BY id").fetchall()
    return [row[0] for row in rows]
