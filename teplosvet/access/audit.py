"""The log of what was changed by whom; rows are only ever added."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from teplosvet.access.principal import Principal
from teplosvet.storage.queries import query


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log.

    Attributes:
        id: Its number.
        at: When.
        actor: Who.
        action: What, as ``device.registered``.
        subject: What of.
        data: What explains it.
        address: Where the request came from.
        request_id: Of which request.
    """

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    data: Mapping[str, Any]
    address: str | None
    request_id: str | None


def record(connection: psycopg.Connection[TupleRow], person: Principal, action: str, subject: str, **data: Any) -> None:
    """Write down a change, in the transaction that makes it.

    Args:
        connection: With the transaction of the change.
        person: Who.
        action: What, as ``device.registered``.
        subject: What of: the name of a device, the code of a contract.
        data: Anything that explains it, as JSON.
    """
    values = {
        "user_id": person.user_id,
        "actor": person.name,
        "action": action,
        "subject": subject,
        "data": Jsonb(data),
        "address": person.address,
        "request_id": person.request_id,
    }
    connection.execute(query("access", "record"), values)


def entries(
    connection: psycopg.Connection[TupleRow], limit: int, before: int | None = None, action: str | None = None
) -> list[Entry]:
    """The newest rows that the reader may see, before a number and of one action if that is asked for."""
    values = {"limit": limit, "before": before, "action": action}
    return [Entry(*row) for row in connection.execute(query("access", "audit"), values)]
