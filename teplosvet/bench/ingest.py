"""`teplosvet bench ingest`: from the broker into the database, the tap beside plain paho in one run.

A publisher process, the broker, the database and one worker share the machine. A message is one pack of seven values;
QoS 1, deduplicated, acknowledged after COMMIT. The clock runs from the first publication to the last committed row.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import psutil
import psycopg
import typer
from psycopg.rows import TupleRow

from teplosvet import output
from teplosvet.bench.load import PUBLISHER, START_S, device_name
from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack import embedded
from teplosvet.stack.mosquitto import MosquittoServer, find_mosquitto, mosquitto
from teplosvet.stack.supervisor import READY_FOLDER
from teplosvet.stack.timescale import TimescaleServer, find_timescale, timescale
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import edition, migrate
from teplosvet.storage.queries import query

PATIENCE_S = 30.0
"""So long without a new row and the rest counts as lost. [s]"""


@dataclass(frozen=True, slots=True)
class Run:
    """One variant.

    Attributes:
        variant: What was run.
        messages_per_s: Messages from the first publication to the last committed row. [1/s]
        rows: Rows in the database.
        lost: Messages that are no row.
        rss_mb: Most memory that the worker had. [MB]
        seconds: How long it took. [s]
        cpu_us: Processor time a message of worker, broker, database and publisher. [µs]
        broker: Make of the broker.
        edition: Edition of the database.
    """

    variant: str
    messages_per_s: float
    rows: int
    lost: int
    rss_mb: float
    seconds: float
    cpu_us: dict[str, float]
    broker: str
    edition: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """All variants of one run."""

    runs: list[Run]


VARIANTS = {"tap": ("teplosvet", "ingest"), "plain-paho": ("teplosvet.bench.plain_paho",)}
"""The worker of each variant, as what is run by ``python -m``."""


def bench_ingest(
    messages: Annotated[int, typer.Option(min=1, help="Messages of each variant.")] = 200_000,
    devices: Annotated[int, typer.Option(min=1, help="Devices that they come from.")] = 1000,
    outage: Annotated[float, typer.Option(min=0, help="Third variant: the database away for so many seconds.")] = 0.0,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Messages per second from the broker into the database."""
    runs = [_run(name, worker, messages, devices, 0.0) for name, worker in VARIANTS.items()]
    if outage:
        runs.append(_run("tap, database away", VARIANTS["tap"], messages, devices, outage))
    if as_json:
        output.print_json(Outcome(runs))
        return
    rows = [(run.variant, round(run.messages_per_s), run.rows, run.lost, round(run.rss_mb)) for run in runs]
    where = f"{runs[0].broker}, {runs[0].edition}"
    output.print_table(f"Ingest, {where}", ("variant", "messages/s", "rows", "lost", "worker MB"), rows)


def _run(variant: str, worker: Sequence[str], messages: int, devices: int, outage_s: float) -> Run:
    with (
        output.progress_console.status(f"{variant}: {messages:,} messages"),
        tempfile.TemporaryDirectory(prefix="teplosvet-bench-") as name,
        ExitStack() as stack,
    ):
        folder = Path(name)
        folder.chmod(0o755)
        database = stack.enter_context(local_database(folder / "postgres"))
        broker = stack.enter_context(local_broker(folder / "broker"))
        migrate(database.url)
        with connect(database.url) as connection:
            named = {"names": [device_name(n) for n in range(devices)], "publisher": PUBLISHER}
            connection.execute(query("bench", "light_devices"), named)
            made = edition(connection)
        ready = folder / "ready"
        ready.mkdir()
        urls = {"TEPLOSVET_DATABASE_URL": database.url, "TEPLOSVET_MQTT_URL": broker.url, READY_FOLDER: str(ready)}
        ingest = stack.enter_context(_process(["-m", *worker], urls))
        _wait(lambda: any(ready.iterdir()), "the worker does not become ready")
        started, publisher = start_publisher(broker.url, messages, devices)
        stack.callback(publisher.kill)
        pids = {"worker": ingest.pid, "database": database.pid, "broker": broker.pid, "publisher": publisher.pid}
        before = {name: _cpu_s(pid) for name, pid in pids.items()}
        if outage_s and isinstance(database, TimescaleServer):
            database.stop()
            time.sleep(outage_s)
            database.start()
        with connect(database.url) as connection:
            rows, ended = stored(connection, messages, devices)
        seconds = ended - started
        if outage_s:  # the database that was stopped took its count with it
            del pids["database"]
        cpu_us = {name: round((_cpu_s(pid) - before[name]) / rows * 1e6, 1) for name, pid in pids.items()}
        make = "mosquitto" if isinstance(broker, MosquittoServer) else "iotcore"
        return Run(variant, rows / seconds, rows, messages - rows, _peak_mb(ingest.pid), seconds, cpu_us, make, made)


def start_publisher(
    broker_url: str, messages: int, devices: int, *, confirm: bool = False
) -> tuple[float, subprocess.Popen[str]]:
    """Start publishing in a process of its own; when that began, and the process. [s since 1970-01-01 UTC]"""
    arguments = [sys.executable, "-m", "teplosvet.bench.load", broker_url, str(messages), str(devices)]
    if confirm:
        arguments.append("confirm")
    publisher = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if publisher.stdout is None or publisher.stdin is None or publisher.stdout.readline() != "ready\n":
        raise ServiceUnavailableError("the publisher of the benchmark did not start")
    started = time.time()
    publisher.stdin.write("go\n")
    publisher.stdin.flush()
    return started, publisher


def stored(connection: psycopg.Connection[TupleRow], messages: int, devices: int) -> tuple[int, float]:
    """Wait for the last message, or until nothing comes any more; rows then, and when. [s since 1970-01-01 UTC]

    Counting all rows again and again would take the machine away from what is measured.
    """
    minute, device = divmod(messages - 1, devices)
    last = {"name": device_name(device), "at": START_S + 60 * minute}
    seen_at, rows = time.time(), -1
    while True:
        row = connection.execute(query("bench", "has_light"), last).fetchone()
        if row and row[0]:
            seen_at = time.time()
        elif time.time() - seen_at < PATIENCE_S:
            time.sleep(0.01)
            continue
        count = connection.execute(query("bench", "count_light")).fetchone()
        now = count[0] if count else 0
        if now >= messages or now == rows:
            return now, seen_at
        rows = now
        time.sleep(1.0)


@contextmanager
def local_database(folder: Path) -> Iterator[TimescaleServer | embedded.EmbeddedPostgres]:
    """TimescaleDB if it is installed, else the embedded PostgreSQL."""
    if find_timescale() is not None:
        with timescale() as server:
            yield server
    else:
        with embedded.postgres(folder) as server:
            yield server


@contextmanager
def local_broker(folder: Path) -> Iterator[MosquittoServer | embedded.EmbeddedBroker]:
    """Mosquitto if it is installed, else the embedded broker."""
    if find_mosquitto() is not None:
        folder.mkdir()
        with mosquitto(folder) as server:
            yield server
    else:
        with embedded.broker() as server:
            yield server


@contextmanager
def _process(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, *arguments], env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(condition: Callable[[], bool], sentence: str) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            raise ServiceUnavailableError(sentence)
        time.sleep(0.02)


def _cpu_s(pid: int) -> float:
    """Processor time of a process that lives and of its children that do. [s]"""
    process, total = psutil.Process(pid), 0.0
    for each in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):  # a backend that has just ended
            times = each.cpu_times()
            total += times.user + times.system
    return total


def _peak_mb(pid: int) -> float:
    """Most resident memory that a process had. [MB]"""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
