"""The shell of verification on a real database: what the rollup left there becomes a kept statement."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from psycopg.types.range import DateRange

from analytics.commands import verify as verify_command
from analytics.methods import verify
from analytics.statement import Statement
from analytics.verification import Connection, keep, load_contract, load_input, verify_contract
from teplosvet.config import settings
from teplosvet.domain.errors import ConfigurationError, UnknownNameError
from teplosvet.domain.findings import FindingCode
from teplosvet.domain.periods import Period, local_midnight
from teplosvet.storage.database import connect
from tests.unit.analytics.known_contracts import (
    BASELINE,
    DAYS,
    FIRST_REPORTING,
    REPORTING,
    TEMPERATURE,
    heat_energy,
    heat_input,
)

ZONE = "Europe/Moscow"


def register(connection: Connection, carrier: str, method: str) -> int:
    """A site with one house, its weather and one contract."""
    site = connection.execute("INSERT INTO site (name, title) VALUES ('s', 'S') RETURNING id").fetchone()
    assert site is not None
    building = connection.execute(
        "INSERT INTO building (site_id, code, title, zone, latitude, weather)"
        " VALUES (%s, 'lenina-1', 'Lenina 1', %s, 59.94, 'sky') RETURNING id",
        (site[0], ZONE),
    ).fetchone()
    assert building is not None
    connection.execute(
        "INSERT INTO device (name, class, publisher) VALUES ('sky', 'climate', 'sky'), ('lamp', 'light', 'lamp')"
    )
    connection.execute(
        "INSERT INTO contract (code, title, building_id, carrier, method, baseline,"
        " tariff_amount, tariff_currency, tariff_per, esco_share)"
        " VALUES ('lenina-1', 'Lenina 1', %s, %s, %s, %s, 2450.10, 'RUB', 'Gcal', 0.8)",
        (building[0], carrier, method, DateRange(BASELINE.start, BASELINE.end)),
    )
    return int(building[0])


def store_energy(connection: Connection, building: int, carrier: str, energy: np.ndarray) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO building_energy_daily VALUES (%s, %s, %s, %s, 0, %s, 1)",
            [
                (building, carrier, day, None if math.isnan(kwh) else float(kwh), 0 if math.isnan(kwh) else 1)
                for day, kwh in zip(DAYS.tolist(), energy, strict=True)
            ],
        )


def store_hours(connection: Connection, device: str, quantity: str, daily: np.ndarray, drop: frozenset[date]) -> None:
    """Hours whose mean over each local day is the day's value; of a dropped day more are missing than are bridged."""
    rows = []
    for day, value in zip(DAYS.tolist(), daily, strict=True):
        start = local_midnight(day, ZoneInfo(ZONE))
        hours = 14 if day in drop else 24
        rows += [(start + timedelta(hours=n), float(value) + (n - (hours - 1) / 2) * 0.01) for n in range(hours)]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO state_hourly SELECT id, %s, %s, %s, 0, 0, 60 FROM device WHERE name = %s",
            [(quantity, hour, value, device) for hour, value in rows],
        )


@pytest.fixture
def heat(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        building = register(connection, "heat", "change-point-daily")
        energy = heat_energy(0.2)
        energy[FIRST_REPORTING + 3] = np.nan
        store_energy(connection, building, "heat", energy)
        store_hours(
            connection, "sky", "outdoor_temperature_c", TEMPERATURE, frozenset({DAYS.tolist()[FIRST_REPORTING + 9]})
        )
        yield connection


def test_what_the_database_holds_gives_the_statement_of_the_pure_core(heat: Connection) -> None:
    found = verify_contract(heat, "lenina-1", REPORTING)
    energy, weather = heat_energy(0.2), TEMPERATURE.copy()
    energy[FIRST_REPORTING + 3] = weather[FIRST_REPORTING + 9] = np.nan
    expected = verify(heat_input(energy, weather))
    assert found.used_days == expected.used_days == REPORTING.days - 2
    assert found.avoided_energy_kwh == pytest.approx(expected.avoided_energy_kwh, rel=1e-6)
    assert found.upper_kwh == pytest.approx(expected.upper_kwh, rel=1e-6)
    assert found.tariff.amount == Decimal("2450.10")
    assert FindingCode.WEATHER_MISSING in {finding.code for finding in found.findings}


def test_a_statement_is_kept_once_and_anew_when_the_data_change(heat: Connection) -> None:
    first = verify_contract(heat, "lenina-1", REPORTING)
    assert verify_contract(heat, "lenina-1", REPORTING) == first
    heat.execute("UPDATE building_energy_daily SET energy_kwh = energy_kwh + 5 WHERE day = %s", (REPORTING.start,))
    second = verify_contract(heat, "lenina-1", REPORTING)
    rows = heat.execute("SELECT version, digest, body FROM statement ORDER BY version").fetchall()
    assert [row[0] for row in rows] == [1, 2]
    assert rows[0][1] != rows[1][1]
    kept = [msgspec.convert(row[2], Statement, strict=False) for row in rows]
    assert kept == [first, second]
    place = load_contract(heat, "lenina-1")
    assert keep(heat, place, second) == 2


def test_failed_lamps_come_from_the_lamps_installed_in_the_building(database: str) -> None:
    with connect(database) as connection:
        building = register(connection, "light", "light-option-b")
        store_energy(connection, building, "light", np.full(len(DAYS), 30.0))
        store_hours(
            connection, "lamp", "lamp_failure", np.where(np.arange(len(DAYS)) < FIRST_REPORTING, 0.0, 0.5), frozenset()
        )
        place = load_contract(connection, "lenina-1")
        assert load_input(connection, place, REPORTING).failed_lamp_share is None
        connection.execute(
            "INSERT INTO installation (device_id, building_id, serial, installed_at)"
            " SELECT id, %s, '1', %s FROM device WHERE name = 'lamp'",
            (building, datetime(2020, 1, 1, tzinfo=UTC)),
        )
        inputs = load_input(connection, place, REPORTING)
        assert inputs.failed_lamp_share is not None
        np.testing.assert_allclose(inputs.failed_lamp_share.over(REPORTING), 0.5, atol=1e-12)
        assert inputs.latitude_deg == 59.94
        assert FindingCode.LAMP_FAILURES in {finding.code for finding in verify(inputs).findings}


def test_periods_that_touch_load_each_day_once(heat: Connection) -> None:
    place = load_contract(heat, "lenina-1")
    inputs = load_input(heat, place, Period(BASELINE.end, REPORTING.end))
    assert inputs.outdoor_temperature_c is not None
    assert len(np.unique(inputs.outdoor_temperature_c.day)) == len(inputs.outdoor_temperature_c.day)


def test_an_unknown_contract_and_a_wrong_period_are_one_sentence(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(database) as connection, pytest.raises(UnknownNameError, match="nowhere"):
        verify_contract(connection, "nowhere", REPORTING)
    monkeypatch.setenv("TEPLOSVET_DATABASE_URL", database)
    settings.cache_clear()
    with pytest.raises(ConfigurationError, match="FROM/TO"):
        verify_command("lenina-1", "january")
    settings.cache_clear()


def test_the_command_speaks_json_or_words(
    heat: Connection, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEPLOSVET_DATABASE_URL", database)
    settings.cache_clear()
    verify_command("lenina-1", str(REPORTING), as_json=True)
    told = msgspec.json.decode(capsys.readouterr().out, type=Statement)
    assert told.proven
    verify_command("lenina-1", str(REPORTING))
    settings.cache_clear()
    words = capsys.readouterr().out
    assert words.startswith("2024-10-01–2025-04-30: ")
    assert "Gcal saved (90 %)" in words.splitlines()[0]
