"""How a saving and its band add up over a reporting period."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from teplosvet.stored_statement import ReportingDay


@dataclass(frozen=True, slots=True)
class CumulativeDay:
    """Saving from the beginning of the period to the end of a day; None on a day that is not in the sums.

    Attributes:
        day: Local calendar day.
        avoided_kwh: What the day itself saved. [kWh]
        sum_kwh: Sum up to its end. [kWh]
        half_width_kwh: Half the band of that sum, None where no band can be told. [kWh]
    """

    day: date
    avoided_kwh: float | None
    sum_kwh: float | None
    half_width_kwh: float | None


def cumulative_saving(days: Sequence[ReportingDay], half_width_kwh: float | None) -> list[CumulativeDay]:
    """Add a saving up day by day. [kWh]

    A statement bounds the whole period. Inside it the band is drawn with the growth that ASHRAE Guideline 14 [1] gives
    it, ``E_k / sqrt(m_k)`` with the adjusted baseline ``E_k`` of the first ``m_k`` days, scaled so that it ends as
    stated.

    Args:
        days: The reporting period day by day.
        half_width_kwh: Half the stated band, None where none can be told. [kWh]

    References:
        [1] ASHRAE Guideline 14-2014, "Measurement of energy, demand, and water savings", annex B.
    """
    used = [row for row in days if row.avoided_kwh is not None]
    whole_kwh = sum(_adjusted_kwh(row) for row in used)
    found, saved_kwh, adjusted_kwh, counted = [], 0.0, 0.0, 0
    for row in days:
        avoided = row.avoided_kwh
        if avoided is None:
            found.append(CumulativeDay(row.day, None, None, None))
            continue
        counted += 1
        saved_kwh += avoided
        adjusted_kwh += _adjusted_kwh(row)
        half = None
        if half_width_kwh is not None and whole_kwh > 0:
            half = half_width_kwh * (adjusted_kwh / whole_kwh) * math.sqrt(len(used) / counted)
        found.append(CumulativeDay(row.day, avoided, saved_kwh, half))
    return found


def _adjusted_kwh(row: ReportingDay) -> float:
    return row.adjusted_baseline_kwh if row.adjusted_baseline_kwh is not None else math.nan
