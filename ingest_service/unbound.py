"""Who was heard on a vendor's topics and is bound to no device."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import TupleRow

from teplosvet.storage.queries import query


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody who publishes and is not registered.

    Attributes:
        adapter: The format that he speaks.
        identity: Who he says that he is.
        first_at: When he was heard first.
        last_at: When he was heard last.
        times: How often.
        topic: The topic of the last message.
        message: The beginning of the last message.
    """

    adapter: str
    identity: str
    first_at: datetime
    last_at: datetime
    times: int
    topic: str
    message: str


def heard(connection: psycopg.Connection[TupleRow], limit: int) -> list[Heard]:
    """Who was heard and is not registered, the last one first."""
    rows = connection.execute(query("registry", "unbound"), {"limit": limit})
    return [
        Heard(adapter, identity, first_at, last_at, times, topic, payload.decode(errors="replace"))
        for adapter, identity, first_at, last_at, times, topic, payload in rows
    ]
