"""The same measure across sites, on a real database."""

from collections.abc import Iterator

import pytest

from analytics.fleet.job import run_fleet
from analytics.fleet.measures import measure_cases
from analytics.fleet.report import fleet_report
from analytics.verification import Connection
from teplosvet.storage.database import connect
from tests.integration.fleet_site import add_contract, add_sites, holed
from tests.unit.analytics.known_contracts import REPORTING

ADD_MEASURE = "INSERT INTO contract_measure SELECT id, %s, %s, '2024-08-01', 100000 FROM contract WHERE code = %s"
SUBSTATION, VALVES = "weather-compensated substation", "thermostat valves"


@pytest.fixture
def fleet(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        add_sites(connection)
        for place, (code, site, saving) in enumerate(
            (("a", "north", 0.1), ("b", "north", 0.2), ("c", "south", 0.2), ("d", "south", 0.3), ("e", "south", 0.3))
        ):
            house = add_contract(connection, code, holed(place, saving), site)
            connection.execute("UPDATE building SET floor_area_m2 = 1000 WHERE id = %s", (house,))
        paid = {"a": [SUBSTATION], "b": [SUBSTATION], "c": [SUBSTATION], "d": [SUBSTATION, VALVES]}
        for code, titles in paid.items():
            for place, title in enumerate(titles):
                connection.execute(ADD_MEASURE, (place, title, code))
        connection.execute("UPDATE building SET floor_area_m2 = NULL WHERE code = 'b'")
        yield connection


def test_the_same_measure_stands_beside_itself_on_every_site(fleet: Connection, database: str) -> None:
    run_fleet(database, REPORTING, None, 1, lambda _done, _whole: None)
    report = fleet_report(fleet, REPORTING)
    standing = {row.contract: row for row in report.ranking}
    cases = {(case.measures, case.site): case for case in report.measures}
    both = f"{VALVES} + {SUBSTATION}"
    assert set(cases) == {
        (SUBSTATION, None),
        (SUBSTATION, "north"),
        (SUBSTATION, "south"),
        (both, None),
        (both, "south"),
    }
    assert [cases[SUBSTATION, site].contracts for site in (None, "north", "south")] == [3, 2, 1]
    whole = cases[SUBSTATION, None]
    rows = [standing[code] for code in "abc"]
    saved, used = (
        sum(getattr(row, name) or 0.0 for row in rows) for name in ("avoided_energy_kwh", "adjusted_baseline_kwh")
    )
    halves = [((row.upper_kwh or 0.0) - (row.lower_kwh or 0.0)) / 2 for row in rows]
    assert whole.fractional_saving == pytest.approx(saved / used)
    assert whole.fractional_correlated == pytest.approx(sum(halves) / used)
    assert whole.fractional_independent == pytest.approx(sum(half**2 for half in halves) ** 0.5 / used)
    north = cases[SUBSTATION, "north"]
    assert north.contracts_with_area == 1
    assert north.avoided_kwh_per_m2 == pytest.approx((standing["a"].avoided_energy_kwh or 0.0) / 1000)
    assert cases[both, None].avoided_energy_kwh == pytest.approx(standing["d"].avoided_energy_kwh)


def test_a_period_without_a_run_has_no_cases(fleet: Connection) -> None:
    assert measure_cases(fleet, REPORTING) == ()
