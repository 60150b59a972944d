"""Filled days of a statement: which days a contract lets fill, their sums, and what a reader has to know of them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from analytics.fill_rules import VERSION, FillDays, FilledDays, FillRule, NotFilled, fill_days
from analytics.result import DECIMALS, known
from analytics.savings import ABNORMAL, Baseline, LeftOut, Saving, applicable_range
from analytics.statement import FilledEnergy, FilledLine, ReportingDay
from teplosvet.domain.contracts import Carrier, Contract
from teplosvet.domain.findings import Finding, FindingCode, Severity

MOST_FILLED_SHARE = 0.5
"""Share of a period that may be filled; beyond it nothing is payable: the rule would be paid, not the measure. [-]"""

_WHY = {
    NotFilled.NO_WEATHER: (FindingCode.FILL_NO_WEATHER, Severity.WARNING),
    NotFilled.NO_NORMAL_DAYS: (FindingCode.FILL_NO_NORMAL_DAYS, Severity.WARNING),
    NotFilled.NO_LOAD: (FindingCode.FILL_NO_LOAD, Severity.WARNING),
    NotFilled.NO_HEATING: (FindingCode.FILL_NO_HEATING, Severity.INFO),
}


def filled_days(contract: Contract, baseline: Baseline, saving: Saving, known_until: date | None) -> FilledDays | None:
    """Filled energy of the reporting period, None for a contract that asks for no rule.

    Filled are days whose energy is unknown or mostly estimated, or whose meter was out of its normal state, and whose
    adjusted baseline is known; a day whose readings may still come in is not.

    Args:
        contract: The contract.
        baseline: Its baseline.
        saving: Its saving; nothing of it changes.
        known_until: The day up to which readings can have come in, None if that is long past.
    """
    terms = contract.terms.fill
    if terms is None or contract.carrier is not Carrier.HEAT:
        return None
    unmetered = (LeftOut.NO_ENERGY, LeftOut.ESTIMATED, *ABNORMAL)
    without = np.array([each in unmetered for each in saving.left_out], dtype=bool)
    if known_until is not None:
        without &= saving.day < np.datetime64(known_until, "D")
    low, high = applicable_range(baseline)
    adjusted = np.isfinite(saving.adjusted_baseline_kwh) & (saving.variable >= low) & (saving.variable <= high)
    return fill_days(
        FillDays(
            day=saving.day,
            energy_kwh=saving.series.energy_kwh,
            normal=saving.series.usable(),
            wanted=without,
            outdoor_c=np.where(without & ~adjusted, np.nan, saving.variable),
        ),
        terms,
    )


def with_filled(rows: tuple[ReportingDay, ...], filled: FilledDays | None) -> tuple[ReportingDay, ...]:
    """The days with what filled them; their metered energy stays what it is."""
    if filled is None:
        return rows
    return tuple(
        row if rule is None else replace(row, filled_kwh=known(energy), fill_rule=rule)
        for row, energy, rule in zip(rows, filled.energy_kwh.tolist(), filled.rule, strict=True)
    )


def filled_energy(rows: Sequence[ReportingDay], metered_avoided_kwh: float) -> FilledEnergy | None:
    """Sums over the filled days, None if there are none.

    Args:
        rows: The reporting period.
        metered_avoided_kwh: Avoided energy of the metered days. [kWh]
    """
    lines = tuple(line for rule in FillRule if (line := _line(rule, rows)) is not None)
    if not lines:
        return None
    avoided = _sum([line.avoided_energy_kwh for line in lines])
    return FilledEnergy(
        version=VERSION,
        days=sum(line.days for line in lines),
        adjusted_baseline_kwh=_sum([line.adjusted_baseline_kwh for line in lines]),
        filled_kwh=_sum([line.filled_kwh for line in lines]),
        avoided_energy_kwh=avoided,
        total_avoided_energy_kwh=_sum([metered_avoided_kwh, avoided]),
        lines=lines,
    )


def is_filled_too_much(filled: FilledEnergy | None, days: int) -> bool:
    """Whether more of a period of so many days is filled than may be paid on."""
    return filled is not None and filled.days > MOST_FILLED_SHARE * days


def judge_filled(filled: FilledEnergy | None, made: FilledDays | None, days: int) -> Iterator[Finding]:
    """Findings about filled days, and about those that could not be filled."""
    if filled is not None:
        told = {"days": filled.days, "filled_kwh": filled.filled_kwh, "avoided_kwh": filled.avoided_energy_kwh}
        yield Finding(FindingCode.DAYS_FILLED, Severity.INFO, told)
    if filled is not None and is_filled_too_much(filled, days):
        yield Finding(FindingCode.FILLED_TOO_MUCH, Severity.WARNING, {"filled_days": filled.days, "days": days})
    for reason, (code, severity) in _WHY.items():
        if made is not None and (count := made.not_filled.count(reason)):
            yield Finding(code, severity, {"days": count})


def _line(rule: FillRule, rows: Sequence[ReportingDay]) -> FilledLine | None:
    own = [row for row in rows if row.fill_rule is rule]
    if not own:
        return None
    adjusted = _sum([value for row in own for value in (row.adjusted_baseline_kwh, row.adjustment_kwh)])
    energy = _sum([row.filled_kwh for row in own])
    return FilledLine(rule, len(own), adjusted, energy, round(adjusted - energy, DECIMALS))


def _sum(rounded: Sequence[float | None]) -> float:
    """Sum of amounts that are all known: a day is filled only where they are. [kWh]"""
    if None in rounded:
        raise ValueError("a day with an unknown amount is among the filled days")
    return round(math.fsum(value for value in rounded if value is not None), DECIMALS)
