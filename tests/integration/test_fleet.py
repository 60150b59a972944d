"""Runs over all contracts on a real database: the same statements, whatever is cut off, poisoned or done twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from analytics.fleet.job import FleetRun, run_fleet
from analytics.fleet.report import fleet_report, member_of
from analytics.fleet.share import KEPT_AT_ONCE
from analytics.keeping import Draft
from analytics.portfolio import Portfolio, portfolio
from analytics.verification import Connection, load_contract, state, verify_contract
from teplosvet.domain.errors import AlreadyRunningError, NotEnoughDataError, UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.database import connect
from tests.command import Call, caller
from tests.integration.fleet_site import add_contract, add_mixed_fleet, add_sites, holed
from tests.unit.analytics.known_contracts import REPORTING


def run(url: str, site: str | None = None, workers: int = 1) -> FleetRun:
    return run_fleet(url, REPORTING, site, workers, lambda _done, _whole: None)


@pytest.fixture
def fleet(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        add_mixed_fleet(connection)
        yield connection


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path, database: str) -> Call:
    called = caller(monkeypatch, capfd, tmp_path)
    return lambda *words: called(*words, TEPLOSVET_DATABASE_URL=database)


def digests(connection: Connection) -> dict[str, str]:
    rows = connection.execute(
        "SELECT c.code, s.digest FROM statement s JOIN contract c ON c.id = s.contract_id"
        " WHERE s.version = (SELECT max(version) FROM statement t WHERE t.contract_id = c.id)"
    )
    return dict(rows.fetchall())


@pytest.mark.parametrize("workers", [1, 2])
def test_statements_are_those_of_single_verification_to_the_byte(
    fleet: Connection, database: str, workers: int
) -> None:
    codes = add_codes(fleet)
    expected = {}
    for code in codes:
        place = load_contract(fleet, code)
        expected[code] = Draft.of(place.contract_id, state(fleet, place, REPORTING)).digest
    found = run(database, workers=workers)
    assert (found.contracts, found.failed) == (len(codes), 0)
    assert found.refused == 3
    assert digests(fleet) == expected
    kept = fleet.execute("SELECT body FROM statement ORDER BY contract_id").fetchall()
    carriers = {row[0]["carrier"] for row in kept}
    assert carriers == {"heat", "light"}
    assert any(row[0]["adjustments"] for row in kept)


def add_codes(connection: Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT code FROM contract ORDER BY id")]


def test_the_same_data_add_no_version_and_other_data_one(fleet: Connection, database: str) -> None:
    first = run(database)
    assert first.new_statements == first.contracts
    again = run(database)
    assert (again.new_statements, again.done_before) == (0, 0)
    assert again.run > first.run
    for code in add_codes(fleet):
        verify_contract(fleet, code, REPORTING)
    assert fleet.execute("SELECT max(version) FROM statement").fetchone() == (1,)
    fleet.execute(
        "UPDATE building_energy_daily SET energy_kwh = energy_kwh + 5 FROM building b"
        " WHERE b.id = building_id AND b.code = 'heat-2' AND day = %s",
        (REPORTING.start,),
    )
    assert run(database).new_statements == 1
    versions = fleet.execute(
        "SELECT c.code FROM statement s JOIN contract c ON c.id = s.contract_id WHERE version = 2"
    ).fetchall()
    assert versions == [("heat-2",)]


def test_one_poisoned_building_stops_nothing(fleet: Connection, database: str) -> None:
    clean = run(database)
    fleet.execute("UPDATE building SET zone = 'Nowhere/Land' WHERE code = 'heat-1'")
    fleet.execute("UPDATE building SET latitude = 95 WHERE code = 'yard'")
    fleet.execute("UPDATE contract SET method = 'guessing' WHERE code = 'heat-3'")
    found = run(database)
    assert {failure.contract for failure in found.failures} == {"heat-1", "heat-3", "yard"}
    assert found.failed == 3
    assert (found.contracts, found.new_statements) == (clean.contracts, 0)
    reasons = {failure.contract: failure.reason for failure in found.failures}
    assert "Nowhere/Land" in reasons["heat-1"]
    assert "latitude" in reasons["yard"]
    assert "guessing" in reasons["heat-3"]


@pytest.fixture
def many(database: str) -> Iterator[Connection]:
    """More contracts than one transaction keeps."""
    with connect(database) as connection:
        add_sites(connection)
        for n in range(KEPT_AT_ONCE + 8):
            add_contract(connection, f"house-{n:02}", holed(n))
        yield connection


@contextmanager
def held_up(connection: Connection, database: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command, standing before the second transaction of its run, because the last contract is locked."""
    words = ["fleet", "verify", "--period", str(REPORTING), "--workers", "1", "--json"]
    with connect(database) as locker, locker.transaction():
        locker.execute("SELECT id FROM contract ORDER BY id DESC LIMIT 1 FOR UPDATE")
        with subprocess.Popen(
            [sys.executable, "-m", "teplosvet", *words],
            env={**os.environ, "TEPLOSVET_DATABASE_URL": database},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                wait_for(lambda: results(connection) >= KEPT_AT_ONCE)
                yield process
            finally:
                process.kill()


def results(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) FROM fleet_result").fetchone()
    assert row is not None
    return int(row[0])


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_killed_in_the_middle_it_goes_on_behind_what_is_done(many: Connection, database: str) -> None:
    with held_up(many, database) as process:
        process.send_signal(signal.SIGKILL)
        assert process.wait(20) == -signal.SIGKILL
    assert results(many) == KEPT_AT_ONCE
    before = many.execute("SELECT contract_id, id, made_at FROM statement ORDER BY id").fetchall()
    wait_for(lambda: many.execute("SELECT count(*) FROM pg_locks WHERE classid = 7403762").fetchone() == (0,))
    found = run(database)
    assert (found.done_before, found.contracts, found.stated) == (KEPT_AT_ONCE, KEPT_AT_ONCE + 8, KEPT_AT_ONCE + 8)
    rows = many.execute("SELECT contract_id, id, made_at FROM statement ORDER BY id").fetchall()
    assert rows[: len(before)] == before
    assert len({row[0] for row in rows}) == len(rows) == KEPT_AT_ONCE + 8
    assert many.execute("SELECT count(*), count(ended_at) FROM fleet_run").fetchone() == (1, 1)


def test_a_run_of_yesterday_is_not_gone_on_with(many: Connection, database: str) -> None:
    with held_up(many, database):
        pass
    many.execute("UPDATE fleet_run SET started_at = started_at - INTERVAL '25 hours'")
    found = run(database)
    assert (found.done_before, found.contracts) == (0, KEPT_AT_ONCE + 8)
    assert found.new_statements == 8


def test_the_same_run_is_worked_on_once(many: Connection, database: str) -> None:
    with held_up(many, database), pytest.raises(AlreadyRunningError, match="being worked on"):
        run(database)


def test_two_runs_and_single_verification_at_once_write_each_version_once(fleet: Connection, database: str) -> None:
    def alone(code: str) -> None:
        with connect(database) as connection:
            verify_contract(connection, code, REPORTING)

    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(run, database, site) for site in (None, "north", "south")]
        singles = [pool.submit(alone, code) for code in add_codes(fleet)]
        found = [each.result() for each in runs]
        for single in singles:
            single.result()
    assert [each.failed for each in found] == [0, 0, 0]
    assert found[0].contracts == found[1].contracts + found[2].contracts
    versions = fleet.execute("SELECT count(*), max(version) FROM statement").fetchone()
    assert versions == (found[0].contracts, 1)


def test_a_period_that_is_not_over_keeps_no_refusal(fleet: Connection, database: str) -> None:
    coming = Period.parse("2090-01-01/2090-03-01")
    found = run_fleet(database, coming, "south", 1, lambda _done, _whole: None)
    assert found.refused == found.contracts > 0
    assert found.new_statements == 0
    assert fleet.execute("SELECT count(*) FROM statement").fetchone() == (0,)


def test_the_views_say_what_the_pure_functions_say(fleet: Connection, database: str) -> None:
    run(database)
    report = fleet_report(fleet, None)
    rows = fleet.execute(
        "SELECT scope, carrier, site, contracts, proven_contracts, adjusted_baseline_kwh, avoided_energy_kwh,"
        " proven_kwh, independent_half_width_kwh, correlated_half_width_kwh FROM fleet_portfolio WHERE contracts > 0"
    ).fetchall()
    viewed = {(row[1], row[2]): row[3:] for row in rows}
    sums: dict[tuple[str | None, str | None], Portfolio | None] = {(None, None): report.total}
    sums |= {(part.carrier, part.site): part.sum for part in (*report.by_carrier, *report.by_site)}
    assert viewed.keys() == sums.keys()
    for key, total in sums.items():
        assert total is not None
        band = total.bands[0]
        expected = (
            *(total.contracts, total.proven_contracts, total.adjusted_baseline_kwh, total.avoided_energy_kwh),
            *(total.proven_kwh, band.independent_kwh, band.correlated_kwh),
        )
        assert [value or 0.0 for value in viewed[key]] == pytest.approx(expected, abs=0.01)


def test_refused_and_failed_contracts_are_named_and_in_no_sum(fleet: Connection, database: str) -> None:
    fleet.execute("UPDATE building SET zone = 'Nowhere/Land' WHERE code = 'heat-1'")
    run(database)
    report = fleet_report(fleet, REPORTING)
    left = {each.contract: (each.outcome, each.reason) for each in report.left_out}
    assert left["no-reporting-data"] == ("refused", "no_reporting_data")
    assert left["no-weather"] == left["unheard-sky"] == ("refused", "baseline_too_short")
    assert left["heat-1"][0] == "failed"
    assert report.total is not None
    assert report.total.contracts + len(left) == len(add_codes(fleet))
    members = [member_of(row) for row in report.ranking]
    assert portfolio([each for each in members if each is not None]) == report.total
    assert all(one.avoided_energy_kwh >= other.avoided_energy_kwh for one, other in pairwise(report.ranking))  # type: ignore[operator]
    by_bound = sorted(report.ranking, key=lambda row: row.rank_by_lower_bound or 0)
    assert all(one.lower_kwh >= other.lower_kwh for one, other in pairwise(by_bound))  # type: ignore[operator]
    unproven = [row for row in report.ranking if not row.proven]
    assert unproven
    assert all(row.days_to_prove == 0 for row in report.ranking if row.proven)


def test_progress_is_a_view(fleet: Connection, database: str) -> None:
    found = run(database, site="south")
    row = fleet.execute(
        "SELECT run, site, contracts, stated, refused, failed, new_statements, ended_at IS NOT NULL FROM fleet_progress"
    ).fetchone()
    assert row == (found.run, "south", found.contracts, found.stated, found.refused, 0, found.new_statements, True)


def test_the_commands_speak_json_or_words(fleet: Connection, call: Call) -> None:
    said = call("fleet", "verify", "--period", str(REPORTING), "--json", "--workers", "1")
    assert said.code == 0
    assert msgspec.json.decode(said.out)["contracts"] == len(add_codes(fleet))
    assert "contracts" in call("fleet", "verify", "--period", str(REPORTING), "--workers", "1").out
    told = msgspec.json.decode(call("fleet", "report", "--json").out)
    assert told["total"]["contracts"] == len(told["ranking"])
    words = call("fleet", "report", "--period", str(REPORTING))
    assert words.code == 0
    for part in (
        "all energy",
        "heat on north",
        "no-weather: refused, baseline too short",
        "Proven contract by contract",
    ):
        assert part in words.out


def test_what_cannot_be_done_is_one_sentence(database: str, call: Call) -> None:
    with pytest.raises(UnknownNameError):
        run(database, site="nowhere")
    with connect(database) as connection, pytest.raises(NotEnoughDataError):
        fleet_report(connection, None)
    for words in (
        ("fleet", "verify", "--period", "january"),
        ("fleet", "verify", "--period", str(REPORTING), "--site", "nowhere"),
        ("fleet", "report"),
        ("fleet", "report", "--period", str(REPORTING)),
    ):
        said = call(*words)
        assert said.code == 2
        assert said.out == ""
        assert said.err.startswith("teplosvet: ")
        assert said.err.count("\n") == 1
