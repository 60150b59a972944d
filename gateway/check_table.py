"""The values of a meter as an installer compares them with its display: no digit that it lacks, heat in Gcal too."""

import math
from collections.abc import Iterable, Iterator
from decimal import Decimal

from gateway.check import Shown
from teplosvet.domain.quantities import Quantity

KWH_PER_GCAL = 1163.0
"""1 Gcal = 4.1868 GJ, the calorie of the steam tables. [kWh/Gcal]"""
_OF_HEAT = frozenset({Quantity.HEAT_ENERGY_KWH.wire_name, Quantity.COOLING_ENERGY_KWH.wire_name})
_DIGITS = 12
"""Digits of a step that are the meter's; what follows comes from the conversion of its unit."""
_GCAL_DECIMALS = 5
"""Decimals of Gcal where the meter's step is not known: no display has more."""


def value_rows(values: Iterable[Shown]) -> Iterator[tuple[str, float, str, float | None]]:
    """Quantity, value, unit and step of each value; energy of heat once more in Gcal."""
    for each in values:
        step = each.resolution or None
        yield each.quantity, in_steps(each.value, step), each.unit, step and float(f"{step:.{_DIGITS}g}")
        if each.quantity in _OF_HEAT:
            gcal_step = step and step / KWH_PER_GCAL
            yield each.quantity, gcal(each.value, step), "Gcal", gcal_step and float(f"{gcal_step:.3g}")


def in_steps(value: float, step: float | None) -> float:
    """A value as whole steps of the meter, without the noise of a conversion; both in the same unit."""
    if step is None or not math.isfinite(value):
        return float(f"{value:.9g}")
    return float(round(value / step) * Decimal(f"{step:.{_DIGITS}g}"))


def gcal(energy_kwh: float, step_kwh: float | None) -> float:
    """Energy with the decimals that its step tells apart. [Gcal]"""
    decimals = _GCAL_DECIMALS if step_kwh is None else math.ceil(-round(math.log10(step_kwh / KWH_PER_GCAL), 6))
    return round(energy_kwh / KWH_PER_GCAL, decimals)
