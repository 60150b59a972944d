"""Alarms in words: the one table that API, console, webhooks and e-mail speak from."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from teplosvet.words import alarms_en, alarms_ru, figures
from teplosvet.words.language import Language
from teplosvet.words.units import symbol

ALARMS: Mapping[Language, Mapping[str, str]] = {
    Language.ENGLISH: alarms_en.ALARMS,
    Language.RUSSIAN: alarms_ru.ALARMS,
}


def alarm_text(code: str, data: Mapping[str, Any], language: Language, zone: ZoneInfo | None = None) -> str:
    """What an alarm says; a code that has no sentence is shown as it is.

    Args:
        code: What is wrong.
        data: Its figures, names with their unit.
        language: Language of the sentence.
        zone: Zone of the times in it, UTC where nobody says one.
    """
    texts = ALARMS[language]
    other = texts["other"].format(code=code)
    variant = code
    if code == "silent_device" and data.get("last_at") is None:
        variant = "silent_device.never"
    elif code == "clock_wrong" and _ahead(data):
        variant = "clock_wrong.ahead_s"
    if code not in texts:
        return other
    try:
        return texts[variant].format_map({name: _written(name, value, language, zone) for name, value in data.items()})
    except KeyError:  # an alarm of another version, which lacks a figure that the sentence needs
        return other


def _ahead(data: Mapping[str, Any]) -> bool:
    ahead = data.get("ahead_s")
    return isinstance(ahead, int | float) and ahead > 0 and "event" not in data


def _written(name: str, value: Any, language: Language, zone: ZoneInfo | None) -> str:
    match value:
        case None:
            return ALARMS[language]["never"]
        case list():
            return ", ".join(map(str, value))
        case str():
            return _word(name, value, language, zone)
        case int() | float():
            return _figure(name, value, language)
        case _:
            return str(value)


def _figure(name: str, value: float, language: Language) -> str:
    for ending, unit in (("_c", "Cel"), ("_kwh", "kWh")):
        if name.endswith(ending):
            return f"{figures.number(value, 1, language)}{figures.NO_BREAK}{symbol(unit, language)}"
    if name == "coverage":
        return f"{figures.number(value * 100, 0, language)}{figures.NO_BREAK}%"
    return figures.number(value, 0, language)


def _word(name: str, value: str, language: Language, zone: ZoneInfo | None) -> str:
    try:
        if name.endswith("_at"):
            return figures.instant(datetime.fromisoformat(value).astimezone(zone or UTC), language)
        if name in {"due_on", "day", "first_day"}:
            return figures.short_day(date.fromisoformat(value), language)
    except ValueError:
        return value
    return value
