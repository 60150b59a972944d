"""What parties may do with an act, one step after the other."""

from enum import StrEnum

from teplosvet.domain.errors import ConfigurationError


class ActState(StrEnum):
    """How far an act has come."""

    DRAFT = "draft"
    """Written, and shown to nobody who has to sign it."""
    SENT = "sent"
    """With the customer."""
    AGREED = "agreed"
    """Signed by both; it speaks of this version of the statement for good."""
    DISPUTED = "disputed"
    """Not signed; only a further version of the statement can be sent."""
    PAID = "paid"
    """Over."""


ALLOWED = frozenset(
    {
        (ActState.DRAFT, ActState.SENT),
        (ActState.SENT, ActState.AGREED),
        (ActState.SENT, ActState.DISPUTED),
        (ActState.DISPUTED, ActState.SENT),
        (ActState.AGREED, ActState.PAID),
    }
)


EVIDENT = frozenset({ActState.SENT, ActState.AGREED})
"""States from which on the evidence of the statement is kept: somebody relies on it."""


def version_after(state: ActState, wanted: ActState, version: int, newest: int) -> int:
    """The version of the statement that an act speaks of once it is in another state.

    Sending takes the newest one, every other step leaves it: what was sent is what is agreed, disputed and paid.

    Args:
        state: Present state of the act.
        wanted: State to come.
        version: Version that the act speaks of.
        newest: Newest version that there is.

    Raises:
        ConfigurationError: If this step is not allowed.
    """
    if (state, wanted) not in ALLOWED:
        allowed = " or ".join(sorted(after for before, after in ALLOWED if before is state)) or "nothing any more"
        raise ConfigurationError(f"the act is {state} and cannot become {wanted}: after {state} comes {allowed}")
    if state is ActState.DISPUTED and newest <= version:
        raise ConfigurationError(
            f"version {version} of the statement is disputed: mend what is wrong, run `teplosvet verify`, send the new "
            "version"
        )
    return newest if wanted is ActState.SENT else version
