"""A panel's SQL for our own connections: Grafana's macros and variables filled in as literals, safely quoted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString, cast

from psycopg import sql

_PART = re.compile(r"\$__timeFilter\(([\w.]+)\)|\$\{(\w+):sqlstring\}")
_RELATIVE = re.compile(r"now(?:-(\d{1,5})([mhdw]))?")
_STEPS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class RangeError(ValueError):
    """A time range that cannot be read."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """What panels are asked for: both ends are aware instants."""

    start: datetime
    end: datetime


def instant(text: str, now: datetime) -> datetime:
    """An instant as Grafana writes it: ``now-30d``, or ISO 8601 with its offset.

    Raises:
        RangeError: If it is neither.
    """
    relative = _RELATIVE.fullmatch(text)
    if relative is not None:
        number, step = relative.groups()
        return now if number is None else now - timedelta(**{_STEPS[step]: int(number)})
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise RangeError(text) from error
    if found.tzinfo is None:
        raise RangeError(text)
    return found


def expanded(text: LiteralString, span: TimeRange, chosen: Mapping[str, Sequence[str]]) -> sql.Composed:
    """The statement with its time range and variables; a variable without a choice matches nothing.

    Raises:
        KeyError: If a variable is not given.
    """
    parts: list[sql.Composable] = []
    place = 0
    for found in _PART.finditer(text):
        parts.append(sql.SQL(text[place : found.start()]))
        place = found.end()
        column, variable = found.groups()
        if column is not None:
            ends = (sql.Literal(f"{end.isoformat()}") for end in (span.start, span.end))
            named = sql.SQL(cast("LiteralString", column))
            parts.append(sql.SQL("{} BETWEEN {} AND {}").format(named, *ends))
        else:
            values: Sequence[str | None] = chosen[variable] or [None]
            parts.append(sql.SQL(", ").join(sql.Literal(value) for value in values))
    parts.append(sql.SQL(text[place:]))
    return sql.Composed(parts)
