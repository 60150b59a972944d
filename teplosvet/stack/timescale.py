"""A local PostgreSQL with TimescaleDB (Apache edition) from Debian 13, for benchmarks and tests on one machine."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.debian import THIS_MACHINE, debian_root, inside, install_packages, is_root
from teplosvet.stack.ports import LOOPBACK, free_port
from teplosvet.stack.process import LocalServer, ServerProcess
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query

PACKAGES = ("postgresql-17", "postgresql-17-timescaledb")

_PROGRAMS = "/usr/lib/postgresql/17/bin"

_OWNER = "postgres"

# Durable as in production (fsync and synchronous_commit stay on); quick because checkpoints are rare and plans are not
# compiled. No sockets in the file system and System V shared memory, so that a tree needs no mounts. TimescaleDB's
# background workers have nothing to do in the Apache edition, and would hold every template database.
_SETTINGS = """
listen_addresses = '{address}'
port = {port}
unix_socket_directories = ''
dynamic_shared_memory_type = sysv
shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
timescaledb.max_background_workers = 0
shared_buffers = '512MB'
max_connections = 100
max_locks_per_transaction = 512
max_wal_size = '4GB'
checkpoint_timeout = '15min'
wal_compression = lz4
jit = off
log_min_messages = error
"""


@dataclass(frozen=True, slots=True)
class TimescaleInstallation:
    """Where PostgreSQL with TimescaleDB is installed.

    Attributes:
        root: The root folder of the Debian that has it: `/`, or a tree that is entered by chroot.
    """

    root: Path

    def command(self, program: str, *arguments: str) -> list[str]:
        """How one of its programs is run."""
        return inside(self.root, f"{_PROGRAMS}/{program}", *arguments, user=_OWNER)

    @property
    def user(self) -> str | None:
        """User of this machine that the server has to be started as: PostgreSQL refuses root."""
        return _OWNER if self.root == THIS_MACHINE and is_root() else None


class TimescaleServer(LocalServer):
    """A running local PostgreSQL with TimescaleDB; killed, it recovers what was committed at the next start."""

    __slots__ = ()

    @property
    def url(self) -> str:
        """Its database `teplosvet`."""
        return f"postgresql://{_OWNER}@{LOOPBACK}:{self.port}/teplosvet"

    @property
    def admin_url(self) -> str:
        """Its maintenance database."""
        return f"postgresql://{_OWNER}@{LOOPBACK}:{self.port}/postgres"


def install_timescale(say: Callable[[str], None]) -> TimescaleInstallation:
    """Install PostgreSQL 17 and TimescaleDB where they are missing; `say` is told what takes long.

    Raises:
        ServiceUnavailableError: If they are missing and we are not root, or Debian cannot be reached.
    """
    return TimescaleInstallation(install_packages(PACKAGES, say))


def find_timescale() -> TimescaleInstallation | None:
    """The installation that is there, or None."""
    root = debian_root()
    needed = (f"{_PROGRAMS}/postgres", "/usr/share/postgresql/17/extension/timescaledb.control")
    if all((root / path.lstrip("/")).exists() for path in needed):
        return TimescaleInstallation(root)
    return None


@contextmanager
def timescale(settings: Sequence[str] = ()) -> Iterator[TimescaleServer]:
    """A fresh PostgreSQL with TimescaleDB on the loopback address, without a password; its data goes at the end.

    Args:
        settings: Further lines for `postgresql.conf`.

    Raises:
        ServiceUnavailableError: If it is not installed, cannot be entered, or does not start.
    """
    installation = find_timescale()
    if installation is None:
        raise ServiceUnavailableError("PostgreSQL 17 with TimescaleDB is not installed")
    if installation.root != THIS_MACHINE and not is_root():
        raise ServiceUnavailableError(f"root is needed to run PostgreSQL out of the Debian tree {installation.root}")
    folder = Path(tempfile.mkdtemp(prefix="teplosvet-timescale-", dir=installation.root / "var/tmp"))
    try:
        with _serving(installation, folder, settings) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@contextmanager
def _serving(installation: TimescaleInstallation, folder: Path, settings: Sequence[str]) -> Iterator[TimescaleServer]:
    port = free_port()
    data = _make_cluster(installation, folder)
    with (folder / "data/postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(_SETTINGS.format(address=LOOPBACK, port=port) + "".join(f"{line}\n" for line in settings))
    process = ServerProcess(
        name="PostgreSQL with TimescaleDB",
        command=installation.command("postgres", "-D", data),
        ready=lambda: _answers(server.admin_url),
        log=folder / "server.log",
        stop_signal=signal.SIGINT,  # a fast shutdown; SIGTERM would wait for every client
        user=installation.user,
    )
    server = TimescaleServer(port, process)
    server.start()
    try:
        with connect(server.admin_url, name="teplosvet-setup") as connection:
            connection.execute(query("migrate", "create_database"))
        yield server
    finally:
        server.stop()


def _make_cluster(installation: TimescaleInstallation, folder: Path) -> str:
    """Make an empty cluster; returns its folder as the server sees it."""
    if is_root():
        owner = installation.root / "var/lib/postgresql"
        status = owner.stat()
        shutil.chown(folder, status.st_uid, status.st_gid)
    data = f"/{(folder / 'data').relative_to(installation.root)}"
    arguments = ("-D", data, "-U", _OWNER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
    done = subprocess.run(
        installation.command("initdb", *arguments),
        capture_output=True,
        text=True,
        check=False,
        user=installation.user,
        group=installation.user,
    )
    if done.returncode != 0:
        raise ServiceUnavailableError(f"PostgreSQL cannot make its data folder: {done.stderr.strip()}")
    return data


def _answers(url: str) -> bool:
    try:
        connect(url, name="teplosvet-setup").close()
    except ServiceUnavailableError:
        return False
    return True
