"""A heat meter at the inlet of a house: registers, present values, hours of operation and error flags."""

from dataclasses import dataclass, replace

import numpy as np

from simulators.arrays import SECONDS_PER_HOUR, Floats
from simulators.house import HeatTrack
from simulators.series import Column, DeviceSeries, register
from teplosvet.domain.quantities import Quantity

KWH_PER_UNIT = {"kWh": 1.0, "MWh": 1000.0, "Gcal": 1163.0, "GJ": 1000.0 / 3.6}
"""Energy units that heat meters are set to (1 Gcal = 1.163 MWh = 4.1868 GJ)."""


@dataclass(frozen=True, slots=True)
class HeatMeter:
    """One instrument.

    Attributes:
        serial: Serial number.
        model: Model, as it says itself in its birth message.
        unit: Energy unit that it is set to.
        decimals: Digits of the energy register after the point.
        start_energy: Energy register at installation. [unit]
        start_volume_m3: Volume register at installation. [m³]
        start_hours: Hours of operation at installation. [h]
        modulus: Where the energy register rolls over, or None. [unit]
    """

    serial: str
    model: str = "sim-heat"
    unit: str = "Gcal"
    decimals: int = 3
    start_energy: float = 0.0
    start_volume_m3: float = 0.0
    start_hours: float = 0.0
    modulus: float | None = None

    @property
    def start_energy_kwh(self) -> float:
        """Energy register at installation. [kWh]"""
        return self.start_energy * KWH_PER_UNIT[self.unit]

    @property
    def modulus_kwh(self) -> float | None:
        """Where the energy register rolls over. [kWh]"""
        return None if self.modulus is None else self.modulus * KWH_PER_UNIT[self.unit]

    def energy_register_kwh(self, track: HeatTrack, from_s: float, times_s: Floats) -> Floats:
        """What the energy register shows, installed at `from_s`. [kWh]"""
        return self._energy(track, from_s, times_s) * KWH_PER_UNIT[self.unit]

    def volume_register_m3(self, track: HeatTrack, from_s: float, times_s: Floats) -> Floats:
        """What the volume register shows, installed at `from_s`. [m³]"""
        since = track.total(track.flow_t_h, times_s) - track.total(track.flow_t_h, np.array([from_s]))
        return register(since, self.start_volume_m3, 2)

    def read(self, device: str, track: HeatTrack, from_s: float, times_s: Floats) -> DeviceSeries:
        """Read the instrument at the given times.

        Args:
            device: Name of the device.
            track: What the house draws.
            from_s: When the instrument was installed. [s]
            times_s: When it is read. [s]
        """

        def total(hourly: Floats) -> Floats:
            since: Floats = track.total(hourly, times_s) - track.total(hourly, np.array([from_s]))
            return since

        now = track.hour_before(times_s)
        flow = track.flow_t_h
        columns = (
            Column(Quantity.HEAT_ENERGY_KWH, self.unit, self.decimals, self._energy(track, from_s, times_s)),
            Column(Quantity.HEAT_VOLUME_M3, "m3", 2, self.volume_register_m3(track, from_s, times_s)),
            Column(Quantity.FLOW_VOLUME_TEMPERATURE_M3C, "m3*Cel", 0, register(total(flow * track.supply_c), 0.0, 0)),
            Column(Quantity.RETURN_VOLUME_TEMPERATURE_M3C, "m3*Cel", 0, register(total(flow * track.return_c), 0.0, 0)),
            Column(
                Quantity.OPERATING_TIME_H, "h", 0, register((times_s - from_s) / SECONDS_PER_HOUR, self.start_hours, 0)
            ),
            Column(Quantity.HEAT_POWER_KW, "kW", 1, np.round(track.power_kw[now], 1)),
            Column(Quantity.HEAT_FLOW_M3H, "m3/h", 3, np.round(flow[now], 3)),
            Column(Quantity.FLOW_TEMPERATURE_C, "Cel", 2, np.round(track.supply_c[now], 2)),
            Column(Quantity.RETURN_TEMPERATURE_C, "Cel", 2, np.round(track.return_c[now], 2)),
            Column(Quantity.HEAT_ERROR_FLAGS, "", 0, np.zeros(times_s.size)),
        )
        return DeviceSeries(device, self.serial, times_s, columns)

    def successor(self, serial: str, start_energy: float = 0.0) -> "HeatMeter":
        """The meter that replaces this one: same model, a register of its own."""
        return replace(
            self, serial=serial, start_energy=start_energy, start_volume_m3=0.0, start_hours=0.0, modulus=None
        )

    def _energy(self, track: HeatTrack, from_s: float, times_s: Floats) -> Floats:
        total_kwh = track.energy_kwh(times_s) - track.energy_kwh(np.array([from_s]))
        return register(total_kwh / KWH_PER_UNIT[self.unit], self.start_energy, self.decimals, self.modulus)
