"""Whose a message is."""

from collections.abc import Iterable

from teplosvet.vendors.adapter import Adapter
from teplosvet.vendors.topic_pattern import filter_matches


def adapter_for(adapters: Iterable[Adapter], topic: str, payload: bytes) -> Adapter | None:
    """The adapter that a message looks like one of, or None; one whose default topics it is on comes first."""
    speaking = [adapter for adapter in adapters if adapter.speaks(topic, payload)]
    at_home = [each for each in speaking if any(filter_matches(own, topic) for own in each.filters)]
    return next(iter(at_home or speaking), None)
