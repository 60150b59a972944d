"""How long a round of alarms takes, and how long lists of the API, with a city of houses."""

import importlib
import os
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import psycopg
import typer
from psycopg.rows import TupleRow

from teplosvet import output
from teplosvet.access.cookies import PLAIN
from teplosvet.app import create_app
from teplosvet.bench.application import serving, session_cookie
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from teplosvet.storage.queries import query

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
FILLS = (
    *("houses", "devices", "analyze", "installations", "analyze"),
    *("latest", "hours", "consumption", "days", "light_days", "statements", "analyze"),
)
LISTS = (
    "sites",
    "buildings",
    "buildings?site=bench",
    "devices",
    "devices?building=house-00007",
    "readings/latest",
    "readings/latest?building=house-00007",
    "energy?building=house-00007",
    "consumption/hourly?device=house-00007-0",
    "light-use?device=house-00007-3",
    "contracts",
    "statements",
    "alarms",
    "alarms?building=house-00061",
    "alarm-journal",
    "fleet/standing",
)
REQUESTS = 20
"""Requests to each list. [-]"""


def bench_alarms(
    buildings: Annotated[int, typer.Option(min=1, max=99_999, help="Houses.")] = 3500,
    lamps: Annotated[int, typer.Option(min=1, max=500, help="Light points in each.")] = 30,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Seconds for a round of every rule, first and again, and milliseconds of lists, on a database of its own."""
    with importlib.import_module("analytics.rollup.bench").bench_database() as server:
        found = migrate(server.url)
        with connect(server.url, name="teplosvet-bench") as connection:
            for name in FILLS:
                values = {"buildings": buildings, "lamps": lamps, "now": NOW}
                connection.execute(query("bench_alarms", name), values)
            rounds = _rounds(connection)
            lists = list(_lists(server.url, session_cookie(connection)))
    result = {"edition": found.value, "buildings": buildings, "devices": buildings * (lamps + 1) + 1, **rounds}
    if as_json:
        output.print_json(result | {"lists": lists})
        return
    output.print_table(f"Alarms, {os.cpu_count()} cores", tuple(result), [tuple(result.values())])
    output.print_table("Lists", ("list", "p50_ms", "p95_ms", "rows"), [tuple(each.values()) for each in lists])


def _rounds(connection: psycopg.Connection[TupleRow]) -> dict[str, Any]:
    """All rules twice, then those of a usual minute."""
    evaluate = importlib.import_module("analytics.alarms.evaluation").evaluate
    rules = importlib.import_module("analytics.alarms.rules").RULES
    usual = [rule for rule in rules if rule.every_s <= 60]
    took: dict[str, Any] = {}
    opened = 0
    for name, judged in (("first_s", rules), ("again_s", rules), ("minute_s", usual)):
        started = time.perf_counter()
        opened += evaluate(connection, NOW, judged)[0]
        took[name] = round(time.perf_counter() - started, 3)
    return took | {"opened": opened}


def _lists(database_url: str, cookie: str) -> Iterator[dict[str, Any]]:
    cookies = {PLAIN: cookie}
    with (
        serving(create_app(database_url)) as address,
        httpx.Client(base_url=address, cookies=cookies, timeout=60) as client,
    ):
        for name in LISTS:
            took, answer = [], None
            for _ in range(REQUESTS):
                started = time.perf_counter()
                answer = client.get(f"/api/v1/{name}")
                answer.raise_for_status()
                took.append((time.perf_counter() - started) * 1000)
            cuts = statistics.quantiles(took, n=20)
            rows = len(answer.json()) if answer is not None else None
            yield {
                "list": name,
                "p50_ms": round(statistics.median(took), 1),
                "p95_ms": round(cuts[18], 1),
                "rows": rows,
            }
