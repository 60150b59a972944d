"""What the gateway has to say is kept here, on disk, until ingest says that it is committed."""

from gateway.outbox.outbox import Outbox, Pending

__all__ = ["Outbox", "Pending"]
