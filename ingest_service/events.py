"""What gateways and devices told besides readings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from teplosvet.storage.queries import query


@dataclass(frozen=True, slots=True)
class Told:
    """An event.

    Attributes:
        happened_at: When.
        device: Of which device.
        building: Where the device is, if it is anywhere.
        event: What, one word; docs/gateway.md has a sentence for each.
        data: Figures and words about it.
    """

    happened_at: datetime
    device: str
    building: str | None
    event: str
    data: dict[str, Any]


def told(connection: psycopg.Connection[TupleRow], device: str | None, word: str | None, limit: int) -> list[Told]:
    """The newest events, of one device or with one word if that is asked for."""
    values = {"device": device, "event": word, "limit": limit}
    return [Told(*row) for row in connection.execute(query("registry", "events"), values)]
