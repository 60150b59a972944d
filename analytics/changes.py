"""What a version of a statement says differently from the version before it, and because of which input. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum

from analytics.result import DECIMALS
from analytics.statement import BaselineDay, Inputs, ReportingDay, Statement
from teplosvet.domain.adjustments import AdjustmentState
from teplosvet.domain.findings import FindingCode

MOST_DAYS = 10
"""Days that are named; the rest is counted. [d]"""


class Part(StrEnum):
    """Which period a day belongs to."""

    BASELINE = "baseline"
    REPORTING = "reporting"


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day that a later version sees otherwise; None where nothing is known of it.

    Attributes:
        part: The period that it belongs to.
        day: Local calendar day.
        metered_before_kwh: [kWh]
        metered_kwh: [kWh]
        variable_before: Independent variable, [°C] or [h].
        variable: The same now.
        used_before: Whether it was in the fit or the sums.
        used: Whether it is.
    """

    part: Part
    day: date
    metered_before_kwh: float | None
    metered_kwh: float | None
    variable_before: float | None
    variable: float | None
    used_before: bool
    used: bool


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    """An adjustment of the ledger that a later version sees in another state; None where it does not count."""

    number: int
    static_factor: str
    state_before: AdjustmentState | None
    state: AdjustmentState | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Differences from an earlier version: now less before, None where one of them states nothing.

    Attributes:
        since: The earlier version.
        inputs: Names of the inputs that differ; empty if the earlier version named none.
        adjusted_baseline_kwh: [kWh]
        metered_kwh: [kWh]
        avoided_energy_kwh: [kWh]
        payable: [currency]
        currency: ISO 4217 code, None where no money is stated.
        changed_days: How many days differ. [d]
        days: The first of them.
        filled_kwh: What fill rules count, one that fills nothing counting as nothing. [kWh]
        ledger: Adjustments that came in, were agreed, or are none any more.
    """

    since: int
    inputs: tuple[str, ...]
    adjusted_baseline_kwh: float | None
    metered_kwh: float | None
    avoided_energy_kwh: float | None
    payable: Decimal | None
    currency: str | None
    changed_days: int
    days: tuple[ChangedDay, ...]
    filled_kwh: float | None = None
    ledger: tuple[ChangedEntry, ...] = ()


def changes_between(since: int, before: Statement, now: Statement) -> Changes:
    """What `now` says differently from `before`, which is version `since`."""
    days = [*_days(Part.BASELINE, before.baseline_days, now.baseline_days)]
    days += _days(Part.REPORTING, before.reporting_days, now.reporting_days)
    return Changes(
        since=since,
        inputs=named_inputs(before.inputs, now.inputs),
        adjusted_baseline_kwh=_difference(before.adjusted_baseline_kwh, now.adjusted_baseline_kwh),
        metered_kwh=_difference(before.metered_kwh, now.metered_kwh),
        avoided_energy_kwh=_difference(before.avoided_energy_kwh, now.avoided_energy_kwh),
        payable=_money(before, now),
        currency=now.settlement.currency if now.settlement is not None else None,
        changed_days=len(days),
        days=tuple(days[:MOST_DAYS]),
        filled_kwh=_filled(before, now),
        ledger=tuple(_entries(_ledger_of(before), _ledger_of(now))),
    )


def named_inputs(before: Inputs | None, now: Inputs | None) -> tuple[str, ...]:
    """Names of the inputs whose digests differ; none if one of the two names no inputs."""
    if before is None or now is None:
        return ()
    names = (field.name for field in fields(Inputs))
    return tuple(name for name in names if getattr(before, name) != getattr(now, name))


def _ledger_of(statement: Statement) -> dict[int, tuple[str, AdjustmentState]]:
    """Adjustments that a statement speaks of: agreed ones are in its sums, proposed ones are findings."""
    found: dict[int, tuple[str, AdjustmentState]] = {}
    for finding in statement.findings:
        if finding.code is FindingCode.ADJUSTMENT_PROPOSED:
            found[int(finding.data["number"])] = str(finding.data["factor"]), AdjustmentState.PROPOSED
    for line in statement.adjustments:
        if line.entry is not None:
            found[line.entry.number] = line.entry.static_factor, line.entry.state
    return found


def _entries(
    before: dict[int, tuple[str, AdjustmentState]], now: dict[int, tuple[str, AdjustmentState]]
) -> Iterator[ChangedEntry]:
    for number in sorted(before.keys() | now.keys()):
        earlier, later = before.get(number), now.get(number)
        if earlier != later:
            told = later or earlier
            states = (each[1] if each is not None else None for each in (earlier, later))
            yield ChangedEntry(number, told[0] if told else "", *states)


def _difference(before: float | None, now: float | None) -> float | None:
    return None if before is None or now is None else round(now - before, DECIMALS)


def _filled(before: Statement, now: Statement) -> float | None:
    if before.filled is None and now.filled is None:
        return None
    energy = [0.0 if each.filled is None else each.filled.filled_kwh for each in (before, now)]
    return round(energy[1] - energy[0], DECIMALS)


def _money(before: Statement, now: Statement) -> Decimal | None:
    if before.settlement is None or now.settlement is None or before.settlement.currency != now.settlement.currency:
        return None
    return now.settlement.payable - before.settlement.payable


def _days(
    part: Part, before: Sequence[BaselineDay | ReportingDay], now: Sequence[BaselineDay | ReportingDay]
) -> Iterator[ChangedDay]:
    """Days whose energy, variable or use differs; the model's energy of every day moves with any of them."""
    earlier = {row.day: row for row in before}
    later = {row.day: row for row in now}
    for day in sorted(earlier.keys() | later.keys()):
        told = [_told(rows.get(day)) for rows in (earlier, later)]
        if told[0] != told[1]:
            (metered_before, variable_before, used_before), (metered, variable, used) = told
            yield ChangedDay(part, day, metered_before, metered, variable_before, variable, used_before, used)


def _told(row: BaselineDay | ReportingDay | None) -> tuple[float | None, float | None, bool]:
    return (None, None, False) if row is None else (row.metered_kwh, row.variable, row.used)
