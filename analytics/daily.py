"""Energy per local calendar day, and which days may carry a baseline or a saving."""

from dataclasses import dataclass, field

import numpy as np

from analytics.arrays import Days, Floats, Indices, Mask
from teplosvet.domain.periods import Period

MIN_COVERAGE = 0.9
"""Share of a day that must be covered by readings; the share that CalTRACK 2.0 section 2.2 asks of a period. [-]"""

MAX_ESTIMATED_SHARE = 0.1
"""Share of a day's energy that may be estimated: an estimate tells of the rule that made it, not of the house. [-]"""


@dataclass(frozen=True, slots=True, eq=False)
class DailySeries:
    """Energy of consecutive or scattered local days.

    Attributes:
        day: Local calendar days, ascending, each once.
        energy_kwh: Energy of the day, NaN where it is unknown. [kWh]
        estimated_kwh: Of it estimated. [kWh]
        coverage: Share of the day that readings cover, 0 to 1. [-]
        abnormal: Place in `analytics.heat_clocks.STATES` of what kept the meter from its work on a day that does not
            count as normally metered, -1 on every other day; None if nobody looked.
    """

    day: Days
    energy_kwh: Floats
    estimated_kwh: Floats
    coverage: Floats
    abnormal: Indices | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if not len(self.day) == len(self.energy_kwh) == len(self.estimated_kwh) == len(self.coverage):
            raise ValueError("a daily series has one energy, one estimated energy and one coverage for each day")
        if len(self.day) > 1 and not bool(np.all(np.diff(self.day) > np.timedelta64(0, "D"))):
            raise ValueError("the days of a daily series ascend, each day once")

    @classmethod
    def metered(cls, day: Days, energy_kwh: Floats) -> "DailySeries":
        """A series without estimates whose days are covered wholly where the energy is known."""
        known = np.isfinite(energy_kwh)
        return cls(day.astype("datetime64[D]"), energy_kwh, np.where(known, 0.0, np.nan), known.astype(np.float64))

    def over(self, period: Period) -> "DailySeries":
        """The same series with exactly the days of `period`; a day without a row is unknown and not covered."""
        day = days_of(period)
        place = np.searchsorted(self.day, day)
        found = place < len(self.day)
        found[found] = self.day[place[found]] == day[found]
        energy, estimated, coverage = np.full((3, len(day)), np.nan)
        source = place[found]
        energy[found], estimated[found] = self.energy_kwh[source], self.estimated_kwh[source]
        coverage[:] = 0.0  # a day that nothing was read on is known to be covered by nothing
        coverage[found] = self.coverage[source]
        return DailySeries(day, energy, estimated, coverage)

    def usable(self, min_coverage: float = MIN_COVERAGE, max_estimated_share: float = MAX_ESTIMATED_SHARE) -> Mask:
        """Days whose energy may carry a fit or a sum.

        Negative energy stays usable: it is a finding, and leaving it out or clipping it would change the sum of the
        register.

        Args:
            min_coverage: Least share of the day that readings must cover. [-]
            max_estimated_share: Greatest share of the day's energy that may be estimated. [-]
        """
        estimated = np.isnan(self.estimated_kwh) | (self.estimated_kwh > max_estimated_share * np.abs(self.energy_kwh))
        usable: Mask = np.isfinite(self.energy_kwh) & (self.coverage >= min_coverage) & ~estimated
        return usable if self.abnormal is None else usable & (self.abnormal < 0)

    @property
    def negative(self) -> Mask:
        """Days whose energy is below zero: a register that runs backwards."""
        return self.energy_kwh < 0


def days_of(period: Period) -> Days:
    """The local calendar days of a period."""
    return np.datetime64(period.start, "D") + np.arange(period.days)
