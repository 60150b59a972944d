"""Counting what was published, by the messages themselves: the other side of what the platform says it stored."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from simulators.senml import Message

_INSTANT = re.compile(rb'"bn":"([^"]+)/","bt":(\d+)')


@dataclass(slots=True)
class Tally:
    """Readings in messages that pass through.

    Attributes:
        published: Readings, a reading being one device at one instant.
        distinct: The different ones of them.
    """

    published: int = 0
    distinct: set[tuple[bytes, int]] = field(default_factory=set)

    def counted(self, messages: Iterable[Message]) -> Iterator[Message]:
        """The same messages, counted as they pass."""
        for message in messages:
            found = _INSTANT.findall(message.payload)
            self.published += len(found)
            self.distinct.update((device, int(at)) for device, at in found)
            yield message
