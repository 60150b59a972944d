"""`teplosvet bench verify`: a night of the whole fleet, from daily energy in the database to statements kept there."""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import psutil
import typer

from analytics.fleet.bench_city import REPORTING, build_city
from analytics.fleet.job import FleetRun, run_fleet
from analytics.fleet.scipy_beside import Comparison, compare, has_scipy
from analytics.rollup.bench import bench_database
from teplosvet import output
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from teplosvet.storage.queries import query

SAMPLE_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Night:
    """What the benchmark measured. Times of phases are summed over the workers, which run side by side.

    Attributes:
        edition: Edition of the database.
        buildings: Contracts, one a building.
        workers: Worker processes.
        total_s: The fleet job from its call to its end. [s]
        read_s: Reading. [s]
        fit_s: Baselines, savings, variances. [s]
        body_s: Findings, days, JSON and digest. [s]
        write_s: Keeping statements. [s]
        rss_mb: Greatest sum of the resident memory of command, workers and database; shared pages count each time. [MB]
        statements: Statements in the database.
        stored_mb: What their bodies take there. [MB]
        again_s: The same job once more on the same data. [s]
        again_new: Statements that it added.
        setup_s: Filling the database, before the clock starts. [s]
        scipy_ratio: scipy's time over that of our fit, None without scipy. [-]
        scipy: The comparison in full.
    """

    edition: str
    buildings: int
    workers: int
    total_s: float
    read_s: float
    fit_s: float
    body_s: float
    write_s: float
    rss_mb: float
    statements: int
    stored_mb: float
    again_s: float
    again_new: int
    setup_s: float
    scipy_ratio: float | None
    scipy: Comparison | None


def bench_verify(
    buildings: Annotated[int, typer.Option(min=7, help="Contracts, each of a building of its own.")] = 3500,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; as many as processors if not given.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Seconds and memory to verify a whole fleet, on a database of its own."""
    if not has_scipy():
        output.progress_console.print("scipy is not installed: the fit is not compared with it (uv sync --group dev).")
    night = _night(buildings, workers or os.cpu_count() or 1)
    if as_json:
        output.print_json(night)
        return
    figures = ("buildings", "total_s", "read_s", "fit_s", "body_s", "write_s", "rss_mb", "statements", "scipy_ratio")
    row = [getattr(night, name) for name in figures]
    output.print_table(f"A night of the fleet, {night.workers} workers, {night.edition}", figures, [row])


def _night(buildings: int, workers: int) -> Night:
    with bench_database() as server:
        edition = migrate(server.url)
        started = time.perf_counter()
        with output.progress_console.status("filling the database"), connect(server.url) as connection:
            city = build_city(connection, buildings)
        setup_s = time.perf_counter() - started
        with output.progress_console.status("verifying"), _peak_memory(server.pid) as peak:
            run = _verify(server.url, workers)
        again = _verify(server.url, workers)
        with connect(server.url) as connection:
            row = connection.execute(query("bench_fleet", "count")).fetchone() or (0, 0)
    compared = compare(city) if has_scipy() else None
    return Night(
        edition=edition.value,
        buildings=run.contracts,
        workers=workers,
        total_s=run.seconds,
        read_s=run.spent.read_s,
        fit_s=run.spent.fit_s,
        body_s=run.spent.body_s,
        write_s=run.spent.write_s,
        rss_mb=round(peak[0]),
        statements=int(row[0]),
        stored_mb=round(int(row[1]) / 1e6, 1),
        again_s=again.seconds,
        again_new=again.new_statements,
        setup_s=round(setup_s, 1),
        scipy_ratio=compared.ratio if compared else None,
        scipy=compared,
    )


def _verify(url: str, workers: int) -> FleetRun:
    return run_fleet(url, REPORTING, None, workers, lambda _done, _whole: None)


@contextmanager
def _peak_memory(database_pid: int) -> Iterator[list[float]]:
    """The greatest sum of the memory of this process, its children and the database's, in the list's one place. [MB]"""
    peak, stop = [0.0], threading.Event()

    def watch() -> None:
        while not stop.is_set():
            peak[0] = max(peak[0], _resident_mb({os.getpid(), database_pid}))
            stop.wait(SAMPLE_EVERY_S)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()


def _resident_mb(roots: set[int]) -> float:
    """Resident memory of processes and their children, each process once: the database may be a child of ours. [MB]"""
    processes: set[psutil.Process] = set()
    for pid in roots:
        with contextlib.suppress(psutil.NoSuchProcess):
            processes |= {psutil.Process(pid), *psutil.Process(pid).children(recursive=True)}
    total = 0.0
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += each.memory_info().rss / 1e6
    return total
