"""Switching the page of a house on and off for everybody."""

from typing import Annotated

import typer

from dashboards.rows import Connection
from teplosvet import output
from teplosvet.access import audit
from teplosvet.access.principal import COMMAND_LINE, Principal
from teplosvet.domain.errors import UnknownNameError
from teplosvet.stack.running import database_url
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query


def publish(connection: Connection, person: Principal, building: str, public: bool, flats: int | None) -> None:
    """Show a house to everybody or hide it; the number of its flats stays where none is given.

    Raises:
        UnknownNameError: If there is no such house.
    """
    with connection.transaction():
        values = {"building": building, "public": public, "flats": flats}
        if connection.execute(query("console", "set_public"), values).fetchone() is None:
            raise UnknownNameError(f"no building is called {building}")
        audit.record(connection, person, "building.shown" if public else "building.hidden", building, flats=flats)


def public(
    building: Annotated[str, typer.Argument(help="Code of the building.")],
    *,
    off: Annotated[bool, typer.Option("--off", help="Hide the page again.")] = False,
    flats: Annotated[int | None, typer.Option(min=1, max=5000, help="Number of flats, for the money of one.")] = None,
) -> None:
    """Show what a house saved to everybody, at /public/BUILDING."""
    with connect(database_url()) as connection:
        publish(connection, COMMAND_LINE, building, not off, flats)
    said = "is hidden" if off else f"is on /public/{building} for everybody"
    output.people.print(f"The page of {building} {said}.", markup=False)
