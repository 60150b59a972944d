"""From the outbox to the outside: at least once, with the same id however often, until it is too old."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from analytics.alarms.outbox import see_as
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
DEAD_AFTER = timedelta(days=5)
"""A message that could not be delivered for so long is given up; the alarm itself stays where it is."""


class UndeliveredError(Exception):
    """It could not be delivered now; said to whoever subscribed."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to one subscriber.

    Attributes:
        id: Stays the same when it is sent again: receivers know duplicates by it.
        subscription: To whom.
        made_at: When it was put into the outbox.
        attempts: How often it was tried.
        events: ``total`` and ``alarms``.
        kind: webhook or email.
        target: Where to.
        secret: What it is signed with.
        language: In which language.
        zone: Zone of its times where no building has one.
        owner: Whose subscription it is.
    """

    id: UUID
    subscription: int
    made_at: datetime
    attempts: int
    events: Mapping[str, Any]
    kind: str
    target: str
    secret: str
    language: str
    zone: str
    owner: str


Send = Callable[[Delivery, datetime], None]


def next_attempt(attempts: int, now: datetime) -> datetime:
    """When to try again after so many failures: 30 s, then twice as long each time, 6 h at most."""
    wait: timedelta = FIRST_WAIT * float(2 ** min(attempts - 1, 20))
    return now + min(wait, LONGEST_WAIT)


def deliver_due(connection: Connection, now: datetime, senders: Mapping[str, Send]) -> dict[str, int]:
    """Send what is due; a subscriber that fails is left alone for the rest of the round.

    A row is locked while it is sent and settled in the same transaction: whoever dies between leaves it waiting.

    Args:
        connection: In autocommit.
        now: Present instant.
        senders: How each kind is sent; they raise `UndeliveredError`.

    Returns:
        How many were ``sent``, ``failed`` and given up as ``dead``.
    """
    outcome = {"sent": 0, "failed": 0, "dead": 0}
    failing: list[int] = []
    connection.execute(query("notifications", "drop_ended"), {"now": now})
    while True:
        with connection.transaction():
            row = connection.execute(query("notifications", "due"), {"now": now, "except": failing}).fetchone()
            if row is None:
                return outcome
            delivery = Delivery(*row)
            withdrawn = _withdrawn(connection, delivery)
            error = _WITHDRAWN if withdrawn else _attempt(delivery, now, senders)
            state = "dead" if withdrawn else "sent"
            if error is not None and not withdrawn:
                failing.append(delivery.subscription)
                state = "dead" if now - delivery.made_at > DEAD_AFTER else "waiting"
            outcome["failed" if state == "waiting" else state] += 1
            settled = {"id": delivery.id, "state": state, "error": error, "now": now}
            when = {"next_at": next_attempt(delivery.attempts + 1, now)}
            connection.execute(query("notifications", "settle"), settled | when)


_WITHDRAWN = "the alarm is no longer to be seen by whoever subscribed"


def _withdrawn(connection: Connection, delivery: Delivery) -> bool:
    """Whether the owner lost the right to see what waits to be told."""
    see_as(connection, delivery.owner)
    alarms = [each["alarm_id"] for each in delivery.events.get("alarms", ())]
    row = connection.execute(query("notifications", "unseen"), {"alarms": alarms}).fetchone()
    see_as(connection, "")
    return row is None or bool(row[0])


def _attempt(delivery: Delivery, now: datetime, senders: Mapping[str, Send]) -> str | None:
    try:
        senders[delivery.kind](delivery, now)
    except UndeliveredError as error:
        return str(error)[:300]
    return None
