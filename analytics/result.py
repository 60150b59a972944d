"""The figures of a statement: rounded once, day by day, so that what is printed adds up."""

import math
from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats
from analytics.goodness import effective_days
from analytics.savings import Baseline, Saving
from analytics.statement import Band, BaselineDay, Fit, ReportingDay, Variable
from analytics.uncertainty import GUIDELINE_14_K, guideline_14_half_width, sun_baltazar_k

DECIMALS = 3
"""Energy is stated to a watt-hour."""

CONFIDENCE = 0.9
OTHER_CONFIDENCES = (0.68, 0.8)


def known(value: float, decimals: int = DECIMALS) -> float | None:
    """A rounded number, None in place of NaN: JSON has no NaN, and a missing value is not 0."""
    return round(float(value), decimals) if np.isfinite(value) else None


def known_each(values: Floats) -> list[float | None]:
    """`known` of every value, to the same last bit, at a fraction of its cost.

    ``rint(1000 x) / 1000`` is the double nearest to a decimal with three places, as `round` gives it, except where the
    product lies so near to a half that its own rounding may have chosen the wrong side: there `round` is asked.
    """
    scale = 10.0**DECIMALS
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = values * scale
        whole = np.rint(scaled)
        sure = np.abs(np.abs(scaled - whole) - 0.5) > _BESIDE_A_HALF
        sure &= np.abs(scaled) < _EXACT_TO
    rounded: list[float | None] = (whole / scale).tolist()
    for place in np.flatnonzero(~sure).tolist():
        rounded[place] = known(values[place])
    return rounded


_BESIDE_A_HALF = 1e-4
_EXACT_TO = 1e11
"""Up to here the product is exact to a tenth of `_BESIDE_A_HALF`."""


def baseline_days(baseline: Baseline) -> tuple[BaselineDay, ...]:
    """The baseline period day by day."""
    return tuple(
        map(
            BaselineDay,
            baseline.series.day.tolist(),
            known_each(baseline.variable),
            known_each(baseline.series.energy_kwh),
            known_each(baseline.fitted_kwh),
            baseline.used.tolist(),
        )
    )


def reporting_days(saving: Saving) -> tuple[ReportingDay, ...]:
    """The reporting period day by day."""
    return tuple(
        map(
            ReportingDay,
            saving.day.tolist(),
            known_each(saving.variable),
            known_each(saving.adjusted_baseline_kwh),
            known_each(saving.adjustment_kwh),
            known_each(saving.series.energy_kwh),
            known_each(saving.series.estimated_kwh),
            saving.used.tolist(),
            saving.left_out,
        )
    )


def fit_figures(baseline: Baseline, saving: Saving, variable: Variable | None) -> Fit | None:
    """The baseline model in figures, None if there was none."""
    kind, fits, figures = baseline.kind, baseline.fits, baseline.goodness
    if kind is None:
        return None
    dark = variable is Variable.DARK_HOURS_H
    heating, cooling = known(fits.heating_slope[0], 6), known(fits.cooling_slope[0], 6)
    low, high = baseline.variable_range
    return Fit(
        model=kind.value,
        variable=variable,
        base_kwh=round(float(fits.base[0]), 6),
        heating_slope_kwh_per_k=heating or None,
        cooling_slope_kwh_per_k=None if dark else cooling or None,
        heating_change_point_c=known(fits.heating_change_point[0]),
        cooling_change_point_c=known(fits.cooling_change_point[0]),
        dark_hours_slope_kwh_per_h=cooling if dark else None,
        cv_rmse=known(figures.cv_rmse[0], 6),
        nmbe=known(figures.nmbe[0], 6),
        r2=known(figures.r2[0], 6),
        rho=known(figures.rho[0], 4),
        rho_noise=known(saving.variance.rho[0], 4),
        n=int(figures.n[0]),
        n_effective=known(saving.variance.n_effective[0], 2),
        variable_low=known(low),
        variable_high=known(high),
        sun_k=baseline.sun_k or None,
    )


@dataclass(frozen=True, slots=True)
class Result:
    """Sums over the days used, and the band.

    Attributes:
        adjusted_baseline_kwh: [kWh]
        adjustment_kwh: [kWh]
        metered_kwh: [kWh]
        estimated_kwh: [kWh]
        avoided_energy_kwh: Adjusted baseline and adjustment less metered energy. [kWh]
        bands: At each confidence, the headline first; empty where no band can be told.
        guideline_14_half_width_kwh: [kWh]
        sun_baltazar_half_width_kwh: [kWh]
    """

    adjusted_baseline_kwh: float
    adjustment_kwh: float
    metered_kwh: float
    estimated_kwh: float
    avoided_energy_kwh: float
    bands: tuple[Band, ...]
    guideline_14_half_width_kwh: float | None
    sun_baltazar_half_width_kwh: float | None

    @property
    def fractional_saving(self) -> float | None:
        """Avoided energy over the adjusted baseline with its adjustment. [-]"""
        whole = self.adjusted_baseline_kwh + self.adjustment_kwh
        return round(self.avoided_energy_kwh / whole, 6) if whole > 0 else None

    @property
    def fractional_uncertainty(self) -> float | None:
        """Half of the headline band over the avoided energy, which has a sense only for a saving. [-]"""
        if not self.bands or self.avoided_energy_kwh <= 0:
            return None
        return round((self.bands[0].upper_kwh - self.avoided_energy_kwh) / self.avoided_energy_kwh, 6)


def result_of(baseline: Baseline, saving: Saving, days: tuple[ReportingDay, ...], meter_error: float) -> Result:
    """Sum the rounded days and put the band around them."""
    used = [row for row in days if row.used]
    adjusted = _total([row.adjusted_baseline_kwh for row in used])
    adjustment = _total([row.adjustment_kwh for row in used])
    metered = _total([row.metered_kwh for row in used])
    avoided = round(adjusted + adjustment - metered, DECIMALS)
    bands = []
    for confidence in (CONFIDENCE, *OTHER_CONFIDENCES):
        half = saving.half_width_kwh(confidence, meter_error)
        if np.isfinite(half):
            bands.append(Band(confidence, round(avoided - half, DECIMALS), round(avoided + half, DECIMALS)))
    counted = np.array([float(len(used))])
    plain, improved = (_guideline_14(baseline, adjusted, counted, k) for k in (GUIDELINE_14_K, sun_baltazar_k(counted)))
    return Result(
        adjusted_baseline_kwh=adjusted,
        adjustment_kwh=adjustment,
        metered_kwh=metered,
        estimated_kwh=_total([row.estimated_kwh for row in used]),
        avoided_energy_kwh=avoided,
        bands=tuple(bands),
        guideline_14_half_width_kwh=plain,
        sun_baltazar_half_width_kwh=improved,
    )


def _total(rounded: list[float | None]) -> float:
    """Sum of the days used, each of which is known: an unknown one is left out of the days, not of the sum. [kWh]"""
    if None in rounded:
        raise ValueError("a day with an unknown amount is among the days used")
    # Exact: the built-in sum rounds otherwise from Python 3.12 on.
    return round(math.fsum(value for value in rounded if value is not None), DECIMALS)


def _guideline_14(baseline: Baseline, adjusted_kwh: float, days: Floats, k: Floats | float) -> float | None:
    figures = baseline.goodness
    half = guideline_14_half_width(
        CONFIDENCE,
        np.array([adjusted_kwh]),
        figures.cv_rmse,
        figures.n,
        effective_days(figures.n, figures.rho),
        baseline.fits.parameters,
        days,
        k,
    )
    return known(half[0])
