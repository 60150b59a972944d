"""How vendors write a number, a yes or no and a time; what they write for «not available»."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import msgspec

from teplosvet.domain.errors import MessageError
from teplosvet.domain.quantities import NULL_SENTINELS

Read = Callable[[Any], float | None]
"""Reads a raw value; None if it means «not available».

Raises:
    ValueError: If it cannot be what the field is for.
"""

CLOCK_SET_S = 946_684_800.0
"""2000-01-01 UTC: a clock that says less was never set. [s since 1970]"""

MILLISECONDS_FROM = 1e11
"""Unix times above this are milliseconds: as seconds they would lie after the year 5000."""

LATEST_S = 32_503_680_000.0
"""3000-01-01 UTC: what claims to be later is no time. [s since 1970]"""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_ABSENT = frozenset({"", "nan", "null", "none", "unavailable", "unknown", "n/a", "-"})
_YES = frozenset({"on", "true", "1", "yes", "occupied", "detected", "presence"})
_NO = frozenset({"off", "false", "0", "no", "unoccupied", "clear", "none"})


def number(value: Any) -> float | None:
    """A number, or a text that is one; null, «nan» and the null sentinels of meters are missing."""
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        if text.lower() in _ABSENT:
            return None
        if len(text) > 40 or not _NUMBER.fullmatch(text):
            raise ValueError(f"{value[:40]!r} is no number")
        value = float(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{shown(value)} is no number")  # noqa: TRY004  # one exception for all that is unreadable
    try:
        found = float(value)
    except OverflowError:
        found = float("inf")
    if not isfinite(found):
        raise ValueError("the number is beyond all bounds")
    return None if found in NULL_SENTINELS else found


def truth(value: Any) -> float | None:
    """1 for yes, 0 for no: a boolean, 0 or 1, or one of the words that vendors have for it."""
    if value is None:
        return None
    if isinstance(value, bool | int) and value in (0, 1):
        return float(value)
    word = value.strip().lower() if isinstance(value, str) else shown(value)
    if word in _YES or word in _NO:
        return float(word in _YES)
    if word in _ABSENT:
        return None
    raise ValueError(f"{shown(value)} is neither yes nor no")


def scaled(factor: float) -> Read:
    """Reads a number and multiplies it."""

    def read(value: Any) -> float | None:
        found = number(value)
        return None if found is None else found * factor

    return read


def celsius_of_fahrenheit(value: Any) -> float | None:
    """A temperature in degrees Fahrenheit as [°C]."""
    found = number(value)
    return None if found is None else (found - 32.0) / 1.8


def of_one_or_sum(value: Any) -> float | None:
    """A number, or the sum of one per phase or channel; missing if any of them is."""
    if not isinstance(value, list):
        return number(value)
    parts = [number(part) for part in value]
    known = [part for part in parts if part is not None]
    return sum(known) if known and len(known) == len(parts) else None


def of_one(value: Any) -> float | None:
    """A number, or a list of a single one; of several phases there is no one value, so it is missing."""
    if isinstance(value, list):
        return number(value[0]) if len(value) == 1 else None
    return number(value)


def unix_time(value: Any) -> datetime | None:
    """A Unix time in seconds or milliseconds, or None if it is none or the clock was not set.

    Raises:
        ValueError: If it is no number, or a time that nobody will see.
    """
    found = number(value)
    if found is None:
        return None
    seconds = found / 1000 if found > MILLISECONDS_FROM else found
    if seconds > LATEST_S:
        raise ValueError(f"{shown(value)} is no time")
    return datetime.fromtimestamp(seconds, UTC) if seconds >= CLOCK_SET_S else None


def iso_time(value: Any) -> datetime | None:
    """A time as ISO 8601 writes it, naive if it has no zone, or None if the clock was not set.

    Raises:
        ValueError: If it is none.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError(f"{shown(value)} is no time")
    try:
        at = datetime.fromisoformat(value)
        at = at if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{value[:40]!r} is no time") from error
    if at.year > 3000:
        raise ValueError(f"{value[:40]!r} is no time")
    return at if at.year >= 2000 else None


def any_time(value: Any) -> datetime | None:
    """A time as ISO 8601 or as Unix time.

    Raises:
        ValueError: If it is neither.
    """
    return iso_time(value) if isinstance(value, str) else unix_time(value)


def json_value(payload: bytes) -> Any:
    """What a JSON payload says.

    Raises:
        MessageError: If it is no JSON.
    """
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError("not_json", f"the payload is no JSON: {error}") from error


def json_object(payload: bytes) -> dict[str, Any]:
    """The object that a JSON payload is.

    Raises:
        MessageError: If it is no JSON object.
    """
    value = json_value(payload)
    if not isinstance(value, dict):
        raise MessageError("malformed", f"a JSON object was expected and not {shown(value)}")
    return value


def text_of(payload: bytes) -> str:
    """The text that a payload is, without the line end that tools append.

    Raises:
        MessageError: If it is no text.
    """
    try:
        return payload.decode().strip()
    except UnicodeDecodeError as error:
        raise MessageError("malformed", "the payload is no text") from error


def shown(value: Any) -> str:
    """A raw value for a sentence, cut short."""
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case _:
            text = "null" if value is None else repr(value)
            return text if len(text) <= 40 else text[:39] + "…"
