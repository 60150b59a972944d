"""Whose word a step of an act is; the API decides by it, and the page offers by it."""

from collections.abc import Collection, Mapping

from teplosvet.domain.adjustments import Side

SIDE_THAT_SAYS: Mapping[str, Side] = {"sent": Side.ESCO, "agreed": Side.CUSTOMER, "disputed": Side.CUSTOMER}
"""Side by state: the contractor sends, the customer agrees or disputes; the other steps either may take."""


def sides_that_say(state: str) -> frozenset[Side]:
    """The sides whose word it is that an act is in a state."""
    return frozenset({SIDE_THAT_SAYS[state]}) if state in SIDE_THAT_SAYS else frozenset(Side)


def may_say(state: str, sides: Collection[Side]) -> bool:
    """Whether somebody who speaks for these sides may bring an act into a state."""
    return not sides_that_say(state).isdisjoint(sides)
