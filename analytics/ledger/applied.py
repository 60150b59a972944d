"""What an adjustment comes to, day by day."""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Days, Floats, Mask
from teplosvet.domain.adjustments import Basis, LedgerEntry

_DECIMALS = 3
"""Of a day's amount: rounded once, so that an adjustment's line is the sum of its days. [kWh]"""


@dataclass(frozen=True, slots=True, eq=False)
class Applied:
    """An adjustment over a reporting period.

    Attributes:
        entry: The adjustment.
        amount_kwh: Added to the adjusted baseline of each day, NaN where a share of something unknown. [kWh/d]
        total_kwh: Over the days used. [kWh]
        half_width_kwh: Half the 90 % band of that, None where nobody stated one. [kWh]
    """

    entry: LedgerEntry
    amount_kwh: Floats
    total_kwh: float
    half_width_kwh: float | None


def applied(entry: LedgerEntry, day: Days, adjusted_kwh: Floats, used: Mask) -> Applied:
    """An adjustment over the days of a reporting period.

    A day that is left out of the sums takes its part of a total with it: the adjusted baseline of the day is in neither
    sum. The error of an amount is the same on all its days, so it adds up and does not average out.

    Args:
        entry: The adjustment.
        day: The reporting period's days.
        adjusted_kwh: Their adjusted baseline, NaN where unknown. [kWh/d]
        used: Days in the sums.
    """
    amounts = _daily(entry, float(entry.amount), day, adjusted_kwh)
    half = None
    if entry.half_width is not None:
        half = round(float(np.abs(_daily(entry, float(entry.half_width), day, adjusted_kwh)[used]).sum()), _DECIMALS)
    return Applied(entry, amounts, round(float(amounts[used].sum()), _DECIMALS), half)


def _daily(entry: LedgerEntry, amount: float, day: Days, adjusted_kwh: Floats) -> Floats:
    place = (day - np.datetime64(entry.period.start, "D")).astype(np.int64)
    inside = (place >= 0) & (place < entry.period.days)
    match entry.basis:
        case Basis.PER_DAY:
            values = np.full(len(day), round(amount, _DECIMALS))
        case Basis.TOTAL:
            # rounded along the running total, so that the days of the whole time add up to the amount
            values = np.round(amount * (place + 1) / entry.period.days, _DECIMALS)
            values = np.round(values - np.round(amount * place / entry.period.days, _DECIMALS), _DECIMALS)
        case Basis.PERCENT:
            values = np.round(adjusted_kwh * amount / 100, _DECIMALS)
    return np.where(inside, values, 0.0)
