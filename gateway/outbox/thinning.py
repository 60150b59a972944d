"""What goes when there is too much: the oldest telemetry without registers; one row an hour and device stays."""

from typing import NamedTuple

from gateway.outbox.lanes import Reader
from gateway.outbox.store import Gone

SLICE_ROWS = 5000
"""The most rows that are looked at in one transaction."""
ROW_BYTES = 256
"""A row has about so many; where little has to go few rows are looked at. [B]"""
LEAST_ROWS = 200
"""But no fewer than this."""
MOST_SLICES = 20
"""Slices in a row: whoever puts rows in waits meanwhile."""
DOWN_TO = 0.9
"""Share of the quota down to which is thinned, so that it is not done for every row."""


class Thinned(NamedTuple):
    """What thinning did.

    Attributes:
        gone: What was dropped.
        enough: Whether the size is now within the bounds.
        over: Whether there was nothing more to look at.
    """

    gone: list[Gone]
    enough: bool
    over: bool


class Thinning:
    """Thins a store from its oldest rows on; what it has gone through it leaves alone.

    Args:
        reader: The store and what of it is on its way.
        counters: Whether rows with registers are thinned, too.
    """

    def __init__(self, reader: Reader, *, counters: bool = False) -> None:
        self._reader = reader
        self._counters = counters
        self._passed = 0

    def down_to(self, size_bytes: float, slices: int = MOST_SLICES) -> Thinned:
        """Thin until the rows take no more than this. [B]"""
        store, gone = self._reader.store, list[Gone]()
        for _ in range(slices):
            excess = store.size_bytes() - size_bytes
            if excess <= 0:
                return Thinned(gone, enough=True, over=False)
            rows = min(SLICE_ROWS, max(LEAST_ROWS, int(excess) // ROW_BYTES))
            end = store.slice_end(self._passed, rows)
            if end is None:
                return Thinned(gone, enough=False, over=True)
            gone += store.thin(self._passed, end, self._reader.leased, counters=self._counters)
            self._passed = end
        return Thinned(gone, enough=store.size_bytes() <= size_bytes, over=False)
