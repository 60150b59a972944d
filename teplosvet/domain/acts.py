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


def can_be_shown(note: str) -> bool:
    """Whether a page and a printed act can show all of a note: letters, signs, line breaks, no-break spaces."""
    return all(letter.isprintable() or letter in "\r\n\t\u00a0\u202f" for letter in note)
