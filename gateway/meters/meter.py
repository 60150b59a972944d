"""One meter: read when it is due, its archives kept complete; that it is silent or back is said once."""

import logging
from collections.abc import Callable
from datetime import datetime

from gateway.clock import Clock
from gateway.config import MeterConfig
from gateway.driver import Driver, Remark
from gateway.errors import DeviceError, LineError, NoAnswerError
from gateway.memory import Memory
from gateway.meters.budget import Budget
from gateway.meters.contact import ContactBook
from gateway.meters.refill import Refill
from gateway.meters.schedule import Schedule
from gateway.reporter import Data, Reporter

log = logging.getLogger(__name__)

SKEW_REFUSED_S = 1800.0
"""Records of a meter whose clock is off by more would be taken for those of another hour. [s]"""

_SILENT = "silent_since"
_RAW_SHOWN = 64
"""Bytes of a failed answer that an event shows. [B]"""


class Meter:
    """A meter and all that is known of it.

    Args:
        config: What the configuration says of it.
        driver: Its driver.
        memory: What survives a restart.
        reporter: Who is told.
        clock: The clock.

    Attributes:
        behind: Whether its archives may have something that is not here, and it answers.
    """

    def __init__(self, config: MeterConfig, driver: Driver, memory: Memory, reporter: Reporter, clock: Clock) -> None:
        self.config, self._driver = config, driver
        self._memory, self._reporter, self._clock = memory, reporter, clock
        self._budget = Budget(config, memory)
        self._book = ContactBook(config, memory, reporter)
        self._refills = [Refill(archive, config, driver, memory, reporter) for archive in config.archives]
        self.behind = False
        now = clock.now()
        self._schedule = Schedule(config, reporter.publisher, now)
        self._schedule.not_before(self._budget.earliest(now))

    @property
    def due(self) -> datetime:
        """When it is read next."""
        return self._schedule.due

    def heed(self, now: datetime) -> None:
        """Notice that the clock was set back."""
        self._schedule.heed(now)

    def read(self) -> bool:
        """Read it once; whether it answered."""
        begun = self._clock.now()
        if self._budget.spent(begun):
            self._put_off(begun)
            return False
        try:
            contact = self._driver.read()
        except DeviceError as error:
            if isinstance(error, NoAnswerError) and not error.raw:
                self._driver.line.doubt()
            self._failed(error, self._clock.now())
            return False
        ended = self._clock.now()
        self._budget.spend(begun)
        exchanged = self._book.take(contact, begun, ended)
        self._answered(ended)
        for refill in self._refills if self._reporter.timely else ():
            refill.begin(ended, anew=exchanged)
        self.behind = bool(self._refills)
        return True

    def refill(self, go_on: Callable[[], bool]) -> None:
        """Fetch what is missing from its memory, as long as there is time."""
        self.behind = False
        if not self._reporter.timely or not self._refills or self._clock_wrong():
            return
        try:
            for refill in self._refills:
                if refill.run(self._clock.now(), self._book, self._budget, go_on):
                    self.behind = True
                    return
        except DeviceError as error:
            # The next contact goes on with it; that the meter is silent shows in its live values.
            remark = Remark("archive_failed", {"error": type(error).__name__, "sentence": str(error)})
            self._book.remarks.make(remark, self._clock.now())

    def _clock_wrong(self) -> bool:
        """Whether its clock is so wrong that nobody knows whose hour a record is; that is said once a day."""
        ahead_s = self._book.skew_s
        if ahead_s is None or abs(ahead_s) <= SKEW_REFUSED_S:
            return False
        sentence = (
            f"its clock is {abs(ahead_s) / 3600:.1f} h {'ahead' if ahead_s > 0 else 'behind'}, so that nothing of its "
            "archives is taken: check `zone` in the file, then the meter's clock"
        )
        data: Data = {"offset_s": round(ahead_s, 1), "sentence": sentence}
        self._book.remarks.make(Remark("archive_clock_wrong", data), self._clock.now())
        return True

    def watch(self) -> None:
        """Say what its memory is about to lose, and put its next read off until it may be read."""
        now = self._clock.now()
        if self._reporter.timely and not self.behind:
            for refill in self._refills:
                refill.watch(now)
        self._schedule.not_before(self._budget.earliest(now))

    def give_up(self, error: Exception) -> None:
        """Take a failure that is our own defect as one of the meter, so that the others are read all the same."""
        self.behind = False
        now = self._clock.now()
        words = f"{type(error).__name__}: {error}"[:200]
        self._book.remarks.make(Remark("driver_defect", {"error": words, "model": self.config.model}), now)
        self._failed(DeviceError(f"the driver has a defect: {words}"), now)

    def _answered(self, now: datetime) -> None:
        self._schedule.succeeded(now)
        since = self._memory.get(self.config.name, _SILENT, float)
        if since:
            self._memory.put(self.config.name, _SILENT, 0.0)
            self._reporter.event(self.config.name, now, "meter_back", {"silent_s": round(now.timestamp() - since)})

    def _failed(self, error: DeviceError, now: datetime) -> None:
        if not isinstance(error, LineError):  # a request that never left costs no battery
            self._budget.spend(now)
        self._schedule.failed(now)
        if self._schedule.failures == 1:
            name, sentence = self.config.name, str(error)
            log.warning("%s", sentence if name in sentence else f"{name}: {sentence}")
        if self._schedule.silent and not self._memory.get(self.config.name, _SILENT, float):
            self._memory.put(self.config.name, _SILENT, now.timestamp())
            data: Data = {"error": type(error).__name__, "sentence": str(error), "raw": error.raw[:_RAW_SHOWN].hex()}
            self._reporter.event(self.config.name, now, "meter_silent", data)

    def _put_off(self, now: datetime) -> None:
        self._schedule.not_before(self._budget.earliest(now))
        self._book.remarks.make(Remark("budget_spent", {"daily_reads": self.config.daily_reads}), now)
