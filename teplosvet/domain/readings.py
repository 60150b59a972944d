"""A reading: the only type on both sides of the broker."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from teplosvet.domain.quantities import Quantity


class Origin(StrEnum):
    """Where a reading was taken from."""

    LIVE = "live"
    """Sampled when it was measured."""
    ARCHIVE = "archive"
    """Read later from the meter's own memory; wins over a live reading of the same instant."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value that one device measured.

    Attributes:
        device: Name of the device, unique in the registry.
        quantity: What was measured; its unit is in the name.
        value: The value, or for a counter the raw register value. [unit of the quantity]
        measured_at: When, aware, UTC.
        origin: Live, or from the meter's archive.
        serial: Serial number of the instrument that measured, where it is known; a change of it is an exchange.
    """

    device: str
    quantity: Quantity
    value: float
    measured_at: datetime
    origin: Origin = Origin.LIVE
    serial: str | None = None
