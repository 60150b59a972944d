"""A run over all contracts: opened once, worked on in shares, gone on with after it was cut off."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from psycopg.types.range import DateRange

from analytics.fleet.share import LARGEST_SHARE, Share, Spent
from analytics.fleet.workers import worked
from analytics.rollup.job import bring_up_to_date
from analytics.verification import Connection
from teplosvet.domain.errors import AlreadyRunningError, UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query


@dataclass(frozen=True, slots=True)
class Failure:
    """A contract that could not be verified, and why."""

    contract: str
    reason: str


@dataclass(frozen=True, slots=True)
class FleetRun:
    """What a run came to.

    Attributes:
        run: Key of the run.
        period: Reporting period.
        site: Name of the site, None for all.
        contracts: Contracts of the run.
        done_before: Of them done before this call, by the same run.
        stated: With a saving.
        refused: Without one, for a reason in the data.
        failed: Not verified, for an error.
        new_statements: Statements that differ from the newest one before, or are the first.
        seconds: How long this call took. [s]
        spent: Where the workers' time of this call went.
        failures: The failed contracts.
    """

    run: int
    period: Period
    site: str | None
    contracts: int
    done_before: int
    stated: int
    refused: int
    failed: int
    new_statements: int
    seconds: float
    spent: Spent
    failures: tuple[Failure, ...]


def run_fleet(url: str, period: Period, site: str | None, workers: int, told: Callable[[int, int], None]) -> FleetRun:
    """Verify every contract, or those of a site, and keep what is new.

    Args:
        url: URL of the database.
        period: Reporting period.
        site: Name of a site, None for all.
        workers: Processes.
        told: Called with how many contracts are done, and of how many.

    Raises:
        UnknownNameError: If no site is called so.
        AlreadyRunningError: If a run of the same period and site is being worked on.
    """
    started = time.perf_counter()
    with connect(url, name="teplosvet-fleet") as connection:
        site_id = _site_id(connection, site)
        bring_up_to_date(connection)
        run_id = _open(connection, period, site_id)
        named = {"run_id": run_id, "site_id": site_id}
        before = _count(connection, run_id)
        remaining = connection.execute(query("fleet", "remaining"), named).fetchall()
        shares = [Share(run_id, period, codes) for codes in shares_of([(row[0], row[1]) for row in remaining], workers)]
        done, spent = before, Spent()
        told(done, before + len(remaining))
        for share, took in worked(url, shares, workers):
            done += len(share.codes)
            _add(spent, took)
            told(done, before + len(remaining))
        connection.execute(query("fleet", "close"), named)
        return _outcome(connection, run_id, before, time.perf_counter() - started, spent)


def shares_of(contracts: Sequence[tuple[str, str]], workers: int) -> list[tuple[str, ...]]:
    """Cut contracts into shares: under one sky where they are many, and enough of them for every worker.

    Args:
        contracts: Code and sky of each, those of a sky together.
        workers: How many will work on them.
    """
    most = min(LARGEST_SHARE, max(1, -(-len(contracts) // workers)))
    shares: list[tuple[str, ...]] = []
    pending: list[str] = []
    for _, group in groupby(contracts, key=lambda contract: contract[1]):
        codes = [code for code, _ in group]
        parts = -(-len(codes) // most)
        for part in range(parts):
            share = codes[part * len(codes) // parts : (part + 1) * len(codes) // parts]
            if pending and len(pending) + len(share) > most:
                shares.append(tuple(pending))
                pending = []
            pending += share
    if pending:
        shares.append(tuple(pending))
    return shares


def _site_id(connection: Connection, site: str | None) -> int | None:
    if site is None:
        return None
    row = connection.execute(query("fleet", "site"), {"name": site}).fetchone()
    if row is None:
        raise UnknownNameError(f"no site is called {site}")
    return int(row[0])


def _open(connection: Connection, period: Period, site_id: int | None) -> int:
    """The run to work on: the one that was cut off, or a new one; held as long as the connection lives."""
    named = {"period": DateRange(period.start, period.end), "site_id": site_id}
    with connection.transaction():
        connection.execute(query("fleet", "opening"))
        row = connection.execute(query("fleet", "unfinished"), named).fetchone()
        row = row or connection.execute(query("fleet", "open"), named).fetchone()
        run_id = int(row[0]) if row else -1
        held = connection.execute(query("fleet", "hold"), {"run_id": run_id}).fetchone()
    if not held or not held[0]:
        raise AlreadyRunningError(f"a fleet run over {period} is being worked on: wait for its end")
    return run_id


def _count(connection: Connection, run_id: int) -> int:
    row = connection.execute(query("fleet", "done"), {"run_id": run_id}).fetchone()
    return int(row[0]) if row else 0


def _add(spent: Spent, more: Spent) -> None:
    spent.read_s += more.read_s
    spent.fit_s += more.fit_s
    spent.body_s += more.body_s
    spent.write_s += more.write_s


def _outcome(connection: Connection, run_id: int, before: int, seconds: float, spent: Spent) -> FleetRun:
    named = {"run_id": run_id}
    row = connection.execute(query("fleet", "progress"), named).fetchone()
    if row is None:
        raise UnknownNameError(f"run {run_id} is gone: its site was removed meanwhile")
    return FleetRun(
        run=row[0],
        site=row[1],
        period=Period(row[2], row[3]),
        contracts=row[4],
        done_before=before,
        stated=row[5],
        refused=row[6],
        failed=row[7],
        new_statements=row[8],
        seconds=round(seconds, 3),
        spent=Spent(*(round(s, 3) for s in (spent.read_s, spent.fit_s, spent.body_s, spent.write_s))),
        failures=tuple(Failure(*row) for row in connection.execute(query("fleet", "failures"), named)),
    )
