"""When what is known of a device changes, everything that was made from its readings is made again."""

import numpy as np
import pytest

from analytics.rollup.job import roll_up
from teplosvet.storage.queries import query
from tests.integration.rollup_site import START, House, hours, house

CHANGED = START + hours(36.5)


def changed(site: House, device: int) -> None:
    name = site.connection.execute("SELECT name FROM device WHERE id = %s", (device,)).fetchone()
    assert name is not None
    site.connection.execute(query("registry", "mark_whole_history"), {"name": name[0]})


def days_of(site: House, device: int) -> list[object]:
    return [row[0] for _, row in sorted(site.days(device).items())]


def test_a_modulus_that_is_stated_later_tells_of_a_rollover(database: str) -> None:
    with house(database) as site:
        device = site.device("d", site.building())
        register = (9_640.0 + 20.0 * np.arange(73)) % 10_000.0
        site.read(device, [START + hours(k) for k in range(73)], heat_energy_kwh=register)
        site.modulus(device, "heat_energy_kwh", 50_000.0)
        roll_up(site.connection)
        assert "register_reset" in {key[3] for key in site.rows("register_finding")}
        site.connection.execute("UPDATE register_modulus SET modulus = 10000")
        changed(site, device)
        roll_up(site.connection)
        assert days_of(site, device) == [pytest.approx(480.0)] * 3
        assert {key[3] for key in site.rows("register_finding")} == {"register_rollover"}
        assert {row[3] for row in site.hourly(device).values()} == {"metered"}


def test_an_installation_that_is_entered_later_tells_of_an_exchange(database: str) -> None:
    with house(database) as site:
        building = site.building()
        device = site.device("d", building)
        register = [5_000.0 + k if k <= 36 else 700.0 + (k - 36.5) for k in range(73)]
        site.read(device, [START + hours(k) for k in range(73)], heat_energy_kwh=register)
        roll_up(site.connection)
        assert "rate_estimate" in {row[3] for row in site.hourly(device).values()}
        site.remove(device, CHANGED, {"heat_energy_kwh": 5_036.5})
        site.install(device, building, CHANGED, serial="2", start={"heat_energy_kwh": 700.0})
        changed(site, device)
        roll_up(site.connection)
        assert {row[3] for row in site.hourly(device).values()} == {"metered"}
        assert days_of(site, device) == [pytest.approx(24.0)] * 3
        assert {key[3] for key in site.rows("register_finding")} == {"meter_exchange"}
        assert list(site.rows("register_epoch")) == [(device, "heat_energy_kwh", CHANGED)]


def test_a_birth_that_arrives_late_moves_the_exchange(database: str) -> None:
    with house(database) as site:
        device = site.device("d", site.building())
        register = [5_000.0 + k if k <= 36 else 700.0 + (k - 36.5) for k in range(73)]
        site.read(device, [START + hours(k) for k in range(73)], heat_energy_kwh=register)
        site.birth(device, START, "1", {"heat_energy_kwh": 5_000.0})
        site.birth(device, START + hours(70), "2", {"heat_energy_kwh": 733.5})
        roll_up(site.connection)
        site.birth(device, CHANGED, "2", {"heat_energy_kwh": 700.0})
        roll_up(site.connection)
        found = site.everything()
        site.forget_rollups()
        site.dirty(device, START, START + hours(72))
        roll_up(site.connection)
        assert found == site.everything()
        assert [key[2] for key in site.rows("register_epoch")] == [CHANGED]


def test_a_device_without_a_place_has_hours_and_no_days(database: str) -> None:
    with house(database) as site:
        device = site.device("d", None)
        site.read(device, [START + hours(k) for k in range(25)], heat_energy_kwh=np.arange(25))
        roll_up(site.connection)
        assert len(site.hourly(device)) == 24
        assert site.days(device) == {}
        building = site.building()
        site.install(device, building, START)
        changed(site, device)
        roll_up(site.connection)
        assert site.energy(building)["2025-01-13"] == (pytest.approx(24.0), 0.0, 1.0, 1)


def test_a_device_without_readings_is_no_trouble(database: str) -> None:
    with house(database) as site:
        building = site.building()
        device = site.device("d", building)
        changed(site, device)
        site.dirty(device, START, START)
        roll_up(site.connection)
        assert not site.is_dirty()
        assert site.days(device) == {}
        assert site.energy(building)["2025-01-13"] == (None, 0.0, 0.0, 1)


def test_a_decimal_point_that_moves_back_in_late_data_is_followed_to_the_end(database: str) -> None:
    """The readings after the move came first: all of them have to be made again when it is seen."""
    with house(database) as site:
        device = site.device("d", site.building())
        count = 40 * 24
        register = 1_000.0 + 2.0 * np.arange(count)
        register[240:] *= 10.0
        for first, end in ((300, count), (0, 200), (200, 300)):
            part = np.arange(first, end)
            site.read(device, [START + hours(int(k)) for k in part], heat_energy_kwh=register[part])
            roll_up(site.connection)
        assert not site.is_dirty()
        days = days_of(site, device)
        assert days[:-1] == [pytest.approx(48.0, abs=0.5)] * 39
        assert [row[0] for row in site.rows("register_epoch").values()] == [1]
