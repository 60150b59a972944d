"""Energy of a device that has no energy register: power times the time that it is known to have held."""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats
from analytics.holding import Ints, Pieces, held

_US_PER_S = 1e6
_US_W_PER_KWH = 3.6e12


@dataclass(frozen=True, slots=True)
class DerivedEnergy:
    """Energy of each bucket.

    Attributes:
        energy_kwh: Drawn as far as the power is known; NaN where it is not. [kWh]
        covered_s: How long it is known. [s]
    """

    energy_kwh: Floats
    covered_s: Floats


def derived_energy(at_us: Ints, power_w: Floats, edges_us: Ints) -> DerivedEnergy:
    """Energy of each bucket out of power. [kWh]

    Steps, and no trapezoids: a source that speaks on change is silent while nothing changes, and a straight line from
    standby to full power over that silence would be energy that nobody drew; polled often, both are the same in the
    mean. Over an outage nothing is integrated but one usual interval, and a negative power is not an amount.

    Args:
        at_us: Instants of the device's readings in order, at least one. [µs since 1970]
        power_w: Active power; NaN where a reading has none. [W]
        edges_us: k+1 increasing edges of k half-open buckets. [µs since 1970]
    """
    pieces = Pieces.cut(held(at_us), edges_us)
    power = pieces.known(power_w)
    if power is None:
        return DerivedEnergy(np.full(pieces.buckets, np.nan), np.zeros(pieces.buckets))
    lasts = np.where(power.value >= 0, power.for_us, 0.0)
    covered = pieces.total(lasts)
    drawn = pieces.total(np.where(lasts > 0, power.value, 0.0) * lasts)
    return DerivedEnergy(np.where(covered > 0, drawn / _US_W_PER_KWH, np.nan), covered / _US_PER_S)
