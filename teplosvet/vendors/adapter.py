"""An adapter reads one vendor's messages; its declaration is one file in `teplosvet/vendors/makers`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from teplosvet.vendors.observation import Clock, Observation


@dataclass(frozen=True, slots=True)
class Golden:
    """A message of a real device or of its vendor's documentation, and what it has to become.

    Attributes:
        topic: Topic.
        payload: Payload: text, or what is JSON-encoded.
        origin: Where it comes from.
        expected: Values by ``identity`` and measure, in the unit that they came in; empty if it says nothing.
        at: When it was measured, ISO 8601, or None for the time of arrival.
        before: Topic and payload of messages that have to come before it.
    """

    topic: str
    payload: Any
    origin: str
    expected: Mapping[str, Mapping[str, float]]
    at: str | None = None
    before: tuple[tuple[str, Any], ...] = ()


class Session(ABC):
    """Reads the messages of one broker in their order; may remember what earlier ones said."""

    @abstractmethod
    def decode(self, topic: str, payload: bytes, *, retained: bool = False) -> tuple[Observation, ...]:
        """What a message says; empty if it says nothing that is measured.

        Args:
            topic: Its topic, one that matches the adapter.
            payload: Its payload.
            retained: Whether the broker had kept it: then its values are old, whatever they look like.

        Raises:
            teplosvet.domain.errors.MessageError: If it is not what the vendor's format says.
        """

    def asks(self, now_s: float) -> tuple[tuple[str, bytes], ...]:  # noqa: ARG002  # whoever asks dates it
        """Topic and payload of what has to be asked of somebody before he can be understood; each is given once.

        Args:
            now_s: The present. [s since 1970-01-01 UTC]
        """
        return ()

    def passed_over(self) -> tuple[str, ...]:
        """What of the last message became no value and why it said nothing, for a person who looks at it."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter(ABC):
    """The declaration of one vendor's format.

    Attributes:
        name: Its name in site files.
        manual: Where its facts come from.
        filters: MQTT topic filters of the vendor's default topics.
        clock: Who says when something was measured.
        energy_unit: The unit in which its energy registers come, or a word on who decides it.
        duplicates: What makes two messages the same one.
        repeats_within_s: A message that says the same again within so long is the same one; 0 where its time tells. [s]
        goldens: Messages and what they have to become.
    """

    name: str
    manual: str
    filters: tuple[str, ...]
    clock: Clock
    energy_unit: str
    duplicates: str
    repeats_within_s: float = 0.0
    goldens: tuple[Golden, ...] = field(default=(), repr=False)

    @abstractmethod
    def speaks(self, topic: str, payload: bytes) -> bool:
        """Whether a message looks like one of this vendor's, wherever it was published."""

    @abstractmethod
    def session(self) -> Session:
        """Begin to read a broker's messages."""
