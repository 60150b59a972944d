"""Numbers, dates and money as the two languages write them."""

import math
from datetime import date, datetime
from decimal import Decimal

from teplosvet.words.language import Language

NO_BREAK = "\u00a0"
MINUS = "\u2212"

HEADLINE_FIGURES = 3
"""Significant figures of a number in a headline; the full value is on hover and in the act."""


def number(value: float | Decimal, decimals: int, language: Language) -> str:
    """``1 234,5`` in Russian, ``1,234.5`` in English, with a real minus sign and never a minus zero."""
    text = f"{value:,.{decimals}f}"
    if text.startswith("-"):
        text = text[1:] if not text.strip("-0.,") else MINUS + text[1:]
    if language is Language.RUSSIAN:
        text = text.replace(",", NO_BREAK).replace(".", ",")
    return text


def last_place(value: float, figures: int = HEADLINE_FIGURES) -> int:
    """Power of ten of a number's last significant figure: -1 for 41.23 with three of them."""
    if value == 0 or not math.isfinite(value):
        return 0
    return math.floor(math.log10(abs(value))) - figures + 1


def to_place(value: float, place: int, language: Language) -> str:
    """A number rounded to a power of ten: tens and above keep their zeros."""
    return number(round(value, -place), -place if place < 0 else 0, language)


def plural_form(n: int, language: Language) -> int:
    """Which of the forms ``one|many`` (English) or ``one|few|many`` (Russian) counts `n` things.

    References:
        Unicode CLDR, plural rules of ``en`` and ``ru``.
    """
    if language is Language.ENGLISH:
        return 0 if n == 1 else 1
    if n % 10 == 1 and n % 100 != 11:
        return 0
    if n % 10 in {2, 3, 4} and n % 100 not in {12, 13, 14}:
        return 1
    return 2


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_MONTHS = {
    Language.ENGLISH: _words("January February March April May June July August September October November December"),
    Language.RUSSIAN: _words("январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь"),
}
_MONTHS_OF_DAY = {
    Language.ENGLISH: _MONTHS[Language.ENGLISH],
    Language.RUSSIAN: _words("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
}
_SHORT_MONTHS = {
    Language.ENGLISH: _words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
    Language.RUSSIAN: _words("янв фев мар апр май июн июл авг сен окт ноя дек"),
}


def month_name(day: date, language: Language) -> str:
    """``January 2026``, ``январь 2026``."""
    return f"{_MONTHS[language][day.month - 1]}{NO_BREAK}{day.year}"


def short_month_of_year(day: date, language: Language) -> str:
    """``Jan 2026``, ``янв 2026``."""
    return f"{_SHORT_MONTHS[language][day.month - 1]}{NO_BREAK}{day.year}"


def short_month(day: date, language: Language) -> str:
    """``Jan``, ``янв``."""
    return _SHORT_MONTHS[language][day.month - 1]


def long_day(day: date, language: Language) -> str:
    """``1 January 2026``, ``1 января 2026``."""
    return f"{day.day}{NO_BREAK}{_MONTHS_OF_DAY[language][day.month - 1]}{NO_BREAK}{day.year}"


def short_day(day: date, language: Language) -> str:
    """``24 Nov 2026``, ``24.11.2026``."""
    if language is Language.RUSSIAN:
        return f"{day:%d.%m.%Y}"
    return f"{day.day}{NO_BREAK}{_SHORT_MONTHS[language][day.month - 1]}{NO_BREAK}{day.year}"


def instant(local: datetime, language: Language) -> str:
    """``24 Nov 2026 13:05``, ``24.11.2026 13:05``: the zone belongs into the title."""
    return f"{short_day(local.date(), language)}{NO_BREAK}{local:%H:%M}"
