"""`teplosvet bench panels`: every panel of every dashboard over thousands of houses, cold and warm."""

import importlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from psycopg.rows import TupleRow

from teplosvet import output
from teplosvet.stack import embedded
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from teplosvet.storage.queries import query

PARTS = (
    *("houses", "devices", "entrances", "newest", "energy", "days", "use", "hours", "hourly_energy", "statements"),
    *("acts", "findings", "refused", "publishers", "runs"),
)
WARM, COLD = 40, 20
"""How often a panel is asked for on one connection, and on a new one each time. [-]"""
PASSABLE = 0o755
LIMIT_MS = 200.0

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class PanelTime:
    """What was measured of a panel or of the choices above a dashboard.

    Attributes:
        panel: ``dashboard/panel``, or ``dashboard`` for all choices above it.
        edition: Edition of the database.
        p50_ms: Half of the answers on an open connection were faster. [ms]
        p95_ms: Nineteen of twenty were. [ms]
        cold_p95_ms: The same of the first answers of 20 new connections. [ms]
        rows: Rows of the answer.
    """

    panel: str
    edition: str
    p50_ms: float
    p95_ms: float
    cold_p95_ms: float
    rows: int


def bench_panels(
    buildings: Annotated[int, typer.Option(min=1, max=99_999, help="Houses; 50 with hours and light points.")] = 3500,
    years: Annotated[int, typer.Option(min=1, max=10, help="Years of data.")] = 2,
    *,
    plain: Annotated[bool, typer.Option("--plain", help="The embedded PostgreSQL, whatever is installed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Milliseconds of every panel's answer for a reader of one organisation that has all houses."""
    with _server(plain) as server:
        edition = migrate(server.url).value
        with output.progress_console.status("filling the database"):
            reader = fill(server.url, buildings, years)
        with output.progress_console.status("asking for every panel"):
            found = measure(server.url, edition, reader)
    slow = [each.panel for each in found if max(each.p95_ms, each.cold_p95_ms) > LIMIT_MS]
    if as_json:
        load = round(os.getloadavg()[0], 1)
        output.print_json({"buildings": buildings, "years": years, "load": load, "slow": slow, "panels": found})
        return
    names = ("panel", "edition", "p50_ms", "p95_ms", "cold_p95_ms", "rows")
    output.print_table("Panels", names, ([getattr(each, name) for name in names] for each in found))


def _server(plain: bool) -> AbstractContextManager[Any]:
    return _embedded() if plain else importlib.import_module("analytics.rollup.bench").bench_database()


@contextmanager
def _embedded() -> Iterator[embedded.EmbeddedPostgres]:
    with tempfile.TemporaryDirectory(prefix="teplosvet-bench-") as name:
        Path(name).chmod(PASSABLE)
        with embedded.postgres(Path(name) / "postgres") as server:
            yield server


def fill(url: str, buildings: int, years: int) -> str:
    """Fill an empty database, part by part: a transaction is never larger than one table.

    Returns:
        The reader whom the panels are asked for.
    """
    named = {"buildings": buildings, "years": years}
    with connect(url) as connection:
        for part in PARTS:
            connection.execute(query("bench_panels", part), named)
        connection.execute(query("bench_panels", "analyze"))
        row = connection.execute(query("bench_panels", "reader")).fetchone()
    return str(row[0]) if row else ""


def measure(url: str, edition: str, reader: str) -> list[PanelTime]:
    """Every panel of every dashboard, and the choices above each."""
    boards, choices, macros, answers = (
        importlib.import_module(f"dashboards.panels.{name}") for name in ("boards", "choices", "macros", "answer")
    )
    now = datetime.now(UTC)
    found = []
    for board in boards.DASHBOARDS:
        span = macros.TimeRange(macros.instant(board.since, now), now)

        def ask_choices(connection: Connection, board: Any = board, span: Any = span) -> Sequence[Any]:
            above: Sequence[Any] = choices.choices(connection, board, {}, span)
            return above

        with _scoped(url, reader) as connection:
            chosen = {each.variable.name: each.chosen for each in ask_choices(connection)}
        if chosen:
            found.append(_time(url, reader, board.uid, edition, ask_choices))
        for panel in board.panels:

            def ask(
                connection: Connection, panel: Any = panel, chosen: Any = chosen, span: Any = span
            ) -> Sequence[Any]:
                rows: Sequence[Any] = answers.answer(connection, panel, chosen, span).rows
                return rows

            found.append(_time(url, reader, f"{board.uid}/{panel.uid}", edition, ask))
    return found


def _time(url: str, reader: str, name: str, edition: str, ask: Callable[[Connection], Sequence[object]]) -> PanelTime:
    cold = []
    for _ in range(COLD):
        with _scoped(url, reader) as connection:
            cold.append(_clock(connection, ask)[0])
    with _scoped(url, reader) as connection:
        _clock(connection, ask)
        warm = [_clock(connection, ask) for _ in range(WARM)]
    times = [each[0] for each in warm]
    return PanelTime(
        name,
        edition,
        round(statistics.median(times), 1),
        _p95(times),
        _p95(cold),
        warm[-1][1],
    )


def _p95(times: Sequence[float]) -> float:
    """Of measured times, not beyond the greatest."""
    return round(statistics.quantiles(times, n=20, method="inclusive")[-1], 1)


def _clock(connection: Connection, ask: Callable[[Connection], Sequence[object]]) -> tuple[float, int]:
    started = time.perf_counter()
    rows = ask(connection)
    return 1000 * (time.perf_counter() - started), len(rows)


@contextmanager
def _scoped(url: str, reader: str) -> Iterator[Connection]:
    """A new connection that sees what the reader may see, as a request's does."""
    with connect(url) as connection:
        named: Mapping[str, str] = {"reader": reader}
        connection.execute(query("access", "scope"), named)
        yield connection
