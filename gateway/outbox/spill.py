"""Where rows are while the disk takes none: in memory, within bounds; better than to read meters for nothing."""

from gateway.outbox.lanes import Reader
from gateway.outbox.losses import Losses
from gateway.outbox.row import Row
from gateway.outbox.store import MEMORY, Store
from gateway.outbox.thinning import DOWN_TO, Thinning

LOST = "outbox_lost"
"""The event that tells of rows which neither disk nor memory had room for."""


class Spill:
    """Rows in memory.

    Args:
        most_bytes: What they may take. [B]
        losses: Where it is noted what had to go.
    """

    def __init__(self, most_bytes: int, losses: Losses) -> None:
        self._most_bytes = most_bytes
        self._losses = losses
        self.reader = Reader(Store(MEMORY))

    def __len__(self) -> int:
        return sum(self.reader.store.counts.values())

    @property
    def low(self) -> bool:
        """Whether there is room enough to tell of what was lost."""
        return self.reader.store.size_bytes() < self._most_bytes / 2

    def insert(self, rows: list[Row]) -> None:
        """Put rows in; when there are too many the least important ones go."""
        store = self.reader.store
        store.insert(rows)
        if store.size_bytes() <= self._most_bytes:
            return
        bound = self._most_bytes * DOWN_TO
        for counters in (False, True):
            thinned = Thinning(self.reader, counters=counters).down_to(bound)
            self._losses.add(LOST, thinned.gone)
            if thinned.enough:
                return
        while store.size_bytes() > bound and (gone := store.drop_oldest(1 + len(self) // 10, self.reader.leased)):
            self._losses.add(LOST, gone)

    def move_to(self, store: Store) -> None:
        """Move what is not on its way into another store.

        Raises:
            sqlite3.Error: If that cannot be written; what it has not taken stays here.
        """
        for some in self.reader.store.all():
            waiting = [kept for kept in some if kept.id not in self.reader.leased]
            store.insert(kept.row for kept in waiting)
            self.reader.store.delete([kept.id for kept in waiting])
