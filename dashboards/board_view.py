"""A dashboard and a panel's table as a page shows them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dashboards.inside import segment
from dashboards.panels.answer import Answer, Column
from dashboards.panels.choices import Asked, Choice
from dashboards.panels.macros import TimeRange
from dashboards.panels.panel import Dashboard, Panel, Part, Plot, Unit
from dashboards.panels.wording import mark as _
from dashboards.reader import Reader
from dashboards.reasons import REASONS
from teplosvet.words.catalogue import gettext
from teplosvet.words.findings import finding_text
from teplosvet.words.units import EnergyUnit, currency_symbol

SPANS = (("now-7d", _("Last 7 days")), ("now-30d", _("Last 30 days")), ("now-365d", _("Last year")))
TABLE_ROWS = 1000
"""Rows of a table on a page; a file has all of them."""

WORDS = {
    "proven": _("proven"),
    "not proven": _("not proven"),
    "not stated": _("not stated"),
    "well": _("well"),
    "silent": _("silent"),
    "failed lamp": _("failed lamp"),
    "meter fault": _("meter fault"),
    "waiting": _("waiting"),
    "heard": _("heard"),
    "metered": _("metered"),
    "partly estimated": _("partly estimated"),
    "nothing heard": _("nothing heard"),
    "heat": _("heat"),
    "light": _("light"),
    "electricity": _("electricity"),
    "water": _("water"),
    "climate": _("climate"),
    "online": _("online"),
    "offline": _("offline"),
    "change-point-daily": _("change point on daily energy"),
    "light-option-b": _("IPMVP option B for lighting"),
    "register_glitch": _("impossible value once"),
    "register_rollover": _("register rolled over"),
    "register_reset": _("register began again at zero"),
    "register_decrease": _("register went down"),
    "register_jump": _("register too fast"),
    "register_decimal_change": _("decimal point moved"),
    "register_clock_step": _("clock set back"),
    "meter_exchange": _("meter exchanged"),
    "outage": _("outage"),
    "energy_level_mismatch": _("energy and levels differ"),
    "heat_balance": _("heat does not balance"),
    "heat_flow_without_energy": _("flow without energy"),
    "heat_power_exceeded": _("power too great"),
    "heat_sensor_fault": _("temperature sensor faulty"),
} | REASONS
"""Words that panels' SQL or the registry say in these columns:"""
SAID_IN = frozenset({"code", "verdict", "state", "carrier", "class", "reason", "method"})


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard with what is chosen.

    Attributes:
        board: Its declaration.
        rows: Title and panels of every row that the reader may see something of.
        choices: Its variables.
        span: What is asked for.
        written: The same as the address has it: since, until.
        zone: Time zone of its plots.
        chosen: Values of its variables.
    """

    board: Dashboard
    rows: tuple[tuple[str, tuple[Panel, ...]], ...]
    choices: tuple[Choice, ...]
    span: TimeRange
    written: tuple[str, str]
    zone: str
    chosen: Asked

    @property
    def question(self) -> str:
        """What is chosen, as an address has it."""
        since, until = self.written
        pairs = [(name, value) for name, values in self.chosen.items() for value in values]
        return urlencode([*pairs, ("from", since), ("to", until)])

    def spans(self, reader: Reader) -> list[tuple[str, str]]:
        """Ranges to choose from, that of the address among them."""
        since, zone = self.written[0], ZoneInfo(self.zone)
        start, end = (reader.day(at.astimezone(zone).date()) for at in (self.span.start, self.span.end))
        own = [] if since in dict(SPANS) else [(since, f"{start} – {end}")]
        return [*((value, gettext(text)) for value, text in SPANS), *own]

    def data(self, panel: Panel) -> str:
        """Address of a panel's answer."""
        return f"/panels/{self.board.uid}/{panel.uid}/data?{self.question}"

    def table(self, panel: Panel) -> str:
        """Address of a panel as a table."""
        return f"/dashboards/{self.board.uid}/panels/{panel.uid}?{self.question}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in words, the address that it leads to, and how its column is set: number, when or words."""

    text: str
    link: str
    look: str


@dataclass(frozen=True, slots=True)
class Table:
    """A panel as a table.

    Attributes:
        heads: Title with its unit, and how the column is set.
        rows: Cells.
        more: Rows that are left out.
        figures: Whether it is one row of figures and no table.
    """

    heads: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: int
    figures: bool


def board_view(
    board: Dashboard,
    found: Sequence[Choice],
    span: TimeRange,
    written: tuple[str, str],
    zone: str,
    allowed: frozenset[str],
) -> Board:
    """A dashboard with the panels that the reader may see."""
    rows = ((title, tuple(panel for panel in panels if panel.uid in allowed)) for title, panels in board.rows)
    chosen = {each.variable.name: each.chosen for each in found}
    return Board(board, tuple(row for row in rows if row[1]), tuple(found), span, written, zone, chosen)


def table_view(panel: Panel, told: Answer, reader: Reader, zone: ZoneInfo) -> Table:
    """A panel's answer in the reader's words and units."""
    told = _findings_said(told, reader)
    heads = tuple((_head(column, reader), _look(column)) for column in told.columns)
    rows = []
    for row in told.rows[:TABLE_ROWS]:
        cells = zip(told.columns, row, strict=True)
        rows.append(tuple(_cell(panel, column, value, reader, zone) for column, value in cells))
    return Table(heads, tuple(rows), len(told.rows[TABLE_ROWS:]), panel.plot is Plot.STAT and len(rows) <= 1)


def _findings_said(told: Answer, reader: Reader) -> Answer:
    """Findings as sentences with their figures in them, instead of a code and the figures beside it."""
    places = {column.name: place for place, column in enumerate(told.columns)}
    if not {"code", "severity", "data"} <= places.keys():
        return told
    code, severity, data = places["code"], places["severity"], places["data"]
    rows = []
    for row in told.rows[:TABLE_ROWS]:
        cells = list(row)
        cells[code] = finding_text(
            str(row[code]), json.loads(str(row[data])), reader.language, lambda energy_kwh: _energy(energy_kwh, reader)
        )
        cells[severity] = reader.say(f"severity.{row[severity]}")
        rows.append((*cells[:data], *cells[data + 1 :]))
    columns = [replace(column, unit=Unit.WORDS) if column.name == "severity" else column for column in told.columns]
    return Answer((*columns[:data], *columns[data + 1 :]), rows + list(told.rows[TABLE_ROWS:]))


def _energy(energy_kwh: float, reader: Reader) -> str:
    unit = _unit(reader)
    return reader.with_unit(unit.of_kwh(energy_kwh), unit.value, 1)


def _head(column: Column, reader: Reader) -> str:
    unit = _unit(reader).value if column.unit is Unit.KWH else column.symbol
    return f"{column.title}, {reader.symbol(unit)}" if unit else column.title


def _look(column: Column) -> str:
    match column.unit:
        case Unit.WORDS:
            return "words"
        case Unit.MOMENT | Unit.DAY:
            return "when"
        case _:
            return "number"


def _unit(reader: Reader) -> EnergyUnit:
    """What panels show energy in: of whatever carrier, so that sums stay sums."""
    return reader.chosen_unit or EnergyUnit.KWH


def _cell(panel: Panel, column: Column, value: object, reader: Reader, zone: ZoneInfo) -> Cell:
    link = ""
    if panel.link is not None and panel.link.field == column.name and value is not None:
        link = f"/dashboards/{panel.link.dashboard}?{panel.link.variable}={segment(str(value))}"
    return Cell(said(column, value, reader, zone), link, _look(column))


def said(column: Column, value: object, reader: Reader, zone: ZoneInfo) -> str:
    """A value in words; what is missing is a dash and never a zero."""
    match value:
        case None | "{}":
            return "–"
        case datetime():
            day = column.unit is Unit.DAY
            return reader.day(value.astimezone(zone).date()) if day else reader.instant(value, zone)
        case date():
            return reader.day(value)
        case int() | float() | Decimal():
            return _figure(column, value, reader)
        case str():
            return _word(column, value, reader)
        case _:
            return str(value)


def _word(column: Column, value: str, reader: Reader) -> str:
    if column.name == "quantity" and reader.knows(f"quantity.{value}"):
        return reader.say(f"quantity.{value}")
    if column.name == "currency":
        return currency_symbol(value)
    if column.name in SAID_IN or column.part is Part.SERIES:
        return gettext(WORDS[value]) if value in WORDS else value
    return value


def words() -> dict[str, str]:
    """The words of SQL in the language that is spoken now."""
    return {word: gettext(text) for word, text in WORDS.items()}


def _figure(column: Column, value: float | Decimal, reader: Reader) -> str:
    match column.unit:
        case Unit.KWH:
            shown = _unit(reader).of_kwh(float(value))
            return reader.number(shown, 2 if abs(shown) < 100 else 0)
        case Unit.SHARE:
            return reader.percent(float(value), 1)
        case Unit.MONEY:
            return reader.number(value, 2)
        case Unit.COUNT:
            return reader.number(value)
        case _:
            return reader.number(value, 1)
