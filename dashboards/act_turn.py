"""What the reader may do next with an act, and whose turn it is otherwise."""

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from teplosvet.domain.acts import may_say, sides_that_say
from teplosvet.domain.adjustments import Side

NEXT: Mapping[str, tuple[str, ...]] = {
    "": ("draft",),
    "draft": ("sent",),
    "sent": ("agreed", "disputed"),
    "disputed": ("sent",),
    "agreed": ("paid",),
    "paid": (),
}
"""States that may follow a state; the empty one is that of an act that nobody has begun."""


class Turn(NamedTuple):
    """The next steps that the reader may take; if there are none, whose turn it is, empty where nothing is left."""

    steps: tuple[str, ...] = ()
    whose: Literal["", "customer", "esco", "either"] = ""


NOBODYS = Turn()


def turn(state: str, sides: Collection[Side]) -> Turn:
    """Whether it is the turn of somebody who speaks for these sides."""
    following = NEXT[state]
    steps = tuple(step for step in following if may_say(step, sides))
    if steps or not following:
        return Turn(steps)
    asked = frozenset[Side]().union(*(sides_that_say(step) for step in following))
    if len(asked) > 1:
        return Turn(whose="either")
    return Turn(whose="esco" if Side.ESCO in asked else "customer")
