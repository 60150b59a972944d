"""The table from the base volume to the avoided energy, in sums that add up to the last digit."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from analytics.act.facts import RuleDays
from analytics.act.pen import THOUSANDTH, Pen, exactly
from teplosvet.stored_statement import Adjustment, Statement


class Role(StrEnum):
    """What a line does to the sum above it."""

    PART = "part"
    """Is added."""
    LESS = "less"
    """Is taken off."""
    TOTAL = "total"
    """Is the sum so far."""
    DETAIL = "detail"
    """Says more of the line above."""


@dataclass(frozen=True, slots=True)
class EnergyLine:
    """One line.

    Attributes:
        code: What it is.
        label: The same in words.
        role: What it does to the sum.
        energy_kwh: As the statement has it. [kWh], of water [m³]
        energy_text: The same written.
        amount: In the act's unit. [Gcal], [kWh] or [m³]
        amount_text: The same written.
    """

    code: str
    label: str
    role: Role
    energy_kwh: Decimal
    energy_text: str
    amount: Decimal
    amount_text: str


_Step = tuple[str, str, Role, Decimal]
_VARIABLES = {
    "outdoor_temperature_c": "weather",
    "sol_air_temperature_c": "weather",
    "dark_hours_h": "dark_hours",
}


def energy_lines(statement: Statement, rules: tuple[RuleDays, ...], pen: Pen) -> tuple[EnergyLine, ...]:
    """The table of a statement that states something.

    Kilowatt-hours add up as they are. Gigacalories are rounded along the running total, each line being the difference
    of two rounded totals: the totals are right to the last digit, and a part is off by one unit of it at most.
    """
    lines: list[EnergyLine] = []
    running = Decimal(0)
    for code, label, role, energy_kwh in _steps(statement, rules, pen):
        before = pen.rounded(running)
        if role is Role.PART:
            running += energy_kwh
            amount = pen.rounded(running) - before
        elif role is Role.LESS:
            running -= energy_kwh
            amount = before - pen.rounded(running)
        else:
            amount = pen.rounded(energy_kwh)
        texts = (pen.number(energy_kwh, 3), amount, pen.number(amount, 3))
        lines.append(EnergyLine(code, label, role, energy_kwh, *texts))
    return tuple(lines)


def _steps(statement: Statement, rules: tuple[RuleDays, ...], pen: Pen) -> Iterator[_Step]:
    if statement.adjusted_baseline_kwh is None or statement.avoided_energy_kwh is None or statement.metered_kwh is None:
        raise ValueError("a refused statement has no table")
    yield from _to_comparable(statement, exactly(statement.adjusted_baseline_kwh), pen)
    yield from _adjusted(statement, exactly(statement.adjusted_baseline_kwh), pen)
    yield "metered", pen.say("energy.metered"), Role.LESS, exactly(statement.metered_kwh)
    if statement.estimated_kwh is not None:
        named = (pen.say("rule.days", rule=pen.or_code("rule", each.rule), days=str(each.days)) for each in rules)
        text = "; ".join(named)
        label = pen.say("energy.estimated.rules", rules=text) if text else pen.say("energy.estimated")
        yield "estimated", label, Role.DETAIL, exactly(statement.estimated_kwh)
    yield "avoided", pen.say("energy.avoided"), Role.TOTAL, exactly(statement.avoided_energy_kwh)
    confidence = pen.percent(statement.confidence)
    for code, bound in (("lower", statement.lower_kwh), ("upper", statement.upper_kwh)):
        if bound is not None:
            yield code, pen.say(f"energy.{code}", confidence=confidence), Role.DETAIL, exactly(bound)
    yield from _filled(statement, pen)


def _filled(statement: Statement, pen: Pen) -> Iterator[_Step]:
    """Days that a fill rule counts, below the band that they are not in."""
    filled = statement.filled
    if filled is None:
        return
    for line in filled.lines:
        told = {"rule": pen.or_code("fill", line.rule), "days": str(line.days)}
        yield (
            f"filled_baseline.{line.rule}",
            pen.say("energy.filled_baseline", **told),
            Role.PART,
            exactly(line.adjusted_baseline_kwh),
        )
        yield f"filled.{line.rule}", pen.say("energy.filled", **told), Role.LESS, exactly(line.filled_kwh)
    yield "total", pen.say("energy.total", days=str(filled.days)), Role.TOTAL, exactly(filled.total_avoided_energy_kwh)


def _to_comparable(statement: Statement, adjusted: Decimal, pen: Pen) -> Iterator[_Step]:
    """Base volume, number of days and the independent variable."""
    used = [exactly(day.metered_kwh) for day in statement.baseline_days if day.used and day.metered_kwh is not None]
    base = sum(used, Decimal(0))
    yield "base", pen.say("energy.base", days=str(len(used))), Role.PART, base
    more = statement.used_days - len(used)
    of_days = (base * more / len(used)).quantize(THOUSANDTH, ROUND_HALF_UP) if used else Decimal(0)
    if more:
        signed = f"{'+' if more > 0 else '−'}{abs(more)}"
        yield "days", pen.say("energy.days", days=signed), Role.PART, of_days
    variable = statement.fit.variable_name if statement.fit is not None else "none"
    code = _VARIABLES.get(variable, "none")
    yield code, pen.say(f"energy.{code}"), Role.PART, adjusted - base - of_days
    yield "adjusted", pen.say("energy.adjusted", days=str(statement.used_days)), Role.TOTAL, adjusted


def _adjusted(statement: Statement, adjusted: Decimal, pen: Pen) -> Iterator[_Step]:
    """Each non-routine adjustment, and what comes of them."""
    comparable = adjusted
    for adjustment in statement.adjustments:
        amount = exactly(adjustment.amount_kwh)
        comparable += amount
        number = "" if adjustment.entry is None else f".{adjustment.entry.number}"
        yield f"adjustment.{adjustment.kind}{number}", adjustment_name(adjustment, pen), Role.PART, amount
    if statement.adjustments:
        yield "comparable", pen.say("energy.comparable"), Role.TOTAL, comparable


def adjustment_name(adjustment: Adjustment, pen: Pen) -> str:
    """What a non-routine adjustment is called."""
    kind, entry = adjustment.kind, adjustment.entry
    if entry is not None:
        return pen.say("adjustment.entry", number=str(entry.number), factor=entry.static_factor)
    name = pen.or_code("adjustment", kind)
    return pen.say("adjustment.other", kind=kind) if name == kind else name
