"""The log of what was changed by whom; rows are only ever added."""

from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from teplosvet.access.principal import Principal
from teplosvet.storage.queries import query


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
    }
    connection.execute(query("access", "record"), values)
