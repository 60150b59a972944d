"""How long what a device said last may be believed: until it speaks again, but not over an outage.

Sources differ: one is polled every minute, another speaks only when something changes and is silent all night. What is
usual is therefore taken from the readings themselves, from the hours around each silence and from nothing further away,
so that a part of a series gives the same as the whole.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.arrays import Floats, Mask

Ints = NDArray[np.int64]

MINUTE_US = 60_000_000

NEVER_OUTAGE_US = 5 * MINUTE_US
"""A silence of this length is never an outage. [µs]"""

NEAR_US = 12 * 60 * MINUTE_US
"""What is usual is looked for in so much time before a silence, and after it if that is too little. [µs]"""

FEW = 8
"""So many intervals have to be known to say what is usual. [-]"""

FEWEST = 3
"""Changes of a device that has hardly spoken have to be more than half as many to say how it speaks. [-]"""

ONE_TELLING_US = 5_000_000
"""Readings within so much time are parts of one telling: some sources send each quantity by itself. [µs]"""

UNKNOWN_USUAL_US = 60 * MINUTE_US
"""The usual interval of a device that has hardly spoken; the slowest of ours speaks every hour. [µs]"""

POLLED_FACTOR, UNEVEN_FACTOR = 3.0, 9.0
"""An outage is longer than so many times what 95 of 100 intervals are shorter than: of a device that speaks evenly, and
of one whose intervals are of every length. [-]"""

SPOKEN_SILENCE_US = 10 * 60 * MINUTE_US
"""A device most of whose readings are changes may be silent for a long night in which nothing changes. [µs]"""

ATTENDED_SILENCE_US = 60 * MINUTE_US
"""But not while somebody is there: the sensor would have told that he has gone. [µs]"""

LONGEST_US = 18 * 60 * MINUTE_US
"""A value that is not repeated while its device goes on speaking is believed for so long: a winter's night. [µs]"""


@dataclass(frozen=True, slots=True)
class Held:
    """Readings of one device in order of time, and how long each one holds.

    Attributes:
        at_us: When measured. [µs since 1970]
        hold_us: How long it holds: until the next reading, but over an outage for one usual interval; the newest one
            holds nothing yet, because nobody knows for how long. [µs]
        outages: Number of outages before each reading.
    """

    at_us: Ints
    hold_us: Ints
    outages: Ints


def held(at_us: Ints, changed: Mask | None = None, attended: Mask | None = None) -> Held:
    """How long readings hold.

    Args:
        at_us: Distinct instants in order, at least one. [µs since 1970]
        changed: Which readings tell of a change, or None if that does not count.
        attended: At which readings somebody was there, or None if nobody knows.
    """
    gap = np.diff(at_us)
    hold = np.append(gap, 0)
    outage = np.zeros(len(at_us), dtype=np.int64)
    for place in np.flatnonzero(gap > NEVER_OUTAGE_US).tolist():
        usual_us, longest_us, spoken = _usual(at_us, gap, changed, place)
        if attended is not None and attended[place]:
            longest_us = min(longest_us, max(ATTENDED_SILENCE_US, round(POLLED_FACTOR * usual_us)))
        elif spoken:
            longest_us = max(longest_us, SPOKEN_SILENCE_US)
        if gap[place] > longest_us:
            hold[place] = min(usual_us, gap[place])
            outage[place + 1] = 1
    return Held(at_us, hold, np.cumsum(outage))


def _usual(at_us: Ints, gap: Ints, changed: Mask | None, place: int) -> tuple[int, int, bool]:
    """The usual interval around a silence, the longest one that is no outage [µs], and whether changes are told."""
    first = int(np.searchsorted(at_us, at_us[place] - NEAR_US))
    end = place
    near = gap[first:place]
    near = near[near > ONE_TELLING_US]
    if len(near) < FEW:
        end = int(np.searchsorted(at_us, at_us[place + 1] + NEAR_US, side="right")) - 1
        after = gap[place + 1 : end]
        near = np.concatenate((near, after[after > ONE_TELLING_US]))
    spoken = changed is not None and 2 * int(np.count_nonzero(changed[first : end + 1])) > max(len(near), FEWEST)
    if len(near) < FEW:
        return UNKNOWN_USUAL_US, round(POLLED_FACTOR * UNKNOWN_USUAL_US), spoken
    middle, most = len(near) // 2, (len(near) * 19) // 20
    ordered = np.partition(near, (middle, most))
    usual_us, long_us = int(ordered[middle]), int(ordered[most])
    factor = POLLED_FACTOR if long_us <= 2 * usual_us else UNEVEN_FACTOR
    return usual_us, min(max(NEVER_OUTAGE_US, round(factor * long_us)), NEAR_US), spoken


@dataclass(frozen=True, slots=True)
class Known:
    """A quantity over the pieces of time.

    Attributes:
        value: What holds in each piece; NaN where nothing does. [unit of the quantity]
        for_us: How much of the piece it holds for. [µs]
    """

    value: Floats
    for_us: Floats


@dataclass(frozen=True, slots=True)
class Pieces:
    """The time of a device's readings, cut where one speaks and at the edges of buckets.

    Attributes:
        readings: The readings.
        source: Index of the reading that holds in each piece.
        bucket: Which bucket each piece lies in; pieces outside are left out.
        start_us: Where each piece starts. [µs since 1970]
        length_us: How long its reading holds in it. [µs]
        buckets: Number of buckets.
    """

    readings: Held
    source: Ints
    bucket: Ints
    start_us: Ints
    length_us: Floats
    buckets: int

    @classmethod
    def cut(cls, readings: Held, edges_us: Ints) -> "Pieces":
        """Cut at k+1 increasing edges of k half-open buckets. [µs since 1970]"""
        at = readings.at_us
        inner = edges_us[(edges_us > at[0]) & (edges_us < at[-1])]
        start = np.union1d(at, inner) if len(inner) else at
        source = np.searchsorted(at, start, side="right") - 1
        holds_until = at[source] + readings.hold_us[source]
        end = np.minimum(np.append(start[1:], start[-1]), holds_until)
        length = np.clip(end - start, 0, readings.hold_us[source])
        bucket = np.searchsorted(edges_us, start, side="right") - 1
        inside = slice(*np.searchsorted(start, [edges_us[0], edges_us[-1]]).tolist())
        kept = (source[inside], bucket[inside], start[inside], length[inside].astype(np.float64))
        return cls(readings, *kept, len(edges_us) - 1)

    def known(self, values: Floats, longest_us: int | Floats = LONGEST_US) -> Known | None:
        """What holds of a quantity: its last value, for at most so long and not over an outage; None if it has none.

        Args:
            values: One for each reading, NaN where it has none. [unit of the quantity]
            longest_us: How long a value may hold, or one such time for each reading. [µs]
        """
        present = ~np.isnan(values)
        if not present.any():
            return None
        if present.all():
            last, told = self.source, np.ones(len(self.source), dtype=np.bool_)
        else:
            filled = np.maximum.accumulate(np.where(present, np.arange(len(values)), -1))
            last = filled[self.source]
            told = last >= 0
            told &= self.readings.outages[last] == self.readings.outages[self.source]
        longest = longest_us[last] if isinstance(longest_us, np.ndarray) else longest_us
        rest = (longest - (self.start_us - self.readings.at_us[last])).astype(np.float64)
        lasts = np.where(told, np.clip(rest, 0.0, self.length_us), 0.0)
        return Known(np.where(lasts > 0, values[last], np.nan), lasts)

    def told_next(self, values: Floats) -> Known | None:
        """What the next report says of the time since the report before it; None if there is none.

        Args:
            values: One for each reading, NaN where it has none. [unit of the quantity]
        """
        present = ~np.isnan(values)
        if not present.any():
            return None
        count, outages = len(values), self.readings.outages
        following = np.minimum.accumulate(np.where(present, np.arange(count), count)[::-1])[::-1]
        report = np.append(following, count)[self.source + 1]
        told = report < count
        report = np.where(told, report, 0)
        told &= outages[report] == outages[self.source]
        told &= self.readings.at_us[report] - self.start_us <= LONGEST_US
        return Known(np.where(told, values[report], np.nan), np.where(told, self.length_us, 0.0))

    def total(self, per_piece: Floats) -> Floats:
        """Sum of something over the pieces of each bucket."""
        return np.bincount(self.bucket, weights=per_piece, minlength=self.buckets).astype(np.float64, copy=False)
