"""Hours and local days: outages, late data, zones that change their clocks, zones off the full hour."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.rollup.job import roll_up
from teplosvet.domain.periods import local_midnight
from tests.integration.rollup_site import START, House, hours, house

KWH_PER_H = 4.0
QUARTERS = 96 * 3 + 1
"""Three days, read every quarter of an hour."""


def quarters(site: House, device: int, chosen: np.ndarray, start: datetime = START) -> None:
    at = [start + hours(int(k) / 4) for k in chosen]
    site.read(device, at, heat_energy_kwh=1000.0 + chosen * KWH_PER_H / 4, flow_temperature_c=60.0 + chosen % 4)


def amounts(rows: dict[str, tuple[object, ...]]) -> dict[str, object]:
    return {day: row[0] for day, row in rows.items()}


@pytest.fixture
def outage() -> np.ndarray:
    """Six hours inside the second local day."""
    return np.arange(96 + 40, 96 + 64)


def test_hours_and_days_add_up_to_the_register(database: str) -> None:
    with house(database) as site:
        device = site.device("d", site.building())
        quarters(site, device, np.arange(QUARTERS))
        roll_up(site.connection)
        hourly = site.hourly(device)
        assert len(hourly) == 72
        assert all(row == (pytest.approx(4.0), 0.0, 3600, "metered") for row in hourly.values())
        days = site.days(device)
        assert days == {f"2025-01-{day}": (pytest.approx(96.0), 0.0, 86400, 86400, "metered") for day in (13, 14, 15)}


def test_an_outage_within_a_day_gives_estimated_hours_and_a_metered_day(database: str, outage: np.ndarray) -> None:
    with house(database) as site:
        device = site.device("d", site.building())
        quarters(site, device, np.setdiff1d(np.arange(QUARTERS), outage))
        roll_up(site.connection)
        rules = [row[3] for row in site.hourly(device).values()]
        assert (rules.count("interpolated"), rules.count("metered")) == (7, 65)
        assert site.days(device)["2025-01-14"] == (pytest.approx(96.0), 0.0, 86400, 86400, "metered")
        assert sum(float(str(row[0])) for row in site.hourly(device).values()) == pytest.approx(288.0)


def test_the_same_outage_arriving_late_is_metered(database: str, outage: np.ndarray) -> None:
    with house(database) as site:
        device = site.device("d", site.building())
        quarters(site, device, np.setdiff1d(np.arange(QUARTERS), outage))
        roll_up(site.connection)
        quarters(site, device, outage[::-1])
        roll_up(site.connection)
        assert {row[3] for row in site.hourly(device).values()} == {"metered"}
        assert site.rows("register_finding") == {}


def test_local_days_have_their_own_length(database: str) -> None:
    with house(database) as site:
        for zone, first, lengths_h in (
            ("America/Chicago", date(2025, 3, 8), [24, 23, 24]),
            ("America/New_York", date(2024, 11, 2), [24, 25, 24]),
            ("Europe/Moscow", date(2025, 3, 29), [24, 24, 24]),
            ("Asia/Kolkata", date(2025, 3, 8), [24, 24, 24]),
            ("Africa/Cairo", date(2025, 4, 24), [24, 23, 24]),  # midnight is left out
        ):
            start = local_midnight(first, ZoneInfo(zone))
            building = site.building(zone, zone)
            device = site.device(zone, building, since=start)
            quarters(site, device, np.arange(sum(lengths_h) * 4 + 1), start)
            roll_up(site.connection)
            days = [site.days(device)[str(first + timedelta(days=n))] for n in range(3)]
            assert [row[0] for row in days] == [pytest.approx(KWH_PER_H * h) for h in lengths_h]
            assert [row[2:4] for row in days] == [(h * 3600, h * 3600) for h in lengths_h]
            assert len(days) == len(site.days(device))
            energy = site.energy(building)
            assert [energy[day][0] for day in sorted(energy)[:3]] == [pytest.approx(KWH_PER_H * h) for h in lengths_h]


def test_an_hour_that_reaches_over_midnight_keeps_all_its_samples(database: str) -> None:
    """Midnight of Kolkata is half past an hour of UTC; a window that begins there must not halve the hour."""
    with house(database) as site:
        device = site.device("d", site.building("b", "Asia/Kolkata"))
        start = datetime(2025, 1, 12, tzinfo=UTC)
        quarters(site, device, np.arange(QUARTERS * 3), start)
        roll_up(site.connection)
        before = site.rows("state_hourly")
        assert {row[3] for row in before.values()} == {4, 3}
        for late in (110, 300, 500):
            quarters(site, device, np.array([late]), start)
            roll_up(site.connection)
        assert site.rows("state_hourly") == before


def test_an_hour_of_a_state_is_its_mean_least_and_greatest(database: str) -> None:
    with house(database) as site:
        device = site.device("d", site.building())
        quarters(site, device, np.arange(8))
        roll_up(site.connection)
        assert site.rows("state_hourly") == {
            (device, "flow_temperature_c", START + hours(n)): (pytest.approx(61.5), 60.0, 63.0, 4) for n in range(2)
        }


def test_late_data_meet_what_is_in_other_chunks(database: str) -> None:
    """A backlog of ten weeks arrives newest week first, each week from another chunk of the hypertable."""
    with house(database) as site:
        device = site.device("d", site.building())
        weeks = np.array_split(np.arange(70 * 24 + 1), 10)
        for week in reversed(weeks):
            site.read(device, [START + hours(int(k)) for k in week], heat_energy_kwh=100.0 + 2.0 * week)
            roll_up(site.connection)
        hourly = site.hourly(device)
        assert len(hourly) == 70 * 24
        assert {row[3] for row in hourly.values()} == {"metered"}
        assert amounts(site.days(device)) == dict.fromkeys(site.days(device), pytest.approx(48.0))


def test_a_long_outage_after_few_readings_is_filled(database: str) -> None:
    """Five readings, 45 days of silence, and the register goes on: the days between are estimated, and are there."""
    with house(database) as site:
        device = site.device("d", site.building())
        site.read(device, [START + hours(k) for k in range(5)], heat_energy_kwh=[0, 1, 2, 3, 4])
        roll_up(site.connection)
        site.read(device, [START + hours(45 * 24 + k) for k in range(5)], heat_energy_kwh=[1080 + k for k in range(5)])
        roll_up(site.connection)
        days = site.days(device)
        assert len(days) == 46
        assert sum(float(str(row[0])) for row in days.values()) == pytest.approx(1084.0)


def test_a_register_that_is_missing_for_days_is_filled_when_it_comes_back(database: str) -> None:
    """The temperatures went on, so that enough readings lie around the window, but not of the register."""
    with house(database) as site:
        device = site.device("d", site.building())
        count = 30 * 24
        register = 500.0 + 2.0 * np.arange(count)
        register[5 * 24 : 25 * 24] = np.nan
        for part in np.array_split(np.arange(count), 30):
            at = [START + hours(int(k)) for k in part]
            site.read(device, at, heat_energy_kwh=register[part], flow_temperature_c=60.0 + part % 7)
            roll_up(site.connection)
        days = site.days(device)
        assert len(days) == 30
        assert [row[0] for row in list(days.values())[:-1]] == [pytest.approx(48.0)] * 29
        assert days["2025-01-25"][1] == pytest.approx(48.0)
