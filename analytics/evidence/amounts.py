"""Amounts of one device by hour or by day, with what they rest on."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """Consumption by hour or day, in order of time.

    Attributes:
        at: Start of the hour [µs since 1970], or the day [d since 1970].
        amount: Consumed, NaN where unknown. [unit of the quantity]
        estimated: Of it estimated. [unit of the quantity]
        covered_s: How much has a known amount. [s]
        rule: Code of the weakest rule.
    """

    at: NDArray[np.int64]
    amount: Floats
    estimated: Floats
    covered_s: Floats
    rule: NDArray[np.int64]

    @classmethod
    def none(cls) -> "Amounts":
        """No row."""
        numbers, codes = np.empty(0), np.empty(0, dtype=np.int64)
        return cls(codes, numbers, numbers, numbers, codes)

    @classmethod
    def joined(cls, parts: Iterable["Amounts"]) -> "Amounts":
        """Parts in order of time as one; what they share is taken once."""
        each = [*parts]
        at = np.concatenate([part.at for part in each])
        _, first = np.unique(at, return_index=True)
        columns = (
            np.concatenate([getattr(part, name) for part in each])[first]
            for name in ("amount", "estimated", "covered_s", "rule")
        )
        return cls(at[first], *columns)

    def between(self, start: int, end: int) -> "Amounts":
        """Those of ``[start, end)``."""
        first, last = np.searchsorted(self.at, [start, end])
        part = slice(int(first), int(last))
        return Amounts(self.at[part], self.amount[part], self.estimated[part], self.covered_s[part], self.rule[part])
