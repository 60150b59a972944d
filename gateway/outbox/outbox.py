"""The outbox: what meters said is kept here until ingest says that it is in the database.

What is put in is on the disk when the call returns, except live telemetry, which is committed in groups. When the disk
takes nothing, rows are kept in memory within bounds, and the gateway goes on.
"""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway.outbox.disk import Disk
from gateway.outbox.lanes import Lane, Reader, Taken
from gateway.outbox.losses import Losses
from gateway.outbox.row import Priority, Row, row_of_birth, row_of_event, rows_of
from gateway.outbox.spill import Spill
from teplosvet.domain.readings import Reading
from teplosvet.wire.messages import Birth, Event

GROUP_S = 1.0
"""How long live telemetry may wait for its commit. [s]"""
GROUP_ROWS = 500
"""Or how much of it."""
MEMORY_BYTES = 8 * 1024 * 1024
"""What may be kept in memory while the disk takes nothing. [B]"""
STUCK_S = 10.0
"""An outbox that does nothing for so long hangs. [s]"""


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits.

    Attributes:
        events: Events and births.
        archive: Messages with records of meters' archives.
        telemetry: Messages with live readings.
        oldest: When the one was measured that waits longest, or None if nothing waits.
        in_memory: How many of them are in memory only: not yet committed, or without a disk.
        disk_bytes: What those on the disk take. [B]
        on_disk: Whether the disk takes what is put in.
        over_quota: Whether the quota is exceeded by what is never dropped.
    """

    events: int
    archive: int
    telemetry: int
    oldest: datetime | None
    in_memory: int
    disk_bytes: int
    on_disk: bool
    over_quota: bool


class Outbox:
    """One outbox; may be used by several threads.

    Args:
        path: The file.
        quota_bytes: What it may take before telemetry is thinned. [B]
        now: The present, aware.
        devices: Names of the devices that are told what befalls all; those that were spoken of are told, too.
        memory_bytes: What may be kept in memory while the disk takes nothing. [B]

    Raises:
        AlreadyRunningError: If another process has the file.
    """

    def __init__(
        self,
        path: Path,
        quota_bytes: int,
        now: Callable[[], datetime],
        *,
        devices: Collection[str] = (),
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._now = now
        self._devices = set(devices)
        self._lock = threading.RLock()
        self._waiting: list[Row] = []
        self._news: list[Row] = []
        self._losses = Losses()
        self._spill = Spill(memory_bytes, self._losses)
        self._disk = Disk(path, quota_bytes, now, self._losses, self._tell)
        self._commit()
        self._begun, self._closed = threading.Event(), threading.Event()
        self._committer = threading.Thread(target=self._commit_groups, name="outbox", daemon=True)
        self._committer.start()

    def put_readings(self, readings: Sequence[Reading], *, live: bool = True) -> bool:
        """Keep readings, a row for each device and instant; whether they are on the disk now.

        Args:
            readings: What was measured; those of one device and instant beside each other.
            live: Whether they may be committed together with others a moment later, and thinned; those of a
                meter's archive are not.
        """
        rows = list(rows_of(readings, Priority.TELEMETRY if live else Priority.ARCHIVE))
        return self._put(rows, at_once=not live)

    def put_event(self, event: Event) -> bool:
        """Keep an event; whether it is on the disk."""
        return self._put([row_of_event(event)], at_once=True)

    def put_birth(self, birth: Birth) -> bool:
        """Keep a birth; whether it is on the disk."""
        return self._put([row_of_birth(birth)], at_once=True)

    def flush(self) -> bool:
        """Commit what waits for its group; whether everything is on the disk."""
        with self._lock:
            return self._commit() and not self._spill

    def pending(self) -> Pending:
        """What waits."""
        with self._lock:
            readers = self._readers()
            counts = {priority: sum(r.store.counts[priority] for r in readers) for priority in Priority}
            oldest = [self._disk.use(lambda reader: reader.store.oldest_at(), None)]
            oldest += [self._spill.reader.store.oldest_at(), *(row.at for row in self._waiting)]
            first = min((at for at in oldest if at is not None), default=None)
            return Pending(
                events=counts[Priority.EVENT],
                archive=counts[Priority.ARCHIVE],
                telemetry=counts[Priority.TELEMETRY] + len(self._waiting),
                oldest=None if first is None else datetime.fromtimestamp(first, UTC),
                in_memory=len(self._spill) + len(self._waiting),
                disk_bytes=self._disk.use(lambda reader: reader.store.size_bytes(), 0),
                on_disk=self._disk.writes,
                over_quota=self._disk.over_quota,
            )

    def writable(self) -> bool:
        """Whether what is put in now is kept: on the disk, or in memory if the disk is full. False if it hangs."""
        if not self._lock.acquire(timeout=STUCK_S):
            return False
        try:
            self._disk.probe()
            self._commit()
        finally:
            self._lock.release()
        return True

    def take(self, lane: Lane, rows: int, size: int) -> list[Taken]:
        """The next rows of a lane, of one store; each is handed out once until `rewind`.

        Args:
            lane: Which.
            rows: No more than so many.
            size: No more bytes than this, unless a single row has more. [B]
        """
        with self._lock:
            on_disk = self._disk.use(lambda reader: reader.take(lane, rows, size), list[Taken]())
            return on_disk or self._spill.reader.take(lane, rows, size)

    def settle(self, taken: Sequence[Taken]) -> int:
        """Forget rows that have arrived; how many there were."""
        with self._lock:
            gone = self._disk.use(lambda reader: _settle(reader, taken), 0)
            if gone:
                self._disk.retry()
            gone += _settle(self._spill.reader, taken)
            if self._losses or self._spill:
                self._commit()
            return gone

    def divide(self) -> None:
        """The connection has come: what is put in from now on is fresh, what is there has waited."""
        with self._lock:
            self._commit()
            for reader in self._readers():
                reader.divide()

    def rewind(self) -> None:
        """Hand out again what was handed out and is not settled."""
        with self._lock:
            for reader in self._readers():
                reader.rewind()

    def close(self) -> None:
        """Commit and close."""
        self._closed.set()
        self._begun.set()
        self._committer.join()
        with self._lock:
            self._commit()
            self._disk.close()

    def _put(self, rows: Sequence[Row], *, at_once: bool) -> bool:
        with self._lock:
            self._devices.update(row.device for row in rows)
            self._waiting.extend(rows)
            if at_once or len(self._waiting) >= GROUP_ROWS:
                return self._commit()
            self._begun.set()
            return False

    def _commit_groups(self) -> None:
        """Commit every group when it has waited long enough."""
        while not self._closed.is_set():
            self._begun.wait()
            self._closed.wait(GROUP_S)
            with self._lock:
                self._begun.clear()
                if self._waiting:
                    self._commit()

    def _commit(self) -> bool:
        """Write what waits, to the disk if it takes it, else into memory; whether it is on the disk."""
        rows, self._waiting = self._waiting, []
        if self._spill and self._disk.due:
            self._disk.write(self._spill.move_to)
        stored = self._disk.insert(rows)
        if not stored:
            self._spill.insert(rows)
        self._tell_news()
        return stored

    def _tell_news(self) -> None:
        """Keep the outbox's own events: what befell it, and, when there is room, what was dropped."""
        rows, self._news = self._news, []
        if self._losses and (self._disk.writes or self._spill.low):
            rows += [row_of_event(event) for event in self._losses.tell(self._now())]
        if rows and not self._disk.insert(rows):
            self._spill.insert(rows)

    def _tell(self, event: str, data: dict[str, str | float | int | bool | None]) -> None:
        at = self._now().timestamp()
        self._news += [row_of_event(Event(device, at, event, data)) for device in sorted(self._devices)]

    def _readers(self) -> list[Reader]:
        return [reader for reader in (self._disk.reader, self._spill.reader) if reader is not None]


def _settle(reader: Reader, taken: Sequence[Taken]) -> int:
    ids = [each.id for each in taken if each.reader is reader]
    return reader.settle(ids) if ids else 0
