"""The store on the disk, and what is done when the disk is full or the file is damaged."""

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from gateway.outbox.lanes import Reader
from gateway.outbox.losses import Losses
from gateway.outbox.reserve import Reserve
from gateway.outbox.row import Row
from gateway.outbox.salvage import put_aside, save_rows
from gateway.outbox.store import Store, is_damaged, is_taken
from gateway.outbox.thinning import DOWN_TO, Thinned, Thinning
from teplosvet.domain.errors import AlreadyRunningError

log = logging.getLogger(__name__)

THINNED = "outbox_thinned"
"""The event that tells of rows which had to make room."""
RETRY_S = 30.0
"""How long a disk that takes nothing is left alone. [s]"""

ROOM_BYTES = 8 * 1024 * 1024
"""How much room is made on a full disk at once. [B]"""
MOST_ROUNDS = 20
"""How often that is tried."""

T = TypeVar("T")


class Disk:
    """The store on the disk while there is one. No method raises because of the disk.

    Args:
        path: The file.
        quota_bytes: What it may take before telemetry is thinned. [B]
        now: The present.
        losses: Where it is noted what had to go.
        tell: Called with the event and data of what befalls every device.

    Attributes:
        reader: The store and what of it is on its way, or None while there is none.
        writes: Whether the last attempt to write succeeded.
        over_quota: Whether there is more than the quota although nothing more can be thinned.
    """

    def __init__(
        self,
        path: Path,
        quota_bytes: int,
        now: Callable[[], datetime],
        losses: Losses,
        tell: Callable[[str, dict[str, str | float | int | bool | None]], None],
    ) -> None:
        self._path, self._quota_bytes, self._now = path, quota_bytes, now
        self._losses, self._tell = losses, tell
        self._reserve = Reserve(path.with_name(f"{path.name}.reserve"))
        self._retry_at = 0.0
        self._since_check = 0
        self._thinning: Thinning | None = None
        self.reader: Reader | None = None
        self.writes = True
        self.over_quota = False
        self._open(first=True)

    @property
    def due(self) -> bool:
        """Whether it is worth trying to write."""
        return self.writes or time.monotonic() >= self._retry_at

    def insert(self, rows: Sequence[Row]) -> bool:
        """Put rows in; whether they are on the disk."""
        if not rows:
            return self.writes
        stored = self.write(lambda store: store.insert(rows))
        if stored:
            self._since_check += sum(len(row.body) for row in rows)
            if self._since_check > self._quota_bytes // 100:
                self._keep_quota()
        return stored

    def write(self, work: Callable[[Store], None]) -> bool:
        """Write something, if need be after making room; whether it is on the disk."""
        if not self.due:
            return False
        if self.reader is None:
            self._open()
        written = self._reserve.hold() and self._attempt(work, quietly=True)
        if not written and self._make_room():
            written = self._attempt(work)
        self._note(writes=written, reason="the disk is full")
        return written

    def use(self, work: Callable[[Reader], T], otherwise: T) -> T:
        """Do something with the reader, on a full disk out of the reserve; a damaged file is put aside."""
        found = otherwise

        def do(_: Store) -> None:
            nonlocal found
            if self.reader is not None:
                found = work(self.reader)

        if not self._attempt(do, quietly=True) and self.reader is not None:
            self._reserve.give()
            self._tidy()
            self._attempt(do)
            self._tidy()
            self._reserve.hold()
        return found

    def retry(self) -> None:
        """Something has left the disk: it need not be left alone any longer."""
        self._retry_at = 0.0

    def probe(self) -> None:
        """Try whether the disk takes something, unless that is known not to be so."""
        if self.writes and not self._attempt(lambda store: store.probe()):
            self._note(writes=False)

    def close(self) -> None:
        """Close the file."""
        if self.reader is not None:
            self.reader.store.close()
            self.reader = None

    def _open(self, *, first: bool = False) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._use(Store(self._path))
        except sqlite3.Error as error:
            if first and is_taken(error):
                raise AlreadyRunningError(f"another gateway has the outbox {self._path}") from error
            if is_damaged(error):
                self._put_aside(error)
            else:
                self._trouble(error)
        except OSError as error:
            self._trouble(error)

    def _use(self, store: Store) -> None:
        self.reader = Reader(store)
        self._thinning = Thinning(self.reader)
        self._since_check = self._quota_bytes
        self._reserve.hold()

    def _attempt(self, work: Callable[[Store], None], *, quietly: bool = False) -> bool:
        """Whether work on the store succeeded; once more on a new file if this one is damaged."""
        for _ in range(2):
            if self.reader is None:
                return False
            try:
                work(self.reader.store)
            except sqlite3.Error as error:
                if not is_damaged(error):
                    if not quietly:
                        self._trouble(error)
                    return False
                self._put_aside(error)
            else:
                return True
        return False

    def _put_aside(self, error: sqlite3.Error) -> None:
        """Begin a new file with what can be read of the damaged one."""
        self.close()
        try:
            aside = put_aside(self._path, self._now().strftime("%Y%m%dT%H%M%S"))
            self._use(Store(self._path))
        except (OSError, sqlite3.Error) as further:
            self._trouble(further)
            return
        saved = 0
        if self.reader is not None:
            try:
                saved = save_rows(aside, self.reader.store)
            except sqlite3.Error as further:
                self._trouble(further)
            self.reader.rewind()
        log.error("the outbox was damaged (%s): kept as %s, %d rows saved", error, aside.name, saved)
        self._tell("outbox_damaged", {"reason": str(error), "kept_as": aside.name, "rows_saved": saved})

    def _make_room(self) -> bool:
        """The disk is full, or the file as large as it may be: thin out of the reserve; whether that is held again."""
        thinning = self._thinning
        for _ in range(MOST_ROUNDS):
            if self.reader is None or thinning is None:
                return False
            self._reserve.give()
            self._tidy()
            thinned = Thinned([], enough=False, over=True)
            size = self._size()

            def thin(_: Store, least: float = max(size * DOWN_TO, size - ROOM_BYTES)) -> None:
                nonlocal thinned
                thinned = thinning.down_to(least)
                self._losses.add(THINNED, thinned.gone)

            self._attempt(thin)
            self._tidy()
            if self._reserve.hold():
                return True
            if thinned.over:
                return False
        return False

    def _tidy(self) -> None:
        """Bring the log into the file and give free pages back to the disk, as far as there is room for it."""
        for work in (Store.checkpoint, Store.give_back, Store.checkpoint):
            self._attempt(work, quietly=True)

    def _keep_quota(self) -> None:
        thinning = self._thinning
        self._since_check = 0
        self._reserve.hold()
        if thinning is None or self._size() <= self._quota_bytes:
            self.over_quota = False
            return
        over = False

        def thin(_: Store) -> None:
            nonlocal over
            thinned = thinning.down_to(self._quota_bytes * DOWN_TO)
            self._losses.add(THINNED, thinned.gone)
            over = thinned.over
            if not thinned.over and not thinned.enough:
                self._since_check = self._quota_bytes  # go on with the next rows that come

        self._attempt(thin)
        over = over and self._size() > self._quota_bytes
        if over and not self.over_quota:
            self._tell("outbox_over_quota", {"bytes": self._size(), "quota_bytes": self._quota_bytes})
        self.over_quota = over

    def _size(self) -> int:
        return self.use(lambda reader: reader.store.size_bytes(), 0)

    def _trouble(self, error: Exception) -> None:
        if self.writes:
            log.error("the outbox %s cannot be written: %s", self._path, error)
        self._note(writes=False, reason=str(error))

    def _note(self, *, writes: bool, reason: str = "") -> None:
        if self.writes and not writes:
            self._tell("outbox_not_on_disk", {"reason": reason})
        elif writes and not self.writes:
            self._tell("outbox_on_disk_again", {})
        if not writes:
            self._retry_at = time.monotonic() + RETRY_S
        self.writes = writes
