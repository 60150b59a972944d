"""Devices and where they are installed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from teplosvet.domain.heat_limits import NO_LIMITS, HeatLimits
from teplosvet.domain.quantities import DeviceClass, Quantity

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")

NAME_RULE = "1 to 80 letters, digits, dots, dashes or underscores, the first a letter or digit"
"""What a name has to be that stands in topics and file names."""


def is_name(text: str) -> bool:
    """Whether a text can name a site, building, device, publisher or contract."""
    return _NAME.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Installation:
    """An instrument with a serial number at a place, from its start registers to its closing registers.

    Attributes:
        building: Code of the building.
        serial: Serial number of the instrument.
        installed_at: First instant, aware.
        removed_at: The instant after the last one, or None while it is there.
        entrance: Entrance (staircase), if the place has one.
        floor: Floor, if the place has one.
        start_registers: Register values when it was put in. [unit of the quantity]
        closing_registers: Register values when it was taken out. [unit of the quantity]
    """

    building: str
    serial: str
    installed_at: datetime
    removed_at: datetime | None = None
    entrance: str | None = None
    floor: int | None = None
    start_registers: Mapping[Quantity, float] = field(default_factory=dict)
    closing_registers: Mapping[Quantity, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """A device as its vendor's messages name it.

    Attributes:
        adapter: The vendor's format, such as ``zigbee2mqtt``.
        name: The name there, such as ``HueMotionOffice01`` or an EUI.
    """

    adapter: str
    name: str


@dataclass(frozen=True, slots=True)
class Device:
    """A metering or light point: it keeps its name when the instrument in it is exchanged.

    Attributes:
        name: Unique name; on the wire the first part of every record's name.
        device_class: What it measures.
        publisher: Who may speak for it: its own name, or a gateway's.
        model: Model of the instrument.
        greatest_power_kw: The most that it can ever draw or pass, or None for its class's bound. [kW]
        modulus: Where its registers roll over. [unit of the quantity]
        installations: Where it is and was, in order of time, not overlapping.
        identities: Who it is in the messages of other makers' formats.
        measures: What a measure of theirs is in this device where that is not usual.
        limits: Between which a heat meter measures as it should.
    """

    name: str
    device_class: DeviceClass
    publisher: str
    model: str = ""
    greatest_power_kw: float | None = None
    modulus: Mapping[Quantity, float] = field(default_factory=dict)
    installations: tuple[Installation, ...] = ()
    identities: tuple[Identity, ...] = ()
    measures: Mapping[str, Quantity] = field(default_factory=dict)
    limits: HeatLimits = NO_LIMITS
