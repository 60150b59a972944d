"""Reads vendors' messages in the order in which they come, once each, and says when that was.

It has to happen at arrival: some adapters remember what earlier messages said, and where no clock is in a message the
time of arrival stands for it, which is not the time at which the database takes it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from paho.mqtt.client import topic_matches_sub

from teplosvet.domain.errors import MessageError
from teplosvet.vendors.adapter import Adapter, Session
from teplosvet.vendors.observation import Clock, Observation

TOPICS_REMEMBERED = 100_000
"""Topics whose adapter and last message are remembered; then all are forgotten."""


class News(NamedTuple):
    """What a vendor's message says.

    Attributes:
        adapter: Whose format it is in.
        arrived_s: When it came. [s since 1970-01-01 UTC]
        observations: What it says.
        problem: Reason and detail if it cannot be read.
    """

    adapter: str
    arrived_s: float
    observations: tuple[Observation, ...] = ()
    problem: tuple[str, str] | None = None


class VendorListener:
    """Reads the messages of one broker.

    Args:
        adapters: The adapters by name.
    """

    def __init__(self, adapters: Mapping[str, Adapter]) -> None:
        self._adapters = adapters
        self._sessions: dict[str, Session] = {name: adapter.session() for name, adapter in adapters.items()}
        self._sources: dict[str, str] = {}
        self._on_topic: dict[str, tuple[str, ...]] = {}
        self._last: dict[tuple[str, str], tuple[bytes, float]] = {}
        self.listen(())

    @property
    def filters(self) -> list[tuple[str, int]]:
        """Topic filters and the quality of service to subscribe with.

        Where the time of arrival is the only one, a message that waits in the broker would be dated wrongly: QoS 0
        does not wait.
        """
        return [
            (wanted, 0 if self._adapters[name].clock is Clock.ARRIVAL else 1) for wanted, name in self._sources.items()
        ]

    def listen(self, further: Iterable[tuple[str, str]]) -> bool:
        """Listen to the usual topics and to further ones, adapter and filter each; True if that is anything new."""
        usual = {wanted: name for name, adapter in self._adapters.items() for wanted in adapter.filters}
        sources = {**usual, **{wanted: name for name, wanted in further if name in self._adapters}}
        if sources == self._sources:
            return False
        self._sources = sources
        self._on_topic.clear()
        return True

    def hear(self, topic: str, payload: bytes, arrived_s: float, *, retained: bool = False) -> News | None:
        """What a message says, nothing if it only says the same again; None if it is in nobody's format."""
        for name in self._candidates(topic):
            if not self._adapters[name].speaks(topic, payload):
                continue
            if self._repeats(name, topic, payload, arrived_s):
                return News(name, arrived_s)
            try:
                observations = self._sessions[name].decode(topic, payload, retained=retained)
            except MessageError as error:
                return News(name, arrived_s, problem=(error.reason, error.detail))
            return News(name, arrived_s, observations)
        return None

    def asks(self, now_s: float) -> list[tuple[str, bytes]]:
        """Topic and payload of what has to be asked of somebody before he can be understood; each is given once."""
        return [ask for session in self._sessions.values() for ask in session.asks(now_s)]

    def _candidates(self, topic: str) -> tuple[str, ...]:
        found = self._on_topic.get(topic)
        if found is None:
            if len(self._on_topic) >= TOPICS_REMEMBERED:
                self._on_topic.clear()
            names = (name for wanted, name in self._sources.items() if topic_matches_sub(wanted, topic))
            found = self._on_topic[topic] = tuple(dict.fromkeys(names))
        return found

    def _repeats(self, name: str, topic: str, payload: bytes, arrived_s: float) -> bool:
        window_s = self._adapters[name].repeats_within_s
        if window_s <= 0:
            return False
        digest = hashlib.blake2b(payload, digest_size=16).digest()
        before, at_s = self._last.get((name, topic), (b"", float("-inf")))
        if digest == before and 0 <= arrived_s - at_s < window_s:
            return True
        if len(self._last) >= TOPICS_REMEMBERED:
            self._last.clear()
        self._last[name, topic] = (digest, arrived_s)
        return False
