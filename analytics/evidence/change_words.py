"""What a version says differently from the one before, in words."""

from collections.abc import Iterator

from analytics.changes import ChangedDay, Changes

_BECAUSE = {
    "readings": "readings came in or were corrected",
    "devices": "what is known of the devices was changed",
    "baseline_days": "the baseline's days are others",
    "reporting_days": "the reporting period's days are others",
    "weather": "the weather is known better",
    "adjustments": "adjustments were added or changed",
    "terms": "the contract's terms were changed",
    "method": "the method has a new version",
    "code": "the package has a new version",
}
_FOLLOWS = {"baseline_days", "reporting_days"}
"""Inputs that change when readings or devices do: they are no reason of their own then."""


def change_lines(version: int, changes: Changes | None) -> Iterator[str]:
    """``version 3: 12.0 kWh less metered on 2 days since version 2, because …``, and the days; of a first one none."""
    if changes is None:
        return
    yield f"version {version}: {_figures(changes)} since version {changes.since}, because {_reasons(changes)}"
    for entry in changes.ledger:
        states = ("none" if state is None else state.value for state in (entry.state_before, entry.state))
        yield f"  adjustment No. {entry.number} ({entry.static_factor}): {' → '.join(states)}"
    for day in changes.days:
        yield f"  {day.part} {day.day}: {_day(day)}"
    rest = changes.changed_days - len(changes.days)
    if rest:
        yield f"  and {rest} more days"


def _figures(changes: Changes) -> str:
    days = f" on {changes.changed_days} day{'' if changes.changed_days == 1 else 's'}" if changes.changed_days else ""
    parts = [
        _amount(changes.metered_kwh, "metered" + days),
        _amount(changes.filled_kwh, "filled by rule"),
        _amount(changes.adjusted_baseline_kwh, "adjusted baseline"),
        _amount(changes.avoided_energy_kwh, "avoided energy"),
    ]
    if changes.payable:
        more = "more" if changes.payable > 0 else "less"
        parts.append(f"{abs(changes.payable)} {changes.currency or ''} {more} payable".replace("  ", " "))
    said = ", ".join(part for part in parts if part)
    return said or f"no sum differs{days}"


def _amount(difference_kwh: float | None, what: str) -> str:
    if not difference_kwh:
        return ""
    decimals = 1 if abs(difference_kwh) >= 1 else 3
    return f"{abs(difference_kwh):,.{decimals}f} kWh {'more' if difference_kwh > 0 else 'less'} {what}"


def _reasons(changes: Changes) -> str:
    names = set(changes.inputs)
    if names & {"readings", "devices"}:
        names -= _FOLLOWS
    reasons = [reason for name, reason in _BECAUSE.items() if name in names]
    if not reasons:
        return f"version {changes.since} names no inputs, or the same ones" if not changes.inputs else "of its inputs"
    return " and ".join(reasons)


def _day(day: ChangedDay) -> str:
    said = []
    if day.metered_before_kwh != day.metered_kwh:
        said.append(f"metered {_value(day.metered_before_kwh, 'kWh')} → {_value(day.metered_kwh, 'kWh')}")
    if day.variable_before != day.variable:
        said.append(f"independent variable {_value(day.variable_before)} → {_value(day.variable)}")
    if day.used_before != day.used:
        said.append("now used" if day.used else "no longer used")
    return ", ".join(said)


def _value(value: float | None, unit: str = "") -> str:
    return "unknown" if value is None else f"{value:,.3f} {unit}".strip()
