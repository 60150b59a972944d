"""The ledger within a statement: agreed adjustments in the adjusted baseline, a line each; the rest as findings."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from analytics.ledger.applied import Applied, applied
from analytics.result import DECIMALS, Result
from analytics.savings import Saving
from analytics.statement import Adjustment, AdjustmentKind
from teplosvet.domain.adjustments import LedgerEntry, share_days
from teplosvet.domain.findings import Finding, FindingCode, Severity
from teplosvet.domain.periods import Period

Data = dict[str, str | float | int]


def with_ledger(saving: Saving, ledger: Sequence[LedgerEntry]) -> Saving:
    """A saving whose adjusted baseline has the agreed adjustments."""
    lines = tuple(each for each in _over(saving, ledger) if each.entry.is_agreed)
    if not lines:
        return saving
    amounts = np.sum([each.amount_kwh for each in lines], axis=0)
    return replace(saving, adjustment_kwh=saving.adjustment_kwh + amounts, ledger=lines)


def _over(saving: Saving, ledger: Sequence[LedgerEntry]) -> list[Applied]:
    """The adjustments that are about days of the reporting period."""
    days = Period(saving.day[0].item(), (saving.day[-1] + 1).item())
    return [
        applied(entry, saving.day, saving.adjusted_baseline_kwh, saving.used)
        for entry in ledger
        if share_days(entry.period, days)
    ]


def adjustment_lines(result: Result, saving: Saving) -> tuple[Adjustment, ...]:
    """A line for failed lamps and for each agreed adjustment; they add up to the adjustment of the result."""
    lines = tuple(
        Adjustment(AdjustmentKind.LEDGER, each.total_kwh, each.half_width_kwh, each.entry) for each in saving.ledger
    )
    failed = round(result.adjustment_kwh - sum(each.amount_kwh for each in lines), DECIMALS)
    return (Adjustment(AdjustmentKind.FAILED_LAMPS, failed), *lines) if failed else lines


def judge_ledger(saving: Saving, ledger: Sequence[LedgerEntry], term: Period | None) -> Iterator[Finding]:
    """Findings about the adjustments of a reporting period.

    Args:
        saving: With the agreed ones in it.
        ledger: Proposed and agreed ones.
        term: Days that the contract pays for, None if it does not end.
    """
    lines = _over(saving, ledger)
    for each in lines:
        entry, data = each.entry, _data(each)
        days = (
            saving.used
            & (saving.day >= np.datetime64(entry.period.start))
            & (saving.day < np.datetime64(entry.period.end))
        )
        baseline_kwh = float(saving.adjusted_baseline_kwh[days].sum())
        if abs(each.total_kwh) > baseline_kwh and days.any():
            severity = Severity.REFUSAL if entry.is_agreed else Severity.WARNING
            yield Finding(
                FindingCode.ADJUSTMENT_ABOVE_BASELINE, severity, {**data, "baseline_kwh": round(baseline_kwh, DECIMALS)}
            )
        if term is not None and (entry.period.start < term.start or entry.period.end > term.end):
            yield Finding(FindingCode.ADJUSTMENT_OUTSIDE_TERM, Severity.WARNING, {**data, "term": str(term)})
        if not entry.is_agreed:
            yield Finding(FindingCode.ADJUSTMENT_PROPOSED, Severity.WARNING, data)
        elif each.half_width_kwh is None:
            yield Finding(FindingCode.ADJUSTMENT_WITHOUT_BAND, Severity.INFO, data)
    for one, other in combinations(lines, 2):
        if one.entry.factor_key == other.entry.factor_key and share_days(one.entry.period, other.entry.period):
            data = {"number": one.entry.number, "other": other.entry.number, "factor": one.entry.static_factor}
            yield Finding(FindingCode.ADJUSTMENTS_CONTRADICT, Severity.WARNING, data)


def _data(each: Applied) -> Data:
    return {"number": each.entry.number, "factor": each.entry.static_factor, "energy_kwh": each.total_kwh}
