"""Every instrument of the demo site over its whole life, and the truth beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from simulators.arrays import SECONDS_PER_HOUR, Floats, Ints
from simulators.series import DeviceSeries
from teplosvet.domain.quantities import DeviceClass, Quantity


@dataclass(frozen=True, slots=True)
class Installed:
    """One instrument at one place from its installation to its removal.

    Attributes:
        device: Name of the device.
        building: Code of its building.
        publisher: Its gateway.
        device_class: What it measures.
        model: Model of the instrument.
        serial: Serial number of the instrument.
        from_s: When it was installed, Unix time. [s]
        to_s: When it was removed, or None. [s]
        greatest_power_kw: The most that it can ever see. [kW]
        modulus_kwh: Where its energy register rolls over, or None. [kWh]
        registers: What its counters show at a time, in the units of the quantities.
        reader: Reads it at many times.
        entrance: Entrance, for a light point.
        floor: Floor, for a light point.
    """

    device: str
    building: str
    publisher: str
    device_class: DeviceClass
    model: str
    serial: str
    from_s: float
    to_s: float | None
    greatest_power_kw: float
    modulus_kwh: float | None
    registers: Callable[[float], Mapping[Quantity, float]]
    reader: Callable[[Floats], DeviceSeries]
    entrance: str | None = None
    floor: int | None = None

    @property
    def energy(self) -> Quantity:
        """The energy register of its class."""
        return Quantity.LIGHT_ENERGY_KWH if self.device_class is DeviceClass.LIGHT else Quantity.HEAT_ENERGY_KWH

    def read(self, times_s: Floats) -> DeviceSeries:
        """Read it at those of the times at which it is installed."""
        end_s = np.inf if self.to_s is None else self.to_s
        return self.reader(times_s[(times_s >= self.from_s) & (times_s < end_s)])


@dataclass(frozen=True, slots=True)
class Usage:
    """What a building used of one carrier up to a time, and what it would have used without the measure.

    Attributes:
        with_measure_kwh: Energy used from the start of the simulation to the given times. [kWh]
        without_measure_kwh: The same without the measure: same weather, same people. [kWh]
    """

    with_measure_kwh: Callable[[Floats], Floats]
    without_measure_kwh: Callable[[Floats], Floats]

    def avoided_kwh(self, start_s: float, end_s: float) -> float:
        """True avoided energy in ``[start, end)``. [kWh]"""
        without, used = self.between_kwh(start_s, end_s)
        return without - used

    def between_kwh(self, start_s: float, end_s: float) -> tuple[float, float]:
        """Without and with the measure in ``[start, end)``. [kWh, kWh]"""
        times_s = np.array([start_s, end_s])
        without, used = np.diff(self.without_measure_kwh(times_s)), np.diff(self.with_measure_kwh(times_s))
        return float(without[0]), float(used[0])


@dataclass(frozen=True, slots=True)
class Fleet:
    """All instruments and the truth of all buildings.

    Attributes:
        hours: Hours since 1970-01-01T00:00Z that are simulated. [h]
        outdoor_c: Outdoor temperature in each of them. [°C]
        installed: Every instrument, those of one device in order of time.
        usage: The truth for each building and carrier.
    """

    hours: Ints
    outdoor_c: Floats
    installed: tuple[Installed, ...]
    usage: Mapping[tuple[str, str], Usage]

    def by_device(self) -> Mapping[str, Sequence[Installed]]:
        """The instruments of each device in order of time."""
        devices: dict[str, list[Installed]] = {}
        for installed in self.installed:
            devices.setdefault(installed.device, []).append(installed)
        return devices

    def by_publisher(self) -> Mapping[str, Sequence[Installed]]:
        """The instruments that each gateway speaks for."""
        gateways: dict[str, list[Installed]] = {}
        for installed in self.installed:
            gateways.setdefault(installed.publisher, []).append(installed)
        return gateways

    def outdoor_at_c(self, times_s: Floats) -> Floats:
        """Outdoor temperature between the hours. [°C]"""
        return np.interp(times_s, self.hours * float(SECONDS_PER_HOUR), self.outdoor_c)


def chained(installations: Sequence[Installed]) -> tuple[Installed, ...]:
    """Close every installation where the next one of the same device begins."""
    closed = [replace(first, to_s=second.from_s) for first, second in pairwise(installations)]
    return (*closed, *installations[-1:])
