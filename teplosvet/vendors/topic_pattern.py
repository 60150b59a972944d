"""Topics of vendors: which match a filter, and what their levels say."""

import re
from collections.abc import Mapping
from functools import cached_property

LONGEST_IDENTITY = 200
"""Letters that an identity may have."""


class TopicPattern:
    """A topic with names for what differs: ``tele/{identity*}/SENSOR``.

    ``{name}`` is one level, ``{name*}`` one or more; everything else stands for itself. What would be longer than an
    identity may be, does not match.

    Args:
        text: The pattern.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def match(self, topic: str) -> Mapping[str, str] | None:
        """What the levels say, or None if it is another topic."""
        found = self._expression.fullmatch(topic)
        if found is None or any(len(part) > LONGEST_IDENTITY for part in found.groupdict().values()):
            return None
        return found.groupdict()

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)(\*?)\}", self.text)
        pieces = [re.escape(parts[0])]
        for name, many, literal in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            levels = ".+?" if many else "[^/]+"
            pieces.append(f"(?P<{name}>{levels}){re.escape(literal)}")
        return re.compile("".join(pieces))


def filter_matches(topic_filter: str, topic: str) -> bool:
    """Whether a topic passes an MQTT topic filter (MQTT 3.1.1, section 4.7)."""
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        levels = levels[: len(wanted)] if len(levels) >= len(wanted) else levels
    return len(wanted) == len(levels) and all(each in ("+", level) for each, level in zip(wanted, levels, strict=True))
