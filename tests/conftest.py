"""Servers, each started when the first test asks for it and stopped at the end; the shared reference data."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack import embedded
from teplosvet.stack.mosquitto import MosquittoServer, mosquitto
from teplosvet.stack.timescale import TimescaleServer, timescale
from teplosvet.words.catalogue import speaking
from teplosvet.words.language import Language
from tests.servers.community import CommunityServer, community
from tests.strictness import pytest_configure as watch_for_skips
from tests.strictness import pytest_sessionfinish, pytest_terminal_summary

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary"]

SHARED = Path(os.environ.get("TEPLOSVET_SHARED") or Path(__file__).parents[2] / "shared").absolute()
"""Reference data beside the repository, too large or not ours to commit."""


def pytest_configure(config: pytest.Config) -> None:
    watch_for_skips(config)
    config.addinivalue_line("markers", "shared: needs the reference data (TEPLOSVET_SHARED, or ../shared)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the reference data its tests are not collected; a skipped test would look like one that ran."""
    if (SHARED / "data").is_dir():
        return
    needing = [item for item in items if item.get_closest_marker("shared") or "shared_folder" in _fixtures(item)]
    if needing:
        config.hook.pytest_deselected(items=needing)
        items[:] = [item for item in items if item not in needing]


def _fixtures(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A command that spoke Russian leaves no language behind: tests share a process, people do not."""
    before = speaking.set(Language.ENGLISH)
    yield
    speaking.reset(before)


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder of the reference data."""
    return SHARED


@contextmanager
def _installed() -> Iterator[None]:
    """A missing server is an error with a way out, never a skip."""
    try:
        yield
    except ServiceUnavailableError as error:
        pytest.fail(f"{error}: run make test once, it installs what is missing", pytrace=False)


@contextmanager
def _open_folder() -> Iterator[Path]:
    """A temporary folder that other system users may pass through: PostgreSQL refuses to run as root."""
    with tempfile.TemporaryDirectory(prefix="teplosvet-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="session")
def plain_postgres() -> Iterator[embedded.EmbeddedPostgres]:
    """The embedded PostgreSQL; a test that stops it starts one of its own."""
    with _installed(), _open_folder() as folder, embedded.postgres(folder / "postgres") as server:
        yield server


@pytest.fixture(scope="session")
def timescale_server() -> Iterator[TimescaleServer]:
    """PostgreSQL with TimescaleDB Apache; a test that stops it starts one of its own."""
    with _installed(), timescale() as server:
        yield server


@pytest.fixture(scope="module")
def community_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommunityServer]:
    """The stand-in for TimescaleDB Community, empty for each module: it has one database and one connection."""
    with _installed(), community(tmp_path_factory.mktemp("community")) as server:
        yield server


@pytest.fixture
def mosquitto_server(tmp_path: Path) -> Iterator[MosquittoServer]:
    """A Mosquitto of this test's own: it is there in 20 ms, and may be stopped, killed and started again."""
    with _installed(), mosquitto(tmp_path / "mosquitto") as server:
        yield server


@pytest.fixture
def iotcore_broker() -> Iterator[embedded.EmbeddedBroker]:
    """The embedded broker, of this test's own."""
    with embedded.broker() as server:
        yield server
