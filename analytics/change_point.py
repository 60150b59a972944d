"""Change-point models of daily energy on outdoor temperature, fitted for thousands of buildings at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from analytics.arrays import Floats, Indices, Mask
from analytics.model_kind import HEAT_MODELS, ModelKind
from analytics.model_search import Searched
from analytics.segments import SortedDays

_ROWS_AT_ONCE = 64
"""Buildings per pass: what a pass over their running sums touches fits a processor's own cache."""

_ROWS_FOR_BASE = 128
"""The same of the few passes for base and residuals."""


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

    def rows(self, rows: Indices) -> "ChangePointFits":
        """The fits of some of the buildings."""
        arrays = {field.name: getattr(self, field.name)[rows] for field in fields(self) if field.name != "kinds"}
        return replace(self, **arrays)

    def predict(self, temperature_c: Floats) -> Floats:
        """Energy of each building at each temperature; NaN where the temperature or the model is missing. [kWh/d]

        Args:
            temperature_c: Shared [d], or one row per building [m, d]. [°C]
        """
        unknown = ~np.isfinite(temperature_c)
        energy = np.empty(np.broadcast_shapes((len(self), 1), temperature_c.shape))
        energy[...] = self.base[:, None]
        line = self.parameters == 2
        for slope, change_point, sign in (
            (self.heating_slope, self.heating_change_point, -1.0),
            (self.cooling_slope, self.cooling_change_point, 1.0),
        ):
            if slope.any():
                energy += slope[:, None] * _hinge(sign, temperature_c, change_point, line)
        if unknown.any():
            np.copyto(energy, np.nan, where=unknown)
        return energy

    def hinges(self, temperature_c: Floats) -> tuple[Floats, Floats]:
        """Kelvin below the heating and above the cooling change point; of a straight line, from 0 °C. [m, d] [K]"""
        line = self.parameters == 2
        heating = _hinge(-1.0, temperature_c, self.heating_change_point, line)
        cooling = _hinge(1.0, temperature_c, self.cooling_change_point, line)
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


def _hinge(sign: float, temperature_c: Floats, change_point: Floats, line: Mask) -> Floats:
    """Kelvin beyond the change point in the direction of `sign`, 0 before it; of a line, from 0 °C. [m, d] [K]"""
    with np.errstate(invalid="ignore"):
        kelvin = np.where(line, 0.0, sign * change_point)[:, None]
        beyond = sign * temperature_c - kelvin
        np.copyto(beyond, 0.0, where=~((beyond > 0) | line[:, None]))
    return beyond


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
    temperature, kinds = np.asarray(temperature_c, dtype=np.float64), tuple(kinds)
    searched = Searched.nothing(len(kinds), len(energy_kwh))
    for members, sky in _under_one_sky(temperature, len(energy_kwh)):
        known = np.flatnonzero(np.isfinite(sky))
        order = known[np.argsort(sky[known], kind="stable")]
        room = np.empty((5, max(2, min(len(members), _ROWS_AT_ONCE)), len(order)))
        for start in range(0, len(members), _ROWS_AT_ONCE):
            rows = two_rows(members[start : start + _ROWS_AT_ONCE])
            energy, used = energy_kwh[rows].take(order, axis=1), usable[rows].take(order, axis=1)
            searched.search(rows, SortedDays(sky[order], energy, used, room[:, : len(rows)]), kinds)
    return _with_base(_chosen(searched, kinds), temperature, energy_kwh, usable)


def two_rows(rows: Indices) -> Indices:
    """The rows of a pass; a single one twice, for the reason in `analytics.batch.two_at_least`."""
    return np.repeat(rows, 2) if len(rows) == 1 else rows


def _under_one_sky(temperature: Floats, buildings: int) -> Iterator[tuple[Indices, Floats]]:
    """Groups of buildings that share their weather, and their temperatures."""
    if temperature.ndim == 1:
        yield np.arange(buildings), temperature
        return
    skies: dict[bytes, list[int]] = {}
    for building, row in enumerate(temperature):
        skies.setdefault(row.tobytes(), []).append(building)
    for members in skies.values():
        yield np.asarray(members, dtype=np.intp), temperature[members[0]]


def _chosen(searched: Searched, kinds: tuple[ModelKind, ...]) -> ChangePointFits:
    """The model with the least information criterion of each building, still without its base."""
    n = searched.n
    # A perfect fit has no logarithm; below rounding of the energy itself a smaller rest means nothing.
    floor = 1e-24 + 1e-14 * (searched.sst + n * searched.mean**2)
    parameters = np.array([float(kind.parameters) for kind in kinds])[:, None]
    enough = n >= parameters + 2
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.where(enough, np.maximum(searched.best[:, 4], floor), np.inf)
        criterion = np.where(enough, n * np.log(rest / n) + parameters * np.log(n), np.inf)
    kind = criterion.argmin(axis=0)
    building = np.arange(len(n))
    fitted = np.isfinite(criterion[kind, building])
    heating, cooling, colder, warmer, _ = np.where(fitted, searched.best[kind, :, building].T, np.nan)
    zero, p = np.where(fitted, 0.0, np.nan), np.where(fitted, parameters[kind, 0], np.nan)
    return ChangePointFits(np.where(fitted, kind, -1), kinds, zero, heating, cooling, colder, warmer, zero, p, n)


def _with_base(fits: ChangePointFits, temperature: Floats, energy: Floats, usable: Mask) -> ChangePointFits:
    """The base of each model, and its residuals from the days themselves, free of the running sums' rounding."""
    base, sse = np.empty(len(fits)), np.empty(len(fits))
    for start in range(0, len(fits), _ROWS_FOR_BASE):
        rows = two_rows(np.arange(start, min(start + _ROWS_FOR_BASE, len(fits))))
        own, out = fits.rows(rows), ~usable[rows]
        rest = energy[rows] - own.predict(temperature if temperature.ndim == 1 else temperature[rows])
        rest[out] = 0.0
        base[rows] = own.base + rest.sum(axis=1) / np.maximum(own.n, 1)
        rest -= base[rows, None]
        rest[out] = 0.0
        sse[rows] = np.einsum("md,md->m", rest, rest)
    return replace(fits, base=base, sse=sse)
