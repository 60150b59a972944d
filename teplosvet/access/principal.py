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
        platform: Whether they administer the platform, not an organisation alone.
        read_only: Whether they came with a token that changes nothing.
        by_token: Whether they came with a token, which may have fewer roles than its account.
        address: Where the request came from, None if there is none.
        request_id: Of the request, as the answer's header names it.
    """

    user_id: int | None
    name: str
    roles: frozenset[Role]
    platform: bool = False
    read_only: bool = False
    by_token: bool = False
    address: str | None = None
    request_id: str | None = None

    def may(self, *roles: Role) -> bool:
        """Whether they have one of these roles; an administrator has all."""
        return Role.ADMINISTRATOR in self.roles or not self.roles.isdisjoint(roles)

    @property
    def reader(self) -> str:
        """Who reads, as the database's views want to know it: the account, and the roles that a token has."""
        if self.user_id is None:
            return "nobody"
        return f"{self.user_id}:{','.join(sorted(self.roles))}" if self.by_token else str(self.user_id)


COMMAND_LINE = Principal(None, "command line", frozenset({Role.ADMINISTRATOR}), platform=True)
"""Whoever can run commands on the server can do everything."""

NOBODY = Principal(None, "nobody", frozenset())
"""Whoever has not signed in."""
