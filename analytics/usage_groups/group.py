"""A usage group: fixtures of one kind that burn the same hours, before and after the measure."""

import math
from dataclasses import dataclass, field

from analytics.usage_groups.sampling import Sample


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity of a fixture: measured at some points, or stipulated.

    Attributes:
        values: Measured, one for each point; a single agreed value if stipulated.
        source: Where a stipulated value comes from; empty if measured.
    """

    values: tuple[float, ...]
    source: str = ""

    @property
    def measured(self) -> bool:
        """Whether it was measured."""
        return not self.source


@dataclass(frozen=True, slots=True)
class Side:
    """A group in one of the periods.

    Attributes:
        power_w: Power of a fixture that burns, its gear included. [W]
        hours_h_per_day: Hours that it burns. [h/d]
        illuminance_lx: Mean illuminance of the place, None if nobody measured it. [lx]
    """

    power_w: Amount
    hours_h_per_day: Amount
    illuminance_lx: float | None = None

    @property
    def measured(self) -> bool:
        """Whether power and hours were both measured, as option B asks."""
        return self.power_w.measured and self.hours_h_per_day.measured


@dataclass(frozen=True, slots=True)
class UsageGroup:
    """A usage group.

    Attributes:
        name: Such as ``stairs``.
        points: Fixtures of the group, N; the same in both periods.
        baseline: Before the measure.
        reporting: After it.
        failed_points: Of them out of order in the reporting period.
        presence_control: Whether the measure changes the hours.
        norm_lx: Illuminance that the rules ask for, None if none. [lx]
    """

    name: str
    points: int
    baseline: Side
    reporting: Side
    failed_points: int = 0
    presence_control: bool = False
    norm_lx: float | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """Energy of a group in one period.

    Attributes:
        energy_kwh: As if every fixture worked. [kWh]
        parts: Variance and degrees of freedom of each measured factor. [kWh²], [-]
        samples: The measured factors by name.
    """

    energy_kwh: float
    parts: tuple[tuple[float, float], ...]
    samples: dict[str, Sample] = field(default_factory=dict)


def estimate(side: Side, points: int, days: float) -> Estimate:
    """Energy of all fixtures of a group over some days. [kWh]

    ``N P H d``. Power and hours are sampled apart, so that their relative variances add, to first order (GUM, JCGM
    100:2008, 5.1.2). A stipulated factor has no variance that could be told: it adds none, and is a finding.

    Args:
        side: The group in one period.
        points: Its fixtures.
        days: Days of the period. [d]
    """
    factors = {"power_w": side.power_w, "hours_h_per_day": side.hours_h_per_day}
    samples = {name: Sample.of(each.values, points) for name, each in factors.items() if each.measured}
    power_w = samples["power_w"].mean if side.power_w.measured else side.power_w.values[0]
    hours = samples["hours_h_per_day"].mean if side.hours_h_per_day.measured else side.hours_h_per_day.values[0]
    energy_kwh = points * power_w * hours * days / 1000
    parts = tuple(
        (energy_kwh**2 * each.variance / each.mean**2 if each.mean else math.nan, each.freedom)
        for each in samples.values()
    )
    return Estimate(energy_kwh, parts, samples)
