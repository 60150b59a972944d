"""Vendors that give every value a topic of its own and say it as plain text."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from teplosvet.domain.errors import MessageError
from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.adapter import Adapter, Session
from teplosvet.vendors.observation import Measure, Observation, Value
from teplosvet.vendors.topic_pattern import TopicPattern
from teplosvet.vendors.units_said import UnitSaid
from teplosvet.vendors.values import Read, number, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAdapter(Adapter):
    """The declaration of such a vendor.

    Attributes:
        topics: Its topics.
        begin: Begins to read a broker's messages.
    """

    topics: tuple[TopicPattern, ...]
    begin: Callable[[], Session]

    def speaks(self, topic: str, payload: bytes) -> bool:
        """Whether the topic is one of the vendor's; a plain text could be anybody's."""
        del payload
        return any(pattern.match(topic) is not None for pattern in self.topics)

    def session(self) -> Session:
        """Begin to read a broker's messages."""
        return self.begin()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a topic's value is.

    Attributes:
        identity: Who.
        measure: What.
        said: Its unit.
        device_class: What the device probably is.
        read: How the text is read.
    """

    identity: str
    measure: Measure
    said: UnitSaid
    device_class: DeviceClass
    read: Read = number

    def observe(self, payload: bytes) -> tuple[Observation, ...]:
        """The value as an observation; nothing if it is missing.

        Raises:
            MessageError: If it cannot be one.
        """
        try:
            found = self.read(text_of(payload))
        except ValueError as error:
            raise MessageError("no_number", f"{self.measure}: {error}") from error
        if found is None:
            return ()
        amount = found * self.said.factor + self.said.offset
        if not isfinite(amount):
            raise MessageError("no_number", f"{self.measure}: the number is beyond all bounds")
        value = Value(self.measure, amount, self.said.unit)
        return (Observation(self.identity, None, (value,), self.device_class),)
