"""What is chosen above a dashboard: the choices that a reader has, and what they took of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from dashboards.panels.macros import TimeRange, expanded
from dashboards.panels.panel import Dashboard, Variable, statement

Asked = Mapping[str, Sequence[str]]
"""Values by the name of a variable, as an address has them."""

USUAL_ZONE = "Europe/Moscow"
"""The zone of panels that belong to no building: their SQL makes days of it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A variable, what may be chosen, and what is.

    Attributes:
        variable: The variable.
        options: Value and text of everything that the reader may choose.
        chosen: Values; of a variable with one value at most one.
    """

    variable: Variable
    options: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]


def choices(
    connection: psycopg.Connection[TupleRow], board: Dashboard, asked: Asked, span: TimeRange
) -> tuple[Choice, ...]:
    """Every variable of a dashboard, each asked with what was chosen before it.

    What is asked for and is no option (another house's entrance, say) gives way to the first option, or to all.
    """
    found: dict[str, Choice] = {}
    for variable in board.variables:
        known = {name: choice.chosen for name, choice in found.items()}
        rows = connection.execute(expanded(variable.text, span, known)).fetchall()
        options = tuple((str(value), str(text)) for value, text in rows)
        values = [value for value, _ in options]
        wanted = tuple(value for value in asked.get(variable.name, ()) if value in set(values))
        usual = tuple(values) if variable.many else tuple(values[:1])
        chosen = (wanted if variable.many else wanted[:1]) or usual
        found[variable.name] = Choice(variable, options, chosen)
    return tuple(found.values())


def zone_of(connection: psycopg.Connection[TupleRow], chosen: Asked, span: TimeRange) -> str:
    """The zone of the chosen building or contract."""
    for name in ("building", "contract"):
        if chosen.get(name):
            row = connection.execute(expanded(statement(f"variables.zone_of_{name}"), span, chosen)).fetchone()
            if row is not None:
                return str(row[0])
    return USUAL_ZONE
