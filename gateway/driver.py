"""What every meter's driver does, whatever its protocol: read now, and read from the meter's own memory."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from gateway.errors import NothingArchivedError
from gateway.line import Line
from teplosvet.domain.quantities import Quantity


class Archive(StrEnum):
    """The archives that a meter keeps."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Sample:
    """One value that a meter showed.

    Attributes:
        quantity: What.
        value: The value; for a counter the register value. [unit of the quantity]
        resolution: The least step of the meter's own figure, or None if it is not known. [unit of the quantity]
    """

    quantity: Quantity
    value: float
    resolution: float | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a contact that a person should know; it becomes an event.

    Attributes:
        event: One word, such as ``meter_error``; docs/gateway.md has a sentence for each.
        data: Words and whole numbers say what it is about; figures that differ with every contact are floats.
    """

    event: str
    data: Mapping[str, str | float | int | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contact:
    """What one contact with a meter brought.

    Attributes:
        samples: The values, each quantity once; what the meter marks as missing or impossible is not among them.
        serial: Serial number, if the meter says it.
        meter_clock: The meter's own clock, aware, or None if it says none or marks it as invalid.
        model: What the meter says that it is.
        firmware: Its firmware version.
        remarks: What a person should know.
        frames: The raw telegrams.
    """

    samples: tuple[Sample, ...]
    serial: str | None = None
    meter_clock: datetime | None = None
    model: str = ""
    firmware: str = ""
    remarks: tuple[Remark, ...] = ()
    frames: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """One record of a meter's archive.

    Attributes:
        at: The end of its hour, day or month, aware, UTC: registers are as they were then.
        samples: The values; none if the meter has nothing for it, which need not be asked again.
    """

    at: datetime
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class DriverSettings:
    """What the configuration says of one meter.

    Attributes:
        name: Name of the device.
        address: Its address on the line, in the words of its protocol.
        zone: The zone that its clock keeps; meters do not follow summer time unless their zone says so.
        options: What else the profile asks for, such as a password.
    """

    name: str
    address: str
    zone: tzinfo = UTC
    options: Mapping[str, str] = field(default_factory=dict)


class Driver(ABC):
    """Speaks with one meter. Every method raises `gateway.errors.DeviceError` and nothing else.

    Args:
        line: The line that the meter is on.
        settings: What the configuration says of it.
    """

    archives: Mapping[Archive, timedelta] = {}
    """How far back each of the meter's archives reaches."""
    reads_cost_battery: bool = True
    """Whether every contact takes something from the meter's battery."""
    options_known: tuple[str, ...] | None = None
    """Names of the options that it understands; None if it looks at them itself."""

    def __init__(self, line: Line, settings: DriverSettings) -> None:
        self.line = line
        self.settings = settings

    @property
    def place(self) -> str:
        """Its address, written in the same way whoever wrote it: two meters with one address are noticed."""
        return re.sub(r"\b0+(?=\d)", "", self.settings.address.strip())

    @abstractmethod
    def read(self) -> Contact:
        """Read what the meter shows now."""

    def read_archive(self, archive: Archive, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        """Read records of an archive, one by one, so that whoever reads can stop when his time is over.

        Args:
            archive: Which archive, one of `archives`.
            wanted: Ends of the records that are missing, aware, UTC, newest first. What a meter gives beside them,
                because it cannot give less, may be yielded too.
        """
        raise NothingArchivedError(f"{self.settings.name} keeps no {archive} archive, and {len(wanted)} were asked for")


class Profile(ABC):
    """A model of meter as a table: one declarative file in `gateway/profiles`.

    Attributes:
        model: Its name in configurations, the file's name with dashes.
        manual: Where its facts come from.
    """

    model: str
    manual: str

    @abstractmethod
    def driver(self, line: Line, settings: DriverSettings) -> Driver:
        """A driver for one meter of this model.

        Raises:
            teplosvet.domain.errors.ConfigurationError: If the address or an option cannot be one of this model.
        """

    def check_goldens(self) -> None:  # noqa: B027  # a profile without goldens has nothing to check
        """Decode the profile's own examples and compare them with what they have to become.

        Raises:
            gateway.golden.GoldenError: If one becomes something else; the sentence says what.
        """
