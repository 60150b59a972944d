"""However readings arrive, and however often the job runs in between, the tables are those of one run at the end."""

import numpy as np
import pytest

from analytics.rollup.job import roll_up
from tests.integration.rollup_points import a_point, deliveries
from tests.integration.rollup_site import START, Connection, hours, house, unlike


@pytest.mark.parametrize("seed", range(3))
def test_chunk_by_chunk_equals_the_whole(database: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    with house(database) as site:
        buildings = [site.building("a"), site.building("b", "Asia/Kolkata")]
        points = [a_point(site, rng, buildings[n % 2], n) for n in range(5)]
        for chunk in deliveries(rng, points):
            for point, chosen in chunk:
                point.deliver(site, chosen)
            roll_up(site.connection)
        found = site.everything()
        assert not site.is_dirty()
        site.forget_rollups()
        for point in points:
            arrived = np.flatnonzero(point.keep)
            site.dirty(point.key, point.at[arrived[0]], point.at[arrived[-1]])
        roll_up(site.connection)
        assert unlike(found, site.everything())[:20] == []


def test_running_again_changes_nothing(database: str) -> None:
    rng = np.random.default_rng(11)
    with house(database) as site:
        building = site.building()
        points = [a_point(site, rng, building, n) for n in range(3)]
        for point in points:
            point.deliver(site, np.flatnonzero(point.keep))
        roll_up(site.connection)
        once = site.everything()
        assert all(once.values()), [table for table, rows in once.items() if not rows]
        written = written_rows(site.connection)
        for point in points:
            site.dirty(point.key, point.at[20], point.at[-20])
        roll_up(site.connection)
        assert site.everything() == once
        assert written_rows(site.connection) == written


def written_rows(connection: Connection) -> list[tuple[object, ...]]:
    """Which transaction wrote each row: one that says the same is left alone, or the tables would bloat all day."""
    return connection.execute(
        "SELECT device_id, quantity, hour, xmin::text FROM consumption_hourly ORDER BY 1, 2, 3"
    ).fetchall()


def test_the_comparison_can_fail(database: str) -> None:
    with house(database) as site:
        device = site.device("d", site.building())
        site.read(device, [START + hours(k) for k in range(30)], heat_energy_kwh=np.arange(30))
        roll_up(site.connection)
        found = site.everything()
        for change in (
            "UPDATE consumption_hourly SET amount = amount + 0.00001 WHERE hour = '2025-01-12T21:00:00Z'",
            "DELETE FROM consumption_daily WHERE day = '2025-01-13'",
            "UPDATE building_energy_daily SET energy_kwh = NULL WHERE day = '2025-01-13'",
            "INSERT INTO register_epoch VALUES (1, 'heat_energy_kwh', now(), 1, 'decimal_change')",
        ):
            before = site.everything()
            site.connection.execute(change.encode())
            assert len(unlike(site.everything(), before)) == 1
        assert len(unlike(site.everything(), found)) == 4
