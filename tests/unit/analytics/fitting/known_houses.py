"""A house whose truth is known, as observations and as a file."""

from datetime import date, timedelta

import numpy as np

from analytics.arrays import Floats
from analytics.daily import days_of
from analytics.fitting.method import FitResult
from analytics.fitting.observations import Interval, Observations, Series
from analytics.fitting.options import MethodOptions
from analytics.fitting.registry import METHODS, method_named
from teplosvet.domain.periods import Period
from tests.unit.analytics.simulated_buildings import outdoor_temperature, persistent_noise

BASELINE, REPORTING = Period.parse("2023-01-01/2024-01-01"), Period.parse("2024-01-01/2024-12-31")
WHOLE = Period(BASELINE.start, REPORTING.end)
CONFIDENCES = (0.9, 0.8, 0.68)
NAMES = tuple(METHODS)
MONTHLY = "billing-monthly"


def weather(seed: int = 1) -> Floats:
    return outdoor_temperature(np.random.default_rng(seed), days_of(WHOLE))


def energy(temperature: Floats, saving: float, seed: int = 2, cv: float = 0.05, *, flat: bool = False) -> Floats:
    """Heat of each day; `flat` for retrofit isolation, where no weather acts."""
    need = np.full(len(temperature), 60.0) if flat else 20 + 8 * np.maximum(15 - temperature, 0.0)
    noise = cv * need.mean() * persistent_noise(np.random.default_rng(seed), 1, len(need), 0.3)[0]
    after = days_of(WHOLE) >= np.datetime64(REPORTING.start)
    return np.where(after, (1 - saving) * need, need) + noise


def daily(values: Floats, first: date = WHOLE.start) -> Series:
    day = np.datetime64(first, "D") + np.arange(len(values))
    return Series(Interval.DAY, day, np.zeros(len(day), dtype=np.intp), np.ones(len(day)), values)


def run(
    name: str,
    kwh: Floats,
    temperature: Floats,
    options: MethodOptions | None = None,
    *,
    periods: tuple[Period, Period] = (BASELINE, REPORTING),
    shift_days: int = 0,
) -> FitResult:
    first = WHOLE.start + timedelta(days=shift_days)
    both = [daily(values, first) for values in (kwh, temperature)]
    moved = [Period(p.start + timedelta(days=shift_days), p.end + timedelta(days=shift_days)) for p in periods]
    before, after = (Observations(p, both[0].over(p), both[1].over(p)) for p in moved)
    return method_named(name, options or MethodOptions()).run(before, after, CONFIDENCES)


def csv_text(kwh: Floats, temperature: Floats) -> str:
    days = days_of(WHOLE).tolist()
    rows = [f"{day},{e!r},{t!r}" for day, e, t in zip(days, kwh.tolist(), temperature.tolist(), strict=True)]
    return "\n".join(["day,energy_kwh,outdoor_temp_c", *rows]) + "\n"
