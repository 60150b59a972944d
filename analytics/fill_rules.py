"""Heat of days without a metered amount by PP RF No. 1034, items 115 to 118. Pure.

A filled day is never metered: what comes out stands beside the metered energy and joins no fit.
docs/methods/fill-rules.md says how the items are read, and what of them was read only in summary.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analytics.arrays import Days, Floats, Mask
from teplosvet.domain.fill_terms import FillTerms

VERSION = "pp1034/1"
"""Grows with every change that can change a filled amount."""

MOST_MEAN_DAYS = 15
"""Days of a billing month without metered heat up to which the mean of its normal days counts (item 118); with more,
the contract load does (items 115 to 117). [d]"""

HOURS_A_DAY = 24


class FillRule(StrEnum):
    """What filled a day."""

    MEAN_OF_NORMAL_DAYS = "mean_of_normal_days"
    """Mean heat of the month's normally metered days, brought to the day's outdoor temperature."""
    CONTRACT_LOAD = "contract_load"
    """Contract load, brought to the day's outdoor temperature."""


class NotFilled(StrEnum):
    """Why a day without metered heat stays out all the same."""

    NO_WEATHER = "no_weather"
    NO_NORMAL_DAYS = "no_normal_days"
    NO_LOAD = "no_load"
    NO_HEATING = "no_heating"


@dataclass(frozen=True, slots=True, eq=False)
class FilledDays:
    """Filled energy, day by day.

    Attributes:
        energy_kwh: Filled energy, NaN on every other day. [kWh/d]
        rule: What filled the day, None on every other day.
        not_filled: Why a day that was to be filled was not, None on every other day.
    """

    energy_kwh: Floats
    rule: tuple[FillRule | None, ...]
    not_filled: tuple[NotFilled | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FillDays:
    """The days of a statement's period, ascending.

    Attributes:
        day: Local calendar days.
        energy_kwh: Metered energy, NaN where unknown. [kWh/d]
        normal: Days that were metered as they should be.
        wanted: Days that are to be filled.
        outdoor_c: Mean outdoor temperature, NaN where unknown. [°C]
    """

    day: Days
    energy_kwh: Floats
    normal: Mask
    wanted: Mask
    outdoor_c: Floats


def fill_days(days: FillDays, terms: FillTerms) -> FilledDays:
    """Fill the wanted days, month by month.

    Up to 15 wanted days of a billing month: ``Q = Q_m (t_in - t) / (t_in - t_m)`` with Q_m the mean heat of the month's
    normal days and t_m their mean outdoor temperature. More: ``Q = 24 P (t_in - t) / (t_in - t_design)`` with the
    contract load P, for every wanted day of the month. A metered day is never replaced. [kWh/d]

    Args:
        days: The days of the period; a month that it has only a part of is judged by that part.
        terms: Contract load and temperatures.

    References:
        PP RF of 18.11.2013 No. 1034, items 115 to 118; Metodika of 17.03.2014 No. 99/pr, heat by the base figure.
    """
    span_k = float(terms.indoor_c) - _cut(days.outdoor_c, terms)
    energy = np.full(len(days.day), np.nan)
    rule: list[FillRule | None] = [None] * len(days.day)
    refused: list[NotFilled | None] = [None] * len(days.day)
    month = days.day.astype("datetime64[M]")
    for each in np.unique(month[days.wanted]):
        wanted = np.flatnonzero(days.wanted & (month == each))
        which, per_k = _per_kelvin(days, span_k, month == each, len(wanted), terms)
        for place in wanted.tolist():
            if not np.isfinite(span_k[place]):
                refused[place] = NotFilled.NO_WEATHER
            elif isinstance(which, NotFilled):
                refused[place] = which
            elif span_k[place] <= 0:
                refused[place] = NotFilled.NO_HEATING
            else:
                rule[place], energy[place] = which, per_k * span_k[place]
    return FilledDays(energy, tuple(rule), tuple(refused))


def _cut(outdoor_c: Floats, terms: FillTerms) -> Floats:
    """Outdoor temperature as the temperature graph counts it (item 117). [°C]"""
    low = -np.inf if terms.cut_cold_c is None else float(terms.cut_cold_c)
    high = np.inf if terms.cut_warm_c is None else float(terms.cut_warm_c)
    return np.clip(outdoor_c, low, high)


def _per_kelvin(
    days: FillDays, span_k: Floats, month: Mask, wanted: int, terms: FillTerms
) -> tuple[FillRule | NotFilled, float]:
    """The rule of a month, and its heat for each kelvin between indoors and outdoors. [kWh/(K·d)]"""
    if wanted > MOST_MEAN_DAYS:
        if terms.load_kw is None or terms.design_outdoor_c is None:
            return NotFilled.NO_LOAD, np.nan
        design_k = float(terms.indoor_c - terms.design_outdoor_c)
        return FillRule.CONTRACT_LOAD, HOURS_A_DAY * float(terms.load_kw) / design_k
    # A register that runs backwards is no normal operation, and a day without weather cannot be brought to another.
    normal = month & days.normal & np.isfinite(span_k) & (days.energy_kwh >= 0)
    if not normal.any():
        return NotFilled.NO_NORMAL_DAYS, np.nan
    mean_kwh, mean_k = float(days.energy_kwh[normal].mean()), float(span_k[normal].mean())
    if mean_kwh <= 0 or mean_k <= 0:
        return NotFilled.NO_HEATING, np.nan
    return FillRule.MEAN_OF_NORMAL_DAYS, mean_kwh / mean_k
