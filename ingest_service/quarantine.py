"""Refused messages: counted, listed, and put through ingest again after a fix."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import TupleRow

from ingest_service.committer import write_or_split
from ingest_service.registry import Registry
from ingest_service.tap import Message
from ingest_service.vendor_listener import VendorListener
from ingest_service.writer import Writer
from teplosvet.storage.queries import query
from teplosvet.vendors.makers import adapters
from teplosvet.wire.topics import PREFIX

AT_ONCE = 500
"""Messages that are replayed in one transaction."""


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How much was refused for one reason and is not replayed.

    Attributes:
        reason: The code.
        messages: Different messages.
        times: How often they came.
        last_at: When the last one came.
        example: What was wrong with one of them.
    """

    reason: str
    messages: int
    times: int
    last_at: datetime
    example: str


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused message, verbatim."""

    id: int
    first_at: datetime
    last_at: datetime
    times: int
    topic: str
    reason: str
    detail: str
    device: str | None
    payload: bytes
    replayed_at: datetime | None


@dataclass(slots=True)
class Replayed:
    """What a replay did.

    Attributes:
        messages: Messages put through ingest again.
        stored: Rows that are new or gained something.
        duplicates: Rows that were there.
        refused: Messages that were refused again.
    """

    messages: int = 0
    stored: int = 0
    duplicates: int = 0
    refused: int = 0


def by_reason(connection: psycopg.Connection[TupleRow]) -> list[ReasonCount]:
    """What is in quarantine, by reason, the most frequent first."""
    return [ReasonCount(*row) for row in connection.execute(query("quarantine", "by_reason"))]


def messages(connection: psycopg.Connection[TupleRow], reason: str | None, limit: int) -> list[Refused]:
    """The newest refused messages."""
    values = {"reason": reason, "limit": limit}
    return [Refused(*row) for row in connection.execute(query("quarantine", "messages"), values)]


def replay(connection: psycopg.Connection[TupleRow], reason: str | None = None) -> Replayed:
    """Put what is in quarantine now through ingest again.

    Args:
        connection: In autocommit.
        reason: Only messages refused for this reason, or None for all.
    """
    writer, listener, done = Writer(connection, Registry()), VendorListener(adapters()), Replayed()
    row = connection.execute(query("quarantine", "newest")).fetchone()
    newest, after = row[0] if row else 0, 0
    while True:
        values = {"reason": reason, "limit": AT_ONCE, "newest": newest, "after": after}
        with connection.transaction():
            taken = connection.execute(query("quarantine", "take"), values).fetchall()
            if not taken:
                return done
            batch = [as_it_came(listener, *rest) for _, *rest in taken]
            outcome = write_or_split(writer, batch)
        after = max(row[0] for row in taken)
        done.messages += len(batch)
        done.stored += outcome.stored
        done.duplicates += outcome.duplicates
        done.refused += sum(outcome.refused.values())


def as_it_came(listener: VendorListener, topic: str, payload: bytes, first_at: datetime) -> Message:
    """A message as it was delivered; what a vendor's adapter remembered then, it does not know any more."""
    news = None if topic.startswith(f"{PREFIX}/") else listener.hear(topic, payload, first_at.timestamp())
    return Message(topic.encode(), payload, 1, 0, retain=False, news=news)
