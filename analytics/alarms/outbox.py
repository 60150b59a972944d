"""From alarms to deliveries: each subscriber hears of each event once, and of a flood in one message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from teplosvet.domain.alarms import AlarmSeverity
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]

SHOWN = 50
"""Alarms that a digest names; of the rest it tells the number. [-]"""
DIGEST_EVERY = timedelta(minutes=15)
"""How often somebody hears of a flood."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who wants to hear of what.

    Attributes:
        id: Its number.
        owner: Whose it is: ``#`` and the number of the account, or a name that has none.
        least_severity: What weighs less is not told.
        rules: Codes that are told, None for all.
        buildings: Buildings whose alarms are told, None for all and the platform's.
        quiet_from: Beginning of the quiet hours, or None.
        quiet_to: Their end.
        zone: Zone of the quiet hours.
        digest_after: More events at once, or more messages in an hour, become one message.
        last_event_id: The last event that was looked at.
    """

    id: int
    owner: str
    least_severity: int
    rules: list[str] | None
    buildings: list[int] | None
    quiet_from: time | None
    quiet_to: time | None
    zone: str
    digest_after: int
    last_event_id: int

    def is_quiet(self, now: datetime) -> bool:
        """Whether only what is critical may be told at an instant."""
        if self.quiet_from is None or self.quiet_to is None:
            return False
        local = now.astimezone(ZoneInfo(self.zone)).time()
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= local < self.quiet_to
        return local >= self.quiet_from or local < self.quiet_to


def fill_outbox(connection: Connection, now: datetime) -> int:
    """Write what has to be told into the outbox, in one transaction with the note of what was looked at.

    Returns:
        How many deliveries there are more.
    """
    with connection.transaction():
        newest = _number(connection.execute(query("notifications", "newest_event")).fetchone())
        found = connection.execute(query("notifications", "subscriptions")).fetchall()
        told = sum(_tell(connection, Subscription(*row), newest, now) for row in found)
        see_as(connection, "")
        return told


def _tell(connection: Connection, who: Subscription, newest: int, now: datetime) -> int:
    if newest <= who.last_event_id:
        return 0
    see_as(connection, who.owner)
    wanted = {
        "after": who.last_event_id,
        "newest": newest,
        "least_severity": who.least_severity,
        "rules": who.rules,
        "buildings": who.buildings,
    }
    news = connection.execute(query("notifications", "news"), wanted).fetchall()
    messages: list[list[dict[str, Any]]] = []
    if news:
        if who.is_quiet(now) and all(severity < AlarmSeverity.CRITICAL for severity, _ in news):
            return 0
        lately, last_at = connection.execute(
            query("notifications", "told_lately"), {"id": who.id, "now": now}
        ).fetchone() or (0, None)
        flood = lately >= who.digest_after
        if flood and last_at is not None and now - last_at < DIGEST_EVERY:
            return 0
        events = [event for _, event in news]
        messages = [events] if flood or len(events) > who.digest_after else [[event] for event in events]
    for events in messages:
        body = {"total": len(events), "alarms": events[:SHOWN]}
        connection.execute(query("notifications", "put"), {"id": who.id, "now": now, "events": Jsonb(body)})
    connection.execute(query("notifications", "advance"), {"id": who.id, "newest": newest})
    return len(messages)


def see_as(connection: Connection, owner: str) -> None:
    """See what the owner of a subscription sees now, until the transaction ends."""
    reader = owner.removeprefix("#") if owner.startswith("#") else ""
    connection.execute(query("notifications", "as_owner"), {"reader": reader})


def _number(row: Sequence[object] | None) -> int:
    return int(str(row[0])) if row else 0
