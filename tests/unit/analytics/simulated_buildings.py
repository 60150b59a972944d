"""Buildings with a known truth, drawn in numbers, for tests of what the verification claims about chance."""

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Days, Floats, Mask
from analytics.change_point import ChangePointFits, fit
from analytics.daylight import dark_hours
from analytics.goodness import Goodness, goodness
from analytics.model_kind import HEAT_MODELS, LIGHT_MODELS, ModelKind
from analytics.uncertainty import DaysUsed, SavingVariance, saving_variance

LATITUDE_DEG = 59.94


def persistent_noise(rng: np.random.Generator, rows: int, days: int, rho: float) -> Floats:
    """Standard normal AR(1) noise, stationary from the first day."""
    innovations = rng.standard_normal((days, rows)) * np.sqrt(1 - rho**2)
    innovations[0] /= np.sqrt(1 - rho**2)
    noise = np.empty((days, rows))
    noise[0] = innovations[0]
    for day in range(1, days):
        noise[day] = rho * noise[day - 1] + innovations[day]
    return noise.T


def outdoor_temperature(rng: np.random.Generator, day: Days) -> Floats:
    """A St Petersburg-like year: 6.5 °C in the mean, 13 K of season, weather of a few days."""
    of_year = (day - day.astype("datetime64[Y]").astype("datetime64[D]")).astype(float)
    return 6.5 - 13 * np.cos(2 * np.pi * (of_year - 20) / 365.25) + 4 * persistent_noise(rng, 1, len(day), 0.8)[0]


@dataclass(frozen=True)
class Plan:
    """What is drawn: two periods, the noise, the saving."""

    baseline_start: str = "2023-10-01"
    baseline_days: int = 212
    reporting_start: str = "2024-10-01"
    reporting_days: int = 212
    rho: float = 0.0
    saving: float = 0.0
    cv: float = 0.15
    missing: float = 0.03
    runs: int = 600
    skies: int = 12
    seed: int = 20241124
    light: bool = False

    @property
    def kinds(self) -> tuple[ModelKind, ...]:
        return LIGHT_MODELS if self.light else HEAT_MODELS


@dataclass(frozen=True)
class Season:
    """Runs under one sky: what was metered, and what the verification makes of it."""

    baseline: DaysUsed
    reporting: DaysUsed
    baseline_kwh: Floats
    reporting_kwh: Floats
    true_kwh: Floats
    fits: ChangePointFits
    goodness: Goodness
    variance: SavingVariance

    @property
    def adjusted_kwh(self) -> Floats:
        return np.where(self.reporting.mask, self.fits.predict(self.reporting.variable), 0.0).sum(axis=1)

    @property
    def avoided_kwh(self) -> Floats:
        return self.adjusted_kwh - np.where(self.reporting.mask, self.reporting_kwh, 0.0).sum(axis=1)


def need(variable: Floats, light: bool) -> Floats:
    """Energy without measure and noise. [kWh/d]"""
    return 12 + 1.5 * variable if light else 20 + 10 * np.maximum(15 - variable, 0)


def draw(plan: Plan) -> list[Season]:
    rng = np.random.default_rng(plan.seed)
    return [_season(plan, rng) for _ in range(plan.skies)]


def _season(plan: Plan, rng: np.random.Generator) -> Season:
    runs = plan.runs // plan.skies
    days = [
        np.datetime64(start, "D") + np.arange(count)
        for start, count in (
            (plan.baseline_start, plan.baseline_days),
            (plan.reporting_start, plan.reporting_days),
        )
    ]
    variable = [dark_hours(day, LATITUDE_DEG) if plan.light else outdoor_temperature(rng, day) for day in days]
    deviation = plan.cv * need(variable[0], plan.light).mean()
    noise = [deviation * persistent_noise(rng, runs, len(day), plan.rho) for day in days]
    mask: list[Mask] = [rng.random((runs, len(day))) >= plan.missing for day in days]
    wanted = need(variable[1], plan.light)
    before = need(variable[0], plan.light) + noise[0]
    after = wanted * (1 - plan.saving) + noise[1]
    fits = fit(variable[0], before, mask[0], plan.kinds)
    figures = goodness(days[0], before, fits.predict(variable[0]), mask[0], fits.parameters)
    baseline, reporting = (DaysUsed(*given) for given in zip(days, variable, mask, strict=True))
    variance = saving_variance(fits, baseline, reporting, figures.rho, before - fits.predict(variable[0]))
    true = np.where(mask[1], wanted * plan.saving, 0.0).sum(axis=1)
    return Season(baseline, reporting, before, after, true, fits, figures, variance)
