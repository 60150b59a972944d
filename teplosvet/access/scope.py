"""Whether the reader of a connection may change something where it is."""

import psycopg
from psycopg.rows import TupleRow

from teplosvet.access.principal import Role
from teplosvet.domain.adjustments import Side
from teplosvet.domain.errors import ForbiddenError, UnknownNameError
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]


def require_building(connection: Connection, code: str, *roles: Role) -> int:
    """The number of a building that the reader sees and, if roles are given, has one of them in.

    Raises:
        UnknownNameError: If the reader does not see it: whether it exists is nobody's business.
        ForbiddenError: If the reader sees it in another role.
    """
    return _required(connection, "roles_at_building", code, roles)


def require_contract(connection: Connection, code: str, *roles: Role) -> int:
    """The number of a contract that the reader sees and, if roles are given, has one of them in.

    Raises:
        UnknownNameError: If the reader does not see it.
        ForbiddenError: If the reader sees it in another role.
    """
    return _required(connection, "roles_at_contract", code, roles)


def require_side(connection: Connection, code: str, side: Side) -> int:
    """The number of a contract that the reader sees and speaks for a party of.

    Raises:
        UnknownNameError: If the reader does not see it.
        ForbiddenError: If the reader does not speak for that side.
    """
    row = connection.execute(query("access", "sides_at_contract"), {"code": code}).fetchone()
    if row is None:
        raise UnknownNameError(f"nothing is called {code}")
    number, everything, customer, esco = row
    if not (everything or (customer if side is Side.CUSTOMER else esco)):
        raise ForbiddenError(f"who speaks for the side {side} of {code}")
    return int(number)


def _required(connection: Connection, name: str, code: str, roles: tuple[Role, ...]) -> int:
    row = connection.execute(query("access", name), {"code": code}).fetchone()
    if row is None:
        raise UnknownNameError(f"nothing is called {code}")
    number, everything, held = row
    if roles and not everything and set(held).isdisjoint({*roles, Role.ADMINISTRATOR}):
        raise ForbiddenError(", ".join(roles))
    return int(number)
