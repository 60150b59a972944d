"""`teplosvet gateway` as a child process, what it reads in a test, and converters that misbehave."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from simulators.wire.mbus_meter import MbusMeter, Plate, Registers

REPOSITORY = Path(__file__).parents[2]
NOBODY = "mqtt://127.0.0.1:9"
HEAD = """
[gateway]
name = "gw"
broker = "{broker}"
zone = "UTC"
home = "home"
quota_mb = 10
"""
LINE = """
[[line]]
name = "{name}"
url = "{url}"
baud = {baud}
parity = "E"
stop_bits = 1
slack_s = 0.1
"""
METER = """
[[meter]]
name = "{name}"
line = "{line}"
model = "{model}"
address = "{address}"
zone = "UTC"
interval_s = 900
daily_reads = 1000
"""


SHOWN = Registers(11_630.0, 120.5, 35.2, 0.8, 71.5, 43.25, 1200)


def command(*words: str, clock: str | None = None) -> tuple[list[str], dict[str, str]]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TEPLOSVET_")} | {"COLUMNS": "400"}
    if clock:
        environment["TEPLOSVET_CLOCK"] = clock
    return [sys.executable, "-m", "teplosvet", *words], environment


def check(file: Path, patience_s: float = 60.0) -> tuple[dict[str, str], dict[str, str], float]:
    """`teplosvet gateway check`: problem or remarks of each meter, what places say, the peak of its memory. [MB]"""
    words, environment = command("gateway", "check", str(file), "--json")
    peak_mb, deadline = 0.0, time.monotonic() + patience_s
    with subprocess.Popen(
        words, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        while child.poll() is None:
            if time.monotonic() > deadline:
                child.kill()
                pytest.fail(f"it hangs for more than {patience_s} s")
            with suppress(psutil.Error):
                peak_mb = max(peak_mb, psutil.Process(child.pid).memory_info().rss / 1e6)
            time.sleep(0.02)
        out, err = child.communicate()
    assert "Traceback" not in err, err
    told = json.loads(out)
    meters = {each["meter"]: f"{each['problem'] or ''} | {'; '.join(each['remarks'])}" for each in told["meters"]}
    return meters, {each["place"]: each["says"] for each in told["places"]}, peak_mb


def meter(serial: str = "10000001", primary: int = 1) -> MbusMeter:
    return MbusMeter(Plate(serial, primary), lambda _: SHOWN, lambda: datetime.now(UTC))


@contextmanager
def converter(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """A converter that misbehaves; each connection has its thread."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=20)

    def attend(master: socket.socket) -> None:
        with master, suppress(OSError):
            speak(master)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=attend, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


class Child:
    """`teplosvet gateway run`.

    Attributes:
        home: Its folder.
    """

    def __init__(self, folder: Path, text: str) -> None:
        self.home, self._file, self._log = folder / "home", folder / "gateway.toml", folder / "gateway.log"
        self._file.write_text(text, "utf-8")
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, clock: str | None = None, most_bytes: int | None = None) -> None:
        """Begin; with `most_bytes` no file of it may grow beyond, as on a full disk."""
        words, environment = command("gateway", "run", str(self._file), clock=clock)
        limit = None if most_bytes is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes,) * 2)
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(words, cwd=REPOSITORY, env=environment, stderr=log, preexec_fn=limit)  # noqa: PLW1509

    def kill(self) -> None:
        """As a power cut would."""
        assert self._child is not None
        self._child.kill()
        self._child.wait()

    def end(self) -> int:
        assert self._child is not None
        self._child.send_signal(signal.SIGTERM)
        return self._child.wait(30)

    @property
    def journal(self) -> str:
        return self._log.read_text("utf-8", errors="replace")

    @contextmanager
    def running(self, clock: str | None = None) -> Iterator[None]:
        self.start(clock)
        try:
            yield
            assert self.end() == 0
        finally:
            if self._child is not None and self._child.poll() is None:
                self.kill()


def heat(name: str, line: str, url: str, broker: str, address: str = "1", more: str = "") -> str:
    return (
        HEAD.format(broker=broker)
        + LINE.format(name=line, url=url, baud=38400)
        + METER.format(name=name, line=line, model="danfoss-sonometer-40", address=address)
        + more
    )
