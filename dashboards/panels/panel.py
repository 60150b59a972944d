"""A panel, a dashboard, an alert: declarations without any drawing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import LiteralString

from teplosvet.access.principal import Role
from teplosvet.named_sql import statements_of

EVERYONE = frozenset(Role)
WITH_MONEY = EVERYONE - {Role.INSTALLER}
"""Who may see what a contract pays: everybody but who mounts its devices."""


class Plot(StrEnum):
    """Kinds of plot that both renderers can draw."""

    TIME_SERIES = "time-series"
    STAT = "stat"
    TABLE = "table"
    HEAT_MAP = "heat-map"
    SCATTER = "scatter"
    BAR = "bar"
    STATE_TIMELINE = "state-timeline"
    DOT_BANDS = "dot-bands"


class Part(StrEnum):
    """What a column is to the plot."""

    TIME = "time"
    CATEGORY = "category"
    SERIES = "series"
    X = "x"
    VALUE = "value"
    METERED = "metered"
    ESTIMATED = "estimated"
    REFERENCE = "reference"
    LOWER = "lower"
    UPPER = "upper"
    TEXT = "text"


class Unit(StrEnum):
    """Units as panels name them."""

    KWH = "kWh"
    CELSIUS = "°C"
    SHARE = "share"
    HOURS = "h"
    SECONDS = "s"
    COUNT = "count"
    MONEY = "money"
    MOMENT = "moment"
    DAY = "day"
    WORDS = "words"
    OF_QUANTITY = "of quantity"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a panel's answer: its name in the SQL, its title, its part and unit."""

    name: str
    title: str
    part: Part = Part.VALUE
    unit: Unit = Unit.KWH


@dataclass(frozen=True, slots=True)
class Threshold:
    """From this value on the colour says that somebody must do something, or that all is well."""

    at: float | None
    colour: str


@dataclass(frozen=True, slots=True)
class Link:
    """From a row of a panel to another dashboard.

    Attributes:
        dashboard: Its uid.
        variable: The variable that is set there.
        field: The column that has its value.
    """

    dashboard: str
    variable: str
    field: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What is asked, how it is drawn, who may see it.

    Attributes:
        uid: Its name for ever.
        title: In English, marked for the catalogues.
        description: What it shows and what to do about it.
        sql: ``file.statement`` of the folder of this module.
        plot: Kind of plot.
        fields: All columns of the answer, in their order.
        thresholds: Colours of values.
        width: Columns of 24.
        height: Rows of Grafana's grid.
        audience: Who may see it.
        link: Where a row leads.
        quiet: Whether an empty answer says that all is well.
    """

    uid: str
    title: str
    description: str
    sql: str
    plot: Plot
    fields: tuple[Field, ...]
    thresholds: tuple[Threshold, ...] = ()
    width: int = 12
    height: int = 8
    audience: frozenset[Role] = EVERYONE
    link: Link | None = None
    quiet: bool = False

    @property
    def text(self) -> LiteralString:
        """Its SQL, with Grafana's macros and variables."""
        return statement(self.sql)

    @property
    def unit(self) -> Unit:
        """Of what is drawn."""
        drawn = (Part.VALUE, Part.METERED, Part.REFERENCE, Part.X)
        return next((each.unit for part in drawn for each in self.fields if each.part is part), Unit.WORDS)


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice above a dashboard. Its SQL answers `__value` and `__text`, of what the reader may see only."""

    name: str
    title: str
    sql: str
    many: bool = False

    @property
    def text(self) -> LiteralString:
        """Its SQL."""
        return statement(self.sql)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Panels in rows.

    Attributes:
        uid: Its name for ever.
        title: In English.
        description: The one question that it answers.
        folder: Folder in Grafana.
        rows: Title of each row and its panels.
        variables: In the order in which they depend on each other.
        since: Beginning of the range that it opens with, as Grafana writes it.
        links: Uids of the dashboards that it leads to.
        audience: Who may see it.
    """

    uid: str
    title: str
    description: str
    folder: str
    rows: tuple[tuple[str, tuple[Panel, ...]], ...]
    variables: tuple[Variable, ...] = ()
    since: str = "now-30d"
    links: tuple[str, ...] = ()
    audience: frozenset[Role] = EVERYONE

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All of them, in reading order."""
        return tuple(panel for _, panels in self.rows for panel in panels)


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition that somebody is told of: a row of its SQL is a subject, `value` above the limit is an alarm.

    Attributes:
        uid: Its name for ever.
        title: In English.
        description: What to do.
        sql: ``file.statement``.
        above: Limit of `value`.
        hold: How long it must hold, as Grafana writes it.
        severity: ``attention`` or ``fault``.
    """

    uid: str
    title: str
    description: str
    sql: str
    above: float = 0
    hold: str = "15m"
    severity: str = "attention"

    @property
    def text(self) -> LiteralString:
        """Its SQL."""
        return statement(self.sql)


@cache
def _statements(file: str) -> Mapping[str, LiteralString]:
    return statements_of(files("dashboards.panels").joinpath(f"{file}.sql"))


def statement(name: str) -> LiteralString:
    """The SQL ``file.statement``.

    Raises:
        KeyError: If there is no such statement.
    """
    file, _, own = name.partition(".")
    return _statements(file)[own]
