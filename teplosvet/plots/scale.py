"""Linear scales and round tick values."""

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinearScale:
    """Maps ``[low, high]`` of a value to ``[start, end]`` of pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Ticks:
    """Round values on an axis.

    Attributes:
        values: From the least to the greatest, ends of the axis.
        decimals: How many decimals they need.
    """

    values: tuple[float, ...]
    decimals: int

    @property
    def low(self) -> float:
        """The least of them."""
        return self.values[0]

    @property
    def high(self) -> float:
        """The greatest of them."""
        return self.values[-1]


def ticks(low: float, high: float, about: int = 5) -> Ticks:
    """Round values that enclose ``[low, high]``, about so many, one to ten of a power of ten apart."""
    if not high > low:
        low, high = low - 1, high + 1
    step = _round_step((high - low) / about)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    exponent = math.floor(math.log10(step) + 1e-9)
    decimals = -exponent if exponent < 0 else 0
    return Ticks(tuple(round(n * step, decimals) for n in range(first, last + 1)), decimals)


def ticks_with_zero(values: Iterable[float], about: int = 5) -> Ticks:
    """Ticks for energy: zero is always in view."""
    seen = [0.0, *values]
    low, high = min(seen), max(seen)
    return ticks(low, high if high > low else low + 1, about)


def _round_step(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    for factor in (1, 2, 5):
        if step <= factor * power * 1.0000001:
            return factor * power
    return 10 * power
