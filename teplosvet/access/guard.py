"""FastAPI dependencies: who asks, and whether they may."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from teplosvet.access.principal import COMMAND_LINE, Principal, Role
from teplosvet.domain.errors import ForbiddenError


def signed_in(request: Request) -> Principal:  # noqa: ARG001  # sessions and tokens join here
    """Whoever asks."""
    return COMMAND_LINE


Person = Annotated[Principal, Depends(signed_in)]


def needs(*roles: Role) -> Callable[[Principal], Principal]:
    """A dependency that lets only these roles in.

    Raises:
        ForbiddenError: When somebody else asks.
    """

    def checked(person: Person) -> Principal:
        if not person.may(*roles):
            raise ForbiddenError(", ".join(roles))
        return person

    return checked
