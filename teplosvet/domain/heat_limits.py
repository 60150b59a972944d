"""Between which limits a heat meter measures as it should."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeatLimits:
    """Limits of a heat meter; None is not stated, and then nobody knows whether it was kept.

    Attributes:
        q_min_m3h: Least flow of its range. [m³/h]
        q_max_m3h: Greatest flow of its range. [m³/h]
        dt_min_k: Least difference of flow and return temperature. [K]
        fault_bits: Error bits which mean that heat is not metered; None takes every bit for such a one.
    """

    q_min_m3h: float | None = None
    q_max_m3h: float | None = None
    dt_min_k: float | None = None
    fault_bits: int | None = None


NO_LIMITS = HeatLimits()
