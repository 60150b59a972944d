"""The way from the outbox to the broker, and back what ingest says of it."""

from gateway.uplink.uplink import Uplink, UplinkSettings

__all__ = ["Uplink", "UplinkSettings"]
