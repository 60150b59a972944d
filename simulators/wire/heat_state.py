"""What a simulated heat meter has counted and measures: a course of time gives it for any instant."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class HeatState:
    """Registers and values of one heat input at one instant.

    Attributes:
        heat_gcal: Heat register. [Gcal]
        flow_volume_m3: Volume register of the flow pipe. [m3]
        return_volume_m3: Volume register of the return pipe. [m3]
        flow_mass_t: Mass register of the flow pipe. [t]
        return_mass_t: Mass register of the return pipe. [t]
        operating_h: Hours of normal operation. [h]
        error_h: Hours without counting. [h]
        flow_c: Temperature of the flow pipe. [°C]
        return_c: Temperature of the return pipe. [°C]
        flow_m3h: Flow. [m3/h]
        power_gcal_h: Thermal power. [Gcal/h]
        flow_kgf_cm2: Pressure of the flow pipe. [kgf/cm2]
        return_kgf_cm2: Pressure of the return pipe. [kgf/cm2]
    """

    heat_gcal: float
    flow_volume_m3: float
    return_volume_m3: float
    flow_mass_t: float
    return_mass_t: float
    operating_h: float
    error_h: float = 0.0
    flow_c: float = 90.0
    return_c: float = 55.0
    flow_m3h: float = 5.0
    power_gcal_h: float = 0.175
    flow_kgf_cm2: float = 6.1
    return_kgf_cm2: float = 4.9


Course = Callable[[datetime], HeatState]
"""The state at an aware instant."""


def steady(since: datetime, heat_gcal_h: float, flow_m3h: float, start_gcal: float = 500.0) -> Course:
    """A course that takes the same in every hour.

    Args:
        since: When its registers began, aware.
        heat_gcal_h: Thermal power. [Gcal/h]
        flow_m3h: Flow. [m3/h]
        start_gcal: Heat register at the begin. [Gcal]
    """

    def at(instant: datetime) -> HeatState:
        hours = (instant - since) / timedelta(hours=1)
        volume = 10_000 + flow_m3h * hours
        return HeatState(
            heat_gcal=start_gcal + heat_gcal_h * hours,
            flow_volume_m3=volume,
            return_volume_m3=0.99 * volume,
            flow_mass_t=0.97 * volume,
            return_mass_t=0.96 * volume,
            operating_h=hours,
            flow_m3h=flow_m3h,
            power_gcal_h=heat_gcal_h,
        )

    return at
