"""The gateway as a process of its own, in a time that passes faster, which may lose its power."""

import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from teplosvet.domain.errors import ServiceUnavailableError


class FastTime:
    """A time that passes faster; the gateway's process has the same one through its environment.

    Args:
        start: What it shows now, aware.
        rate: Its seconds per second. [-]
    """

    def __init__(self, start: datetime, rate: float) -> None:
        self._start, self._rate, self._epoch_s = start, rate, time.time()

    def now(self) -> datetime:
        """The simulated present."""
        return self._start + timedelta(seconds=(time.time() - self._epoch_s) * self._rate)

    def wait_until(self, at: datetime, gateway: "GatewayProcess | None" = None) -> None:
        """Wait for a simulated instant.

        Raises:
            ServiceUnavailableError: If the gateway ends meanwhile.
        """
        while self.now() < at:
            if gateway is not None:
                gateway.must_live()
            time.sleep(min(0.1, max(0.001, (at - self.now()).total_seconds() / self._rate)))

    @property
    def variable(self) -> str:
        """What TEPLOSVET_CLOCK has to say."""
        return f"{self._start.isoformat()}@{self._rate:g}@{self._epoch_s}"


class GatewayProcess:
    """`teplosvet gateway run`, which may lose its power.

    Args:
        file: Its configuration.
        clock: The simulated time, or None for the machine's.
    """

    def __init__(self, file: Path, clock: FastTime | None = None) -> None:
        self._file, self._log = file, file.with_suffix(".log")
        self._environment = {**os.environ, **({} if clock is None else {"TEPLOSVET_CLOCK": clock.variable})}
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process, while it has one."""
        return None if self._child is None else self._child.pid

    def power_on(self) -> None:
        """Start it."""
        with self._log.open("ab") as log:
            words = [sys.executable, "-m", "teplosvet", "gateway", "run", str(self._file)]
            self._child = subprocess.Popen(words, env=self._environment, stderr=log, stdout=log)

    def power_off(self) -> None:
        """Kill it, as a power cut would."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def must_live(self) -> None:
        """See that it runs.

        Raises:
            ServiceUnavailableError: If it has ended by itself.
        """
        if self._child is not None and self._child.poll() is not None:
            raise ServiceUnavailableError(f"the gateway has ended: {self._log.read_text()[-500:]}")

    def end(self) -> None:
        """End it in good order."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            self._child.wait(timeout=30)
