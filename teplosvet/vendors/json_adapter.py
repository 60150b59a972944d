"""Vendors that speak JSON: their declaration is a table of topics and fields."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from teplosvet.domain.errors import MessageError
from teplosvet.vendors.adapter import Adapter, Session
from teplosvet.vendors.fields import Part
from teplosvet.vendors.observation import Observation
from teplosvet.vendors.topic_pattern import TopicPattern
from teplosvet.vendors.values import json_object

Parts = Callable[[Mapping[str, str], Mapping[str, Any]], Sequence[Part]]
"""What the levels of the topic and the JSON object say, device by device.

Raises:
    MessageError: If the object is not of the vendor's format.
    ValueError: If a time or a name in it cannot be one.
"""


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of topic.

    Attributes:
        pattern: Its pattern.
        parts: What a message on it says, or None if it says nothing that is measured.
        certain: Whether nobody else would publish on such a topic, so that the object need not be looked at.
    """

    pattern: TopicPattern
    parts: Parts | None = None
    certain: bool = True


def says(pattern: str, parts: Parts, *, certain: bool = True) -> Topic:
    """Topics whose messages say something."""
    return Topic(TopicPattern(pattern), parts, certain)


def silent(*patterns: str, certain: bool = True) -> tuple[Topic, ...]:
    """Topics whose messages say nothing that is measured, so that nobody has to wonder about them."""
    return tuple(Topic(TopicPattern(pattern), None, certain) for pattern in patterns)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonAdapter(Adapter):
    """The declaration of a vendor that speaks JSON.

    Attributes:
        topics: Its topics; the first that matches counts.
        shape: Whether an object looks like one of the vendor's, wherever it was published.
    """

    topics: tuple[Topic, ...]
    shape: Callable[[Mapping[str, Any]], bool]

    def topic(self, topic: str) -> tuple[Topic, Mapping[str, str]] | None:
        """The kind of a topic and what its levels say, or None if it is none of the vendor's."""
        for each in self.topics:
            levels = each.pattern.match(topic)
            if levels is not None:
                return each, levels
        return None

    def speaks(self, topic: str, payload: bytes) -> bool:
        """Whether the topic is one of the vendor's and, where there is something to read, the object looks like it."""
        found = self.topic(topic)
        if found is None:
            return False
        if found[0].certain:
            return True
        try:
            return self.shape(json_object(payload))
        except MessageError:
            return False

    def session(self) -> "JsonSession":
        """Begin to read a broker's messages."""
        return JsonSession(self)


TOPICS_REMEMBERED = 10_000
"""Topics of which a session remembers what kind they are."""


class JsonSession(Session):
    """Reads JSON messages.

    Args:
        adapter: The declaration.
    """

    def __init__(self, adapter: JsonAdapter) -> None:
        self._adapter = adapter
        self._topics: dict[str, tuple[Topic, Mapping[str, str]]] = {}
        self._last: Sequence[Part] = ()
        self._why = ""

    def decode(self, topic: str, payload: bytes, *, retained: bool = False) -> tuple[Observation, ...]:
        """What a message says; nothing if the broker had kept it or nobody measured anything."""
        self._last, self._why = (), ""
        kind, levels = self._topic(topic)
        if not payload.strip():
            self._why = "the message is empty: it clears what the broker had kept"
        elif kind.parts is None:
            self._why = f"topics like {kind.pattern.text} say nothing that is measured"
        elif retained:
            json_object(payload)
            self._why = "the broker had kept the message: its values are old, whatever they look like"
        else:
            return self._observe(kind.parts, levels, json_object(payload))
        return ()

    def _topic(self, topic: str) -> tuple[Topic, Mapping[str, str]]:
        if (known := self._topics.get(topic)) is not None:
            return known
        found = self._adapter.topic(topic)
        if found is None:
            raise MessageError("unknown_topic", f"no topic of {self._adapter.name}: {topic[:200]!r}")
        if len(self._topics) >= TOPICS_REMEMBERED:
            self._topics.clear()
        self._topics[topic] = found
        return found

    def _observe(self, parts: Parts, levels: Mapping[str, str], body: Mapping[str, Any]) -> tuple[Observation, ...]:
        try:
            self._last = parts(levels, body)
        except ValueError as error:
            raise MessageError("malformed", str(error)) from error
        observations = (part.observe() for part in self._last)
        return tuple(each for each in observations if each is not None)

    def passed_over(self) -> tuple[str, ...]:
        """What of the last message became no value."""
        return tuple(self._passed_over())

    def _passed_over(self) -> Iterator[str]:
        if self._why:
            yield self._why
        for part in self._last:
            yield from part.passed_over()
