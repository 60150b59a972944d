"""What a panel answers: its columns with their units, and its rows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import psycopg
from psycopg.rows import TupleRow

from dashboards.panels.choices import Asked
from dashboards.panels.macros import TimeRange, expanded
from dashboards.panels.panel import Field, Panel, Part, Unit
from teplosvet.api.fields import Kind
from teplosvet.domain.quantities import Quantity
from teplosvet.words.catalogue import gettext

Row = tuple[object, ...]

_KINDS: Mapping[Unit, Kind] = {
    Unit.MOMENT: Kind.INSTANT,
    Unit.DAY: Kind.DAY,
    Unit.WORDS: Kind.TEXT,
    Unit.MONEY: Kind.MONEY,
}
_SYMBOLS: Mapping[Unit, str] = {Unit.KWH: "kWh", Unit.CELSIUS: "Cel", Unit.HOURS: "h", Unit.SECONDS: "s"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer.

    Attributes:
        name: As the SQL and the exports have it.
        title: In the reader's language.
        part: What it is to the plot.
        unit: The unit as panels name it.
        symbol: Unit of the values, as `teplosvet.words.units` knows it; empty where there is none.
        kind: What the values are.
    """

    name: str
    title: str
    part: Part
    unit: Unit
    symbol: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows; energy is in kWh, whatever a page shows."""

    columns: tuple[Column, ...]
    rows: Sequence[Row]


def answer(connection: psycopg.Connection[TupleRow], panel: Panel, chosen: Asked, span: TimeRange) -> Answer:
    """Ask the database for a panel.

    Args:
        connection: That sees what the reader may see.
        panel: The panel.
        chosen: Values of its variables.
        span: The time range.
    """
    columns = tuple(_column(field, chosen) for field in panel.fields)
    kinds = [column.kind for column in columns]
    rows = connection.execute(expanded(panel.text, span, chosen)).fetchall()
    return Answer(columns, [tuple(_value(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in rows])


def _column(field: Field, chosen: Asked) -> Column:
    local_midnight = field.part is Part.TIME
    kind = Kind.INSTANT if local_midnight else _KINDS.get(field.unit, Kind.NUMBER)
    return Column(field.name, gettext(field.title), field.part, field.unit, _symbol(field.unit, chosen), kind)


def _symbol(unit: Unit, chosen: Asked) -> str:
    if unit is not Unit.OF_QUANTITY:
        return _SYMBOLS.get(unit, "")
    named = chosen.get("quantity", ())
    known = {each.value: each.spec.unit for each in Quantity}
    return known.get(named[0], "") if named else ""


def _value(value: object, kind: Kind) -> object:
    """A number is a float whatever the database summed it as; what is not a number is missing."""
    if kind is Kind.NUMBER and isinstance(value, Decimal | float):
        return None if math.isnan(value) else float(value)
    return value
