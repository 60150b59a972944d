"""What a version says differently from the one before, in the words of whoever is spoken to."""

from collections.abc import Iterator

from analytics.changes import ChangedDay, Changes, Part
from teplosvet.domain.adjustments import AdjustmentState
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.catalogue import ngettext, speaking
from teplosvet.words.figures import number

_FOLLOWS = {"baseline_days", "reporting_days"}
"""Inputs that change when readings or devices do: they are no reason of their own then."""


def change_lines(version: int, changes: Changes | None) -> Iterator[str]:
    """``version 3: 12.0 kWh less metered on 2 days since version 2, because …``, and the days; of a first one none."""
    if changes is None:
        return
    named = {"version": version, "figures": _figures(changes), "since": changes.since, "reasons": _reasons(changes)}
    yield _("version %(version)s: %(figures)s since version %(since)s, because %(reasons)s") % named
    for entry in changes.ledger:
        line = {"number": entry.number, "factor": entry.static_factor}
        states = " → ".join(_state(state) for state in (entry.state_before, entry.state))
        yield "  " + _("adjustment No. %(number)s (%(factor)s): %(states)s") % (line | {"states": states})
    for day in changes.days:
        part = _("baseline") if day.part is Part.BASELINE else _("reporting")
        yield f"  {part} {day.day}: {_day(day)}"
    rest = changes.changed_days - len(changes.days)
    if rest:
        yield "  " + ngettext("and %(n)s more day", "and %(n)s more days", rest) % {"n": rest}


def _figures(changes: Changes) -> str:
    count = changes.changed_days
    days = " " + ngettext("on %(n)s day", "on %(n)s days", count) % {"n": count} if count else ""
    parts = [
        _amount(changes.metered_kwh, _("%(kwh)s kWh more metered"), _("%(kwh)s kWh less metered")),
        _amount(changes.filled_kwh, _("%(kwh)s kWh more filled by rule"), _("%(kwh)s kWh less filled by rule")),
        _amount(
            changes.adjusted_baseline_kwh,
            _("%(kwh)s kWh more adjusted baseline"),
            _("%(kwh)s kWh less adjusted baseline"),
        ),
        _amount(changes.avoided_energy_kwh, _("%(kwh)s kWh more avoided energy"), _("%(kwh)s kWh less avoided energy")),
    ]
    parts[0] += days if parts[0] else ""
    if changes.payable:
        text = _("%(money)s more payable") if changes.payable > 0 else _("%(money)s less payable")
        amount = number(abs(changes.payable), 2, speaking.get())
        parts.append(text % {"money": f"{amount} {changes.currency or ''}".rstrip()})
    said = ", ".join(part for part in parts if part)
    return said or _("no sum differs") + days


def _amount(difference_kwh: float | None, more: str, less: str) -> str:
    if not difference_kwh:
        return ""
    decimals = 1 if abs(difference_kwh) >= 1 else 3
    text = more if difference_kwh > 0 else less
    return text % {"kwh": number(abs(difference_kwh), decimals, speaking.get())}


def _because() -> dict[str, str]:
    return {
        "readings": _("readings came in or were corrected"),
        "devices": _("what is known of the devices was changed"),
        "baseline_days": _("the baseline's days are others"),
        "reporting_days": _("the reporting period's days are others"),
        "weather": _("the weather is known better"),
        "adjustments": _("adjustments were added or changed"),
        "terms": _("the contract's terms were changed"),
        "method": _("the method has a new version"),
        "code": _("the package has a new version"),
    }


def _reasons(changes: Changes) -> str:
    names = set(changes.inputs)
    if names & {"readings", "devices"}:
        names -= _FOLLOWS
    reasons = [reason for name, reason in _because().items() if name in names]
    if reasons:
        return _(" and ").join(reasons)
    if changes.inputs:
        return _("of its inputs")
    return _("version %(since)s names no inputs, or the same ones") % {"since": changes.since}


def _state(state: AdjustmentState | None) -> str:
    if state is None:
        return _("none")
    return {
        AdjustmentState.PROPOSED: _("proposed, not in the sums"),
        AdjustmentState.AGREED: _("agreed by both sides"),
        AdjustmentState.REJECTED: _("rejected by the other side"),
        AdjustmentState.WITHDRAWN: _("withdrawn from the ledger"),
    }[state]


def _day(day: ChangedDay) -> str:
    said = []
    if day.metered_before_kwh != day.metered_kwh:
        both = {"before": _value(day.metered_before_kwh, _("kWh")), "now": _value(day.metered_kwh, _("kWh"))}
        said.append(_("metered %(before)s → %(now)s") % both)
    if day.variable_before != day.variable:
        both = {"before": _value(day.variable_before), "now": _value(day.variable)}
        said.append(_("independent variable %(before)s → %(now)s") % both)
    if day.used_before != day.used:
        said.append(_("now used") if day.used else _("no longer used"))
    return ", ".join(said)


def _value(value: float | None, unit: str = "") -> str:
    return _("unknown") if value is None else f"{number(value, 3, speaking.get())} {unit}".strip()
