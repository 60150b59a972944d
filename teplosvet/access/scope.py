"""What the reader of a connection may change where it is, and what is read whole for whoever may see its result."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.rows import TupleRow

from teplosvet.access.principal import Role
from teplosvet.domain.adjustments import Side
from teplosvet.domain.errors import ForbiddenError, UnknownNameError
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]


@contextmanager
def read_whole(connection: Connection) -> Iterator[None]:
    """Read all that a contract rests on, whoever asks: a saving over a part of the readings would be another saving.

    A meter that has gone to a neighbour's house since, say, is seen by nobody of the contract, and still counts in it.
    Only what `require_contract` has let in may be computed so.
    """
    row = connection.execute(query("access", "reader")).fetchone() or ("",)
    connection.execute(query("access", "scope"), {"reader": ""})
    try:
        yield
    finally:
        connection.execute(query("access", "scope"), {"reader": row[0]})


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
    number, sides = _sides(connection, code)
    if side not in sides:
        raise ForbiddenError(f"who speaks for the side {side} of {code}")
    return number


def sides_of(connection: Connection, code: str) -> frozenset[Side]:
    """The parties of a contract that the reader speaks for; an administrator of the platform speaks for both.

    Raises:
        UnknownNameError: If the reader does not see the contract.
    """
    return _sides(connection, code)[1]


def _sides(connection: Connection, code: str) -> tuple[int, frozenset[Side]]:
    row = connection.execute(query("access", "sides_at_contract"), {"code": code}).fetchone()
    if row is None:
        raise UnknownNameError(f"nothing is called {code}")
    number, everything, customer, esco = row
    spoken = ((Side.CUSTOMER, customer), (Side.ESCO, esco))
    return int(number), frozenset(side for side, is_spoken in spoken if everything or is_spoken)


def _required(connection: Connection, name: str, code: str, roles: tuple[Role, ...]) -> int:
    row = connection.execute(query("access", name), {"code": code}).fetchone()
    if row is None:
        raise UnknownNameError(f"nothing is called {code}")
    number, everything, held = row
    if roles and not everything and set(held).isdisjoint({*roles, Role.ADMINISTRATOR}):
        raise ForbiddenError(", ".join(roles))
    return int(number)
