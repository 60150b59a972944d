"""What the rollup has to know of a device besides its readings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import psycopg
from psycopg.rows import TupleRow

from analytics.consumption import Exchange, RegisterProfile
from teplosvet.domain.heat_limits import NO_LIMITS, HeatLimits
from teplosvet.domain.quantities import DeviceClass, Quantity
from teplosvet.storage.queries import query

GREATEST_POWER_KW: Mapping[DeviceClass, float] = {
    DeviceClass.LIGHT: 10.0,
    DeviceClass.HEAT: 5_000.0,
    DeviceClass.ELECTRICITY: 5_000.0,
    DeviceClass.WATER: 0.0,
    DeviceClass.CLIMATE: 0.0,
}
"""The most that a device of a class passes where nobody stated it: above any house of ours. [kW]"""

GREATEST_RATE_PER_H: Mapping[Quantity, float] = {
    Quantity.LAMP_ON_TIME_H: 1.0,
    Quantity.OPERATING_TIME_H: 1.0,
    Quantity.HEAT_VOLUME_M3: 1_000.0,
    Quantity.FLOW_VOLUME_TEMPERATURE_M3C: 150_000.0,
    Quantity.RETURN_VOLUME_TEMPERATURE_M3C: 150_000.0,
    Quantity.WATER_VOLUME_M3: 1_000.0,
}
"""The most that a register can grow in an hour whatever the device. [unit of the quantity per h]"""

STATED_NEARBY_US = 6 * 3_600_000_000
"""A birth this near to a recorded exchange tells of the same exchange. [µs]"""


@dataclass(frozen=True, slots=True)
class Installed:
    """An installation as far as registers go; times in [µs since 1970]."""

    from_us: int
    to_us: int | None
    serial: int
    start: Mapping[str, float]
    closing: Mapping[str, float]


@dataclass(slots=True)
class DeviceFacts:
    """One device.

    Attributes:
        id: Its key.
        device_class: What it measures.
        zone: Time zone of its building.
        greatest_power_kw: The most it can pass, or None. [kW]
        modulus: Where its registers roll over, by quantity. [unit of the quantity]
        installations: In order of time.
        births: Instant, code of the serial number and start registers. [µs since 1970], [unit of the quantity]
        epochs: Instant and decimal exponent in force from it, by quantity. [µs since 1970]
        steps: Least step of its values as it stated at its last birth, by quantity. [unit of the quantity]
        metered: First and last local day that its energy register reaches into, where energy can be derived.
        limits: Of a heat meter.
    """

    id: int
    device_class: DeviceClass
    zone: str
    greatest_power_kw: float | None
    modulus: Mapping[str, float]
    installations: list[Installed] = field(default_factory=list)
    births: list[tuple[int, int, Mapping[str, float]]] = field(default_factory=list)
    epochs: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    steps: Mapping[str, float] = field(default_factory=dict)
    metered: tuple[date, date] | None = None
    limits: HeatLimits = NO_LIMITS

    def profile(self, quantity: Quantity) -> RegisterProfile:
        """What is known of a register before any reading."""
        rate = GREATEST_RATE_PER_H.get(quantity)
        if rate is None:
            rate = self.greatest_power_kw or GREATEST_POWER_KW[self.device_class]
        return RegisterProfile(modulus=self.modulus.get(quantity), greatest_rate_per_h=rate)

    def exchanges(self, quantity: Quantity) -> tuple[Exchange, ...]:
        """Recorded exchanges of the instrument: by the registry, and by what devices told when they started."""
        recorded = [
            Exchange(
                at_us=after.from_us,
                closing=before.closing.get(quantity),
                opening=after.start.get(quantity),
                serial_before=before.serial,
                serial_after=after.serial,
            )
            for before, after in pairwise(self.installations)
        ]
        told = [
            Exchange(at_us=at, opening=registers.get(quantity), serial_before=before, serial_after=after)
            for (_, before, _), (at, after, registers) in pairwise(self.births)
            if before != after and not any(abs(at - each.at_us) <= STATED_NEARBY_US for each in recorded)
        ]
        return tuple(sorted((*recorded, *told), key=lambda exchange: exchange.at_us))

    def is_born_within(self, from_us: int, to_us: int) -> bool:
        """Whether a birth tells of an instrument in ``[from_us, to_us]``. [µs since 1970]"""
        return any(from_us <= at <= to_us for at, _, _ in self.births)

    def reach(self, from_us: int, to_us: int) -> tuple[int, int]:
        """What changes when readings and births in ``[from_us, to_us]`` do. [µs since 1970]

        A birth that arrives late tells that the next one after it is no exchange, or another one.
        """
        if not self.is_born_within(from_us, to_us):
            return from_us, to_us
        return from_us, min((at for at, _, _ in self.births if at > to_us), default=to_us)

    def shift_at(self, quantity: Quantity, at_us: int) -> int:
        """Decimal exponent that was found to be in force at an instant."""
        known = [shift for started, shift in self.epochs.get(quantity, ()) if started <= at_us]
        return known[-1] if known else 0

    def moved_between(self, quantity: Quantity, from_us: int, to_us: int) -> list[int]:
        """Where in ``(from_us, to_us]`` a decimal point was found to move, by time. [µs since 1970]"""
        epochs = [(from_us, self.shift_at(quantity, from_us)), *self.epochs.get(quantity, ())]
        inside = [(at, shift) for at, shift in epochs if from_us <= at <= to_us]
        return [at for (_, before), (at, after) in pairwise(inside) if before != after]


def load_devices(connection: psycopg.Connection[TupleRow], ids: Sequence[int]) -> dict[int, DeviceFacts]:
    """The facts of some devices by key; a key that the registry does not have is left out."""
    values = {"ids": list(ids)}
    facts = {
        key: DeviceFacts(key, DeviceClass(kind), zone, power, modulus or {}, limits=HeatLimits(*limits))
        for key, kind, power, zone, modulus, *limits in connection.execute(query("rollup", "devices"), values)
    }
    for key, from_us, to_us, serial, start, closing in connection.execute(query("rollup", "installations"), values):
        facts[key].installations.append(Installed(from_us, to_us, serial, start, closing))
    for key, at_us, serial, registers in connection.execute(query("rollup", "births"), values):
        if key in facts:
            facts[key].births.append((at_us, serial, registers))
    for key, quantity, at_us, shift in connection.execute(query("rollup", "epochs"), values):
        if key in facts:
            facts[key].epochs.setdefault(quantity, []).append((at_us, shift))
    for key, steps in connection.execute(query("rollup", "resolutions"), values):
        if key in facts:
            facts[key].steps = steps
    for key, first, last in connection.execute(query("rollup", "metered_days"), values):
        facts[key].metered = (first, last)
    return facts
