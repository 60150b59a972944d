"""Our change-point fit beside `scipy.optimize`, meter by meter, on the same meters in the same run."""

import time
import warnings
from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats
from analytics.change_point import fit
from analytics.fleet.bench_city import BASELINE, City

SAMPLE = 100
"""Meters that scipy fits; its time grows with their number."""

STARTS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Quantiles of the temperature that scipy starts from: its search ends in the nearest valley, and there are several."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What fitting every meter takes.

    Attributes:
        ours_s: Our fit of all meters. [s]
        scipy_s: scipy's, scaled from the sample to all meters. [s]
        ratio: scipy's over ours. [-]
        ratio_one_start: The same if scipy starts once only, from the middle, and takes what it finds. [-]
        sample: Meters that scipy fitted.
        missed: Of them those whose sum of squares stays more than 0.01 % above ours from all starts.
        missed_one_start: The same from one start.
    """

    ours_s: float
    scipy_s: float
    ratio: float
    ratio_one_start: float
    sample: int
    missed: int
    missed_one_start: int


def has_scipy() -> bool:
    """Whether scipy is installed: it belongs to the tools of development, not to the product."""
    try:
        import scipy.optimize  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


def compare(city: City) -> Comparison:
    """Fit the baselines of all heat meters with ours, and of a sample with scipy."""
    days = slice(0, BASELINE.days)
    ours_s, sse = 0.0, np.empty(len(city.heat_kwh))
    for station, sky in enumerate(city.temperature_c):
        own = city.station == station
        energy = city.heat_kwh[own, days]
        started = time.perf_counter()
        sse[own] = fit(sky[days], energy).sse
        ours_s += time.perf_counter() - started
    sample = np.linspace(0, len(sse) - 1, min(SAMPLE, len(sse))).astype(int)
    spent, one_spent, missed, one_missed = 0.0, 0.0, 0, 0
    for meter in sample:
        energy = city.heat_kwh[meter, days]
        known = np.isfinite(energy)
        sky = city.temperature_c[city.station[meter], days]
        found, took = _scipy_fit(sky[known], energy[known], STARTS)
        one_found, one_took = _scipy_fit(sky[known], energy[known], STARTS[2:3])
        spent, one_spent = spent + took, one_spent + one_took
        missed += found > 1.0001 * sse[meter]
        one_missed += one_found > 1.0001 * sse[meter]
    scale = len(sse) / len(sample)
    return Comparison(
        ours_s=round(ours_s, 4),
        scipy_s=round(scale * spent, 2),
        ratio=round(scale * spent / ours_s, 1),
        ratio_one_start=round(scale * one_spent / ours_s, 1),
        sample=len(sample),
        missed=int(missed),
        missed_one_start=int(one_missed),
    )


def _scipy_fit(temperature: Floats, energy: Floats, starts: tuple[float, ...]) -> tuple[float, float]:
    """The least sum of squares of the models that heat can follow, and the time that scipy took. [kWh²], [s]"""
    from scipy.optimize import curve_fit  # noqa: PLC0415

    begun = time.perf_counter()
    found = [float(np.square(energy - energy.mean()).sum())]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a start that leads nowhere is told by its sum of squares
        line, _ = curve_fit(_line, temperature, energy, p0=(energy.mean(), 0.0))
        found.append(float(np.square(energy - _line(temperature, *line)).sum()))
        for start in starts:
            change_point = float(np.quantile(temperature, start))
            first = (float(energy.min()), float(np.ptp(energy) / np.ptp(temperature)), change_point)
            try:
                hinge, _ = curve_fit(_hinge, temperature, energy, p0=first)
            except RuntimeError:  # no end within the evaluations that it may make
                continue
            found.append(float(np.square(energy - _hinge(temperature, *hinge)).sum()))
    return min(found), time.perf_counter() - begun


def _line(temperature: Floats, base: float, slope: float) -> Floats:
    return base - slope * temperature


def _hinge(temperature: Floats, base: float, slope: float, change_point: float) -> Floats:
    below = change_point - temperature
    return np.asarray(base + slope * np.where(below > 0, below, 0.0))
