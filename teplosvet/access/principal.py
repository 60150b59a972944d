"""Who asks: a person or a program with the roles that they have."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to an organisation."""

    OPERATOR = "operator"
    ESCO = "esco"
    INSTALLER = "installer"
    VERIFIER = "verifier"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody whose identity is known.

    Attributes:
        user_id: Of the account, None for the command line of whoever runs the server.
        name: As logs and acts name them.
        roles: Everything that they are somewhere; what it reaches is decided in the database.
    """

    user_id: int | None
    name: str
    roles: frozenset[Role]

    def may(self, *roles: Role) -> bool:
        """Whether they have one of these roles; an administrator has all."""
        return Role.ADMINISTRATOR in self.roles or not self.roles.isdisjoint(roles)


COMMAND_LINE = Principal(None, "command line", frozenset({Role.ADMINISTRATOR}))
"""Whoever can run commands on the server can do everything."""
