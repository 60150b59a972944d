"""Findings in words."""

from datetime import date

from dashboards.reader import Reader
from dashboards.statements import Finding

_VARIANTS = ("more_days", "reason", "less_kwh")
_SHARES = frozenset({"cv_rmse", "failed_share", "from_share", "to_share"})
_DATES = frozenset({"known_until", "end", "first_day"})


def finding_text(reader: Reader, finding: Finding, carrier: str) -> str:
    """What a finding says; a code that this console does not know is shown as it is."""
    key = f"finding.{finding.code}"
    if not reader.knows(key):
        return reader.say("finding.other", code=finding.code)
    for variant in _VARIANTS:
        if variant in finding.data and reader.knows(f"{key}.{variant}"):
            key = f"{key}.{variant}"
    written = {name: _written(reader, name, value, carrier) for name, value in finding.data.items()}
    if finding.code == "negative_saving" and isinstance(upper := finding.data.get("upper_kwh"), int | float):
        written["upper_kwh"] = reader.energy(abs(upper), carrier)
    try:
        return reader.say(key, **written)
    except KeyError:  # a statement of another version, which lacks a figure that the sentence needs
        return reader.say("finding.other", code=finding.code)


def _written(reader: Reader, name: str, value: str | float, carrier: str) -> str:
    if isinstance(value, str):
        return _word(reader, name, value)
    if name.endswith("_kwh"):
        return reader.energy(value, carrier)
    if name.endswith("_c"):
        return reader.with_unit(value, "Cel", 1)
    if name in _SHARES:
        return reader.percent(value, 1)
    return reader.number(value) if isinstance(value, int) else reader.number(value, 2)


def _word(reader: Reader, name: str, value: str) -> str:
    if name == "period" and reader.knows(f"finding.period.{value}"):
        return reader.say(f"finding.period.{value}")
    if name in _DATES:
        try:
            return reader.day(date.fromisoformat(value))
        except ValueError:
            return value
    return value
