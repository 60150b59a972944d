"""How often a meter may be read: a read costs battery, and a restart of the gateway does not give it back."""

import math
from datetime import datetime, timedelta

import msgspec

from gateway.config import MeterConfig
from gateway.memory import Memory

ROWS_A_READ = 24
"""So many archive records cost what one read costs: a day of hours is one long answer."""
FLOOR_KEPT = 0.98
"""Share of the floor that is insisted on: an interval of exactly the floor must not miss its beat by a blink."""

_FACT = "reads"


class _Reads(msgspec.Struct):
    """Reads of one day, and when the last one was. [s since 1970-01-01 UTC]"""

    day: str = ""
    count: int = 0
    last_at: float | None = None


class Budget:
    """The reads that one meter has left today, days being those of its zone.

    Args:
        meter: What the configuration says of it.
        memory: Where the count survives.
    """

    def __init__(self, meter: MeterConfig, memory: Memory) -> None:
        self._meter, self._memory = meter, memory
        self._reads = memory.get(meter.name, _FACT, _Reads) or _Reads()

    def spend(self, now: datetime, reads: int = 1) -> None:
        """Note reads."""
        day = self._day(now)
        count = self._reads.count if self._reads.day == day else 0
        self._reads = _Reads(day, count + reads, now.timestamp())
        self._memory.put(self._meter.name, _FACT, self._reads)

    def spent(self, now: datetime) -> bool:
        """Whether today's reads are used up."""
        limit = self._meter.daily_reads
        return limit is not None and self._used(now) >= limit

    def earliest(self, now: datetime) -> datetime:
        """When the meter may be read next."""
        if self.spent(now):
            return self._midnight(now)
        last = self._reads.last_at
        # A last read in the future was dated by a clock that was wrong; it must not silence the meter.
        if last is None or last > now.timestamp():
            return now
        return max(now, datetime.fromtimestamp(last, now.tzinfo) + timedelta(seconds=FLOOR_KEPT * self._meter.floor_s))

    def archive_rows(self, now: datetime) -> int | None:
        """Archive records that may be read without taking today's remaining polls away; None for any number."""
        limit = self._meter.daily_reads
        if limit is None:
            return None
        polls = math.ceil((self._midnight(now) - now).total_seconds() / self._meter.interval_s)
        left = limit - self._used(now) - polls
        return left * ROWS_A_READ if left > 0 else 0

    def _used(self, now: datetime) -> int:
        return self._reads.count if self._reads.day == self._day(now) else 0

    def _day(self, now: datetime) -> str:
        return now.astimezone(self._meter.zone).date().isoformat()

    def _midnight(self, now: datetime) -> datetime:
        local = now.astimezone(self._meter.zone)
        following = local.date() + timedelta(days=1)
        return datetime(following.year, following.month, following.day, tzinfo=self._meter.zone).astimezone(now.tzinfo)
