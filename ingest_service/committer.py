"""The writer thread: takes batches from a short queue, commits them, and says so."""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

import psycopg
from psycopg.rows import TupleRow

from ingest_service import metrics
from ingest_service.backoff import pause_s
from ingest_service.bindings import Bindings
from ingest_service.registry import Registry
from ingest_service.tap import Message
from ingest_service.writer import Outcome, Writer
from teplosvet.domain.errors import TeplosvetError
from teplosvet.storage.database import connect

log = logging.getLogger(__name__)


class Batch(NamedTuple):
    """Messages of one connection to the broker."""

    generation: int
    messages: list[Message]


class Committed(NamedTuple):
    """A batch that is in the database."""

    batch: Batch
    outcome: Outcome


class Committer:
    """Commits batches in a thread of its own.

    Args:
        database_url: The database.
        wake: Called after every commit.
        bindings: Who vendors' names stand for.

    Attributes:
        done: What is committed, for the network loop to acknowledge.
    """

    def __init__(self, database_url: str, wake: Callable[[], None], bindings: Bindings | None = None) -> None:
        self._database_url = database_url
        self._wake = wake
        self._queue: queue.Queue[Batch | None] = queue.Queue(maxsize=1)
        self._registry = Registry()
        self._bindings = bindings or Bindings()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self.done: deque[Committed] = deque()
        self.busy = False

    def start(self) -> None:
        """Start the thread, which connects at once and not only when the first messages wait."""
        self._queue.put_nowait(Batch(0, []))
        self._thread.start()

    @property
    def full(self) -> bool:
        """Whether no further batch can be taken now."""
        return self._queue.full()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def take(self, batch: Batch) -> None:
        """Take a batch.

        Raises:
            queue.Full: If there is one waiting already.
        """
        self._queue.put_nowait(batch)

    def stop(self) -> None:
        """End the thread after the batch in hand; one that the database does not take is left to the broker."""
        self._stop.set()
        if not self._queue.full():
            self._queue.put_nowait(None)
        self._thread.join(timeout=5)

    def _run(self) -> None:
        connection: psycopg.Connection[TupleRow] | None = None
        while (batch := self._queue.get()) is not None:
            self.busy = True
            started, attempts = time.monotonic(), 0
            while True:
                try:
                    if connection is None or connection.closed:
                        connection = connect(self._database_url, name="teplosvet-ingest")
                        writer = Writer(connection, self._registry, self._bindings)
                    outcome = write_or_split(writer, batch.messages)
                    break
                except (psycopg.Error, TeplosvetError) as error:
                    attempts += 1
                    if self._stop.wait(_pause(attempts, error)):
                        return
                    if connection is not None:
                        connection.close()
            metrics.COMMIT_SECONDS.observe(time.monotonic() - started)
            _count(outcome)
            self.done.append(Committed(batch, outcome))
            self.busy = False
            self._wake()


def write_or_split(writer: Writer, messages: Sequence[Message]) -> Outcome:
    """Write messages; what the database refuses as data is found by halving and goes to quarantine alone.

    Raises:
        psycopg.Error: If the database cannot be used now, or does not take even the refusal.
    """
    try:
        return writer.write(messages)
    except (psycopg.Error, ValueError, OverflowError) as error:  # the latter where psycopg cannot send a value
        if _is_away(error):
            raise
        if len(messages) == 1:
            log.warning("the database refuses a message on %s: %s", messages[0].topic, error)
            return writer.refuse(messages[0], "database_refused", str(error))
        half = len(messages) // 2
        outcome = write_or_split(writer, messages[:half])
        outcome.add(write_or_split(writer, messages[half:]))
        return outcome


def _is_away(error: Exception) -> bool:
    """Whether the database cannot be used now; psycopg counts an entry too large for an index there, too."""
    away = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return away and not isinstance(error, psycopg.errors.ProgramLimitExceeded)


def _pause(attempts: int, error: Exception) -> float:
    pause = pause_s(attempts)
    metrics.RECONNECTS.labels("database").inc()
    log.warning("the database does not take a batch: %s; next attempt in %.1f s", " ".join(str(error).split()), pause)
    return pause


def _count(outcome: Outcome) -> None:
    metrics.ROWS.labels("stored").inc(outcome.stored)
    metrics.ROWS.labels("duplicate").inc(outcome.duplicates)
    metrics.NULLS.inc(outcome.nulls)
    for reason, times in outcome.refused.items():
        metrics.REFUSED.labels(reason).inc(times)
