"""Energy of a building by day: what is installed, what is known, and what moves."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from analytics.rollup.job import roll_up
from teplosvet.domain.quantities import DeviceClass
from tests.integration.rollup_site import START, House, hours, house

DAY = timedelta(days=1)
WHOLE = (pytest.approx(24.0), 0.0, 1.0, 1)


def hourly(site: House, device: int, first: datetime, count: int, start: float = 100.0) -> None:
    """A kilowatt, read every hour from `first`, `count` hours long."""
    at = [first + hours(k) for k in range(count + 1)]
    site.read(device, at, heat_energy_kwh=start + np.arange(count + 1))


def test_devices_of_a_carrier_are_summed(database: str) -> None:
    with house(database) as site:
        building = site.building()
        for name in "ab":
            hourly(site, site.device(name, building), START, 48)
        lamp = site.device("lamp", building, DeviceClass.LIGHT, power_kw=None)
        site.read(lamp, [START + hours(k) for k in range(49)], DeviceClass.LIGHT, light_energy_kwh=np.arange(49) / 10)
        roll_up(site.connection)
        rows = site.rows("building_energy_daily")
        day = START.date() + DAY
        assert rows[building, "heat", day] == (pytest.approx(48.0), 0.0, 1.0, 2)
        assert rows[building, "light", day] == (pytest.approx(2.4), 0.0, 1.0, 1)


def test_a_day_is_unknown_when_a_device_is(database: str) -> None:
    with house(database) as site:
        building = site.building()
        hourly(site, site.device("reports", building), START, 72)
        site.device("silent", building)
        roll_up(site.connection)
        assert site.energy(building)["2025-01-14"] == (None, 0.0, 0.5, 2)


def test_a_day_is_unknown_when_a_device_fell_silent_in_it(database: str) -> None:
    with house(database) as site:
        building = site.building()
        hourly(site, site.device("reports", building), START, 72)
        hourly(site, site.device("dies", building), START, 25)
        roll_up(site.connection)
        energy = site.energy(building)
        assert energy["2025-01-13"][0] == pytest.approx(48.0)
        assert energy["2025-01-14"] == (None, 0.0, pytest.approx(25 / 48), 2)


def test_a_device_that_reports_again_makes_the_days_known(database: str) -> None:
    with house(database) as site:
        building = site.building()
        reports, silent = site.device("reports", building), site.device("silent", building)
        hourly(site, reports, START, 96)
        hourly(site, silent, START, 24)
        roll_up(site.connection)
        assert site.energy(building)["2025-01-15"][0] is None
        hourly(site, silent, START + 3 * DAY, 24, 172.0)
        roll_up(site.connection)
        assert site.energy(building)["2025-01-15"] == (pytest.approx(48.0), pytest.approx(24.0), 1.0, 2)


def test_an_exchange_counts_the_device_once(database: str) -> None:
    with house(database) as site:
        building = site.building()
        device = site.device("d", building)
        noon = START + DAY + hours(12)
        site.remove(device, noon, {"heat_energy_kwh": 136.0})
        site.install(device, building, noon, serial="2", start={"heat_energy_kwh": 0.0})
        at = [START + hours(k + 0.5) for k in range(72)]
        site.read(device, at, heat_energy_kwh=[100.5 + k if k < 36 else k - 36 + 0.5 for k in range(72)])
        roll_up(site.connection)
        assert site.energy(building)["2025-01-14"] == WHOLE


def test_a_device_that_moves_is_split_between_the_buildings(database: str) -> None:
    with house(database) as site:
        old, new = site.building("old"), site.building("new")
        device = site.device("d", old)
        moved = START + DAY + hours(9)
        site.remove(device, moved)
        site.install(device, new, moved)
        hourly(site, device, START, 72)
        roll_up(site.connection)
        before, after = site.energy(old), site.energy(new)
        assert (before["2025-01-13"], after["2025-01-15"]) == (WHOLE, WHOLE)
        assert before["2025-01-14"] == (pytest.approx(9.0), 0.0, pytest.approx(9 / 24), 1)
        assert after["2025-01-14"] == (pytest.approx(15.0), 0.0, pytest.approx(15 / 24), 1)
        assert "2025-01-15" not in before
        assert "2025-01-13" not in after


def test_a_device_that_moved_to_another_zone_has_the_days_of_both(database: str) -> None:
    """Omsk is three hours ahead of Moscow; the load grows, so that a day of the other zone would be another amount."""
    register = 100.0 + np.arange(97) ** 2 / 100
    with house(database) as site:
        moscow, omsk = site.building("moscow"), site.building("omsk", "Asia/Omsk")
        device = site.device("d", moscow)
        site.remove(device, START + 2 * DAY)
        site.install(device, omsk, START + 2 * DAY)
        site.read(device, [START + hours(k) for k in range(97)], heat_energy_kwh=register)
        roll_up(site.connection)
        assert site.energy(moscow)["2025-01-14"] == (pytest.approx(register[48] - register[24]), 0.0, 1.0, 1)
        assert site.energy(omsk)["2025-01-16"] == (pytest.approx(register[93] - register[69]), 0.0, 1.0, 1)


def test_a_device_that_is_put_in_later_does_not_make_earlier_days_unknown(database: str) -> None:
    with house(database) as site:
        building = site.building()
        first = site.device("first", building)
        second = site.device("second", building, since=START + DAY + hours(20))
        hourly(site, first, START, 96)
        hourly(site, second, START + DAY + hours(20), 52)
        roll_up(site.connection)
        energy = site.energy(building)
        assert energy["2025-01-13"] == WHOLE
        assert energy["2025-01-14"] == (pytest.approx(28.0), 0.0, pytest.approx(28 / 48), 2)
        assert energy["2025-01-15"] == (pytest.approx(48.0), 0.0, 1.0, 2)


def test_a_device_that_is_taken_out_does_not_make_later_days_unknown(database: str) -> None:
    with house(database) as site:
        building = site.building()
        stays, goes = site.device("stays", building), site.device("goes", building)
        hourly(site, stays, START, 96)
        hourly(site, goes, START, 30)
        roll_up(site.connection)
        assert site.energy(building)["2025-01-15"][0] is None
        site.remove(goes, START + hours(30))
        site.dirty_whole(goes)
        roll_up(site.connection)
        energy = site.energy(building)
        assert energy["2025-01-14"] == (pytest.approx(30.0), 0.0, pytest.approx(30 / 48), 2)
        assert energy["2025-01-15"] == WHOLE


def test_days_on_which_nothing_is_installed_any_more_are_gone(database: str) -> None:
    with house(database) as site:
        building = site.building()
        device = site.device("d", building)
        hourly(site, device, START, 96)
        roll_up(site.connection)
        assert site.energy(building)["2025-01-13"] == WHOLE
        site.connection.execute("UPDATE installation SET installed_at = %s", (START + 2 * DAY,))
        site.dirty_whole(device)
        roll_up(site.connection)
        assert min(site.energy(building)) == "2025-01-15"


def test_today_is_there_whatever_the_time_of_the_first_installation(database: str) -> None:
    """The day of the newest reading used to be left out before the time of day at which the building began."""
    with house(database) as site:
        building = site.building("b", "UTC")
        now = site.connection.execute("SELECT now()").fetchone()
        assert now is not None
        last = now[0].replace(minute=0, second=0, microsecond=0)
        device = site.device("d", building, since=last - timedelta(days=3) + hours(2))
        hourly(site, device, last - timedelta(days=3) + hours(1), 71)
        roll_up(site.connection)
        assert str(now[0].date()) in site.energy(building)


def test_water_and_climate_have_no_energy(database: str) -> None:
    with house(database) as site:
        building = site.building()
        water = site.device("water", building, DeviceClass.WATER, power_kw=None)
        sky = site.device("sky", building, DeviceClass.CLIMATE, power_kw=None)
        at = [START + hours(k) for k in range(25)]
        site.read(water, at, DeviceClass.WATER, water_volume_m3=np.arange(25))
        site.read(sky, at, DeviceClass.CLIMATE, outdoor_temperature_c=np.arange(25))
        roll_up(site.connection)
        assert site.rows("building_energy_daily") == {}
        assert site.days(water, "water_volume_m3")["2025-01-13"][0] == pytest.approx(24.0)
        assert len(site.rows("state_hourly")) == 25
