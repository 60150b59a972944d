"""`teplosvet gateway run` as a process: its watchdog, its ends, and that there is one of it."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

PROFILE = """
import time
from datetime import UTC, datetime
from pathlib import Path
from gateway.driver import Contact, Driver, Profile, Sample
from teplosvet.domain.quantities import Quantity

class Wall(Driver):
    reads_cost_battery = False

    def read(self):
        while Path(self.settings.options["hangs_while"]).exists():
            time.sleep(0.05)
        return Contact((Sample(Quantity.HEAT_ENERGY_KWH, time.time() / 3600),), "4711")

class WallProfile(Profile):
    model, manual = "wall", "none: it hangs in a test"

    def driver(self, line, settings):
        return Wall(line, settings)

PROFILE = WallProfile()
"""


class Process:
    """`teplosvet gateway run` with a meter that can be made to hang.

    Attributes:
        hangs: While this file is there, the meter's driver hangs.
        words: What it says to systemd.
    """

    def __init__(self, folder: Path, broker: str, deadline_s: float = 180.0) -> None:
        self.home, self.hangs = folder / "home", folder / "hangs"
        profiles = folder / "profiles"
        profiles.mkdir()
        (profiles / "wall.py").write_text(PROFILE, "utf-8")
        self._file = folder / "gateway.toml"
        self._file.write_text(
            f"""
[gateway]
name = "gw"
broker = "{broker}"
zone = "Europe/Moscow"
home = "{self.home}"

[[line]]
name = "wall"
url = "socket://127.0.0.1:9"
deadline_s = {deadline_s}

[[meter]]
name = "heat-1"
line = "wall"
model = "wall"
address = "1"
interval_s = 0.2
options = {{ hangs_while = "{self.hangs}" }}
""",
            "utf-8",
        )
        place = str(folder / "notify")
        self.words = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.words.bind(place)
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith(("TEPLOSVET_", "WATCHDOG_"))} | {
            "TEPLOSVET_PROFILES": str(profiles),
            "NOTIFY_SOCKET": place,
            "WATCHDOG_USEC": "1000000",
        }
        self.child: subprocess.Popen[str] | None = None

    def start(self) -> subprocess.Popen[str]:
        """Start it, and wait until it is ready."""
        self.child = subprocess.Popen(
            [sys.executable, "-m", "teplosvet", "gateway", "run", str(self._file)],
            cwd=REPOSITORY,
            env=self._environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.hear("READY=1", 30)
        return self.child

    def hear(self, word: str, patience_s: float) -> bool:
        """Whether it says a word in time."""
        deadline = time.monotonic() + patience_s
        while (left := deadline - time.monotonic()) > 0:
            self.words.settimeout(left)
            try:
                if word in self.words.recv(1000).decode():
                    return True
            except TimeoutError:
                break
        return False

    def end(self) -> None:
        """Leave nothing behind."""
        if self.child is not None:
            self.child.kill()
            self.child.communicate()
        self.words.close()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    """A gateway whose broker is not there: everything stays in its outbox."""
    found = Process(tmp_path, "mqtt://127.0.0.1:9", deadline_s=1.0)
    yield found
    found.end()


def rows(home: Path) -> int:
    """Messages in the outbox of a gateway that has ended."""
    file = sqlite3.connect(home / "outbox.sqlite")
    try:
        return int(file.execute("SELECT count(*) FROM message WHERE kind = 0").fetchone()[0])
    finally:
        file.close()


def test_sigterm_ends_in_seconds_with_everything_on_the_disk(process: Process) -> None:
    child = process.start()
    assert process.hear("WATCHDOG=1", 5)
    time.sleep(1.5)
    began = time.monotonic()
    child.send_signal(signal.SIGTERM)
    _, said = child.communicate(timeout=20)
    assert time.monotonic() - began < 8
    assert child.returncode == 0, said
    assert process.hear("STOPPING=1", 1)
    assert "Traceback" not in said
    assert rows(process.home) >= 5


def test_a_hung_driver_starves_the_watchdog(process: Process) -> None:
    child = process.start()
    assert process.hear("WATCHDOG=1", 5)
    process.hangs.touch()
    assert process.hear("STATUS=hangs: line wall", 10)
    assert not process.hear("WATCHDOG=1", 2)
    process.hangs.unlink()
    assert process.hear("WATCHDOG=1", 5)
    assert child.poll() is None
    process.hangs.touch()  # and a hung driver does not keep it from ending
    time.sleep(0.5)
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=20)
    assert child.returncode == 0


def test_killed_and_started_again(process: Process) -> None:
    child = process.start()
    time.sleep(3)
    child.kill()
    child.communicate()
    before = rows(process.home)
    assert before > 0
    child = process.start()
    time.sleep(1)
    child.send_signal(signal.SIGTERM)
    _, said = child.communicate(timeout=20)
    assert child.returncode == 0, said
    assert rows(process.home) > before


def test_one_gateway_on_a_folder(process: Process) -> None:
    process.start()
    second = subprocess.run(
        [sys.executable, "-m", "teplosvet", "gateway", "run", str(process._file)],
        cwd=REPOSITORY,
        env=process._environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode == 2
    assert "a gateway runs here and owns the lines" in second.stderr
