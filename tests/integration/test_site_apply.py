"""A site file in the registry: idempotent, telling what changed, all or nothing."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import TupleRow

from ingest_service.site_apply import Change, apply_site
from ingest_service.site_file import parse_site
from teplosvet.domain.errors import TeplosvetError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.database import connect
from teplosvet.storage.devices import ensure_device
from tests.integration.ingest_run import empty, rows
from tests.unit.ingest.test_site_file import RIGHT

EVERYTHING = [
    Change("added", "site", "quay"),
    Change("added", "building", "lenina-1"),
    Change("added", "device", "weather-1"),
    Change("added", "device", "lenina-1-heat"),
    Change("added", "contract", "warm-1"),
]


@pytest.fixture
def database(module_database: str) -> Iterator[str]:
    yield module_database
    empty(module_database)


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection[TupleRow]]:
    with connect(database) as opened:
        yield opened


def apply(connection: psycopg.Connection[TupleRow], text: str = RIGHT) -> list[Change]:
    return apply_site(connection, parse_site(text, "site.toml"))


def registry(database: str) -> list[list[tuple[object, ...]]]:
    tables = ("site", "building", "entrance", "device", "register_modulus", "installation", "contract")
    return [rows(database, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]


def test_applying_twice_changes_nothing(database: str, connection: psycopg.Connection[TupleRow]) -> None:
    assert apply(connection) == EVERYTHING
    before = registry(database)
    assert all(before)
    assert apply(connection) == []
    assert registry(database) == before


CHANGES = [
    ('zone = "Europe/Moscow"', 'zone = "Europe/Moscow"\ntitle = "Quay"', [Change("changed", "site", "quay")]),
    ("ул. Ленина, 1", "ул. Ленина, 2", [Change("changed", "building", "lenina-1")]),
    ('["1", "2"]', '["1", "2", "3"]', [Change("changed", "building", "lenina-1")]),
    ('"gw-1"', '"gw-2"', [Change("changed", "device", "lenina-1-heat")]),
    ("1e8", "1e7", [Change("changed", "device", "lenina-1-heat")]),
    ("61234.0", "61234.5", [Change("changed", "device", "lenina-1-heat")]),
    ('serial = "6631-0999"', 'serial = "6631-1000"', [Change("changed", "device", "lenina-1-heat")]),
    ("2450.10", "2450.11", [Change("changed", "contract", "warm-1")]),
    ("2023-10-01/", "2023-10-02/", [Change("changed", "contract", "warm-1")]),
    ("2450.10", "2450.100", []),
    ("2024-09-01T10:00:00+03:00", "2024-09-01T07:00:00Z", []),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), CHANGES)
def test_what_changed_is_told_and_nothing_else(
    database: str, connection: psycopg.Connection[TupleRow], old: str, new: str, told: list[Change]
) -> None:
    apply(connection)
    assert apply(connection, RIGHT.replace(old, new, 1)) == told
    assert apply(connection, RIGHT.replace(old, new, 1)) == []
    assert apply(connection) == [Change("changed", each.noun, each.name) for each in told if new != '["1", "2", "3"]']


def test_a_change_of_a_device_makes_its_history_again(database: str, connection: psycopg.Connection[TupleRow]) -> None:
    apply(connection)
    connection.execute("TRUNCATE dirty_range")
    apply(connection)
    assert rows(database, "SELECT FROM dirty_range") == []
    apply(connection, RIGHT.replace("1e8", "1e7"))
    assert rows(database, "SELECT d.name FROM dirty_range r JOIN device d ON d.id = r.device_ids[1]") == [
        ("lenina-1-heat",)
    ]


def test_another_zone_makes_the_days_of_the_building_again(
    database: str, connection: psycopg.Connection[TupleRow]
) -> None:
    """Days that began at another instant must not stand beside the new ones."""
    apply(connection)
    connection.execute("TRUNCATE dirty_range")
    device = "SELECT d.id, b.id FROM device d, building b WHERE d.name = 'lenina-1-heat'"
    device_id, building_id = rows(database, device)[0]
    daily = "INSERT INTO consumption_daily VALUES (%s, 'heat_energy_kwh', '2025-01-01', 1, 0, 86400, 86400, 'metered')"
    connection.execute(daily, (device_id,))
    energy = "INSERT INTO building_energy_daily VALUES (%s, 'heat', '2025-01-01', 1, 0, 1, 1)"
    connection.execute(energy, (building_id,))
    apply(connection, RIGHT.replace("Europe/Moscow", "Asia/Yekaterinburg"))
    assert rows(database, "SELECT FROM consumption_daily UNION ALL SELECT FROM building_energy_daily") == []
    assert rows(database, "SELECT device_ids FROM dirty_range") == [([device_id],)]


def test_what_is_not_in_the_file_stays(database: str, connection: psycopg.Connection[TupleRow]) -> None:
    apply(connection)
    apply(connection, RIGHT[: RIGHT.index("[[contract]]")])
    assert rows(database, "SELECT code FROM contract") == [("warm-1",)]


def test_nothing_is_half_applied(database: str, connection: psycopg.Connection[TupleRow]) -> None:
    """The second device contradicts the registry: nothing that stands before it may be there."""
    apply(connection)
    before = registry(database)
    other = RIGHT.replace('name = "weather-1"', 'name = "weather-2"').replace('weather = "weather-1"', "")
    other = other.replace("ул. Ленина, 1", "elsewhere").replace('class = "heat"', 'class = "water"')
    other = other.replace("heat_energy_kwh", "water_volume_m3").replace('carrier = "heat"', 'carrier = "water"')
    with pytest.raises(TeplosvetError, match="registered as heat: a water device needs another name"):
        apply(connection, other)
    assert registry(database) == before


def test_a_file_with_a_wrong_contract_leaves_the_registry_empty(
    database: str, connection: psycopg.Connection[TupleRow]
) -> None:
    with pytest.raises(TeplosvetError, match=r"site\.toml:43"):
        apply(connection, RIGHT.replace('esco_share = "0.8"', 'esco_share = "1.5"'))
    assert not any(registry(database))


TITLES = ["'; DROP TABLE site; --", "{}", "%(name)s", "<b>a</b>", "a'b\"c\\d", "Ё" * 500, "🏠", "[bold]", "\u202e"]


@pytest.mark.parametrize("title", TITLES)
def test_any_title_is_only_a_title(database: str, connection: psycopg.Connection[TupleRow], title: str) -> None:
    escaped = title.replace("\\", "\\\\").replace('"', '\\"')
    text = RIGHT.replace("ул. Ленина, 1", escaped).replace("[site]", f'[site]\ntitle = "{escaped}"')
    apply(connection, text)
    assert apply(connection, text) == []
    assert rows(database, "SELECT s.title, b.title FROM site s, building b") == [(title, title)]


def test_a_building_of_another_site_is_not_taken_over(database: str, connection: psycopg.Connection[TupleRow]) -> None:
    apply(connection)
    before = registry(database)
    with pytest.raises(TeplosvetError, match="belongs to another site"):
        apply(connection, RIGHT.replace('name = "', 'name = "other-', 1))
    assert registry(database) == before


@pytest.mark.parametrize("name", ["", "a/b", "a+b", "x" * 300, "дом"])
def test_what_is_no_name_is_not_registered(database: str, connection: psycopg.Connection[TupleRow], name: str) -> None:
    with pytest.raises(TeplosvetError, match="is no name"):
        ensure_device(connection, name, DeviceClass.HEAT, name)
    assert rows(database, "SELECT FROM device") == []


def test_what_the_installer_added_stays(database: str, connection: psycopg.Connection[TupleRow]) -> None:
    """Zone, verification dates and photo are not in the site file, and another serial number there is a correction."""
    apply(connection)
    connection.execute(
        b"""UPDATE installation SET place_zone = 'cellar', calibrated_on = '2025-05-14', calibration_due = '2029-05-14'
            WHERE serial = '6631-0999';
            INSERT INTO installation_photo (installation_id, image, sha256, taken_at)
            SELECT id, 'picture', 'digest', '2026-01-01Z' FROM installation WHERE serial = '6631-0999'"""
    )
    added = """SELECT i.id, i.place_zone, i.calibrated_on, i.calibration_due, p.image, p.sha256, p.taken_at
               FROM installation i JOIN installation_photo p ON p.installation_id = i.id"""
    before = rows(database, added)
    assert len(before) == 1
    for changed in (RIGHT.replace("61234.0", "61234.5", 1), RIGHT.replace("6631-0999", "6631-1000", 1)):
        assert apply(connection, changed) == [Change("changed", "device", "lenina-1-heat")]
        assert rows(database, added) == before
    assert rows(database, "SELECT count(*) FROM installation WHERE place_zone <> ''") == [(1,)]
