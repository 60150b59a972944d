"""A line on heating degree days: energy a day = base load + slope x degree days a day; for days and for months."""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats, Mask
from analytics.fitting.observations import Rows
from analytics.fitting.outcome import Outcome
from analytics.fitting.variance import FittedRows, variance_of_sum
from analytics.goodness import goodness
from analytics.result import known

STEP_C = 0.1
"""Distance of the base temperatures that are tried. [K]"""


@dataclass(frozen=True, slots=True, eq=False)
class BaseLine:
    """The fitted line.

    Attributes:
        base_load_kwh: Energy of a day without degree days. [kWh/d]
        slope_kwh: Growth per degree day. [kWh/(K·d)]
        base_c: Base temperature. [°C]
        searched: Whether the base temperature is a fitted parameter too.
        rows: Rows of the fit.
        used: Which of `rows` are in the fit.
    """

    base_load_kwh: float
    slope_kwh: float
    base_c: float
    searched: bool
    rows: Rows
    used: Mask

    @property
    def parameters(self) -> int:
        """Number of fitted parameters p. [-]"""
        return 3 if self.searched else 2

    def energy(self, rows: Rows) -> Floats:
        """Energy of each row by the line. [kWh]"""
        return self.base_load_kwh * rows.days + self.slope_kwh * rows.degree_days(self.base_c)

    def gradient(self, rows: Rows) -> Floats:
        """Derivatives by base load, slope and, up to the slope, base temperature [r, p]."""
        columns = [rows.days, rows.degree_days(self.base_c)]
        return np.stack([*columns, rows.days_below(self.base_c)] if self.searched else columns, axis=1)


def fit_base_line(rows: Rows, used: Mask, base_c: float | None) -> BaseLine | None:
    """Least squares, weighted with the days of each row, as the mean of more days scatters less.

    The base temperature, if it is not given, is the one of least residuals on a grid of 0.1 K between the 2.5 % and
    97.5 % quantiles of the temperatures, 5 to 25 °C at most. None if there is no line that grows with the cold.

    Args:
        rows: Days or months.
        used: Rows that may be used [r].
        base_c: Base temperature, None to search it. [°C]
    """
    scale = np.sqrt(rows.days[used])
    energy = rows.energy_kwh[used] / scale
    if np.ptp(energy / scale) <= 1e-9 * abs(float(np.mean(energy / scale))):
        return None
    best: tuple[float, float, float, float] | None = None
    for base in _candidates(rows) if base_c is None else [base_c]:
        x = np.stack([rows.days[used], rows.degree_days(base)[used]], axis=1) / scale[:, None]
        if np.ptp(x[:, 1] / x[:, 0]) < 1e-9:
            continue
        solution = np.linalg.lstsq(x, energy, rcond=None)[0]
        rest = float(np.square(energy - x @ solution).sum())
        if solution[1] > 0 and (best is None or rest < best[0]):
            best = (rest, float(solution[0]), float(solution[1]), float(base))
    if best is None:
        return None
    return BaseLine(best[1], best[2], best[3], base_c is None, rows, used)


def _candidates(rows: Rows) -> list[float]:
    seen = rows.temperature_c[np.isfinite(rows.temperature_c)]
    if not seen.size:
        return []
    low, high = np.quantile(seen, [0.025, 0.975])
    first, last = np.ceil(max(low, 5.0) / STEP_C), np.floor(min(high, 25.0) / STEP_C)
    return [round(float(step) * STEP_C, 1) for step in np.arange(first, last + 1)]


def outcome_of(line: BaseLine, reporting: Rows, used: Mask, *, few: bool) -> Outcome:
    """Adjusted baseline and its variance over the reporting rows used; `few` as in `variance_of_sum`."""
    rows, inside = line.rows, line.used
    scale = np.sqrt(rows.days)
    residual = (rows.energy_kwh - line.energy(rows)) / scale
    fitted = FittedRows(
        rows.place[inside], (line.gradient(rows) / scale[:, None])[inside], residual[inside], line.parameters
    )
    influence = fitted.influence(line.gradient(reporting)[used].sum(axis=0))
    variance = variance_of_sum(fitted, influence, reporting.place[used], np.sqrt(reporting.days[used]), few=few)
    per_day, by_line = rows.energy_kwh / rows.days, line.energy(rows) / rows.days
    count = np.array([float(line.parameters)])
    return Outcome(
        line.energy(reporting)[used],
        reporting.energy_kwh[used],
        variance,
        goodness(rows.place, per_day[None], by_line[None], inside[None], count),
        line.parameters,
        {
            "base_load_kwh_per_day": known(line.base_load_kwh, 6),
            "slope_kwh_per_degree_day": known(line.slope_kwh, 6),
            "base_temperature_c": known(line.base_c, 2),
            "base_temperature_searched": int(line.searched),
        },
    )
