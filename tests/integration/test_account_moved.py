"""Two periods of one contract verified for the first time at once: they count each other, whoever is first."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from psycopg.types.range import DateRange

from analytics.fleet.share import Share, verify_share
from analytics.stated import load_stated
from analytics.verification import Connection, verify_and_keep
from teplosvet.domain.periods import Period
from teplosvet.storage.database import connect
from tests.integration.test_contract_terms import MONTHS, SITE, apply
from tests.integration.test_verification import store_energy, store_hours
from tests.unit.analytics.known_contracts import TEMPERATURE, heat_energy

CAP = Decimal("3000.00")
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def house(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        apply(connection, SITE.replace('cap = "1000000.00"', f'cap = "{CAP}"'))
        row = connection.execute("SELECT id FROM building").fetchone()
        assert row is not None
        store_energy(connection, row[0], "heat", heat_energy(0.3, cv=0.03))
        store_hours(connection, "sky", "outdoor_temperature_c", TEMPERATURE, frozenset())
        yield connection


def single(connection: Connection, period: Period) -> None:
    verify_and_keep(connection, "lenina-1", period)


def of_a_fleet(connection: Connection, period: Period) -> None:
    days = DateRange(period.start, period.end)
    row = connection.execute("INSERT INTO fleet_run (period) VALUES (%s) RETURNING id", (days,)).fetchone()
    assert row is not None
    verify_share(connection, Share(row[0], period, ("lenina-1",)))
    kept = connection.execute("SELECT version FROM fleet_result WHERE run_id = %s", row).fetchall()
    assert kept == [(1,)]


@pytest.mark.parametrize("work", [single, of_a_fleet])
def test_what_two_periods_pay_stays_within_the_cap(
    house: Connection, database: str, work: Callable[[Connection, Period], None]
) -> None:
    months = MONTHS[2:5]

    def verified(month: Period) -> None:
        with connect(database) as connection:
            work(connection, month)

    with connect(database) as holder, ThreadPoolExecutor(len(months)) as pool:
        with holder.transaction():
            holder.execute("SELECT id FROM contract FOR UPDATE")
            done = [pool.submit(verified, month) for month in months]
            ends = time.monotonic() + 60
            while house.execute(WAITING).fetchone() != (len(months),):  # each has computed, and waits to keep
                assert time.monotonic() < ends, [each.exception(0) for each in done if each.done()]
                time.sleep(0.05)
        for each in done:
            each.result(60)
    stated = load_stated(house, "lenina-1")
    assert [each.version for each in stated] == [1] * len(months)
    assert sum(each.payable for each in stated) == CAP
