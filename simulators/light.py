"""Stairwell light: the lamps before the retrofit, the LED points after it, and what each would have drawn.

A track answers for any instant, not only for full hours, so that a point can be simulated faster than time and live.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from simulators.arrays import SECONDS_PER_HOUR, Flags, Floats, Ints, stream
from simulators.intervals import Intervals

_W_S_PER_KWH = 3.6e6


class LightTrack(Protocol):
    """What one light point does over time."""

    def energy_kwh(self, times_s: Floats) -> Floats:
        """Energy drawn since the start of the track. [kWh]"""
        ...

    def on_time_h(self, times_s: Floats) -> Floats:
        """Time with the lamp lit at any level since the start of the track. [h]"""
        ...

    def power_w(self, times_s: Floats) -> Floats:
        """Power at each instant. [W]"""
        ...

    def failed(self, times_s: Floats) -> Flags:
        """Whether the lamp is broken at each instant."""
        ...


@dataclass(frozen=True, slots=True)
class Failures:
    """How lamps break and are repaired.

    Attributes:
        per_year: Failures of one lamp in a year of calendar time. [1/a]
        repair_days: Shortest and longest time until somebody has changed it. [d]
    """

    per_year: float
    repair_days: tuple[float, float]

    def intervals(self, seed: int, name: str, start_s: float, end_s: float) -> Intervals:
        """When the lamp is broken; a longer span starts with the same failures."""
        random = stream(seed, name, "failures")
        starts: list[float] = []
        ends: list[float] = []
        clock = start_s
        while True:
            clock += random.exponential(365.25 * 86400 / self.per_year)
            if clock >= end_s:
                return Intervals(np.array(starts, dtype=np.float64), np.array(ends, dtype=np.float64))
            starts.append(clock)
            clock += random.uniform(*self.repair_days) * 86400
            ends.append(clock)


@dataclass(frozen=True, slots=True)
class OldLampTrack:
    """A lamp without control: on all the time, or by the building's photo relay.

    Attributes:
        rated_power_w: Power at rated voltage. [W]
        lit: When it is supplied and not broken.
        broken: When it is broken.
        start_s: Unix time at which the track starts. [s]
        voltage_factor: Power against rated power in each hour of the track. [-]
    """

    rated_power_w: float
    lit: Intervals
    broken: Intervals
    start_s: float
    voltage_factor: Floats

    def energy_kwh(self, times_s: Floats) -> Floats:
        """Energy drawn since the start of the track. [kWh]"""
        grid_s = self.start_s + SECONDS_PER_HOUR * np.arange(self.voltage_factor.size + 1, dtype=np.float64)
        hourly = np.diff(self.lit.elapsed_s(grid_s)) * self.voltage_factor * self.rated_power_w / _W_S_PER_KWH
        energy: Floats = np.interp(times_s, grid_s, np.concatenate([[0.0], np.cumsum(hourly)]))
        return energy

    def on_time_h(self, times_s: Floats) -> Floats:
        """Time with the lamp lit since the start of the track. [h]"""
        return self.lit.elapsed_s(times_s) / SECONDS_PER_HOUR

    def power_w(self, times_s: Floats) -> Floats:
        """Power at each instant. [W]"""
        hour = np.clip((times_s - self.start_s) // SECONDS_PER_HOUR, 0, self.voltage_factor.size - 1).astype(np.int64)
        return np.where(self.lit.contains(times_s), self.rated_power_w * self.voltage_factor[hour], 0.0)

    def failed(self, times_s: Floats) -> Flags:
        """Whether the lamp is broken at each instant."""
        return self.broken.contains(times_s)


@dataclass(frozen=True, slots=True)
class Led:
    """An LED luminaire with a presence sensor.

    Attributes:
        full_power_w: Power at full level. [W]
        standby_level_percent: Level while nobody is there. [%]
        standby_power_w: Power at the standby level, driver losses included. [W]
        parasitic_power_w: Power of driver and sensor with the lamp off or broken. [W]
        hold_s: How long presence lasts after the last movement. [s]
        full_illuminance_lx: Illuminance on the landing at full level. [lx]
        daylight_illuminance_lx: Illuminance through the window while the sensor keeps the lamp off. [lx]
    """

    full_power_w: float = 15.0
    standby_level_percent: float = 10.0
    standby_power_w: float = 1.9
    parasitic_power_w: float = 0.35
    hold_s: float = 150.0
    full_illuminance_lx: float = 95.0
    daylight_illuminance_lx: float = 160.0


@dataclass(frozen=True, slots=True)
class LedTrack:
    """An LED point: dimmed while nobody is there, full on presence, off in daylight.

    Attributes:
        led: The luminaire.
        dark: When the landing has no daylight.
        present: When its sensor reports presence.
        lit: When it is dark and the lamp works, so that it burns at one level or the other.
        full: The part of `lit` with presence.
        broken: When it is broken.
        start_s: Unix time at which the track starts. [s]
    """

    led: Led
    dark: Intervals
    present: Intervals
    lit: Intervals
    full: Intervals
    broken: Intervals
    start_s: float

    def energy_kwh(self, times_s: Floats) -> Floats:
        """Energy drawn since the start of the track. [kWh]"""
        full_s, lit_s = self.full.elapsed_s(times_s), self.lit.elapsed_s(times_s)
        off_s = times_s - self.start_s - lit_s
        led = self.led
        return (
            led.full_power_w * full_s + led.standby_power_w * (lit_s - full_s) + led.parasitic_power_w * off_s
        ) / _W_S_PER_KWH

    def on_time_h(self, times_s: Floats) -> Floats:
        """Time with the lamp lit at any level since the start of the track, as DALI memory bank 206 counts it. [h]"""
        return self.lit.elapsed_s(times_s) / SECONDS_PER_HOUR

    def power_w(self, times_s: Floats) -> Floats:
        """Power at each instant. [W]"""
        lit, full = self.lit.contains(times_s), self.full.contains(times_s)
        led = self.led
        return np.where(full, led.full_power_w, np.where(lit, led.standby_power_w, led.parasitic_power_w))

    def level_percent(self, times_s: Floats) -> Floats:
        """Level at each instant. [%]"""
        lit, full = self.lit.contains(times_s), self.full.contains(times_s)
        return np.where(full, 100.0, np.where(lit, self.led.standby_level_percent, 0.0))

    def illuminance_lx(self, times_s: Floats) -> Floats:
        """Illuminance on the landing: the lamp's in the dark, the day's otherwise. [lx]"""
        lamp = self.level_percent(times_s) / 100.0 * self.led.full_illuminance_lx
        return np.where(self.dark.contains(times_s), lamp, self.led.daylight_illuminance_lx)

    def presence(self, times_s: Floats) -> Flags:
        """Whether the sensor reports presence at each instant."""
        return self.present.contains(times_s)

    def failed(self, times_s: Floats) -> Flags:
        """Whether the lamp is broken at each instant."""
        return self.broken.contains(times_s)


def old_lamp_track(
    supplied: Intervals, broken: Intervals, hours: Ints, rated_power_w: float, voltage_factor: Floats
) -> OldLampTrack:
    """The lamp that was there before, over consecutive hours.

    Args:
        supplied: When the circuit is on: always, or while the photo relay sees darkness.
        broken: When the lamp is broken.
        hours: Consecutive hours since 1970-01-01T00:00Z. [h]
        rated_power_w: Power at rated voltage. [W]
        voltage_factor: Power against rated power in each hour. [-]
    """
    start_s = float(hours[0]) * SECONDS_PER_HOUR
    return OldLampTrack(rated_power_w, supplied.without(broken), broken, start_s, voltage_factor)


def led_track(led: Led, dark: Intervals, arrivals_s: Floats, broken: Intervals, start_s: float) -> LedTrack:
    """The LED point with its sensor.

    Args:
        led: The luminaire.
        dark: When the landing is dark: always without windows, else by the daylight.
        arrivals_s: When people pass, in order. [s]
        broken: When the lamp is broken.
        start_s: Unix time at which the track starts. [s]
    """
    present = Intervals.held(arrivals_s, led.hold_s)
    lit = dark.without(broken)
    return LedTrack(led, dark, present, lit, lit.intersect(present), broken, start_s)
