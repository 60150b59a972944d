"""What time it is; and, in a simulated run, a time that passes faster."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta

from teplosvet.domain.errors import ConfigurationError

YEARS = (1970, 3000)
"""Between these a simulated run may begin."""
VARIABLE = "TEPLOSVET_CLOCK"
"""Environment variable of a simulated run: ``START@RATE`` or ``START@RATE@EPOCH``."""


class Clock:
    """The machine's clock."""

    simulated = False
    rate = 1.0
    """Its seconds per second of the machine's clock. [-]"""

    def now(self) -> datetime:
        """Now, aware, UTC."""
        return datetime.now(UTC)

    def boot_s(self) -> float:
        """Time since the machine started, which nobody sets. [s]"""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def wait(self, seconds: float, stop: threading.Event, at_most_s: float = threading.TIMEOUT_MAX) -> bool:
        """Wait for so long, or until `stop` is set; whether it is.

        Args:
            seconds: How long by this clock. [s]
            stop: Ends the wait.
            at_most_s: The longest wait by the machine's clock. [s]
        """
        return stop.wait(min(max(seconds / self.rate, 1e-3), at_most_s))


class AcceleratedClock(Clock):
    """A clock that starts at some time and goes faster; several processes agree if they share the epoch.

    Args:
        start: What it showed at the epoch, aware.
        rate: Its seconds per second of the machine's clock. [-]
        epoch_s: When it started, by the machine's clock, or None for now. [s since 1970-01-01 UTC]
    """

    simulated = True

    def __init__(self, start: datetime, rate: float, epoch_s: float | None = None) -> None:
        self._start, self.rate = start.astimezone(UTC), rate
        self._epoch_s = time.time() if epoch_s is None else epoch_s

    def now(self) -> datetime:
        """Now in the simulated run, aware, UTC."""
        return self._start + timedelta(seconds=(time.time() - self._epoch_s) * self.rate)

    def boot_s(self) -> float:
        """Time since the run started. [s]"""
        return (time.time() - self._epoch_s) * self.rate


def clock_of_environment() -> Clock:
    """The machine's clock, or that of a simulated run (`VARIABLE`).

    Raises:
        ConfigurationError: If the variable is not what it has to be.
    """
    text = os.environ.get(VARIABLE)
    if not text:
        return Clock()
    start, *figures = text.split("@")
    try:
        at = datetime.fromisoformat(start)
        rate, epoch_s = (float(figures[0]), float(figures[1]) if len(figures) > 1 else None)
    except (ValueError, IndexError) as error:
        raise ConfigurationError(f"{VARIABLE} is START@RATE[@EPOCH], not {text!r}") from error
    if at.tzinfo is None or not 0 < rate <= 1e6:
        raise ConfigurationError(f"{VARIABLE} needs a start with its zone and a rate up to 1e6, not {text!r}")
    try:
        clock = AcceleratedClock(at, rate, epoch_s)
        possible = YEARS[0] <= clock.now().year < YEARS[1]
    except (OverflowError, ValueError):  # years that there are not
        possible = False
    if not possible:
        raise ConfigurationError(f"{VARIABLE} needs a present from {YEARS[0]} to {YEARS[1]}, not {text!r}")
    return clock
