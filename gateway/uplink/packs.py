"""Rows of the outbox become messages, and wait there for the ack that says that they are committed.

Rows are stored as they travel: a pack is an empty record that asks for the ack, and the rows one after the other.
"""

import itertools
import random
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.outbox.lanes import Taken
from gateway.outbox.row import Kind
from teplosvet.wire.topics import Channel

LONGEST_SILENCE_S = 3600.0
"""The longest pause between two messages that are sent again. [s]"""

_CHANNELS = {Kind.READING: Channel.READING, Kind.EVENT: Channel.EVENT, Kind.BIRTH: Channel.BIRTH}


@dataclass(slots=True)
class Sent:
    """A message whose ack is awaited.

    Attributes:
        ack: The id under which it is acknowledged.
        channel: Where it is said.
        payload: What is said.
        taken: The rows in it.
        sent_at: When it was sent last. [s, monotonic]
        mid: The number under which the MQTT client sent it.
    """

    ack: str
    channel: Channel
    payload: bytes
    taken: tuple[Taken, ...]
    sent_at: float = 0.0
    mid: int = 0


class Packer:
    """Makes messages of rows; ids of acks are never given twice, not by a later process either."""

    def __init__(self) -> None:
        self._word = secrets.token_hex(4)
        self._numbers = itertools.count(1)

    def pack(self, taken: Sequence[Taken]) -> Iterator[Sent]:
        """Messages of rows: readings share one, events and births have one each."""
        readings = tuple(each for each in taken if each.row.kind is Kind.READING)
        if readings:
            ack = self._id()
            records = b",".join(each.row.body for each in readings)
            yield Sent(ack, Channel.READING, b'[{"ack":"%b"},%b]' % (ack.encode(), records), readings)
        for each in taken:
            if each.row.kind is not Kind.READING:
                ack = self._id()
                payload = b'{"ack":"%b",%b' % (ack.encode(), each.row.body[1:])
                yield Sent(ack, _CHANNELS[each.row.kind], payload, (each,))

    def _id(self) -> str:
        return f"{self._word}-{next(self._numbers)}"


class InFlight:
    """Messages whose ack is awaited.

    While nothing comes back only the one that waits longest is sent again, with growing pauses: the broker keeps the
    others for ingest, and would keep every copy, too. The first answer lets the rest follow.

    Args:
        resend_after_s: How long to wait for an ack. [s]
    """

    def __init__(self, resend_after_s: float) -> None:
        self._resend_after_s = resend_after_s
        self._sent: OrderedDict[str, Sent] = OrderedDict()
        self._fruitless = 0
        self._not_before = 0.0

    def __len__(self) -> int:
        return len(self._sent)

    def add(self, sent: Sent) -> None:
        """A message was sent."""
        sent.sent_at = time.monotonic()
        self._sent[sent.ack] = sent
        self._sent.move_to_end(sent.ack)

    def arrived(self, ack: str) -> Sent | None:
        """An ack came; the message, unless it is not known or has arrived before."""
        sent = self._sent.pop(ack, None)
        if sent is not None:
            self._fruitless, self._not_before = 0, 0.0
        return sent

    def overdue(self) -> Sent | None:
        """The message that is to be sent again now, if one is."""
        now = time.monotonic()
        oldest = next(iter(self._sent.values()), None)
        if oldest is None or now < self._not_before or now - oldest.sent_at < self._resend_after_s:
            return None
        return oldest

    def again(self, sent: Sent) -> None:
        """A message was sent again."""
        pause = min(self._resend_after_s * 2.0**self._fruitless, LONGEST_SILENCE_S)
        self._fruitless = min(self._fruitless + 1, 16)
        self._not_before = time.monotonic() + pause * random.uniform(0.8, 1.2)  # noqa: S311
        self.add(sent)
