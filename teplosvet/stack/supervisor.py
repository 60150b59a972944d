"""Child processes that are started again when they die, and that end when their parent does."""

import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from teplosvet.domain.errors import ServiceUnavailableError

log = logging.getLogger(__name__)

SUPERVISED = "TEPLOSVET_SUPERVISED"
"""Set in the environment of a child whose standard input is a pipe from its supervisor."""

READY_FOLDER = "TEPLOSVET_READY_FOLDER"
"""Where supervised children say that they are ready."""

SHORTEST_LIFE_S = 2.0
"""A child that dies sooner is started again only after a pause. [s]"""
LONGEST_PAUSE_S = 15.0
GOODBYE_S = 10.0


class Supervisor:
    """Runs commands of `teplosvet` as child processes.

    Args:
        environment: Variables that the children get beside our own.
        folder: A folder of its own for this supervisor.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._folder = folder
        self._environment = {**os.environ, **environment, SUPERVISED: "1", READY_FOLDER: str(folder)}
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, arguments: Sequence[str]) -> None:
        """Run ``teplosvet ARGUMENTS`` under a name, for good."""
        thread = threading.Thread(target=self._keep, args=(name, list(arguments)), name=f"keep-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait_until_ready(self, names: Sequence[str], patience_s: float = 60.0) -> None:
        """Wait until the children of these names have called `mark_ready`.

        Raises:
            ServiceUnavailableError: If that takes too long.
        """
        deadline = time.monotonic() + patience_s
        while missing := [name for name in names if not (self._folder / name).exists()]:
            if time.monotonic() > deadline:
                raise ServiceUnavailableError(f"{', '.join(missing)} did not become ready within {patience_s:.0f} s")
            time.sleep(0.02)

    def pid(self, name: str) -> int | None:
        """The process of a child, or None while it does not live."""
        child = self._children.get(name)
        return child.pid if child is not None and child.poll() is None else None

    def stop(self) -> None:
        """End all children: politely, then surely."""
        self._stop.set()
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        for thread in self._threads:
            thread.join(timeout=GOODBYE_S)
        for child in self._children.values():
            if child.poll() is None:
                child.kill()

    def _keep(self, name: str, arguments: list[str]) -> None:
        pause = 0.0
        while not self._stop.wait(pause):
            started = time.monotonic()
            (self._folder / name).unlink(missing_ok=True)
            child = subprocess.Popen(
                [sys.executable, "-m", "teplosvet", *arguments],
                env=self._environment,
                stdin=subprocess.PIPE,
                process_group=0,  # the interrupt of a terminal reaches us alone, and we end them
            )
            self._children[name] = child
            if self._stop.is_set():
                child.terminate()
            code = child.wait()
            if self._stop.is_set():
                return
            lived = time.monotonic() - started
            # one that was ready had nothing wrong with it: it was killed
            young = lived < SHORTEST_LIFE_S and not (self._folder / name).exists()
            pause = min(LONGEST_PAUSE_S, max(0.5, pause * 2)) if young else 0.1
            log.warning("%s ended with code %d after %.0f s; started again in %.1f s", name, code, lived, pause)


def mark_ready(name: str) -> None:
    """In a supervised child: say that it is ready."""
    if folder := os.environ.get(READY_FOLDER):
        (Path(folder) / name).touch()


def end_with_supervisor(stop: Callable[[], None]) -> None:
    """In a supervised child: call `stop` when the supervisor goes away, however it does."""
    if os.environ.get(SUPERVISED) != "1":
        return

    def wait_for_end() -> None:
        # not by sys.stdin: its lock would be held when the interpreter ends
        while os.read(0, 4096):
            pass
        stop()

    threading.Thread(target=wait_for_end, name="lifeline", daemon=True).start()
