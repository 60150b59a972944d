"""What one instrument shows over time: the raw material of messages."""

from dataclasses import dataclass, replace

import numpy as np

from simulators.arrays import Flags, Floats
from teplosvet.domain.quantities import Kind, Quantity


@dataclass(frozen=True, slots=True)
class Column:
    """One quantity of an instrument, as the instrument shows it.

    Attributes:
        quantity: What is measured.
        unit: The unit that the instrument is set to, by its name on the wire.
        decimals: Digits after the point that it shows.
        values: One value for each reading; NaN where it shows none. [unit]
    """

    quantity: Quantity
    unit: str
    decimals: int
    values: Floats

    @property
    def kind(self) -> Kind:
        """Counter, gauge or state."""
        return self.quantity.spec.kind


@dataclass(frozen=True, slots=True)
class DeviceSeries:
    """Every reading of one instrument, from its installation to its removal or to the end.

    Attributes:
        device: Name of the device; stays when the instrument is exchanged.
        serial: Serial number of the instrument.
        times_s: Unix times that the instrument stamps its readings with. [s]
        columns: What it shows.
    """

    device: str
    serial: str
    times_s: Floats
    columns: tuple[Column, ...]

    def select(self, rows: Flags) -> "DeviceSeries":
        """Only the marked readings."""
        columns = tuple(replace(column, values=column.values[rows]) for column in self.columns)
        return replace(self, times_s=self.times_s[rows], columns=columns)


def register(true_total: Floats, start: float, decimals: int, modulus: float | None = None) -> Floats:
    """What a register shows: its start plus what went through, cut to its digits, rolled over at its modulus. [unit]

    Args:
        true_total: What went through since the start. [unit]
        start: Register at the start. [unit]
        decimals: Digits after the point.
        modulus: Value at which the register starts again at zero, or None if it never gets there. [unit]
    """
    digit = 10.0**decimals
    counts = np.floor((start + true_total) * digit + 1e-6)
    if modulus is not None:
        counts = np.mod(counts, np.round(modulus * digit))
    shown: Floats = counts / digit
    return shown
