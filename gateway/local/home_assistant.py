"""Home Assistant finds our devices by itself: every quantity is an entity that it discovers over MQTT.

References:
    Home Assistant, «MQTT», section «MQTT discovery»; «MQTT sensor»; «MQTT binary sensor»; «Sensor entity», device
    classes with their units and state classes (homeassistant/components/sensor/const.py).
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol
from zlib import crc32

import msgspec

from teplosvet.domain.quantities import Kind, Quantity
from teplosvet.wire.topics import Channel, latest_topic, topic

PREFIX = "homeassistant"
"""Where Home Assistant looks for entities unless it is told otherwise."""

_UNITS: dict[str, tuple[str | None, str | None]] = {
    "kWh": ("kWh", "energy"),
    "kvarh": ("kvarh", None),
    "W": ("W", "power"),
    "kW": ("kW", "power"),
    "m3": ("m³", "volume"),
    "m3/h": ("m³/h", "volume_flow_rate"),
    "m3*Cel": ("m³·°C", None),
    "t": ("t", None),
    "kPa": ("kPa", "pressure"),
    "Cel": ("°C", "temperature"),
    "h": ("h", "duration"),
    "%": ("%", None),
    "%RH": ("%", "humidity"),
    "lx": ("lx", "illuminance"),
    "V": ("V", "voltage"),
    "A": ("A", "current"),
    "Hz": ("Hz", "frequency"),
    "": (None, None),
}
"""Unit and device class of ours; where its classes know no such unit it has none, or the entity would be refused."""

_OF_QUANTITY: dict[Quantity, str] = {Quantity.WATER_VOLUME_M3: "water", Quantity.POWER_FACTOR: "power_factor"}
_BINARY: dict[Quantity, str] = {Quantity.PRESENCE: "occupancy", Quantity.LAMP_FAILURE: "problem"}
_STATE_CLASSES = {Kind.COUNTER: "total_increasing", Kind.GAUGE: "measurement", Kind.STATE: None}
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_-]")


class Appliance(msgspec.Struct, omit_defaults=True):
    """A device as Home Assistant shows it."""

    identifiers: list[str]
    name: str
    model: str | None = None
    sw_version: str | None = None
    serial_number: str | None = None


class Availability(msgspec.Struct):
    """Where it is said whether the gateway is there."""

    topic: str
    value_template: str = "{{ value_json.state }}"
    payload_available: str = "online"
    payload_not_available: str = "offline"


class Origin(msgspec.Struct):
    """Who announces."""

    name: str = "Teplosvet"


class Entity(msgspec.Struct, omit_defaults=True):
    """The configuration of one entity."""

    name: str
    unique_id: str
    state_topic: str
    value_template: str
    availability: list[Availability]
    device: Appliance
    origin: Origin
    unit_of_measurement: str | None = None
    device_class: str | None = None
    state_class: str | None = None
    expire_after: int | None = None


class Announcement(NamedTuple):
    """A retained message."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a device.

    Attributes:
        model: Its model.
        firmware: Its firmware version.
        serial: Serial number of the instrument.
        expire_after_s: A value that is older says nothing any more: some of the meter's intervals. [s]
    """

    model: str = ""
    firmware: str = ""
    serial: str | None = None
    expire_after_s: int | None = None


class Broker(Protocol):
    """Who publishes for us: the uplink, or a connection to the broker in the basement."""

    def retain(self, where: str, payload: bytes) -> None:
        """Have the broker keep a message; an empty one clears it."""
        ...

    def listen(self, pattern: str, heard: Callable[[str, bytes, bool], None]) -> None:
        """Hear a topic."""
        ...


def announcement(publisher: str, device: str, quantity: Quantity, about: About, prefix: str = PREFIX) -> Announcement:
    """The entity of a device's quantity."""
    unit, device_class = _UNITS[quantity.spec.unit]
    name = quantity.wire_name
    binary = quantity in _BINARY
    value = f"value_json.{name} | default('')"
    entity = Entity(
        name=name.replace("_", " ").capitalize(),
        unique_id=f"teplosvet_{publisher}_{device}_{name}",
        state_topic=latest_topic(publisher, device),
        value_template=f"{{{{ {{0: 'OFF', 1: 'ON'}}.get({value} | int(-1), '') }}}}"
        if binary
        else f"{{{{ {value} }}}}",
        availability=[Availability(topic(publisher, Channel.STATE))],
        device=Appliance(
            identifiers=[f"teplosvet_{publisher}_{device}"],
            name=device,
            model=about.model or None,
            sw_version=about.firmware or None,
            serial_number=about.serial,
        ),
        origin=Origin(),
        unit_of_measurement=unit,
        device_class=_BINARY.get(quantity) or _OF_QUANTITY.get(quantity) or device_class,
        state_class=_STATE_CLASSES[quantity.spec.kind],
        expire_after=about.expire_after_s,
    )
    return Announcement(_topic(publisher, device, quantity, prefix), msgspec.json.encode(entity))


@dataclass(slots=True)
class HomeAssistant:
    """Announces devices, and clears what was announced of devices and quantities that are no more.

    Args:
        broker: Who publishes; must not have started yet.
        publisher: The gateway's name.
        devices: Names of all configured devices.
        prefix: Where Home Assistant looks.
    """

    broker: Broker
    publisher: str
    devices: Collection[str]
    prefix: str = PREFIX
    _announced: dict[str, frozenset[str]] = field(default_factory=dict)
    _kept: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.broker.listen(f"{self.prefix}/+/{_word(self.publisher)}/+/config", self._hear)

    def announce(self, device: str, quantities: Collection[Quantity], about: About) -> None:
        """Announce a device with what it measures; to be called again when something of it has changed."""
        wanted = [announcement(self.publisher, device, quantity, about, self.prefix) for quantity in quantities]
        self._announced[device] = frozenset(each.topic for each in wanted)
        for each in wanted:
            self.broker.retain(each.topic, each.payload)
        for where in sorted(self._kept & self._possible(device) - self._announced[device]):
            self._clear(where)

    def _hear(self, where: str, payload: bytes, retained: bool) -> None:
        """What the broker has kept of an earlier time."""
        if not payload or not retained:
            return
        self._kept.add(where)
        owner = self._owner(where)
        if owner is None or (owner in self._announced and where not in self._announced[owner]):
            self._clear(where)

    def _owner(self, where: str) -> str | None:
        """The configured device that an entity belongs to."""
        words = {_word(device): device for device in self.devices}
        entity = where.split("/")[-2]
        for quantity in Quantity:
            device = words.get(entity.removesuffix(f"_{quantity.wire_name}"))
            if device is not None and where == _topic(self.publisher, device, quantity, self.prefix):
                return device
        return None

    def _clear(self, where: str) -> None:
        self._kept.discard(where)
        self.broker.retain(where, b"")

    def _possible(self, device: str) -> frozenset[str]:
        """Topics of every quantity that a device could have."""
        return frozenset(_topic(self.publisher, device, quantity, self.prefix) for quantity in Quantity)


def _topic(publisher: str, device: str, quantity: Quantity, prefix: str) -> str:
    component = "binary_sensor" if quantity in _BINARY else "sensor"
    return f"{prefix}/{component}/{_word(publisher)}/{_word(device)}_{quantity.wire_name}/config"


def _word(name: str) -> str:
    """A name of the letters that Home Assistant allows; one that had others stays different from every other name."""
    allowed = _NOT_ALLOWED.sub("_", name)
    return name if allowed == name else f"{allowed}-{crc32(name.encode()):08x}"
