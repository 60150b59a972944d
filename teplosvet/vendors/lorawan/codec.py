"""A codec: what the bytes of one kind of LoRaWAN device mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from teplosvet.domain.quantities import DeviceClass
from teplosvet.domain.readings import Origin
from teplosvet.vendors.guesses import squashed
from teplosvet.vendors.observation import Clock, Measure, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a payload says of one thing at one instant.

    Attributes:
        values: What.
        part: Which thing of the device, if it has several: it is appended to the device's identity.
        at: When, by the device's own clock; None for the time of the uplink.
        ago_s: How long before the uplink, where the device has no clock. [s]
        origin: Live, or from the device's own memory.
        serial: Serial number of the instrument, if it is said.
    """

    values: tuple[Value, ...]
    part: str = ""
    at: datetime | None = None
    ago_s: float = 0.0
    origin: Origin = Origin.LIVE
    serial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a payload says.

    Attributes:
        told: What is measured.
        notes: What is not read, and what a person should know.
        problems: Reason and detail of what cannot be read.
        settings: Settings of the device that it tells, for later payloads.
    """

    told: tuple[Told, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    settings: Mapping[str, float] = field(default_factory=dict)


class CodecGolden(NamedTuple):
    """A payload, and what it has to become.

    Attributes:
        payload: The bytes as hexadecimal digits.
        origin: Where it comes from.
        expected: Part, seconds before the uplink, values by measure; empty if it says nothing.
        f_port: The port that it came on.
        at: When, by the device's own clock, ISO 8601.
        serial: The instrument's serial number.
    """

    payload: str
    origin: str
    expected: tuple[tuple[str, float, Mapping[str, float]], ...]
    f_port: int = 1
    at: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """The declaration of one kind of payload.

    Attributes:
        name: Its name, as it can be written into a tag of the device.
        manual: Where its facts come from.
        device_class: What such a device probably is; None if its payload tells.
        recognises: Whether a port and a payload can be nothing but such a device's, strictly.
        read: Reads a payload, with settings of the device that are known: ``interval_s`` and what `Frame` told.
        named: Words that together, in the name of a device profile or model, mean such a device.
        f_ports: Ports that such devices usually speak on; they decide between several codecs that recognise a payload.
        eui_prefixes: How the DevEUIs of the maker begin (IEEE registry of organisations); they decide, too.
        generic: Whether the format is anybody's: by its shape alone it counts only where nobody else has decoded it.
        clock: Who says when something was measured.
        energy_unit: The unit of its energy register.
        register_modulus: Where its registers roll over. [unit as it comes]
        absent_is_false: Field of the object that the maker's own script makes of a payload -> words that say that the
            object is of the kind that always has the field: there its absence means «false» where a network server
            leaves out what is false.
        goldens: Payloads and what they have to become.
    """

    name: str
    manual: str
    device_class: DeviceClass | None
    recognises: Callable[[int, bytes], bool]
    read: Callable[[bytes, Mapping[str, float]], Frame]
    named: tuple[tuple[str, ...], ...]
    f_ports: frozenset[int] = frozenset()
    eui_prefixes: tuple[str, ...] = ()
    generic: bool = False
    clock: Clock = Clock.NETWORK
    energy_unit: str = "none: it has no energy register"
    register_modulus: Mapping[Measure, float] = field(default_factory=dict)
    absent_is_false: Mapping[str, str] = field(default_factory=dict)
    goldens: tuple[CodecGolden, ...] = field(default=(), repr=False)

    def is_named_by(self, text: str) -> bool:
        """Whether a name of a profile or model means such a device, or is the codec's own."""
        name = squashed(text)
        return name == squashed(self.name) or any(all(word in name for word in words) for words in self.named)
