"""The register values of one epoch after another, what is recorded about the instrument, and the readings in order."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

UNKNOWN_SERIAL = -1
"""The code of a reading that came without a serial number."""

GREATEST_REGISTER = 1e12
"""What no register of a building can stand at: a value beyond, of either sign, is no reading. [unit of the quantity]"""


@dataclass(frozen=True, slots=True)
class RegisterSeries:
    """Readings of one register, in any order and with duplicates.

    Attributes:
        at_us: Instant of each reading, UTC. [µs since 1970]
        register: Register value; NaN where missing. [unit of the quantity]
        serial: Code of the instrument's serial number; -1 where unknown.
        arrival: Rank in which the readings arrived, or None if their order in the arrays is all that is known.
    """

    at_us: Ints
    register: Floats
    serial: Codes
    arrival: Ints | None = None

    def __post_init__(self) -> None:
        lengths = {len(self.at_us), len(self.register), len(self.serial)}
        if self.arrival is not None:
            lengths.add(len(self.arrival))
        if len(lengths) > 1:
            raise ValueError(f"the arrays of a register series are of one length, got {sorted(lengths)}")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A recorded exchange of the instrument.

    Attributes:
        at_us: Stated time, UTC; the readings decide within 6 h of it. [µs since 1970]
        closing: Last register value of the instrument taken out, or None if nobody noted it. [unit of the quantity]
        opening: First register value of the instrument put in, or None if nobody noted it. [unit of the quantity]
        serial_before: Code of the serial number taken out; -1 where unknown.
        serial_after: Code of the serial number put in; -1 where unknown.
    """

    at_us: int
    closing: float | None = None
    opening: float | None = None
    serial_before: int = UNKNOWN_SERIAL
    serial_after: int = UNKNOWN_SERIAL


@dataclass(frozen=True, slots=True)
class RegisterProfile:
    """What is known of a register before any reading.

    Attributes:
        modulus: The value at which the register starts again from zero, or None if unknown. [unit of the quantity]
        greatest_rate_per_h: The most that can physically be consumed in an hour, or None to infer a generous limit
            from the series. Jobs that recompute windows always state it. [unit of the quantity per h]
    """

    modulus: float | None = None
    greatest_rate_per_h: float | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """The readings that count: present, in order of time, at distinct instants.

    Attributes:
        at_us: Instants, strictly increasing. [µs since 1970]
        register: Register values, all finite. [unit of the quantity]
        serial: Serial number codes.
        source: Index of each reading in the `RegisterSeries`.
    """

    at_us: Ints
    register: Floats
    serial: Codes
    source: Ints

    def __len__(self) -> int:
        return len(self.at_us)


@dataclass(frozen=True, slots=True)
class SerialCandidates:
    """Which instruments each reading may come from: the known serial before it and the known serial after it.

    Attributes:
        before: Code known at the reading or last before it.
        after: Code known at the reading or next after it.
        present: Whether any two codes differ, so that serial numbers matter at all.
    """

    before: Codes
    after: Codes
    present: bool = field(default=False)


def in_order(series: RegisterSeries) -> Ordered:
    """Sort by time and keep, of several readings at one instant, the one that arrived first.

    A missing value (NaN) never wins an instant, and is no reading; nor is one that no register can show.
    """
    at, register, serial = series.at_us, series.register, series.serial
    source = np.arange(len(at), dtype=np.int64)
    present = np.abs(register) <= GREATEST_REGISTER
    if not present.all():
        at, register, serial, source = at[present], register[present], serial[present], source[present]
    if len(at) > 1 and not (at[1:] > at[:-1]).all():
        arrival = source if series.arrival is None else series.arrival[source]
        order = np.lexsort((arrival, at))
        at = at[order]
        first = np.concatenate(([True], at[1:] > at[:-1]))
        order = order[first]
        at, register, serial, source = at[first], register[order], serial[order], source[order]
    return Ordered(at, register, serial, source)


def serial_candidates(serial: Codes) -> SerialCandidates:
    """Fill unknown serial numbers from both sides: between two known ones that differ, either may be meant."""
    known = serial != UNKNOWN_SERIAL
    if not len(serial) or not known.any() or (serial[known] == serial[known][0]).all():
        same = np.full_like(serial, serial[known][0] if known.any() else UNKNOWN_SERIAL)
        return SerialCandidates(same, same, present=False)
    places = np.flatnonzero(known)
    index = np.arange(len(serial))
    before = places[np.clip(np.searchsorted(places, index, side="right") - 1, 0, None)]
    after = places[np.clip(np.searchsorted(places, index, side="left"), None, len(places) - 1)]
    return SerialCandidates(serial[before], serial[after], present=True)
