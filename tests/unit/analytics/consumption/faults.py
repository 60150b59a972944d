"""A model of registers in the field, written without looking at the code under test: a true load, and what befalls it.

The truth is a non-decreasing energy over time. A meter counts it from a start value, to its resolution, up to its
modulus. Faults change the meter (exchange, reset, decimal point), single readings, or the delivery.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from analytics.consumption import Exchange, RegisterProfile, RegisterSeries

HOUR_US = 3_600_000_000
START_US = 1_768_176_000_000_000
LOADS = ("constant", "random", "nights", "bursts", "lamp", "idle")


@dataclass(slots=True, repr=False)
class Meter:
    """One meter point: the true load and, fault by fault, what is read of it."""

    at_us: npt.NDArray[np.int64]
    truth: npt.NDArray[np.float64]
    start: float
    resolution: float = 0.0
    modulus: float | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    overwritten: dict[int, float] = field(default_factory=dict)
    instruments: int = 0
    since: int = 0
    decimals: int = 0
    exact: npt.NDArray[np.float64] = field(init=False)
    serial: npt.NDArray[np.int32] = field(init=False)
    keep: npt.NDArray[np.bool_] = field(init=False)
    scale: npt.NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.exact = self.start + self.truth - self.truth[0]
        self.serial = np.full(len(self.at_us), -1, dtype=np.int32)
        self.keep = np.ones(len(self.at_us), dtype=np.bool_)
        self.scale = np.zeros(len(self.at_us), dtype=np.int64)

    def __repr__(self) -> str:
        step_min = float(self.at_us[1] - self.at_us[0]) / 6e7
        return f"Meter(start={self.start}, step_min={step_min:g}, resolution={self.resolution}, told={self.told})"

    @property
    def true_total(self) -> float:
        return float(self.truth[-1] - self.truth[0])

    @property
    def true_rate_per_h(self) -> float:
        return float(np.max(np.diff(self.truth) / np.diff(self.at_us))) * HOUR_US

    def true_at(self, at_us: npt.NDArray[np.int64] | int) -> npt.NDArray[np.float64]:
        return np.asarray(np.interp(at_us, self.at_us, self.truth))

    def exchange(
        self,
        at_us: int,
        new: float,
        *,
        registers: bool = True,
        recorded: bool = True,
        off_us: int = 0,
        told_share: float = 0.0,
    ) -> None:
        """Put another instrument in at an instant, whose register stands at `new`."""
        place = int(np.searchsorted(self.at_us, at_us))
        counted = float(self.exact[place - 1] + self.true_at(at_us) - self.truth[place - 1])
        closing = self._shown(counted, place - 1)
        self.exact[place:] = new + self.truth[place:] - self.true_at(at_us)
        self.scale[place:] = 0
        if recorded:
            opening = self._shown(new, place)
            self.exchanges.append(Exchange(at_us + off_us, closing, opening) if registers else Exchange(at_us + off_us))
        if told_share:
            every = max(1, round(1 / told_share))
            self.serial[self.since : place : every] = self.instruments
            self.serial[place::every] = self.instruments + 1
        self.instruments += 1
        self.since = place
        if not (recorded and registers):
            self.hidden.append((place - 1, place))
        self.told.append(f"exchange before {place}, new {new:g}, recorded {recorded}, registers {registers}")

    def reset(self, place: int) -> None:
        self.exact[place:] = self.truth[place:] - self.truth[place]
        self.scale[place:] = 0
        self.hidden.append((place - 1, place))
        self.told.append(f"reset at {place}")

    def move_decimal(self, place: int, by: int) -> None:
        self.scale[place:] += by
        self.decimals = max(self.decimals, abs(by))
        self.told.append(f"decimal point at {place} by {by:+d}")

    def glitch(self, place: int, values: Sequence[float]) -> None:
        self.overwritten |= {place + k: value for k, value in enumerate(values)}
        self.told.append(f"glitch at {place}: {values}")

    def outage(self, first: int, count: int) -> None:
        self.keep[first : first + count] = False
        self.told.append(f"outage {first} + {count}")

    def roll_over_at(self, place: int, modulus: float) -> None:
        self.exact += modulus - self.exact[place]
        self.modulus = modulus
        self.told.append(f"rollover at {place}")

    def _shown(self, value: float, place: int) -> float:
        if self.modulus is not None:
            value %= self.modulus
        value *= 10.0 ** int(self.scale[place])
        return float(np.floor(value / self.resolution + 1e-9) * self.resolution) if self.resolution else value

    def series(self) -> RegisterSeries:
        register = np.array([self._shown(float(value), k) for k, value in enumerate(self.exact)])
        for place, value in self.overwritten.items():
            register[place] = value
        return RegisterSeries(self.at_us[self.keep], register[self.keep], self.serial[self.keep])

    def profile(self, rate_per_h: float | None = None) -> RegisterProfile:
        return RegisterProfile(self.modulus, rate_per_h)

    def tolerance(self) -> float:
        """The most by which an honest answer may be wrong: steps of the register, and what nothing measured."""
        step = max(self.resolution, 1e-6)
        total = 1.5 * step * 10.0**self.decimals * (1 + len(self.told)) + 1e-5
        power = np.diff(self.truth) / np.diff(self.at_us)
        seen = np.flatnonzero(self.keep)
        for before, after in self.hidden:
            first, last = int(seen[seen <= before][-1]), int(seen[seen >= after][0])
            width = last - first + 8
            around = power[max(0, first - width - 8) : last + width + 8]
            total += float(around.max() - around.min()) * float(self.at_us[last] - self.at_us[first])
            total += step * (4 + width)
        return total


def true_energy(kind: str, count: int, step_us: int, kwh_per_h: float, seed: int) -> npt.NDArray[np.float64]:
    """True energy at each reading, from 0. [kWh]"""
    rng = np.random.default_rng(seed)
    intervals = count - 1
    hours = step_us / HOUR_US
    clock_h = np.arange(intervals) * hours % 24
    power = {
        "constant": np.ones(intervals),
        "random": rng.uniform(0, 2, intervals),
        "nights": np.where((clock_h > 7) & (clock_h < 22), 1.5, 0.2),
        "bursts": np.where(rng.random(intervals) < 0.05, 10.0, 0.1),
        "lamp": np.where(np.cumsum(rng.random(intervals) < 0.1) % 2 == 1, 1.0, 0.02),
        "idle": np.where(rng.random(intervals) * count > np.arange(intervals), 0.0, 1.0),
    }[kind]
    return np.concatenate(([0.0], np.cumsum(power * hours * kwh_per_h)))


def meter(
    kind: str = "constant",
    *,
    count: int = 193,
    step_min: int = 15,
    kwh_per_h: float = 4.0,
    start: float = 50_000.0,
    resolution: float = 0.0,
    seed: int = 0,
) -> Meter:
    """A meter without faults."""
    step_us = step_min * 60_000_000
    at_us = START_US + step_us * np.arange(count, dtype=np.int64)
    return Meter(at_us, true_energy(kind, count, step_us, kwh_per_h, seed), start, resolution)
