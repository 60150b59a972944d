"""Findings in words: the one table that the console, `verify` and the act speak from."""

from collections.abc import Callable, Mapping
from datetime import date

from teplosvet.words import figures, findings_en, findings_ru
from teplosvet.words.language import Language
from teplosvet.words.units import symbol

FINDINGS: Mapping[Language, Mapping[str, str]] = {
    Language.ENGLISH: findings_en.FINDINGS,
    Language.RUSSIAN: findings_ru.FINDINGS,
}

_VARIANTS = ("more_days", "reason", "less_kwh")
_ADDED = ("others_c", "others_h")
"""Figures that a further sentence tells, where the finding has them."""
_SHARES = frozenset({"cv_rmse", "failed_share", "from_share", "to_share", "lost_share"})
_DATES = frozenset({"known_until", "end", "due_on", "first_day"})


def finding_text(
    code: str, data: Mapping[str, str | float | int], language: Language, energy: Callable[[float], str]
) -> str:
    """What a finding says; a code that has no sentence is shown as it is.

    Args:
        code: What was found.
        data: Its figures, names with their unit.
        language: Language of the sentence.
        energy: Writes an energy [kWh] with its unit, as the reader wants it.
    """
    texts = FINDINGS[language]
    other = texts["other"].format(code=code)
    if code not in texts:
        return other
    variants = (f"{code}.{variant}" for variant in _VARIANTS if variant in data)
    keys = [next((name for name in variants if name in texts), code)]
    keys += [name for added in _ADDED if added in data and (name := f"{code}.{added}") in texts]
    written = {name: _written(name, value, language, energy) for name, value in data.items()}
    if code == "negative_saving" and isinstance(upper := data.get("upper_kwh"), int | float):
        written["upper_kwh"] = energy(abs(upper))
    try:
        return " ".join(texts[key].format_map(written) for key in keys)
    except KeyError:  # a statement of another version, which lacks a figure that the sentence needs
        return other


def _written(name: str, value: str | float, language: Language, energy: Callable[[float], str]) -> str:
    if isinstance(value, str):
        return _word(name, value, language)
    if name.endswith("_kwh"):
        return energy(value)
    if name.endswith("_c"):
        return f"{figures.number(value, 1, language)}{figures.NO_BREAK}{symbol('Cel', language)}"
    if name in _SHARES:
        return f"{figures.number(value * 100, 1, language)}{figures.NO_BREAK}%"
    return figures.number(value, 0 if isinstance(value, int) else 2, language)


def _word(name: str, value: str, language: Language) -> str:
    if name == "period":
        return FINDINGS[language].get(f"period.{value}", value)
    if name in _DATES:
        try:
            return figures.short_day(date.fromisoformat(value), language)
        except ValueError:
            return value
    return value
