"""Times of a file: aware ones are converted, naive ones belong to a zone, dates alone are days."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import numpy as np

from analytics.arrays import Days, Floats, Indices
from teplosvet.domain.errors import InvalidFileError

_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_WITH_DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T]+(\d{1,2}:\d{2}(?::\d{2})?))?")
"""Day, month, year and perhaps a time: with dots the day is first everywhere, with slashes it is not."""
_EXPECTED = "expected a time or a date, as 2024-09-01T00:00 or 01.09.2024 00:00, got {!r}"
_LEAST_UNIX_S, _GREATEST_UNIX_S = 2**28, 2**33


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """The beginning of each row.

    Attributes:
        second: Unix seconds; of dates alone, of their midnight as if in UTC [n]. [s]
        day: Local calendar day [n].
        hour: Local hour [n]. [h]
        day_hours: Length of that day: 23 or 25 where clocks change [n]. [h]
    """

    second: Indices
    day: Days
    hour: Indices
    day_hours: Floats


def read_times(file: str, column: str, cells: Sequence[tuple[int, str]], zone: ZoneInfo | None) -> Times:
    """Read a column of times.

    Args:
        file: Name of the file, for messages.
        column: Name of the column.
        cells: Line and text of each row.
        zone: Zone of the days and of naive times.

    Raises:
        InvalidFileError: If a cell is no time, does not exist in the zone, or a zone is needed and not given.
    """
    cells = [(line, _as_iso(text)) for line, text in cells]
    if _DATE.fullmatch(cells[0][1]):
        return _of_dates([_date(file, column, line, text) for line, text in cells])
    moments: list[datetime] = []
    twice: set[datetime] = set()
    for line, text in cells:
        moment = _moment(file, column, line, text, zone)
        if moment.tzinfo is None:
            moment = _local(file, column, line, moment, zone, twice)
        moments.append(moment)
    where = zone or _only_offset(file, column, moments)
    local = [moment.astimezone(where) for moment in moments]
    lengths = {day: _hours_of(day, where) for day in {moment.date() for moment in local}}
    return Times(
        np.array([round(moment.timestamp()) for moment in moments], dtype=np.intp),
        np.array([moment.date() for moment in local], dtype="datetime64[D]"),
        np.array([moment.hour for moment in local], dtype=np.intp),
        np.array([lengths[moment.date()] for moment in local]),
    )


def _as_iso(text: str) -> str:
    """``01.09.2024 0:00`` as ``2024-09-01T00:00``; everything else as it stands."""
    match = _WITH_DOTS.fullmatch(text)
    if match is None:
        return text
    day, month, year, time_of_day = match.groups()
    iso = f"{year}-{month:0>2}-{day:0>2}"
    return iso if time_of_day is None else f"{iso}T{time_of_day:0>{8 if time_of_day.count(':') > 1 else 5}}"


def _of_dates(days: list[date]) -> Times:
    day = np.array(days, dtype="datetime64[D]")
    second = (day.astype(np.int64) * 86400).astype(np.intp)
    return Times(second, day, np.zeros(len(day), dtype=np.intp), np.full(len(day), 24.0))


def _date(file: str, column: str, line: int, text: str) -> date:
    if not _DATE.fullmatch(text):
        raise InvalidFileError(file, line, column, f"expected a date alone, as in the first row, got {text!r}")
    try:
        return date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError as error:
        raise InvalidFileError(file, line, column, f"expected a date that exists, got {text!r}") from error


def _moment(file: str, column: str, line: int, text: str, zone: ZoneInfo | None) -> datetime:
    try:
        if text.replace(".", "", 1).isdigit() and _LEAST_UNIX_S <= float(text) < _GREATEST_UNIX_S:
            return datetime.fromtimestamp(float(text), zone or UTC)
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidFileError(file, line, column, _EXPECTED.format(text)) from error


def _local(
    file: str, column: str, line: int, moment: datetime, zone: ZoneInfo | None, twice: set[datetime]
) -> datetime:
    """A naive time in its zone; the hour that a clock shows twice is first the earlier and then the later one."""
    if zone is None:
        raise InvalidFileError(file, line, column, f"expected a time with a zone, or --zone, got {moment}")
    local = moment.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise InvalidFileError(file, line, column, f"expected a time that exists in {zone.key}, got {moment}")
    later = local.replace(fold=1)
    if later.utcoffset() == local.utcoffset():
        return local
    if moment in twice:
        return later
    twice.add(moment)
    return local


def _only_offset(file: str, column: str, moments: list[datetime]) -> tzinfo:
    offsets = {moment.utcoffset(): moment.tzinfo for moment in moments}
    found = next(iter(offsets.values()))
    if len(offsets) > 1 or found is None:
        said = ", ".join(sorted({f"{moment:%z}" for moment in moments}))
        raise InvalidFileError(
            file, None, column, f"expected times of one offset, or --zone for the days; there are {said}"
        )
    return found


def _hours_of(day: date, zone: tzinfo) -> float:
    midnights = [datetime.combine(one, time(), tzinfo=zone) for one in (day, day + timedelta(days=1))]
    return (midnights[1].timestamp() - midnights[0].timestamp()) / 3600
