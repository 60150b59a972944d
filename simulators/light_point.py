"""The instruments of a light point: the meter of the old lamp, and the driver and sensor of the LED luminaire."""

from dataclasses import dataclass

import numpy as np

from simulators.arrays import Floats
from simulators.light import LedTrack, LightTrack
from simulators.series import Column, DeviceSeries, register
from teplosvet.domain.quantities import Quantity


@dataclass(frozen=True, slots=True)
class LampMeter:
    """One instrument with an energy register and an on-time register.

    Attributes:
        serial: Serial number.
        model: Model, as it says itself in its birth message.
        unit: Unit of the energy register: kWh for the old lamp's meter, Wh for an LED driver (DALI memory bank 202).
        decimals: Digits of the energy register after the point.
        start_energy: Energy register at installation. [unit]
        start_on_time_h: On-time register at installation. [h]
        modulus: Where the energy register rolls over, or None. [unit]
    """

    serial: str
    model: str
    unit: str = "kWh"
    decimals: int = 3
    start_energy: float = 0.0
    start_on_time_h: float = 0.0
    modulus: float | None = None

    @property
    def kwh_per_unit(self) -> float:
        """Size of the register's unit. [kWh]"""
        return 1e-3 if self.unit == "Wh" else 1.0

    @property
    def start_energy_kwh(self) -> float:
        """Energy register at installation. [kWh]"""
        return self.start_energy * self.kwh_per_unit

    @property
    def modulus_kwh(self) -> float | None:
        """Where the energy register rolls over. [kWh]"""
        return None if self.modulus is None else self.modulus * self.kwh_per_unit

    def energy_register_kwh(self, track: LightTrack, from_s: float, times_s: Floats) -> Floats:
        """What the energy register shows, installed at `from_s`. [kWh]"""
        return self._energy(track, from_s, times_s) * self.kwh_per_unit

    def on_time_register_h(self, track: LightTrack, from_s: float, times_s: Floats) -> Floats:
        """What the on-time register shows, installed at `from_s`. [h]"""
        since = track.on_time_h(times_s) - track.on_time_h(np.array([from_s]))
        return register(since, self.start_on_time_h, 2)

    def read(self, device: str, track: LightTrack, from_s: float, times_s: Floats) -> DeviceSeries:
        """Read the instrument at the given times.

        Args:
            device: Name of the device.
            track: What the lamp does.
            from_s: When the instrument was installed. [s]
            times_s: When it is read. [s]
        """
        columns = [
            Column(Quantity.LIGHT_ENERGY_KWH, self.unit, self.decimals, self._energy(track, from_s, times_s)),
            Column(Quantity.LAMP_ON_TIME_H, "h", 2, self.on_time_register_h(track, from_s, times_s)),
            Column(Quantity.LIGHT_POWER_W, "W", 2, np.round(track.power_w(times_s), 2)),
        ]
        if isinstance(track, LedTrack):
            columns += _sensor(track, times_s)
        return DeviceSeries(device, self.serial, times_s, tuple(columns))

    def _energy(self, track: LightTrack, from_s: float, times_s: Floats) -> Floats:
        total_kwh = track.energy_kwh(times_s) - track.energy_kwh(np.array([from_s]))
        return register(total_kwh / self.kwh_per_unit, self.start_energy, self.decimals, self.modulus)


def _sensor(track: LedTrack, times_s: Floats) -> list[Column]:
    lux = np.round(track.illuminance_lx(times_s), 0)
    return [
        Column(Quantity.LIGHT_LEVEL_PERCENT, "%", 0, track.level_percent(times_s)),
        Column(Quantity.ILLUMINANCE_LX, "lx", 0, lux),
        Column(Quantity.PRESENCE, "", 0, track.presence(times_s).astype(np.float64)),
        Column(Quantity.LAMP_FAILURE, "", 0, track.failed(times_s).astype(np.float64)),
    ]
