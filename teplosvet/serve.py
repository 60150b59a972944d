"""`teplosvet serve`: the whole stack in one command, with what is not set embedded."""

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Annotated

import typer
import uvicorn

from teplosvet import output
from teplosvet.access.first_start import ADMINISTRATOR, first_administrator
from teplosvet.config import settings
from teplosvet.domain.errors import ConfigurationError
from teplosvet.stack.embedded import EmbeddedBroker, EmbeddedPostgres, broker, postgres
from teplosvet.stack.keeper import kept_alive
from teplosvet.stack.ports import free_port, is_taken
from teplosvet.stack.probe import probe_broker
from teplosvet.stack.running import RunningStack, database_url, described, running_stack, sole_stack
from teplosvet.stack.supervisor import Supervisor
from teplosvet.storage.database import connect
from teplosvet.storage.migrate import Edition, keep_readings
from teplosvet.storage.migrate import migrate as migrate_database


@contextmanager
def whole_stack() -> Iterator[RunningStack]:
    """Database, broker, ingest and jobs, running; the application is the caller's to run.

    Raises:
        AlreadyRunningError: If this data folder is in use.
        ConfigurationError: If a port is taken, a right is missing or a URL is wrong.
        ServiceUnavailableError: If a service that is set does not answer.
    """
    chosen = settings()
    with ExitStack() as stack:
        stack.enter_context(sole_stack())
        port = chosen.port or free_port()
        if is_taken(port, chosen.host):
            raise ConfigurationError(f"port {port} on {chosen.host} is taken: set TEPLOSVET_PORT to another one")
        if chosen.mqtt_url:
            probe_broker(chosen.mqtt_url)
        own: list[EmbeddedBroker | EmbeddedPostgres] = []
        if not chosen.mqtt_url:
            own.append(stack.enter_context(broker(chosen.mqtt_port)))
        mqtt = chosen.mqtt_url or own[-1].url
        if not chosen.database_url:
            own.append(stack.enter_context(postgres(chosen.home / "postgres")))
        database = chosen.database_url or own[-1].url
        bring_up(database)
        metrics_folder = chosen.run_folder / "metrics"
        shutil.rmtree(metrics_folder, ignore_errors=True)
        metrics_folder.mkdir(parents=True)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics_folder)
        urls = {"TEPLOSVET_DATABASE_URL": database, "TEPLOSVET_MQTT_URL": mqtt}
        supervisor = Supervisor(urls, chosen.run_folder / "children")
        stack.callback(supervisor.stop)
        workers = {f"ingest {number}": number for number in range(chosen.ingest_workers)}
        for name, number in workers.items():
            supervisor.start(name, ["ingest", "--number", str(number), "--workers", str(len(workers))])
        supervisor.start("vendors", ["ingest", "--vendors"])
        supervisor.start("jobs", ["jobs"])
        supervisor.wait_until_ready([*workers, "vendors"])
        stack.enter_context(kept_alive(own))
        running = RunningStack(os.getpid(), database, mqtt, f"http://{chosen.host}:{port}")
        stack.enter_context(described(running))
        yield running


def serve() -> None:
    """Run everything until Ctrl-C."""
    with until_signal(), whole_stack() as stack:
        say_first_password(stack.database_url)
        sentence = f"Teplosvet runs on {stack.http_url}, data in {settings().home}. Ctrl-C stops it."
        run_application(stack.database_url, stack.http_url, sentence)


@contextmanager
def until_signal() -> Iterator[None]:
    """End what is inside in good order when a signal comes, whatever it is doing then."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        yield
    except KeyboardInterrupt:
        output.progress_console.print("Teplosvet has stopped.")


def run_application(database: str, url: str, sentence: str = "") -> None:
    """Serve the application until a signal comes, which is raised again as KeyboardInterrupt.

    Args:
        database: URL of the database.
        url: Where to listen.
        sentence: Said when it listens.
    """
    from teplosvet.app import create_app  # noqa: PLC0415  # after the metrics folder is set

    host, _, port = url.removeprefix("http://").rpartition(":")
    app = create_app(database)
    config = uvicorn.Config(app, host=host, port=int(port), log_level="warning", access_log=False)
    server = _Server(config)
    server.sentence = sentence
    asyncio.run(server.serve())


class _Server(uvicorn.Server):
    sentence = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.sentence:
            output.people.print(self.sentence)


def api() -> None:
    """Run the application alone."""
    with until_signal():
        run_application(database_url(), f"http://{settings().host}:{settings().port}")


def migrate() -> None:
    """Bring the database to the present schema."""
    database = database_url()
    output.people.print(f"The schema is up to date on {bring_up(database)}.")
    say_first_password(database)


def say_first_password(database: str) -> None:
    """Make the first administrator where there is no account yet, and print the one-time password this once."""
    with connect(database, name="teplosvet-access") as connection:
        password = first_administrator(connection)
    if password is not None:
        output.people.print(
            f"First sign-in: {ADMINISTRATOR} with the one-time password {password}; it is not shown again.",
            soft_wrap=True,
        )


def bring_up(database: str) -> Edition:
    """Bring a database to the present schema and to the retention that is set."""
    found = migrate_database(database)
    with connect(database, name="teplosvet-migrate") as connection:
        keep_readings(connection, settings().keep_readings_days)
    return found


def status(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say what runs and where."""
    stack = running_stack()
    if as_json:
        output.print_json({"pid": stack.pid, "http_url": stack.http_url})
    else:
        output.people.print(f"Teplosvet runs: process {stack.pid}, {stack.http_url}")
