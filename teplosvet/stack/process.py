"""A server that we start as a child: awaited until it answers, stopped so that it closes its files."""

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from teplosvet.domain.errors import ServiceUnavailableError
from teplosvet.stack.ports import LOOPBACK


def port_answers(port: int) -> bool:
    """Whether somebody accepts connections on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((LOOPBACK, port)) == 0


@dataclass(slots=True)
class ServerProcess:
    """A child process that serves something.

    Attributes:
        name: What people call it.
        command: Program and arguments.
        ready: Tells whether it answers by now.
        log: File that its output is added to.
        stop_signal: Signal upon which it closes its files and ends.
        user: System user to run as, if not the current one.
        start_timeout_s: How long it may take until it answers. [s]
        stop_timeout_s: How long it may take to end before it is killed. [s]
    """

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None
    start_timeout_s: float = 60.0
    stop_timeout_s: float = 60.0
    _child: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def pid(self) -> int:
        """Process id of the running server.

        Raises:
            ServiceUnavailableError: If it does not run.
        """
        if self._child is None:
            raise ServiceUnavailableError(f"{self.name} does not run")
        return self._child.pid

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            ServiceUnavailableError: If it ends at once or does not answer in time; the message has its last words.
        """
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; we stop our servers in the right order
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
            )
        deadline = time.monotonic() + self.start_timeout_s
        while not self.ready():
            if self._child.poll() is not None:
                self._child = None
                raise ServiceUnavailableError(f"{self.name} ended while it started: {self._last_words()}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServiceUnavailableError(
                    f"{self.name} did not answer within {self.start_timeout_s:g} s: {self._last_words()}"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """End it in good order; nothing happens if it does not run."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """End it as a power cut would: it and the processes that it made, none of which is there afterwards."""
        family: list[psutil.Process] = []
        if self._child is not None:
            with contextlib.suppress(psutil.NoSuchProcess):  # it may have ended by itself
                family = psutil.Process(self._child.pid).children(recursive=True)
        self._end(signal.SIGKILL)
        for each in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(family, self.stop_timeout_s)

    def _end(self, how: signal.Signals) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.send_signal(how)
        try:
            child.wait(self.stop_timeout_s)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _last_words(self) -> str:
        lines = self.log.read_text("utf-8", errors="replace").splitlines()
        return " | ".join(line.strip() for line in lines[-5:]) or "it said nothing"


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that runs as a child of ours on a loopback port.

    Attributes:
        port: Its port.
        process: The child process.
    """

    port: int
    process: ServerProcess

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        return self.process.pid

    def start(self) -> None:
        """Start it again with what it had written."""
        self.process.start()

    def stop(self) -> None:
        """Stop it: it cuts its connections and writes what it has."""
        self.process.stop()

    def kill(self) -> None:
        """Kill it: what it had not yet written is lost."""
        self.process.kill()
