"""A site for the console's tests: what the other services would have written, computed by their own code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from analytics.daily import DailySeries, days_of
from analytics.daylight import dark_hours
from analytics.methods import DailyVariable, VerificationInput, verify
from analytics.statement import Statement
from ingest_service.site_apply import apply_site
from teplosvet.domain.buildings import Building, Site
from teplosvet.domain.contracts import Carrier, Contract, Method, Tariff, TariffUnit
from teplosvet.domain.devices import Device, Installation
from teplosvet.domain.periods import Period
from teplosvet.domain.quantities import DeviceClass

HOSTILE = "<script>alert('1')</script> & \"O'Brien\" {{ 7 * 7 }}"
ZONE = ZoneInfo("Europe/Moscow")
LATITUDE_DEG = 59.94
BASELINE = Period(date(2024, 10, 1), date(2025, 5, 1))
REPORTING = Period(date(2025, 10, 1), date(2026, 5, 1))
JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))
SINCE = datetime(2024, 9, 1, tzinfo=UTC)
SHARE = Decimal("0.8")

Floats = NDArray[np.float64]


def contract(code: str, building: str, carrier: Carrier, title: str, guarantee_kwh: float | None = None) -> Contract:
    light = carrier is Carrier.LIGHT
    return Contract(
        code,
        title,
        building,
        carrier,
        Method.LIGHT_OPTION_B if light else Method.CHANGE_POINT_DAILY,
        BASELINE,
        Tariff(Decimal("5.70"), "RUB", TariffUnit.KWH) if light else Tariff(Decimal("2450.10"), "RUB", TariffUnit.GCAL),
        SHARE,
        guarantee_kwh,
        customer="ТСЖ «Ленина 1»",
        esco="ООО «ЭСКО»",
    )


LENINA_HEAT = contract("lenina-1-heat", "lenina-1", Carrier.HEAT, "Погодное регулирование", guarantee_kwh=40_000)
LENINA_LIGHT = contract("lenina-1-light", "lenina-1", Carrier.LIGHT, "Эффективный свет")
PLACEBO = contract("mira-4-heat", "mira-4", Carrier.HEAT, "Балансировка")
REFUSED = contract("sadovaya-7-heat", "sadovaya-7", Carrier.HEAT, "Новый узел")
HOSTILE_CONTRACT = contract("hostile", "hostile", Carrier.LIGHT, HOSTILE)
WITHOUT_STATEMENT = contract("nevsky-3-heat", "nevsky-3", Carrier.HEAT, "Тёплый город")
CONTRACTS = (LENINA_HEAT, LENINA_LIGHT, PLACEBO, REFUSED, HOSTILE_CONTRACT, WITHOUT_STATEMENT)


def _device(
    name: str, device_class: DeviceClass, building: str, entrance: str | None = None, floor: int | None = None
) -> Device:
    place = Installation(building, f"SN-{name}", SINCE, entrance=entrance, floor=floor)
    return Device(name, device_class, "gateway-1", "demo", installations=(place,))


DEVICES = (
    _device("lenina-1-heat", DeviceClass.HEAT, "lenina-1"),
    *(_device(f"lenina-1-lamp-{n}", DeviceClass.LIGHT, "lenina-1", str(1 + n // 3), 1 + n % 3) for n in range(6)),
    _device("mira-4-heat", DeviceClass.HEAT, "mira-4"),
    _device("sadovaya-7-heat", DeviceClass.HEAT, "sadovaya-7"),
    _device("hostile-lamp", DeviceClass.LIGHT, "hostile", "1", 1),
    _device("nevsky-3-heat", DeviceClass.HEAT, "nevsky-3"),
    _device("nevsky-3-silent", DeviceClass.WATER, "nevsky-3"),
    _device("sky", DeviceClass.CLIMATE, "lenina-1"),
    _device("lenina-1-room", DeviceClass.CLIMATE, "lenina-1", "1", 2),
)
BUILDINGS = (
    Building(
        "lenina-1",
        "Ленина, 1",
        ZONE,
        "Санкт-Петербург, ул. Ленина, 1",
        59.96,
        30.31,
        2400.0,
        entrances=("1", "2"),
        weather="sky",
    ),
    Building("mira-4", "Мира, 4", ZONE, "Санкт-Петербург, ул. Мира, 4", 59.99, 30.36, 2400.0, weather="sky"),
    Building("sadovaya-7", "Садовая, 7", ZONE, "Санкт-Петербург, Садовая ул., 7", 59.93, 30.33, 2400.0, weather="sky"),
    Building("hostile", HOSTILE, ZONE, HOSTILE, entrances=("1",)),
    Building("nevsky-3", "Невский, 3", ZONE, "Санкт-Петербург, Невский пр., 3", 59.936, 30.315, 2400.0, weather="sky"),
)
SITE = Site("demo", "Демонстрация", BUILDINGS, DEVICES, CONTRACTS)


def outdoor_temperature_c(days: Floats, rng: np.random.Generator) -> Floats:
    """A northern winter with weather that lasts for days."""
    swing = -2 - 9 * np.cos((days - 20_838) / 365.25 * 2 * np.pi)
    noise = np.zeros(len(days))
    for n in range(1, len(days)):
        noise[n] = 0.75 * noise[n - 1] + rng.normal(0, 2.2)
    return np.asarray(swing + noise)


@dataclass(frozen=True)
class Season:
    """Energy and weather of both periods."""

    energy: DailySeries
    temperature: DailyVariable


def season(seed: int, carrier: Carrier, saving: float, faults: bool = True, baseline_days: int | None = None) -> Season:
    """A house whose reporting period uses less by `saving`, with unknown and estimated days where faults are on."""
    rng = np.random.default_rng(seed)
    day = np.concatenate([days_of(BASELINE), days_of(REPORTING)])
    number = day.astype(np.float64)
    temperature = outdoor_temperature_c(number, rng)
    if carrier is Carrier.LIGHT:
        energy = 8 + 4.2 * dark_hours(day, LATITUDE_DEG)
    else:
        energy = 260 + 38 * np.where(temperature < 15, 15 - temperature, 0.0)
    energy = energy * rng.normal(1, 0.05, len(day))
    reporting = day >= np.datetime64(REPORTING.start)
    energy[reporting] *= 1 - saving
    estimated, coverage = np.zeros(len(day)), np.ones(len(day))
    if baseline_days is not None:
        energy[baseline_days : BASELINE.days] = np.nan
    if faults:
        start = BASELINE.days
        energy[start + 40 : start + 45] = np.nan
        energy[start + 110] = np.nan
        estimated[start + 80 : start + 86] = energy[start + 80 : start + 86]
        estimated[start + 130 : start + 134] = 0.08 * energy[start + 130 : start + 134]
    unknown = np.isnan(energy)
    estimated[unknown], coverage[unknown] = np.nan, 0.0
    return Season(DailySeries(day, energy, estimated, coverage), DailyVariable(day, temperature))


def statement(of: Contract, found: Season, period: Period = REPORTING) -> Statement:
    light = of.method is Method.LIGHT_OPTION_B
    return verify(
        VerificationInput(
            of,
            period,
            found.energy,
            outdoor_temperature_c=None if light else found.temperature,
            latitude_deg=LATITUDE_DEG if light else None,
        )
    )


SEASONS: Mapping[str, Season] = {
    LENINA_HEAT.code: season(1, Carrier.HEAT, 0.18),
    LENINA_LIGHT.code: season(2, Carrier.LIGHT, 0.62),
    PLACEBO.code: season(11, Carrier.HEAT, 0.0),
    REFUSED.code: season(4, Carrier.HEAT, 0.2, baseline_days=6),
    HOSTILE_CONTRACT.code: season(5, Carrier.LIGHT, 0.5),
}

READINGS: Mapping[str, Mapping[str, float]] = {
    "lenina-1-heat": {
        "heat_energy_kwh": 1_234_567.8,
        "heat_power_kw": 41.3,
        "heat_flow_m3h": 1.72,
        "flow_temperature_c": 62.4,
        "return_temperature_c": 41.8,
        "heat_error_flags": 0.0,
    },
    "mira-4-heat": {"heat_energy_kwh": 845_120.0, "heat_power_kw": 38.9, "flow_temperature_c": 60.1},
    "sadovaya-7-heat": {"heat_energy_kwh": 2_310.5, "heat_power_kw": 12.0},
    "hostile-lamp": {"light_energy_kwh": 12.25, "light_power_w": 24.1, "light_level_percent": 30.0, "presence": 0.0},
    "nevsky-3-heat": {"heat_energy_kwh": 99_000.0, "heat_power_kw": 20.5},
    "sky": {"outdoor_temperature_c": -4.2},
    "lenina-1-room": {"indoor_temperature_c": 20.6, "relative_humidity_percent": 31.0},
} | {
    f"lenina-1-lamp-{n}": {
        "light_energy_kwh": 40.0 + n,
        "light_power_w": 24.1 if n % 2 else 6.2,
        "light_level_percent": 100.0 if n % 2 else 20.0,
        "presence": float(n % 2),
        "lamp_failure": 0.0,
    }
    for n in range(6)
}


def populate(connection: psycopg.Connection[TupleRow]) -> None:
    """Write the site, its statements, its energy and its newest readings."""
    apply_site(connection, SITE)
    for each in CONTRACTS:
        if each.code not in SEASONS:
            continue
        found = SEASONS[each.code]
        write_statement(connection, statement(each, found), 1)
        write_energy(connection, each, found)
    write_statement(connection, statement(LENINA_HEAT, SEASONS[LENINA_HEAT.code], JANUARY), 1)
    connection.execute("UPDATE building SET public = true, flats = 60 WHERE code = 'lenina-1'")
    write_weather(connection)
    write_hours(connection)
    now = datetime.now(UTC)
    connection.execute(
        """INSERT INTO quarantine (topic, publisher, payload, digest, reason, detail)
           VALUES ('teplosvet/v1/gateway-9/reading', 'gateway-9', '[{"n":"x"}]', '\\x01', 'unknown_device', %s)""",
        (HOSTILE,),
    )
    for n, (device, values) in enumerate(READINGS.items()):
        write_reading(connection, device, values, now - timedelta(seconds=3 * n + 1))


def write_weather(connection: psycopg.Connection[TupleRow]) -> None:
    """The station's hours of both winters, as the contract of Lenina 1 saw them."""
    weather = SEASONS[LENINA_HEAT.code].temperature
    connection.execute(
        """INSERT INTO state_hourly (device_id, quantity, hour, mean, low, high, samples)
           SELECT d.id, 'outdoor_temperature_c', day::timestamptz - INTERVAL '3 hours' + n * INTERVAL '1 hour',
                  mean, mean - 1, mean + 1, 6
           FROM unnest(%s::date[], %s::float8[]) AS w (day, mean), generate_series(0, 23) n, device d
           WHERE d.name = 'sky'""",
        (weather.day.tolist(), weather.value.tolist()),
    )


def write_hours(connection: psycopg.Connection[TupleRow]) -> None:
    """The last weeks of the devices in Lenina 1: weather, temperatures, light, rooms, coverage."""
    connection.execute(
        """INSERT INTO state_hourly (device_id, quantity, hour, mean, low, high, samples)
           SELECT d.id, q.quantity, h, q.mean, q.mean - 1, q.mean + 1, 6
           FROM generate_series(date_trunc('hour', now()) - INTERVAL '40 days', date_trunc('hour', now()), '1 hour') h
           CROSS JOIN LATERAL (
               SELECT -4 + 6 * sin(extract(epoch FROM h) / 400000) AS sky, extract(hour FROM h) AS hour) s
           JOIN device d ON d.name IN ('sky', 'lenina-1-heat', 'lenina-1-room') OR d.name LIKE 'lenina-1-lamp-%'
           CROSS JOIN LATERAL (VALUES
               ('sky', 'outdoor_temperature_c', s.sky),
               ('lenina-1-heat', 'flow_temperature_c', 60 - 1.2 * s.sky),
               ('lenina-1-heat', 'return_temperature_c', 42 - 0.6 * s.sky),
               ('lenina-1-room', 'indoor_temperature_c', 20.6),
               (d.name, 'light_level_percent', CASE WHEN s.hour BETWEEN 5 AND 14 THEN 8.0 ELSE 60 END)
           ) AS q (device, quantity, mean)
           WHERE q.device = d.name AND (q.quantity = 'light_level_percent') = (d.class = 'light')"""
    )
    connection.execute(
        """INSERT INTO consumption_daily (device_id, quantity, day, amount, estimated, covered_s, day_s, rule)
           SELECT d.id, 'energy', current_date - n, 100, 0,
                  CASE WHEN n = 9 THEN 43200 WHEN d.name LIKE '%lamp-2' AND n = 4 THEN 0 ELSE 86400 END,
                  86400, 'metered'
           FROM device d, generate_series(1, 30) n
           WHERE d.name LIKE 'lenina-1-%' AND d.class <> 'climate' AND n <> 20"""
    )
    connection.execute(
        """INSERT INTO light_use_daily (device_id, day, covered_s, off_s, dimmed_s, full_s)
           SELECT id, current_date - 1, 86400, 50000, 26400, 10000 FROM device WHERE class = 'light'"""
    )
    connection.execute(
        """INSERT INTO device_event (device_id, happened_at, event, data)
           SELECT id, now() - INTERVAL '5 hours', 'power_failure', '{}' FROM device WHERE name = 'lenina-1-heat'"""
    )


def write_statement(connection: psycopg.Connection[TupleRow], made: Statement, version: int) -> None:
    connection.execute(
        """INSERT INTO statement (contract_id, period, version, method, digest, body)
           SELECT id, daterange(%s, %s), %s, %s, %s, %s::jsonb FROM contract WHERE code = %s""",
        (
            made.period.start,
            made.period.end,
            version,
            made.method.value,
            "5f1d7a84c2b94e1fa2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6071829",
            msgspec.json.encode(made).decode(),
            made.contract,
        ),
    )


def write_energy(connection: psycopg.Connection[TupleRow], of: Contract, found: Season) -> None:
    series = found.energy
    rows: list[Sequence[object]] = [
        (of.carrier.value, day, None if np.isnan(kwh) else kwh, 0.0 if np.isnan(guess) else guess, share, of.building)
        for day, kwh, guess, share in zip(
            series.day.tolist(),
            series.energy_kwh.tolist(),
            series.estimated_kwh.tolist(),
            series.coverage.tolist(),
            strict=True,
        )
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO building_energy_daily
                   (building_id, carrier, day, energy_kwh, estimated_kwh, coverage, devices)
               SELECT id, %s, %s, %s, %s, %s, 1 FROM building WHERE code = %s""",
            rows,
        )


def write_reading(
    connection: psycopg.Connection[TupleRow], device: str, values: Mapping[str, float], at: datetime
) -> None:
    connection.execute(
        """INSERT INTO latest_reading (device_id, measured_at, received_at, quantities)
           SELECT id, %s, now(), %s FROM device WHERE name = %s
           ON CONFLICT (device_id) DO UPDATE
           SET measured_at = excluded.measured_at, quantities = excluded.quantities""",
        (at, Jsonb(dict(values)), device),
    )
