"""Change-point models of daily energy on outdoor temperature, fitted for thousands of buildings at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analytics.arrays import Floats, Indices, Mask
from analytics.model_kind import HEAT_MODELS, ModelKind
from analytics.model_search import SEARCHES
from analytics.segments import SortedDays

_ROWS_AT_ONCE = 256
"""Buildings per pass: the running sums of so many fit a processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class ChangePointFits:
    """The chosen model of each of m buildings. A parameter that a model has not is 0 (slopes) or NaN (change points).

    Attributes:
        kind: Index into `kinds`, or -1 where there were too few days for any model.
        kinds: The models that were tried.
        base: Energy at the change point; of a straight line at 0 °C. [kWh/d]
        heating_slope: Growth per kelvin colder. [kWh/(K·d)]
        cooling_slope: Growth per kelvin warmer. [kWh/(K·d)]
        heating_change_point: Outdoor temperature below which heating_slope holds. [°C]
        cooling_change_point: Outdoor temperature above which cooling_slope holds. [°C]
        sse: Sum of squared residuals. [kWh²]
        parameters: Number of fitted parameters p. [-]
        n: Days of the fit. [d]
    """

    kind: Indices
    kinds: tuple[ModelKind, ...]
    base: Floats
    heating_slope: Floats
    cooling_slope: Floats
    heating_change_point: Floats
    cooling_change_point: Floats
    sse: Floats
    parameters: Floats
    n: Floats

    def __len__(self) -> int:
        return len(self.base)

    def kind_of(self, building: int) -> ModelKind | None:
        """The model of one building, None where there were too few days."""
        return self.kinds[self.kind[building]] if self.kind[building] >= 0 else None

    def predict(self, temperature_c: Floats) -> Floats:
        """Energy of each building at each temperature; NaN where the temperature or the model is missing. [kWh/d]

        Args:
            temperature_c: Shared [d], or one row per building [m, d]. [°C]
        """
        heating, cooling = self.hinges(temperature_c)
        known = np.where(np.isfinite(temperature_c), self.base[:, None], np.nan)
        return known + self.heating_slope[:, None] * heating + self.cooling_slope[:, None] * cooling

    def hinges(self, temperature_c: Floats) -> tuple[Floats, Floats]:
        """Kelvin below the heating and above the cooling change point; of a straight line, from 0 °C. [m, d] [K]"""
        below = self.heating_change_point[:, None] - temperature_c
        above = temperature_c - self.cooling_change_point[:, None]
        line = (self.parameters == 2)[:, None]
        heating = np.where(line, -temperature_c, np.where(below > 0, below, 0.0))
        cooling = np.where(line, temperature_c, np.where(above > 0, above, 0.0))
        return np.where(np.isfinite(temperature_c), heating, 0.0), np.where(np.isfinite(temperature_c), cooling, 0.0)

    def gradient(self, temperature_c: Floats) -> Floats:
        """Derivatives of the energy by base, slopes and change points, up to constant factors. [m, d, 5]

        A parameter that the model has not has a column of zeros. The change point of "4P" stands in the heating column.
        """
        heating, cooling = self.hinges(temperature_c)
        below = (self.heating_change_point[:, None] > temperature_c).astype(np.float64)
        above = (self.cooling_change_point[:, None] < temperature_c).astype(np.float64)
        bent = (self.parameters == 4)[:, None]
        weight = np.where(bent, np.abs(self.heating_slope)[:, None] + np.abs(self.cooling_slope)[:, None], 1.0)
        weight = np.where(weight > 0, weight, 1.0)
        joint = (self.heating_slope[:, None] * below - self.cooling_slope[:, None] * above) / weight
        has_heating, has_cooling = (self.heating_slope != 0)[:, None], (self.cooling_slope != 0)[:, None]
        columns = (
            np.ones_like(heating),
            np.where(has_heating, heating, 0.0),
            np.where(has_cooling, cooling, 0.0),
            np.where(bent, joint, below),
            np.where(bent, 0.0, above),
        )
        return np.stack(columns, axis=2)


def fit(
    temperature_c: Floats, energy_kwh: Floats, mask: Mask | None = None, kinds: Sequence[ModelKind] = HEAT_MODELS
) -> ChangePointFits:
    """Fit each model to each building and choose by the Bayesian information criterion.

    Least squares over the days of `mask` [1]. Change points are searched between the 2.5 % and 97.5 % quantiles of the
    building's temperatures. Of the models with one change point the optimum is exact: every day's temperature and
    every crossing of the two sides' lines is a candidate [2]. That of "5P" is found on a 40-point grid and refined.

    Args:
        temperature_c: Daily mean outdoor temperature, shared [d], or one row per building [m, d]. [°C]
        energy_kwh: Daily energy of each building [m, d]. [kWh/d]
        mask: Days that may be used [m, d]; unknown temperature or energy is never used.
        kinds: Models to try. Slopes are not negative except in "4P".

    References:
        [1] Kissock, Haberl, Claridge, "Inverse modeling toolkit: numerical algorithms", ASHRAE Transactions 109(2),
            2003.
        [2] Hudson, "Fitting segmented curves whose join points have to be estimated", JASA 61 (1966) 1097-1129.
    """
    usable = np.isfinite(energy_kwh) & np.isfinite(temperature_c)
    if mask is not None:
        usable &= mask
    temperature = np.asarray(temperature_c, dtype=np.float64)
    chosen = np.empty((len(energy_kwh), len(_COLUMNS)))
    for rows, sky in _under_one_sky(temperature, len(energy_kwh)):
        known = np.flatnonzero(np.isfinite(sky))
        order = known[np.argsort(sky[known], kind="stable")]
        days = np.ix_(rows, order)
        chosen[rows] = _choose(sky[order], energy_kwh[days], usable[days], tuple(kinds))
    return _with_base(chosen, tuple(kinds), temperature, energy_kwh, usable)


_COLUMNS = ("kind", "heating_slope", "cooling_slope", "heating_change_point", "cooling_change_point")


def _under_one_sky(temperature: Floats, buildings: int) -> Iterator[tuple[Indices, Floats]]:
    """Groups of buildings that share their weather, and their temperatures."""
    skies: dict[bytes, list[int]] = {}
    if temperature.ndim == 1:
        skies[b""] = list(range(buildings))
    else:
        for building, row in enumerate(temperature):
            skies.setdefault(row.tobytes(), []).append(building)
    for members in skies.values():
        sky = temperature if temperature.ndim == 1 else temperature[members[0]]
        for start in range(0, len(members), _ROWS_AT_ONCE):
            yield np.asarray(members[start : start + _ROWS_AT_ONCE], dtype=np.intp), sky


def _choose(temperature: Floats, energy: Floats, mask: Mask, kinds: tuple[ModelKind, ...]) -> Floats:
    """The columns of the model with the least information criterion, for each row."""
    days = SortedDays(temperature, energy, mask)
    n = days.n[:, 0]
    # A perfect fit has no logarithm; below rounding of the energy itself a smaller rest means nothing.
    floor = 1e-24 + 1e-14 * (days.sst[:, 0] + n * days.mean[:, 0] ** 2)
    best = np.full((len(energy), len(_COLUMNS)), np.nan)
    best[:, 0] = -1
    least = np.full(len(energy), np.inf)
    for index, kind in enumerate(kinds):
        if kind.parameters + 2 > len(temperature):
            continue
        candidate = SEARCHES[kind](days)
        enough = n >= kind.parameters + 2
        rest = np.where(enough, np.maximum(candidate.sse, floor), np.inf)
        with np.errstate(divide="ignore", invalid="ignore"):
            criterion = np.where(enough, n * np.log(rest / n) + kind.parameters * np.log(n), np.inf)
        better = criterion < least
        least = np.where(better, criterion, least)
        row = (
            np.full(len(energy), float(index)),
            candidate.heating_slope,
            candidate.cooling_slope,
            candidate.heating_change_point,
            candidate.cooling_change_point,
        )
        best[better] = np.stack(row, axis=1)[better]
    return best


def _with_base(
    chosen: Floats, kinds: tuple[ModelKind, ...], temperature: Floats, energy: Floats, usable: Mask
) -> ChangePointFits:
    """The base of each model, and its residuals from the days themselves, free of the running sums' rounding."""
    kind = chosen[:, 0].astype(np.intp)
    n = usable.sum(axis=1).astype(np.float64)
    fitted = kind >= 0
    parameters = np.where(fitted, np.array([k.parameters for k in kinds], dtype=np.float64)[kind], np.nan)
    zero = np.where(fitted, 0.0, np.nan)
    fits = ChangePointFits(
        kind, kinds, zero, chosen[:, 1], chosen[:, 2], chosen[:, 3], chosen[:, 4], zero, parameters, n
    )
    rest = np.where(usable, energy - fits.predict(temperature), 0.0)
    base = np.where(fitted, rest.sum(axis=1) / np.maximum(n, 1), np.nan)
    sse = np.where(usable, np.square(rest - base[:, None]), 0.0).sum(axis=1)
    return replace(fits, base=base, sse=sse)
