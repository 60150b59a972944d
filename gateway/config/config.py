"""What one gateway has to read and whom it tells; made by `gateway.config.file`, trusted everywhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.driver import Archive
from gateway.line import Framing
from teplosvet.domain.quantities import DeviceClass


@dataclass(frozen=True, slots=True)
class LineConfig:
    """A line with meters on it.

    Attributes:
        name: Its name, for people.
        url: A serial port, ``socket://``, ``rfc2217://`` or ``modbus-tcp://``.
        framing: How bytes travel, or None for what is usual for each protocol.
        slack_s: What converters and networks may add to the time that an answer takes. [s]
        deadline_s: An exchange that takes longer hangs, and the watchdog is fed no more. [s]
    """

    name: str
    url: str
    framing: Framing | None
    slack_s: float
    deadline_s: float


@dataclass(frozen=True, slots=True)
class MeterConfig:
    """A meter on a line.

    Attributes:
        name: Name of the device in the registry.
        line: Name of its line.
        model: Its profile.
        address: Its address, in the words of its protocol.
        zone: The zone that its clock keeps.
        serial: The serial number that is expected, or None.
        interval_s: How often it is read. [s]
        floor_s: It is never read sooner after the last time. [s]
        daily_reads: Reads that its battery may give in a day, or None for any number.
        archives: Which of its archives are kept complete.
        archive_from: From when on, or None for the first contact.
        options: What else its profile asks for.
    """

    name: str
    line: str
    model: str
    address: str
    zone: ZoneInfo
    serial: str | None
    interval_s: float
    floor_s: float
    daily_reads: int | None
    archives: tuple[Archive, ...]
    archive_from: datetime | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LocalDevice:
    """A device that speaks to a broker in the basement.

    Attributes:
        name: Name of the device in the registry.
        adapter: Name of the adapter of its vendor.
        identity: Who it is in the vendor's words.
        device_class: What it measures.
    """

    name: str
    adapter: str
    identity: str
    device_class: DeviceClass


@dataclass(frozen=True, slots=True)
class LocalBroker:
    """A broker in the basement.

    Attributes:
        name: Its name, for people.
        url: Where it is and who we are there.
        filters: Topic filters, or none for those of the vendors.
        devices: The devices that are heard there.
    """

    name: str
    url: str
    filters: tuple[str, ...]
    devices: tuple[LocalDevice, ...]


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """The whole.

    Attributes:
        name: The publisher: the gateway's user name at the broker.
        broker: URL of the broker, with user and password.
        home: Folder of the outbox and of what the gateway remembers.
        zone: Zone of the building.
        quota_bytes: Size that the outbox may reach. [B]
        home_assistant: Prefix of Home Assistant's discovery topics, or None.
        lines: The lines.
        meters: The meters on them.
        brokers: The brokers in the basement.
    """

    name: str
    broker: str = field(repr=False)
    home: Path
    zone: ZoneInfo
    quota_bytes: int
    home_assistant: str | None
    lines: tuple[LineConfig, ...]
    meters: tuple[MeterConfig, ...]
    brokers: tuple[LocalBroker, ...]

    @property
    def devices(self) -> tuple[str, ...]:
        """Names of all devices."""
        return (*(each.name for each in self.meters), *(each.name for at in self.brokers for each in at.devices))

    def meters_on(self, line: str) -> tuple[MeterConfig, ...]:
        """The meters of a line, in the order of the file."""
        return tuple(meter for meter in self.meters if meter.line == line)
