"""The watchdog is fed by progress and by nothing else; words go over a real socket."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.process.health import Health, Progress
from gateway.process.notify import notify, watchdog_s


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The socket that systemd listens on."""
    place = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as found:
        found.bind(place)
        found.settimeout(2)
        monkeypatch.setenv("NOTIFY_SOCKET", place)
        yield found


def test_words(systemd: socket.socket) -> None:
    assert notify("READY=1", "STATUS=5 devices")
    assert systemd.recv(100) == b"READY=1\nSTATUS=5 devices"


def test_words_to_an_abstract_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"teplosvet-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as found:
        found.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        assert notify("WATCHDOG=1")
        assert found.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("place", ["", "relative", "/nowhere/to/be/found"])
def test_nobody_hears(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", place)
    assert not notify("READY=1")


@pytest.mark.parametrize(
    ("usec", "pid", "expected"),
    [("30000000", None, 30.0), ("30000000", "1", None), ("", None, None), ("0", None, None), ("soon", None, None)],
)
def test_how_often(monkeypatch: pytest.MonkeyPatch, usec: str, pid: str | None, expected: float | None) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    if pid is not None:
        monkeypatch.setenv("WATCHDOG_PID", pid)
    assert watchdog_s() == expected


def test_only_progress_is_health() -> None:
    health = Health()
    slow, writable = Progress("line north", 0.05), threading.Event()
    writable.set()
    health.watch(slow)
    health.watch(Progress("line south", 60))
    health.check("the outbox cannot be written", writable.is_set)
    assert health.trouble() is None
    time.sleep(0.06)
    assert health.trouble() == "hangs: line north"
    slow.mark()
    assert health.trouble() is None
    writable.clear()
    assert health.trouble() == "the outbox cannot be written"
