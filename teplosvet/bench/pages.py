"""`teplosvet bench pages`: every page of the console over thousands of houses, from the server and in a browser."""

import importlib
import os
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from teplosvet import output
from teplosvet.access.cookies import PLAIN
from teplosvet.app import create_app
from teplosvet.bench.application import serving, session_cookie
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from teplosvet.storage.queries import query

TIMES = 20
PARTS = ("heat_meters", "light_points", "newest", "places", "hours", "days", "use", "analyze")
CHROMIUM = Path("/usr/bin/chromium")


@dataclass(frozen=True, slots=True)
class PageTime:
    """What was measured of a page.

    Attributes:
        page: Its path, with a word for each name in it.
        edition: Edition of the database.
        cold_ms: The first answer. [ms]
        p50_ms: Half of the further ones were faster. [ms]
        p95_ms: Nineteen of twenty were. [ms]
        html_kb: The page, not compressed. [kB]
        first_paint_ms: First contentful paint in a browser, None without one. [ms]
        weight_kb: Everything that the browser transferred. [kB]
    """

    page: str
    edition: str
    cold_ms: float
    p50_ms: float
    p95_ms: float
    html_kb: float
    first_paint_ms: float | None
    weight_kb: float | None


def bench_pages(
    buildings: Annotated[
        int, typer.Option(min=50, help="Houses, each with a heat meter; 50 with light points.")
    ] = 3500,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Server time, weight and first paint of every page, on a database of its own."""
    found = measure_pages(buildings)
    if as_json:
        output.print_json({"pages": found})
        return
    names = ("page", "cold_ms", "p50_ms", "p95_ms", "html_kb", "first_paint_ms", "weight_kb")
    output.print_table("Pages of the console", names, ([getattr(each, name) for name in names] for each in found))


def measure_pages(buildings: int) -> list[PageTime]:
    """Fill a database, verify its contracts, and ask for every page."""
    rollup_bench, city = (importlib.import_module(f"analytics.{name}") for name in ("rollup.bench", "fleet.bench_city"))
    job = importlib.import_module("analytics.fleet.job")
    with rollup_bench.bench_database() as server:
        edition = migrate(server.url).value
        with output.progress_console.status("filling the database"), connect(server.url) as connection:
            city.build_city(connection, buildings)
            for part in PARTS[:-1]:
                connection.execute(query("bench_pages", part))
        with output.progress_console.status("verifying"):
            job.run_fleet(server.url, city.REPORTING, None, os.cpu_count() or 1, lambda _done, _whole: None)
        with connect(server.url) as connection:
            connection.execute(query("bench_pages", "analyze"))
            row = connection.execute(query("bench_pages", "example")).fetchone() or ("", "")
            cookie = session_cookie(connection)
        with serving(create_app(server.url)) as address:
            pages = _pages(str(row[0]), str(row[1]))
            painted = _painted(address, pages, cookie)
            return [_measure(address, cookie, name, path, edition, painted.get(name)) for name, path in pages.items()]


def _pages(contract: str, building: str) -> Mapping[str, str]:
    return {
        "/": "/",
        "/?show=attention&q=…": "/?show=attention&q=street%201&sort=last",
        "/buildings/{building}": f"/buildings/{building}",
        "/contracts/{contract}": f"/contracts/{contract}",
        "/portfolio": "/portfolio",
        "/public/{building}": f"/public/{building}",
        "/administration": "/administration",
        "/live": "/live",
    }


def _measure(
    address: str, cookie: str, name: str, path: str, edition: str, painted: tuple[float, float] | None
) -> PageTime:
    times, html = [], b""
    with httpx.Client(base_url=address, cookies={PLAIN: cookie}, timeout=60) as client:
        for _ in range(TIMES + 1):
            started = time.perf_counter()
            answer = client.get(path)
            times.append(1000 * (time.perf_counter() - started))
            answer.raise_for_status()
            html = answer.content
    warm = sorted(times[1:])
    p95 = statistics.quantiles(warm, n=20)[-1]
    paint, weight = painted or (None, None)
    return PageTime(
        page=name,
        edition=edition,
        cold_ms=round(times[0], 1),
        p50_ms=round(statistics.median(warm), 1),
        p95_ms=round(p95, 1),
        html_kb=round(len(html) / 1000, 1),
        first_paint_ms=paint,
        weight_kb=weight,
    )


def _painted(address: str, pages: Mapping[str, str], cookie: str) -> dict[str, tuple[float, float]]:
    """First contentful paint and transferred bytes of each page, where Playwright and Chromium are installed."""
    try:
        playwright: Any = importlib.import_module("playwright.sync_api")
    except ModuleNotFoundError:
        return {}
    if not CHROMIUM.exists():
        return {}
    found = {}
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"])
        for name, path in pages.items():
            context = browser.new_context()
            context.add_cookies([{"name": PLAIN, "value": cookie, "url": address}])
            page = context.new_page()
            page.goto(address + path)
            paint, weight = page.evaluate(_WEIGHT)
            context.close()
            if paint is not None:
                found[name] = (round(paint, 0), round(weight / 1000, 1))
        browser.close()
    return found


_WEIGHT = """() => new Promise(resolve => setTimeout(() => resolve([
    performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .reduce((sum, entry) => sum + entry.transferSize, 0)]), 200))"""
