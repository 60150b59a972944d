"""Publishes prepared messages as a device or gateway does: MQTT 3.1.1, QoS 1, persistent session, last will.

With `confirm`, every pack of readings asks ingest for an end-to-end ack and is sent again until it has come: nothing
can have been lost between here and the commit, whatever broker, network and database did meanwhile.
"""

import itertools
import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from simulators import senml
from simulators.senml import Message
from simulators.session import Session
from teplosvet.domain.errors import ServiceUnavailableError

_BATCH = 500


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What became of the messages of one `publish`.

    Attributes:
        published: Messages that the broker has acknowledged; resends are not counted.
        confirmed: Packs that ingest has committed or put into quarantine, as far as confirmation was asked for.
        quarantined: Of these, packs of which at least something went to quarantine.
        resent: Packs sent more than once because their ack did not come in time.
        seconds: How long it took. [s]
        reasons: Why something went to quarantine, every reason once.
    """

    published: int
    confirmed: int
    quarantined: int
    resent: int
    seconds: float
    reasons: tuple[str, ...] = ()


@dataclass(slots=True)
class _Waiting:
    """A pack whose end-to-end ack is awaited."""

    message: Message
    sent_at: float
    resends: int = 0


class Publisher:
    """A publisher and its session; use it in a `with` statement.

    Args:
        url: Broker, `mqtt://[user:password@]host[:port]` or `mqtts://...`.
        name: Name of the publisher; owns the session and the state topic.
        speaks_for: Further publishers whose acks are listened to, for a feeder that replays a whole site.
        announce: Whether to publish `state`, with the last will.
        in_flight: Most publications without a PUBACK.
        window: Most packs without an end-to-end ack; bounds the broker's queue.
        resend_after_s: When a pack without an end-to-end ack is sent again. [s]
        patience_s: How long to go on without any answer. [s]
    """

    def __init__(
        self,
        url: str,
        name: str,
        *,
        speaks_for: Sequence[str] = (),
        announce: bool = True,
        in_flight: int = 2000,
        window: int = 4000,
        resend_after_s: float = 20.0,
        patience_s: float = 60.0,
    ) -> None:
        acks = [senml.topic(one, "ack") for one in dict.fromkeys((name, *speaks_for))]
        self._session = Session(url, name, listen=acks, heard=self._on_ack, announce=announce, patience_s=patience_s)
        self._in_flight_limit, self._window = in_flight, window
        self._resend_after_s, self._patience_s = resend_after_s, patience_s
        self._prefix, self._numbers = uuid.uuid4().hex[:8], itertools.count(1)
        self._waiting: dict[str, _Waiting] = {}
        self._confirmed = self._quarantined = self._resent = 0
        self._reasons: set[str] = set()
        self._heard_at = self._looked_at = time.monotonic()

    def __enter__(self) -> Self:
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.__exit__(kind, error, trace)

    def publish(
        self,
        messages: Iterable[Message],
        *,
        confirm: bool = False,
        rate_per_s: float | None = None,
        on_progress: Callable[[int], None] | None = None,
    ) -> PublishReport:
        """Publish everything and wait until the broker, or with `confirm` ingest, has it.

        Args:
            messages: What to publish, in this order.
            confirm: Whether to wait for the end-to-end ack of every pack of readings.
            rate_per_s: Greatest number of messages a second, or None for as fast as it goes. [1/s]
            on_progress: Called now and then with the number of messages handed over so far.

        Raises:
            ServiceUnavailableError: If the broker or, with `confirm`, ingest is silent for longer than the patience.
        """
        began = self._heard_at = time.monotonic()
        self._confirmed = self._quarantined = self._resent = 0
        self._reasons.clear()
        queue, handed, over = iter(messages), 0, False
        while not over or self._session.in_flight or self._waiting:
            room = 0 if over else self._room(handed, (time.monotonic() - began) * rate_per_s if rate_per_s else None)
            batch = list(itertools.islice(queue, room))
            over = over or len(batch) < room
            for message in batch:
                self._session.send(self._tracked(message) if confirm else message)
            handed += len(batch)
            self._session.pump(0.0 if batch else 0.05)
            self._look_after()
            if batch and on_progress is not None:
                on_progress(handed)
        seconds = time.monotonic() - began
        reasons = tuple(sorted(self._reasons))
        return PublishReport(handed, self._confirmed, self._quarantined, self._resent, seconds, reasons)

    def keep_alive(self, timeout_s: float = 0.0) -> None:
        """Serve the session while there is nothing to publish."""
        self._session.pump(timeout_s)

    def _room(self, handed: int, allowed: float | None) -> int:
        room = min(_BATCH, self._in_flight_limit - self._session.in_flight, self._window - len(self._waiting))
        if allowed is not None:
            room = min(room, int(allowed) + 1 - handed)
        return max(room, 0)

    def _tracked(self, message: Message) -> Message:
        if not message.topic.endswith("/reading"):
            return message
        ack = f"{self._prefix}-{next(self._numbers)}"
        message = Message(message.topic, senml.with_ack(message.payload, ack))
        self._waiting[ack] = _Waiting(message, time.monotonic())
        return message

    def _look_after(self) -> None:
        """Send again what got no end-to-end ack in time; give up when nothing comes at all."""
        now = time.monotonic()
        if not self._waiting or now - self._looked_at < 1.0:
            return
        self._looked_at = now
        if now - self._heard_at > self._patience_s:
            raise ServiceUnavailableError(
                f"ingest has confirmed nothing for {self._patience_s:.0f} s: {len(self._waiting)} packs are open"
            )
        for waiting in self._overdue(now):
            self._resent += waiting.resends == 0
            waiting.sent_at, waiting.resends = now, waiting.resends + 1
            self._session.send(waiting.message)

    def _overdue(self, now: float) -> Iterator[_Waiting]:
        late = (one for one in self._waiting.values() if now - one.sent_at > self._resend_after_s)
        return itertools.islice(late, max(self._in_flight_limit - self._session.in_flight, 0))

    def _on_ack(self, payload: bytes) -> None:
        try:
            answer = json.loads(payload)
            ids, quarantined = set(answer["ids"]), dict(answer.get("quarantined", {}))
        except (ValueError, TypeError, KeyError):
            return  # an answer that is none leaves its packs unconfirmed, and they are sent again
        self._heard_at = time.monotonic()
        for ack in ids.union(quarantined):
            if self._waiting.pop(ack, None) is None:
                continue
            self._confirmed += 1
            if ack in quarantined:
                self._quarantined += 1
                self._reasons.add(str(quarantined[ack]))
