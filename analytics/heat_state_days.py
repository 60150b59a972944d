"""Days on which a heat meter did not work normally: what becomes of its clocks in a statement. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.arrays import Days, Floats, Indices
from analytics.daily import MIN_COVERAGE, days_of
from analytics.heat_clocks import STATES
from analytics.savings import ABNORMAL, Baseline, Saving
from teplosvet.domain.findings import Finding, FindingCode, Severity
from teplosvet.domain.periods import Period

MOST_ABNORMAL_S = round((1.0 - MIN_COVERAGE) * 86_400)
"""A day whose abnormal clocks ran for longer does not count as normally metered: 2.4 h. As much of a day may go without
readings (`MIN_COVERAGE`): heat that a meter did not see is as unknown as heat that it did not tell. The Metodika names
no such share, because it splits hours and not days. [s]"""


@dataclass(frozen=True, slots=True, eq=False)
class HeatStateDays:
    """Abnormal clocks of the meter of a boundary that was worst off on each day.

    Attributes:
        day: Local calendar days, ascending, each once.
        seconds: A row for each of `STATES`, NaN where nobody knows, float64[5, d]. [s]
    """

    day: Days
    seconds: Floats

    def over(self, period: Period) -> Floats:
        """The clocks of exactly the days of a period, NaN on a day without any. [s]"""
        day = days_of(period)
        clocks = np.full((len(STATES), len(day)), np.nan)
        _, here, there = np.intersect1d(day, self.day, assume_unique=True, return_indices=True)
        clocks[:, here] = self.seconds[:, there]
        return clocks

    def abnormal_over(self, period: Period) -> Indices:
        """On each day of a period the place in `STATES` of its longest clock if all of them ran too long, else -1."""
        clocks = self.over(period)
        long = np.nansum(clocks, axis=0) > MOST_ABNORMAL_S
        places = np.full(len(long), -1, dtype=np.intp)
        places[long] = np.nanargmax(clocks[:, long], axis=0)
        return places


def judge_states(baseline: Baseline, saving: Saving) -> Iterator[Finding]:
    """Days of the reporting period, and of the baseline, that the meter's states take out."""
    counts = {f"{reason.value}_days": saving.left_out.count(reason) for reason in ABNORMAL}
    abnormal = baseline.series.abnormal
    before = 0 if abnormal is None else int(np.count_nonzero(abnormal >= 0))
    if before or any(counts.values()):
        data = {"days": sum(counts.values()), "baseline_days": before, "hours": MOST_ABNORMAL_S / 3600, **counts}
        yield Finding(FindingCode.METER_ABNORMAL, Severity.WARNING, data)
