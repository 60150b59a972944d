"""Sets of disjoint half-open intervals of time, and how much of them has gone by at any instant."""

from dataclasses import dataclass

import numpy as np

from simulators.arrays import Flags, Floats


@dataclass(frozen=True, slots=True)
class Intervals:
    """Disjoint intervals ``[start, end)`` in order of time.

    Attributes:
        starts_s: Unix times of the starts. [s]
        ends_s: Unix times of the ends. [s]
    """

    starts_s: Floats
    ends_s: Floats

    @classmethod
    def of(cls, start_s: float, end_s: float) -> "Intervals":
        """One interval."""
        return cls(np.array([start_s], dtype=np.float64), np.array([end_s], dtype=np.float64))

    @classmethod
    def where(cls, times_s: Floats, flags: Flags) -> "Intervals":
        """The intervals in which a sampled flag is set; a sample counts until the next one."""
        edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
        starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        return cls(times_s[starts], times_s[np.minimum(ends, times_s.size - 1)])

    @classmethod
    def held(cls, arrivals_s: Floats, hold_s: float) -> "Intervals":
        """What a presence sensor with a retriggered hold time makes of arrivals in order of time."""
        if arrivals_s.size == 0:
            return cls(np.empty(0), np.empty(0))
        fresh = np.concatenate([[True], np.diff(arrivals_s) > hold_s])
        last = np.concatenate([np.flatnonzero(fresh)[1:] - 1, [arrivals_s.size - 1]])
        return cls(arrivals_s[fresh], arrivals_s[last] + hold_s)

    def elapsed_s(self, times_s: Floats) -> Floats:
        """How much of the set lies before each time. [s]"""
        if self.starts_s.size == 0:
            return np.zeros_like(times_s, dtype=np.float64)
        before = np.concatenate([[0.0], np.cumsum(self.ends_s - self.starts_s)])
        index = np.searchsorted(self.starts_s, times_s, side="right") - 1
        current = np.maximum(index, 0)
        inside = np.clip(times_s - self.starts_s[current], 0.0, self.ends_s[current] - self.starts_s[current])
        return np.where(index < 0, 0.0, before[current] + inside)

    def contains(self, times_s: Floats) -> Flags:
        """Whether each time lies in the set."""
        if self.starts_s.size == 0:
            return np.zeros(times_s.shape, dtype=np.bool_)
        index = np.searchsorted(self.starts_s, times_s, side="right") - 1
        inside: Flags = (index >= 0) & (times_s < self.ends_s[np.maximum(index, 0)])
        return inside

    def intersect(self, other: "Intervals") -> "Intervals":
        """The time that lies in both sets."""
        edges = np.unique(np.concatenate([self.starts_s, self.ends_s, other.starts_s, other.ends_s]))
        return self._between(edges, other, wanted=True)

    def without(self, other: "Intervals") -> "Intervals":
        """The time that lies in this set and not in the other."""
        edges = np.unique(np.concatenate([self.starts_s, self.ends_s, other.starts_s, other.ends_s]))
        return self._between(edges, other, wanted=False)

    def _between(self, edges: Floats, other: "Intervals", *, wanted: bool) -> "Intervals":
        if edges.size == 0:
            return Intervals(np.empty(0), np.empty(0))
        kept = self.contains(edges) & (other.contains(edges) == wanted)
        return Intervals.where(edges, kept)
