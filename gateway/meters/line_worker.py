"""The one owner of a line: a thread that reads the line's meters one after the other, each when it is due."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from gateway.clock import Clock
from gateway.errors import DeviceError
from gateway.line import Line
from gateway.meters.meter import Meter
from gateway.process.health import Progress

log = logging.getLogger(__name__)

REFILL_S = 600.0
"""Archives of one meter are read for no longer at a time. [s]"""
POLITE_S = 10.0
"""Nor for longer than this when a meter of the line is due meanwhile. [s]"""
_LONGEST_WAIT_S = 5.0
"""A waiting loop shows itself so often. [s]"""


class LineWorker(threading.Thread):
    """Reads the meters of one line.

    Args:
        line: The line; nobody else speaks on it.
        meters: Its meters, in the order in which they are read when several are due.
        clock: The clock.
        stop: Set when the gateway ends.
        deadline_s: A visit that takes longer hangs. [s]
    """

    def __init__(
        self, line: Line, meters: Sequence[Meter], clock: Clock, stop: threading.Event, deadline_s: float
    ) -> None:
        super().__init__(name=f"line {line.name}", daemon=True)
        self._line, self._meters = line, meters
        self._clock, self._stop_asked = clock, stop
        self.progress = Progress(f"line {line.name}", deadline_s)

    def run(self) -> None:
        """Read meters until the gateway ends."""
        while not self._stop_asked.is_set():
            self.progress.mark()
            now = self._clock.now()
            for meter in self._meters:
                meter.heed(now)
            following = min(self._meters, key=lambda meter: meter.due)
            behind = next((meter for meter in self._meters if meter.behind), None)
            if following.due <= now:
                self._visit(following, following.read)
            elif behind is not None:
                self._visit(behind, partial(behind.refill, partial(self._go_on, time.monotonic())))
            else:
                self._clock.wait((following.due - now).total_seconds(), self._stop_asked, _LONGEST_WAIT_S)
        with suppress(DeviceError):
            self._line.close()

    def _visit(self, meter: Meter, speak: Callable[[], object]) -> None:
        try:
            speak()
            meter.watch()
        except Exception as error:
            # A defect of one driver must not silence the other meters of the line; it is said and kept, not hidden.
            log.exception("%s: a defect", meter.config.name)
            meter.give_up(error)
            with suppress(DeviceError):
                self._line.close()

    def _go_on(self, begun: float) -> bool:
        """Whether an archive may be read further."""
        self.progress.mark()
        spent_s = time.monotonic() - begun
        if self._stop_asked.is_set() or spent_s > REFILL_S:
            return False
        return spent_s < POLITE_S or all(meter.due > self._clock.now() for meter in self._meters)
