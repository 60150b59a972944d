"""Emissions that a saving avoided."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from analytics.tariffs import DaySaved
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.emission_factors import factor_on

__all__ = ["avoided_emissions", "factor_on"]

_KILOGRAM = Decimal("0.001")
_KG_PER_TONNE = 1000


def avoided_emissions(region: str, carrier: Carrier, days: Iterable[DaySaved]) -> tuple[Decimal, str] | None:
    """Emissions that a saving avoided, and their sources; None if a day has no factor. [t CO2]

    Args:
        region: ISO 3166 code.
        carrier: What was saved.
        days: The saving.
    """
    total, sources = Decimal(0), []
    for each in days:
        factor = factor_on(region, carrier, each.day)
        if factor is None:
            return None
        total += each.energy_kwh * factor.kg_per_kwh
        sources.append(factor.source)
    return (total / _KG_PER_TONNE).quantize(_KILOGRAM, ROUND_HALF_UP), "; ".join(dict.fromkeys(sources))
