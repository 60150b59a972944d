"""A worker: a network loop that gathers batches, and a committer with a short queue between.

The queue bounds what is held: when the database is slow or away the loop stops reading, TCP and the broker hold back,
and nothing is acknowledged that is not committed.
"""

import contextlib
import gc
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable

import msgspec

from ingest_service import metrics
from ingest_service.bindings import Bindings
from ingest_service.committer import Batch, Committed, Committer
from ingest_service.subscriber import Subscriber
from ingest_service.tap import Message
from teplosvet.wire.messages import Ack
from teplosvet.wire.topics import Channel, topic

BATCH = 2000
"""Messages that make a batch full."""
BATCH_BYTES = 4 * 1024 * 1024
"""Payload that makes a batch full. [B]"""
BATCH_AGE_S = 0.5
"""A batch waits for more no longer than this. [s]"""
IDLE_AGE_S = 0.002
"""Nor longer than this when the committer has nothing to do. [s]"""
HELD_MESSAGES = 10_000
"""The loop stops reading when it holds this many messages."""
HELD_BYTES = 48 * 1024 * 1024
"""Or this much payload. [B]"""
GOODBYE_S = 5.0
"""How long what is held may take to be committed when the worker stops. [s]"""


class Worker:
    """One ingest worker.

    Args:
        database_url: Where readings go.
        subscriber: Where they come from; it is this worker's own.
        bindings: Who vendors' names stand for, if their messages come too.
    """

    def __init__(
        self,
        database_url: str,
        subscriber: Subscriber,
        bindings: Bindings | None = None,
    ) -> None:
        self._subscriber = subscriber
        subscriber.deliver_to(self._take)
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_out.setblocking(False)
        self._wake_in.setblocking(False)
        self._committer = Committer(database_url, self._wake, bindings)
        self._open = Batch(0, [])
        self._open_bytes = 0
        self._open_since = 0.0
        self._closed: deque[Batch] = deque()
        self._held_messages = 0
        self._held_bytes = 0
        self._stop = threading.Event()

    def stop(self) -> None:
        """End `run` after what is held is committed."""
        self._stop.set()
        self._wake()

    def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Take messages until `stop`; `on_ready` is called once, when no message can be missed any more."""
        self._committer.start()
        try:
            while not self._stop.is_set() and not self._subscriber.subscribed:
                self._turn(reading=True)
            on_ready()
            while not self._stop.is_set():
                self._turn(reading=True)
            deadline = time.monotonic() + GOODBYE_S
            self._close_batch()
            while self._held_messages and time.monotonic() < deadline:
                self._turn(reading=False)
        finally:
            self._committer.stop()
            self._subscriber.close()

    def _turn(self, *, reading: bool) -> None:
        """One round of the network loop."""
        if not self._committer.alive:
            raise RuntimeError("the committer has ended: this worker has to be started again")
        if reading:
            self._subscriber.ensure_connected()
        self._wait(reading=reading and self._held_messages < HELD_MESSAGES and self._held_bytes < HELD_BYTES)
        while self._committer.done:
            self._settle(self._committer.done.popleft())
        if self._open.messages and self._patience() <= 0:
            self._close_batch()
        if self._closed and not self._committer.full:
            batch = self._closed.popleft()
            self._committer.take(batch)
            metrics.MESSAGES.inc(len(batch.messages))
        metrics.HELD.set(self._held_messages)
        self._subscriber.tick()

    def _wait(self, *, reading: bool) -> None:
        handle = self._subscriber.fileno()
        readers: list[int | socket.socket] = [self._wake_in]
        if handle is not None and reading:
            readers.append(handle)
        writers = [handle] if handle is not None and self._subscriber.wants_write else []
        ready, writable, _ = select.select(readers, writers, [], self._wait_s())
        if self._wake_in in ready:
            with contextlib.suppress(BlockingIOError):
                self._wake_in.recv(4096)
        if writable:
            self._subscriber.write()
        if handle in ready:
            self._subscriber.read()

    def _wait_s(self) -> float:
        """How long nothing may happen. [s]"""
        if self._closed and not self._committer.full:
            return 0.0
        return min(0.5, max(0.0, self._patience())) if self._open.messages else 0.5

    def _patience(self) -> float:
        """How long the open batch may still wait for more. [s]"""
        idle = not self._committer.busy and not self._committer.full and not self._closed
        return self._open_since + (IDLE_AGE_S if idle else BATCH_AGE_S) - time.monotonic()

    def _take(self, messages: list[Message]) -> None:
        if self._open.generation != self._subscriber.generation:
            self._close_batch()
        if not self._open.messages:
            self._open = Batch(self._subscriber.generation, [])
            self._open_since = time.monotonic()
        self._open.messages.extend(messages)
        self._held_messages += len(messages)
        size = sum(len(message.payload) for message in messages)
        self._held_bytes += size
        self._open_bytes += size
        if len(self._open.messages) >= BATCH or self._open_bytes >= BATCH_BYTES:
            self._close_batch()

    def _close_batch(self) -> None:
        if self._open.messages:
            self._closed.append(self._open)
        self._open, self._open_bytes = Batch(self._subscriber.generation, []), 0

    def _settle(self, committed: Committed) -> None:
        """Tell publishers that asked, then acknowledge to the broker: a crash between repeats and never omits."""
        (generation, messages), outcome = committed
        for publisher, ids in outcome.acks.items():
            ack = Ack(ids, outcome.quarantined.get(publisher, {}))
            self._subscriber.publish(topic(publisher, Channel.ACK), msgspec.json.encode(ack))
        self._subscriber.acknowledge(generation, [message.mid for message in messages if message.qos])
        self._held_messages -= len(messages)
        self._held_bytes -= sum(len(message.payload) for message in messages)

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            self._wake_out.send(b"\0")


def spare_the_collector() -> None:
    """Messages live for one batch and hold no cycles: looking for cycles among them costs a tenth of the work."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
