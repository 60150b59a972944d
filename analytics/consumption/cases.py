"""The counter table: one true load, and everything that happens to registers in the field.

The load is 4 kWh in every hour for 48 hours, read every 15 minutes, so that every case has a true total of 192 kWh. The
cases are those in which MyEMS 6.7.0 was run (its totals went from 165 to 50,247 kWh), and more of their kind.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from analytics.consumption.series import UNKNOWN_SERIAL, Exchange, Floats, Ints, RegisterProfile, RegisterSeries

STEP_US = 15 * 60 * 1_000_000
START_US = 1_768_176_000_000_000
"""2026-01-12T00:00:00Z. [µs since 1970]"""
POINTS = 193
START_KWH = 50_000.0
TRUE_TOTAL_KWH = 192.0
HALF = 96
"""The reading at which most faults happen: a full hour, one day in."""


@dataclass(frozen=True, slots=True)
class Case:
    """One fault, as the readings show it, and what is recorded of it.

    Attributes:
        name: What happens.
        series: The readings in order of arrival.
        exchanges: Recorded exchanges.
        profile: What is known of the register.
    """

    name: str
    series: RegisterSeries
    exchanges: tuple[Exchange, ...] = ()
    profile: RegisterProfile = field(default_factory=RegisterProfile)


def _at() -> Ints:
    return START_US + STEP_US * np.arange(POINTS, dtype=np.int64)


def _true() -> Floats:
    return START_KWH + np.arange(POINTS, dtype=np.float64)


def _series(register: Floats, at: Ints | None = None, keep: Ints | None = None) -> RegisterSeries:
    at = _at() if at is None else at
    if keep is not None:
        at, register = at[keep], register[keep]
    return RegisterSeries(at, register, np.full(len(at), UNKNOWN_SERIAL, dtype=np.int32))


def _with(places: dict[int, float]) -> Floats:
    register = _true()
    for place, value in places.items():
        register[place] = value
    return register


def _after(place: int, change: Callable[[Floats], Floats]) -> Floats:
    register = _true()
    register[place:] = change(register[place:])
    return register


def _exchanged(new: float) -> Floats:
    """The register of a new instrument that was put in half an interval before reading `HALF`."""
    return _after(HALF, lambda r: r - r[0] + new + 0.5)


_OUTAGE = np.array([k for k in range(POINTS) if not 80 < k < 104], dtype=np.int64)
"""Six hours without readings, around `HALF`."""

_CHANGED_US = START_US + HALF * STEP_US - STEP_US // 2
_CLOSING = START_KWH + HALF - 0.5


def _record(opening: float, off_min: int = 0) -> tuple[Exchange, ...]:
    return (Exchange(_CHANGED_US + off_min * 60_000_000, _CLOSING, opening),)


def all_cases() -> Iterator[Case]:
    """Every case of the table."""
    yield from _deliveries()
    yield from _rollovers()
    yield from _exchanges()
    yield from _wrong_readings()
    yield from _decimal_changes()
    yield from _clock_steps()


def _deliveries() -> Iterator[Case]:
    places = np.arange(POINTS, dtype=np.int64)
    yield Case("clean", _series(_true()))
    yield Case("every reading twice", _series(_true(), keep=np.repeat(places, 2)))
    yield Case("6 h outage", _series(_true(), keep=_OUTAGE))
    late = np.concatenate((_OUTAGE, np.setdiff1d(places, _OUTAGE)))
    yield Case("the same 6 h arriving late", _series(_true(), keep=late))
    shuffled = np.random.default_rng(1).permutation(places)
    yield Case("out of order", _series(_true(), keep=shuffled))


def _rollovers() -> Iterator[Case]:
    five_digits = RegisterProfile(modulus=100_000.0)
    register = (_true() + 49_904.0) % 100_000.0
    yield Case("rollover at 99,999", _series(register), profile=five_digits)
    yield Case("rollover at 99,999, modulus unknown", _series(register))
    yield Case("rollover during an outage", _series(register, keep=_OUTAGE), profile=five_digits)
    glitch = register.copy()
    glitch[HALF + 1] = 0.0
    yield Case("glitch right after rollover", _series(glitch), profile=five_digits)


def _exchanges() -> Iterator[Case]:
    for new in (0.0, 61_234.0):
        register = _exchanged(new)
        yield Case(f"exchange, new register {new:,.0f}, known", _series(register), _record(new))
        yield Case(f"exchange, new register {new:,.0f}, unknown", _series(register))
        yield Case(
            f"exchange, new register {new:,.0f}, only its time known", _series(register), (Exchange(_CHANGED_US),)
        )
        yield Case(f"exchange, new register {new:,.0f}, stated 40 min late", _series(register), _record(new, 40))
        yield Case(f"exchange, new register {new:,.0f}, stated 40 min early", _series(register), _record(new, -40))
        in_outage = _series(register, keep=_OUTAGE)
        yield Case(f"exchange during an outage, new register {new:,.0f}, known", in_outage, _record(new))
        yield Case(f"exchange during an outage, new register {new:,.0f}, unknown", in_outage)
        plain = _series(register)
        serial = (np.arange(POINTS) >= HALF).astype(np.int32)
        told = RegisterSeries(plain.at_us, plain.register, serial)
        yield Case(f"exchange, new register {new:,.0f}, told by the serial number", told)


def _wrong_readings() -> Iterator[Case]:
    yield Case("one glitch of 0", _series(_with({HALF: 0.0})))
    yield Case("one glitch of 999,999", _series(_with({HALF: 999_999.0})))
    yield Case("two glitches in a row", _series(_with({HALF: 0.0, HALF + 1: 999_999.0})))
    yield Case("glitch before an outage", _series(_with({80: 0.0}), keep=_OUTAGE))
    yield Case("glitch after an outage", _series(_with({104: 0.0}), keep=_OUTAGE))
    yield Case("stuck at 0 for 5 h", _series(_with(dict.fromkeys(range(HALF, HALF + 20), 0.0))))
    yield Case("reset to 0", _series(_after(HALF, lambda r: r - r[0])))


def _decimal_changes() -> Iterator[Case]:
    for name, factor in (("x10", 10.0), ("/10", 0.1)):
        register = _after(HALF, lambda r, f=factor: r * f)  # type: ignore[misc]
        yield Case(f"decimal change {name}", _series(register))
        yield Case(f"decimal change {name} during an outage", _series(register, keep=_OUTAGE))


def _clock_steps() -> Iterator[Case]:
    at = _at()
    at[HALF + 1 :] -= 4 * STEP_US
    yield Case("clock back an hour, colliding", _series(_true(), at))
    at = _at()
    at[HALF + 1 :] -= 4 * STEP_US + STEP_US // 3
    yield Case("clock back an hour, interleaving", _series(_true(), at))
