"""What an amount rests on, and the durations that the rules of consumption turn on."""

from enum import IntEnum

HOUR_US = 3_600_000_000
"""One hour. [µs]"""

MAX_METERED_INTERVAL_US = 90 * 60 * 1_000_000
"""Longest interval between two readings whose straight line over a bucket's edge still counts as metered. [µs]

An hourly meter that is polled with jitter is metered; a meter that misses an hour is not.
"""

LOOK_AROUND = 8
"""Readings on each side of an anomaly that may decide what it was. [-]"""

EXCHANGE_WINDOW_US = 6 * HOUR_US
"""How far the stated time of an exchange may lie from the readings: a wrong clock, a form filled in later. [µs]"""

EXCURSION_TIME_US = 24 * HOUR_US
"""Longest excursion that is recognised by its return, however many readings it has. [µs]"""

CONTEXT_READINGS = 3 * LOOK_AROUND
"""Readings that a recomputed window needs before and after it, so that it equals the full computation. [-]"""

CONTEXT_TIME_US = EXCURSION_TIME_US + EXCHANGE_WINDOW_US
"""Time that a recomputed window needs before and after it, besides `CONTEXT_READINGS`. [µs]"""


class Rule(IntEnum):
    """What the amount of an interval or bucket rests on; a greater code rests on less."""

    METERED = 0
    """The difference of two registers, rollover and recorded exchange included."""
    INTERPOLATED = 1
    """A metered amount whose share in this bucket is a straight line over more than 90 minutes."""
    ROLLOVER_INFERRED = 2
    """A rollover at a modulus that nobody stated."""
    DECIMAL_CHANGE = 3
    """The interval in which the register moved its decimal point."""
    RATE_ESTIMATE = 4
    """No register difference exists: the mean rate of the accepted readings before and after, times the duration."""
    DERIVED = 5
    """No register at all: measured power times the time that it is known to have held."""
    UNKNOWN = 6
    """No register difference and no rate: not an amount, and never zero."""

    @property
    def text(self) -> str:
        """The name as stored in `consumption_hourly.rule`."""
        return self.name.lower()
