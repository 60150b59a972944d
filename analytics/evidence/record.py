"""The devices of a measurement boundary and their readings, as a bundle tells them: pure, serial numbers as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.rollup.compute import local_date
from analytics.rollup.devices import DeviceFacts, Installed
from analytics.rollup.light import POWER_OF
from analytics.rollup.load import DeviceReadings
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.periods import Period, local_midnight
from teplosvet.domain.quantities import DeviceClass, Quantity

DAY_US = 86_400_000_000
UNKNOWN_SERIAL = -1
"""Code of a serial number that nobody told."""
NEARBY_US = 8 * DAY_US
"""What is known of a device this near to a period belongs to its evidence. [µs]"""

_QUALITY = {
    DeviceClass.LIGHT: (Quantity.LAMP_FAILURE,),
    DeviceClass.HEAT: (Quantity.HEAT_ERROR_FLAGS, Quantity.HEAT_QUALITY_FLAGS),
}


@dataclass(frozen=True, slots=True)
class InstallationRecord:
    """An instrument in a device; what stands elsewhere is told because the register goes on. [µs since 1970]"""

    here: bool
    serial: str
    from_us: int
    to_us: int | None
    start_registers: Mapping[str, float]
    closing_registers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class BirthRecord:
    """What a device told when it started. [µs since 1970]"""

    at_us: int
    serial: str
    registers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """Where a register's decimal exponent was found to change its meaning. [µs since 1970]"""

    quantity: Quantity
    at_us: int
    shift: int


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """A device of the measurement boundary.

    Attributes:
        name: Its name.
        device_class: What it measures.
        model: Of the instrument.
        zone: Zone of its days.
        greatest_power_kw: The most it can pass, or None. [kW]
        modulus: Where its registers roll over. [unit of the quantity]
        installations: In order of time.
        births: In order of time.
        epochs: In order of time.
        metered: First and last local day that its energy register reaches into, where energy can be derived.
        begins: Of each span, whether its first reading is the device's first one ever.
    """

    name: str
    device_class: DeviceClass
    model: str
    zone: str
    greatest_power_kw: float | None
    modulus: Mapping[str, float]
    installations: tuple[InstallationRecord, ...]
    births: tuple[BirthRecord, ...] = ()
    epochs: tuple[EpochRecord, ...] = ()
    metered: tuple[date, date] | None = None
    begins: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Boundary:
    """Devices and raw readings.

    Attributes:
        devices: By name.
        serials: Serial numbers, by name; readings hold their places in it.
        readings: By place of the device and number of the span.
    """

    devices: tuple[DeviceRecord, ...]
    serials: tuple[str, ...]
    readings: Mapping[tuple[int, int], DeviceReadings] = field(default_factory=dict)


def quantities_of(carrier: Carrier) -> tuple[Quantity, ...]:
    """What is kept of a reading: the register, the power that it may be derived from, and what tells of quality."""
    power = POWER_OF.get(carrier.register)
    return (carrier.register, *(() if power is None else (power,)), *_QUALITY.get(carrier.device_class, ()))


def facts_of(record: DeviceRecord, key: int, serials: Sequence[str]) -> DeviceFacts:
    """The same as the rollup knows it, with places in `serials` for codes."""
    code = {serial: place for place, serial in enumerate(serials)}
    facts = DeviceFacts(key, record.device_class, record.zone, record.greatest_power_kw, record.modulus)
    for each in record.installations:
        registers = each.start_registers, each.closing_registers
        facts.installations.append(Installed(each.from_us, each.to_us, code[each.serial], *registers))
    facts.births += [(each.at_us, code[each.serial], each.registers) for each in record.births]
    for epoch in record.epochs:
        facts.epochs.setdefault(epoch.quantity, []).append((epoch.at_us, epoch.shift))
    facts.metered = record.metered
    return facts


def window_of(record: DeviceRecord, span: Period, zone: ZoneInfo) -> tuple[int, int] | None:
    """Whole days of the device in which it stands in the building during a span; None if it never does.

    [µs since 1970]
    """
    start_us, end_us = bounds_us(span, zone)
    here = [each for each in record.installations if each.here]
    if not here:
        return None
    low = max(start_us, min(each.from_us for each in here))
    high = min(end_us, max(end_us if each.to_us is None else each.to_us for each in here))
    if high <= low:
        return None
    own = ZoneInfo(record.zone)
    first, last = local_date(low, own), local_date(high - 1, own)
    return bounds_us(Period(first, date.fromordinal(last.toordinal() + 1)), own)


def bounds_us(span: Period, zone: ZoneInfo) -> tuple[int, int]:
    """First instant of a span and the first one after it. [µs since 1970]"""
    start, end = (round(local_midnight(day, zone).timestamp() * 1e6) for day in (span.start, span.end))
    return start, end


def within(at_us: NDArray[np.int64], bounds: tuple[int, int]) -> slice:
    """Which of ascending instants lie in ``[start, end)``. [µs since 1970]"""
    first, end = np.searchsorted(at_us, bounds)
    return slice(int(first), int(end))
