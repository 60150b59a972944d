"""The order in which rows leave: events, then what is fresh beside what has waited.

After ten days without a network a person wants to see the house as it is now, and the ten days, too. So telemetry
leaves in two lanes: what was put in since the connection came in one, and what had waited then, oldest first, in the
other.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from gateway.outbox.row import Priority, Row
from gateway.outbox.store import Store

FRESH_ROWS = 2000
"""When more have gathered somebody beyond the broker does not take them, and they become backlog."""
FRESH_LEFT = 200
"""The newest rows that stay fresh then."""
GIVE_BACK_BYTES = 4 * 1024 * 1024
"""Free room in the file that is given back to the disk once nearly everything has left. [B]"""

_END = 2**63 - 1


class Lane(IntEnum):
    """A lane; the uplink says how they take turns."""

    EVENT = 0
    ARCHIVE = 1
    FRESH = 2
    BACKLOG = 3


_PRIORITIES = {
    Lane.EVENT: Priority.EVENT,
    Lane.ARCHIVE: Priority.ARCHIVE,
    Lane.FRESH: Priority.TELEMETRY,
    Lane.BACKLOG: Priority.TELEMETRY,
}


class Taken(NamedTuple):
    """A row on its way.

    Attributes:
        reader: Where it came from.
        id: Its number there.
        row: The message.
    """

    reader: "Reader"
    id: int
    row: Row


class Reader:
    """Hands out the rows of a store lane by lane, each once, until told that they have arrived.

    Args:
        store: The store.

    Attributes:
        leased: Numbers of the rows that are on their way.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rewind()

    def rewind(self) -> None:
        """Begin anew: what was handed out and has not arrived is handed out again."""
        self.leased: set[int] = set()
        self._mark = self.store.newest
        self._passed = dict.fromkeys(Lane, 0) | {Lane.FRESH: self._mark}

    def divide(self) -> None:
        """From here on rows are fresh; those before have waited."""
        self._divide_at(self.store.newest)

    def take(self, lane: Lane, rows: int, size: int) -> list[Taken]:
        """The next rows of a lane.

        Args:
            lane: Which.
            rows: No more than so many.
            size: No more bytes than this, unless a single row has more. [B]
        """
        if lane is Lane.FRESH and self.store.newest - self._passed[lane] > FRESH_ROWS:
            self._divide_at(self.store.newest - FRESH_LEFT)
        priority = _PRIORITIES[lane]
        if not self.store.counts[priority]:
            return []
        taken: list[Taken] = []
        upto = self._mark if lane is Lane.BACKLOG else _END
        while not taken and (found := self.store.next(priority, self._passed[lane], upto, rows)):
            for number, row in found:
                size -= len(row.body) + 1
                if taken and size < 0:
                    break
                self._passed[lane] = number
                if number not in self.leased:
                    taken.append(Taken(self, number, row))
        self.leased.update(each.id for each in taken)
        return taken

    def settle(self, ids: Iterable[int]) -> int:
        """Forget rows that have arrived; how many there were."""
        ids = list(ids)
        gone = self.store.delete(ids)
        self.leased.difference_update(ids)
        if sum(self.store.counts.values()) < FRESH_LEFT and self.store.free_bytes() > GIVE_BACK_BYTES:
            self.store.give_back()
        return gone

    def _divide_at(self, mark: int) -> None:
        self._mark = max(self._mark, mark)
        self._passed[Lane.FRESH] = max(self._passed[Lane.FRESH], self._mark)
