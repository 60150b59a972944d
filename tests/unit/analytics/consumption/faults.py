"""A model of registers in the field, written without looking at the code under test: a true load, and what befalls it.

The truth is a non-decreasing energy over time. A meter counts it from a start value, to its resolution, up to its
modulus. Faults change the meter (exchange, reset, decimal point), its clock, single readings, or the delivery.
"""

from dataclasses import dataclass, field

import numpy as np

from analytics.consumption import Exchange, RegisterProfile, RegisterSeries

HOUR_US = 3_600_000_000


@dataclass(slots=True)
class Field:
    """One meter point: the true load and, fault by fault, what is read of it."""

    at_us: np.ndarray
    truth: np.ndarray
    start: float
    resolution: float = 0.0
    modulus: float | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    register: np.ndarray = field(init=False)
    exact: np.ndarray = field(init=False)
    serial: np.ndarray = field(init=False)
    keep: np.ndarray = field(init=False)
    scale: np.ndarray = field(init=False)
    overwritten: dict[int, float] = field(default_factory=dict)
    meter: int = 0
    since: int = 0
    decimal: int = 0

    def __post_init__(self) -> None:
        self.exact = self.start + self.truth - self.truth[0]
        self.serial = np.full(len(self.at_us), -1, dtype=np.int32)
        self.keep = np.ones(len(self.at_us), dtype=bool)
        self.scale = np.zeros(len(self.at_us), dtype=np.int64)

    def energy_at(self, at_us: int) -> float:
        return float(np.interp(at_us, self.at_us, self.truth))

    def counted_at(self, at_us: int) -> float:
        """What the meter that is in at this place of the arrays counts at an instant within the interval before."""
        place = int(np.searchsorted(self.at_us, at_us))
        return float(self.exact[place - 1] + self.energy_at(at_us) - self.truth[place - 1])

    def exchange(
        self,
        at_us: int,
        new: float,
        *,
        registers: bool,
        recorded: bool,
        off_us: int = 0,
        serial: float = 0.0,
        rng: np.random.Generator | None = None,
    ) -> None:
        place = int(np.searchsorted(self.at_us, at_us))
        closing = self.shown(self.counted_at(at_us), place - 1)
        self.exact[place:] = new + self.truth[place:] - self.energy_at(at_us)
        self.scale[place:] = 0
        opening = self.shown(new, place)
        if recorded:
            self.exchanges.append(Exchange(at_us + off_us, closing, opening) if registers else Exchange(at_us + off_us))
        if serial:
            assert rng is not None
            told = rng.random(len(self.at_us)) < serial
            begin = self.since
            self.serial[begin:place] = np.where(told[begin:place], self.meter, -1)
            self.serial[place:] = np.where(rng.random(len(self.at_us) - place) < serial, self.meter + 1, -1)
        self.meter += 1
        self.since = place
        if not (recorded and registers):
            self.hidden.append((place - 1, place))
        self.told.append(
            f"exchange@{place} new={new:g} known={recorded}/{registers} off={off_us / HOUR_US:.2f} serial={serial}"
        )

    def reset(self, place: int) -> None:
        self.exact[place:] = self.truth[place:] - self.truth[place - 1]
        self.exact[place:] -= self.exact[place]
        self.scale[place:] = 0
        self.hidden.append((place - 1, place))
        self.told.append(f"reset@{place}")

    def move_decimal(self, place: int, by: int) -> None:
        self.scale[place:] += by
        self.decimal = max(self.decimal, abs(by))
        self.told.append(f"decimal@{place} {by:+d}")

    def glitch(self, place: int, values: list[float]) -> None:
        for k, value in enumerate(values):
            self.overwritten[place + k] = value
        self.told.append(f"glitch@{place} {values}")

    def outage(self, first: int, count: int) -> None:
        self.keep[first : first + count] = False
        self.told.append(f"outage@{first}+{count}")

    def shown(self, value: float, place: int) -> float:
        if self.modulus is not None:
            value %= self.modulus
        value = value * 10.0 ** int(self.scale[place])
        return float(np.floor(value / self.resolution + 1e-9) * self.resolution) if self.resolution else value

    def series(self) -> RegisterSeries:
        register = np.array([self.shown(float(v), k) for k, v in enumerate(self.exact)])
        for place, value in self.overwritten.items():
            register[place] = value
        self.register = register
        return RegisterSeries(self.at_us[self.keep], register[self.keep], self.serial[self.keep])

    def profile(self, rate: float | None = None) -> RegisterProfile:
        return RegisterProfile(self.modulus, rate)

    def hidden_kwh(self) -> float:
        """The most by which an honest estimate of the intervals without a register difference may be wrong."""
        total, power = 0.0, np.diff(self.truth) / np.diff(self.at_us)
        seen = np.flatnonzero(self.keep)
        for before, after in self.hidden:
            first = seen[seen <= before][-1]
            last = seen[seen >= after][0]
            width = last - first + 8
            around = power[max(0, first - width - 8) : last + width + 8]
            total += float(around.max() - around.min()) * float(self.at_us[last] - self.at_us[first])
        return total


def load(rng: np.random.Generator, kind: str, count: int, step_us: int, scale: float) -> np.ndarray:
    """True energy at each reading, from 0. [kWh]"""
    hours = step_us / HOUR_US
    at = np.arange(count - 1) * hours
    power = {
        "constant": lambda: np.ones(count - 1),
        "random": lambda: rng.uniform(0, 2, count - 1),
        "nights": lambda: np.where((at % 24 > 7) & (at % 24 < 22), 1.5, 0.2),
        "idle": lambda: np.where(rng.random() * count > np.arange(count - 1), 0.0, 1.0),
        "bursts": lambda: np.where(rng.random(count - 1) < 0.05, 10.0, 0.1),
        "lamp": lambda: np.where((np.cumsum(rng.random(count - 1) < 0.1) % 2) == 1, 1.0, 0.02),
    }[kind]()
    return np.concatenate(([0.0], np.cumsum(power * hours * scale)))
