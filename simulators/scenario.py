"""The demo: six buildings over a baseline and a reporting heating season, and the truth that analytics never see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from simulators.arrays import SECONDS_PER_HOUR
from simulators.construction import build_fleet
from simulators.delivery import WEATHER_DEVICE, WEATHER_PUBLISHER, Season
from simulators.faults import DEMO_FAULTS, FaultPlan
from simulators.fleet import Fleet
from simulators.site import ZONE, BuildingPlan, demo_buildings, site_toml
from teplosvet.domain.periods import Period

DEMO_SEED = 1
BASELINE = Period(date(2024, 10, 1), date(2025, 5, 1))
REPORTING = Period(date(2025, 10, 1), date(2026, 5, 1))
RETROFIT = datetime(2025, 7, 10, 12, 30, tzinfo=ZoneInfo(ZONE))

_INSTALLED_BEFORE_S = 2 * 86400
"""The instruments were there before the first reading, so that a clock that is behind does not date it too early."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened under one contract in the reporting period.

    Attributes:
        contract: Code of the contract.
        building: Code of the building.
        carrier: light or heat.
        retrofitted: Whether anything was done at all.
        true_without_measure_kwh: What would have been used without the measure, same weather, same people. [kWh]
        true_with_measure_kwh: What was used. [kWh]
    """

    contract: str
    building: str
    carrier: str
    retrofitted: bool
    true_without_measure_kwh: float
    true_with_measure_kwh: float

    @property
    def true_avoided_energy_kwh(self) -> float:
        """Without minus with. [kWh]"""
        return self.true_without_measure_kwh - self.true_with_measure_kwh


@dataclass(frozen=True)
class Scenario:
    """Site, messages and truth of the demo.

    Attributes:
        seed: Everything random follows from it.
        buildings: What is simulated.
        baseline: Baseline period.
        reporting: Reporting period.
        faults: How often what goes wrong.
        fleet: What is installed.
    """

    seed: int
    buildings: tuple[BuildingPlan, ...]
    baseline: Period
    reporting: Period
    faults: FaultPlan
    fleet: Fleet

    @cached_property
    def site_toml(self) -> str:
        """The site file that registers everything."""
        return site_toml(self.buildings, self.fleet, WEATHER_DEVICE, self.baseline, self.reporting)

    @cached_property
    def publishers(self) -> tuple[str, ...]:
        """Everybody who publishes."""
        return (*(plan.publisher for plan in self.buildings), WEATHER_PUBLISHER)

    @cached_property
    def truth(self) -> Mapping[str, Truth]:
        """The truth of each contract by its code; never shown to analytics."""
        start_s, end_s = _bounds_s(self.reporting)
        result = {}
        for plan in self.buildings:
            carrier = plan.contract.carrier
            without, used = self.fleet.usage[plan.code, carrier].between_kwh(start_s, end_s)
            result[plan.contract.code] = Truth(plan.contract.code, plan.code, carrier, plan.retrofitted, without, used)
        return result

    def true_avoided_kwh(self, contract: str, days: Iterable[date]) -> float:
        """True avoided energy of one contract on some days only, such as those that a statement could judge. [kWh]

        Args:
            contract: Code of the contract.
            days: Local days.
        """
        plan = next(plan for plan in self.buildings if plan.contract.code == contract)
        usage = self.fleet.usage[plan.code, plan.contract.carrier]
        edges_s = np.array([_bounds_s(Period(day, day + timedelta(days=1))) for day in days]).reshape(-1)
        saved = usage.without_measure_kwh(edges_s) - usage.with_measure_kwh(edges_s)
        return float((saved[1::2] - saved[0::2]).sum())

    def baseline_messages(self) -> Season:
        """The messages of the baseline period with faults, in order of delivery."""
        return Season(self.fleet, self.seed, *_bounds_s(self.baseline), self.faults)

    def reporting_messages(self) -> Season:
        """The messages of the reporting period with faults, in order of delivery."""
        return Season(self.fleet, self.seed, *_bounds_s(self.reporting), self.faults)


def demo_scenario(seed: int = DEMO_SEED, faults: FaultPlan = DEMO_FAULTS, until: datetime | None = None) -> Scenario:
    """Simulate the demo.

    Args:
        seed: Everything random follows from it.
        faults: How often what goes wrong on the way to the platform; the truth does not depend on it.
        until: End of the simulation; the end of the reporting period if None. The same history, only longer.
    """
    start_s, end_s = _bounds_s(BASELINE)[0] - _INSTALLED_BEFORE_S, _bounds_s(REPORTING)[1]
    if until is not None:
        end_s = max(end_s, until.timestamp())
    hours = np.arange(int(start_s // SECONDS_PER_HOUR), int(-(-end_s // SECONDS_PER_HOUR)), dtype=np.int64)
    buildings = demo_buildings()
    seasons_s = (_bounds_s(BASELINE), _bounds_s(REPORTING))
    fleet = build_fleet(seed, buildings, hours, RETROFIT.timestamp(), seasons_s, faults)
    return Scenario(seed, buildings, BASELINE, REPORTING, faults, fleet)


def _bounds_s(period: Period) -> tuple[float, float]:
    start, end = period.bounds(ZoneInfo(ZONE))
    return start.timestamp(), end.timestamp()
