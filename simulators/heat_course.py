"""What a meter at a house's inlet counts and shows at any instant, as the meters on wires need it."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from simulators.arrays import SECONDS_PER_HOUR
from simulators.heat_meter import KWH_PER_UNIT
from simulators.house import HeatTrack
from simulators.wire.heat_state import HeatState
from simulators.wire.mbus_meter import Registers


@dataclass(frozen=True, slots=True)
class HeatCourse:
    """A share of a house's heat, counted by one meter.

    Attributes:
        track: What the house draws.
        share: The part that goes through this meter. [-]
        start_gcal: Heat register when the track begins. [Gcal]
    """

    track: HeatTrack
    share: float
    start_gcal: float

    def energy_kwh(self, at: datetime) -> float:
        """The heat register. [kWh]"""
        used = self.track.energy_kwh(np.array([at.timestamp()]))
        return self.start_gcal * KWH_PER_UNIT["Gcal"] + self.share * float(used[0])

    def state(self, at: datetime) -> HeatState:
        """As a heat calculator of two pipes has it; 1 t is taken as 1 m³."""
        track, time_s = self.track, np.array([at.timestamp()])
        passed = self.share * float(track.total(track.flow_t_h, time_s)[0])
        now = int(track.hour_before(time_s)[0])
        return HeatState(
            heat_gcal=self.energy_kwh(at) / KWH_PER_UNIT["Gcal"],
            flow_volume_m3=passed,
            return_volume_m3=0.99 * passed,
            flow_mass_t=passed,
            return_mass_t=0.99 * passed,
            operating_h=self._hours(at),
            flow_c=float(track.supply_c[now]),
            return_c=float(track.return_c[now]),
            flow_m3h=self.share * float(track.flow_t_h[now]),
            power_gcal_h=self.share * float(track.power_kw[now]) / KWH_PER_UNIT["Gcal"],
        )

    def registers(self, at: datetime) -> Registers | None:
        """As a compact meter on M-Bus shows it; nothing before the track begins."""
        if at.timestamp() < self.track.edges_s[0]:
            return None
        state = self.state(at)
        return Registers(
            energy_kwh=self.energy_kwh(at),
            volume_m3=state.flow_volume_m3,
            power_kw=state.power_gcal_h * KWH_PER_UNIT["Gcal"],
            flow_m3h=state.flow_m3h,
            flow_temperature_c=state.flow_c,
            return_temperature_c=state.return_c,
            operating_time_h=state.operating_h,
        )

    def _hours(self, at: datetime) -> float:
        return (at.timestamp() - float(self.track.edges_s[0])) / SECONDS_PER_HOUR
