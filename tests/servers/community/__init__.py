"""A stand-in for TimescaleDB Community, which Debian does not have: its WebAssembly build inside Node.

An unofficial build for tests of the migrations alone; nothing of it is part of the product. It has one connection and
no background workers, ends at a COPY, and its data is gone when it stops.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.ports import LOOPBACK, free_port
from teplosvet.stack.process import ServerProcess
from teplosvet.storage.database import connect
from tests.servers.npm_packages import NpmPackages

PACKAGES = NpmPackages(Path(__file__).parent, "community", "the TimescaleDB Community stand-in")


@dataclass(frozen=True, slots=True)
class CommunityServer:
    """A running stand-in."""

    url: str
    process: ServerProcess


@contextmanager
def community(folder: Path) -> Iterator[CommunityServer]:
    """An empty stand-in with its log in `folder`."""
    if not PACKAGES.folder.exists():
        raise ServiceUnavailableError("the TimescaleDB Community stand-in is not installed")
    port = free_port()
    log = folder / "community.log"
    process = ServerProcess(
        name="the TimescaleDB Community stand-in",
        command=("node", str(PACKAGES.here / "server.mjs"), str(PACKAGES.folder), str(port)),
        ready=lambda: "ready" in log.read_text("utf-8"),  # a connection to try would take the only one
        log=log,
    )
    # It takes no TLS negotiation, not even to refuse it.
    server = CommunityServer(f"postgresql://postgres:postgres@{LOOPBACK}:{port}/postgres?sslmode=disable", process)
    process.start()
    try:
        # No shared_preload_libraries in WebAssembly: the extension is loaded by having been created.
        with connect(server.url) as connection:
            connection.execute("CREATE EXTENSION timescaledb")
        yield server
    finally:
        process.stop()
