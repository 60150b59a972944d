"""`teplosvet bench durability`: everything is killed while messages flow, and afterwards everything is there, once."""

import os
import signal
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from teplosvet import output
from teplosvet.bench.ingest import local_broker, local_database, start_publisher, stored
from teplosvet.bench.load import PUBLISHER, device_name
from teplosvet.stack.embedded import EmbeddedBroker, EmbeddedPostgres
from teplosvet.stack.mosquitto import MosquittoServer
from teplosvet.stack.supervisor import Supervisor
from teplosvet.stack.timescale import TimescaleServer
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import migrate
from teplosvet.storage.queries import query

WORK_S = 0.3
"""How long ingest may work before it is killed again. [s]"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was there afterwards.

    Attributes:
        messages: Different messages published; the publisher waits for the end-to-end ack of each.
        kills: Times that the ingest process got SIGKILL.
        broker_restarts: Times that the broker was stopped and started.
        database_restarts: Times that the database was stopped and started.
        rows: Rows in the database.
        lost: Messages that are no row.
        twice: Rows that are there more than once.
        seconds: How long it took. [s]
    """

    messages: int
    kills: int
    broker_restarts: int
    database_restarts: int
    rows: int
    lost: int
    twice: int
    seconds: float


def bench_durability(
    messages: Annotated[int, typer.Option(min=1, help="Messages to publish.")] = 200_000,
    kills: Annotated[int, typer.Option(min=1, help="Times that the ingest process is killed.")] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Kill ingest, restart broker and database while messages flow; count what is lost."""
    with (
        output.progress_console.status(f"{messages:,} messages, {kills} kills"),
        tempfile.TemporaryDirectory(prefix="teplosvet-bench-") as name,
        ExitStack() as stack,
    ):
        outcome = _run(stack, Path(name), messages, kills)
    if as_json:
        output.print_json(outcome)
    else:
        output.people.print(
            f"{outcome.messages:,} messages, ingest killed {outcome.kills} times, broker restarted "
            f"{outcome.broker_restarts} and database {outcome.database_restarts} times: {outcome.rows:,} rows, "
            f"{outcome.lost} lost, {outcome.twice} twice, {outcome.seconds:.0f} s."
        )


def _run(stack: ExitStack, folder: Path, messages: int, kills: int) -> Outcome:
    folder.chmod(0o755)
    devices = 1000
    database = stack.enter_context(local_database(folder / "postgres"))
    broker = stack.enter_context(local_broker(folder / "broker"))
    migrate(database.url)
    with connect(database.url) as connection:
        named = {"names": [device_name(n) for n in range(devices)], "publisher": PUBLISHER}
        connection.execute(query("bench", "light_devices"), named)
    urls = {"TEPLOSVET_DATABASE_URL": database.url, "TEPLOSVET_MQTT_URL": broker.url}
    supervisor = Supervisor(urls, folder / "children")
    stack.callback(supervisor.stop)
    supervisor.start("ingest 0", ["ingest"])
    supervisor.wait_until_ready(["ingest 0"])
    started, publisher = start_publisher(broker.url, messages, devices, confirm=True)
    stack.callback(publisher.kill)
    restarts = _disturb(supervisor, broker, database, kills)
    publisher.communicate()
    with connect(database.url) as connection:
        rows, ended = stored(connection, messages, devices)
        row = connection.execute(query("bench", "count_twice")).fetchone()
    return Outcome(
        messages=messages,
        kills=kills,
        broker_restarts=restarts.broker,
        database_restarts=restarts.database,
        rows=rows,
        lost=messages - rows,
        twice=row[0] if row else 0,
        seconds=ended - started,
    )


class _Restarts(NamedTuple):
    broker: int
    database: int


def _disturb(
    supervisor: Supervisor,
    broker: MosquittoServer | EmbeddedBroker,
    database: TimescaleServer | EmbeddedPostgres,
    kills: int,
) -> _Restarts:
    """Kill ingest again and again, and restart broker and database once each on the way."""
    broker_restarts = database_restarts = 0
    for number in range(kills):
        supervisor.wait_until_ready(["ingest 0"])
        time.sleep(WORK_S)
        _kill_child(supervisor, "ingest 0")
        if number == kills // 3 and isinstance(broker, MosquittoServer):
            broker.stop()
            broker.start()
            broker_restarts += 1
        if number == 2 * kills // 3 and isinstance(database, TimescaleServer):
            database.stop()
            database.start()
            database_restarts += 1
    return _Restarts(broker_restarts, database_restarts)


def _kill_child(supervisor: Supervisor, name: str) -> None:
    """SIGKILL to the present process of that name; one that is just being started again is waited for."""
    while (pid := supervisor.pid(name)) is None:
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
