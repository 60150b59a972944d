"""When a meter is read next: on the beat of its interval, later and later while it is silent, then rarely."""

import zlib
from datetime import datetime, timedelta

from gateway.config import MeterConfig
from gateway.meters.budget import FLOOR_KEPT

AFTER_THE_HOUR_S = 15.0
"""Meters close an hour at the full hour; they are read so long after it. [s]"""
SPREAD_S = 30.0
"""Lines of many houses are spread over this, so that they do not all speak in the same second. [s]"""
FIRST_RETRY_S = 30.0
"""Pause after the first failure; every further one doubles it. [s]"""
SILENT_AFTER = 3
"""A meter that failed so often in a row is called silent."""
DEAD_AFTER = 10
"""One that failed so often is dead, until it answers: every request to it takes the line's time from the others."""
DEAD_INTERVAL_S = 3600.0
"""A dead meter is asked no more often than this. [s]"""
_SET_BACK = timedelta(seconds=60)


class Schedule:
    """The times of one meter.

    Args:
        meter: What the configuration says of it.
        publisher: Name of the gateway: the spread hangs on it.
        now: Now; a meter is read for the first time at once.

    Attributes:
        due: When it is read next.
        failures: How often in a row it has failed.
    """

    def __init__(self, meter: MeterConfig, publisher: str, now: datetime) -> None:
        self._interval_s, self._floor_s = meter.interval_s, meter.floor_s
        spread = zlib.crc32(f"{publisher}/{meter.line}".encode()) / 2**32 * SPREAD_S
        self._offset_s = min(AFTER_THE_HOUR_S + spread, meter.interval_s / 4)
        self.due = self._seen = now
        self.failures = 0

    def succeeded(self, now: datetime) -> None:
        """The meter answered: it is read on the first beat that its floor allows."""
        self.failures = 0
        self.due = self._beat(now + timedelta(seconds=self._floor_s * FLOOR_KEPT))

    def failed(self, now: datetime) -> None:
        """It did not: it is read again soon, and later each time."""
        self.failures += 1
        if self.failures >= DEAD_AFTER:
            pause_s = max(self._interval_s, DEAD_INTERVAL_S)
        else:
            retry_s = FIRST_RETRY_S * 2 ** (self.failures - 1)
            pause_s = max(min(retry_s, self._interval_s), self._floor_s)
        self.due = now + timedelta(seconds=pause_s)

    def not_before(self, earliest: datetime) -> None:
        """Put the next read off."""
        self.due = max(self.due, earliest)

    def heed(self, now: datetime) -> None:
        """Notice that the clock was set back: what was due by the old time would be late by as much."""
        if self._seen - now > _SET_BACK:
            self.due = min(self.due, now)
        self._seen = now

    @property
    def silent(self) -> bool:
        """Whether the meter failed so often that somebody has to know."""
        return self.failures >= SILENT_AFTER

    def _beat(self, after: datetime) -> datetime:
        """The first instant after one that lies on the beat."""
        beats = (after.timestamp() - self._offset_s) // self._interval_s + 1
        at = beats * self._interval_s + self._offset_s
        return datetime.fromtimestamp(at, after.tzinfo)
