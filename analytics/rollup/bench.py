"""How long a day of light points takes to roll up."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from analytics.rollup.job import roll_up
from teplosvet import output
from teplosvet.stack import embedded
from teplosvet.stack.timescale import TimescaleServer, find_timescale, timescale
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from teplosvet.storage.queries import query

PASSABLE = 0o755
"""The database's own system user has to reach its folder."""


def bench_rollup(
    devices: Annotated[int, typer.Option(min=1, help="Light points, each with a reading a minute for a day.")] = 1000,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Seconds to roll up a day of many light points, on a database of its own."""
    with bench_database() as server:
        found = migrate(server.url)
        with connect(server.url, name="teplosvet-bench") as connection:
            connection.execute(query("bench_rollup", "light_points"), {"devices": devices})
            connection.execute(query("bench_rollup", "light_day"))
            connection.execute(query("bench_rollup", "dirty_day"))
            connection.execute(query("bench_rollup", "analyze"))
            started = time.perf_counter()
            rolled = roll_up(connection)
            took_s = time.perf_counter() - started
    result = {
        "edition": found.value,
        "devices": rolled.devices,
        "readings": rolled.readings,
        "seconds": round(took_s, 3),
        "readings_per_s": round(rolled.readings / took_s),
    }
    if as_json:
        output.print_json(result)
    else:
        output.print_table(f"Rollup of a day, {os.cpu_count()} cores", tuple(result), [tuple(result.values())])


@contextmanager
def bench_database() -> Iterator[TimescaleServer | embedded.EmbeddedPostgres]:
    """A fresh database: with TimescaleDB if it is installed here, else embedded."""
    if find_timescale() is not None:
        with timescale() as server:
            yield server
        return
    with tempfile.TemporaryDirectory(prefix="teplosvet-bench-") as name:
        Path(name).chmod(PASSABLE)
        with embedded.postgres(Path(name) / "postgres") as server:
            yield server
