"""Who was heard and is not registered: adopted, with what was said before."""

import time
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import TupleRow

from ingest_service.committer import write_or_split
from ingest_service.quarantine import AT_ONCE, as_it_came
from ingest_service.registration.install import Answer, register
from ingest_service.registration.requests import IdentityIn, InstallationIn
from ingest_service.registry import Registry
from ingest_service.vendor_listener import VendorListener
from ingest_service.writer import Writer
from teplosvet.access.principal import Principal
from teplosvet.storage.queries import query
from teplosvet.vendors.makers import adapters

Connection = psycopg.Connection[TupleRow]

OURS = "teplosvet"
"""The adapter of devices that speak our own contract: their identity is the name of the device."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who was heard and is not registered.

    Attributes:
        adapter: The format that he speaks; ``teplosvet`` is our own.
        identity: Who he says that he is.
        first_at: When he was heard first.
        last_at: When he was heard last.
        times: How often.
        topic: The topic of a message.
        publisher: Who spoke for him, on our own topics.
        message: The beginning of a message, or why it was refused.
    """

    adapter: str
    identity: str
    first_at: datetime
    last_at: datetime
    times: int
    topic: str
    publisher: str | None
    message: str


def strangers(connection: Connection, limit: int) -> list[Stranger]:
    """Who was heard and is not registered, on vendors' topics and on ours, the last one first."""
    rows = connection.execute(query("registration", "unknown_devices"), {"limit": limit})
    ours = [Stranger(*row) for row in rows]
    theirs = [
        Stranger(adapter, identity, first_at, last_at, times, topic, None, payload.decode(errors="replace"))
        for adapter, identity, first_at, last_at, times, topic, payload in connection.execute(
            query("registration", "unknown_identities"), {"limit": limit}
        )
    ]
    return sorted([*ours, *theirs], key=lambda each: each.last_at, reverse=True)[:limit]


def adopt(connection: Connection, person: Principal, adapter: str, identity: str, body: InstallationIn) -> Answer:
    """Register a stranger, and put what he said before through ingest again.

    Raises:
        RefusedError: If the installation contradicts the registry.
    """
    if adapter == OURS:
        body = body.model_copy(update={"device": identity})
    elif all((each.adapter, each.identity) != (adapter, identity) for each in body.identities):
        named = IdentityIn(adapter=adapter, identity=identity)
        body = body.model_copy(update={"identities": [*body.identities, named]})
    names = {"adapter": adapter, "identity": identity}
    kept = connection.execute(query("registration", "kept_message"), names).fetchone()
    answer = register(connection, person, body)
    writer, listener = Writer(connection, Registry()), VendorListener(adapters())
    stored = _replay(connection, writer, listener, str(answer["device"]))
    if kept is not None:
        with connection.transaction():
            stored += write_or_split(writer, [as_it_came(listener, *kept)]).stored
    return {**answer, "replayed": stored}


def _replay(connection: Connection, writer: Writer, listener: VendorListener, device: str) -> int:
    """Rows that what was refused as of an unknown device has become."""
    stored, after, until = 0, 0, time.monotonic() + 60
    while time.monotonic() < until:
        values = {"device": device, "after": after, "limit": AT_ONCE}
        with connection.transaction():
            taken = connection.execute(query("registration", "take_quarantined"), values).fetchall()
            if not taken:
                break
            stored += write_or_split(writer, [as_it_came(listener, *rest) for _, *rest in taken]).stored
        after = max(row[0] for row in taken)
    return stored
