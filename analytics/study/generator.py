"""Houses with a known saving, made from physics that the methods under test know nothing of.

Nothing of the models, their noise or their daylight is used here: a mistake that both shared would pass the study.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analytics.arrays import Days, Floats

LATITUDE_DEG = 59.94
RUNS_UNDER_ONE_SKY = 10
BASELINE_START = np.datetime64("2023-11-01", "D")
BASELINE_DAYS = 365
REPORTING_START = np.datetime64("2024-11-01", "D")
MISSING_SHARE = 0.03
INDOOR_C = 20.5


class House(StrEnum):
    """What is metered."""

    HEAT = "heat"
    """Heat of a house whose substation follows the outdoor temperature: the sun hardly counts."""
    SUNNY_HEAT = "heat, thermostats"
    """Heat of a house whose radiators close when the sun shines in: spring needs less than autumn."""
    LIGHT = "light"
    """Lamps of stairwells."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is drawn.

    Attributes:
        house: What is metered.
        rho: Lag-1 autocorrelation of wind and sun, or of what people do with the lamps. [-]
        saving: Share of the energy that the measure saves. [-]
        reporting_days: [d]
        runs: Houses. [-]
        seed: Of the generator.
        shift_share: Lasting rise of the metered energy at the end of the period, over the mean of a day. [-]
        shift_days: How long before the end it begins. [d]
        fade: Share of the saving that is lost in even steps by the end of the period. [-]
    """

    house: House
    rho: float
    saving: float
    reporting_days: int
    runs: int
    seed: int
    shift_share: float = 0.0
    shift_days: int = 120
    fade: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What the meters showed, and the truth.

    Attributes:
        baseline_day: Days of the baseline period [d].
        reporting_day: Days of the reporting period [d].
        baseline_c: Outdoor temperature of each house in the baseline period [m, d]. [°C]
        reporting_c: The same in the reporting period [m, d]. [°C]
        baseline_kwh: Metered energy, NaN where it is missing [m, d]. [kWh/d]
        reporting_kwh: Metered energy of the reporting period [m, d]. [kWh/d]
        saved_kwh: True saving of each reporting day [m, d]. [kWh/d]
    """

    baseline_day: Days
    reporting_day: Days
    baseline_c: Floats
    reporting_c: Floats
    baseline_kwh: Floats
    reporting_kwh: Floats
    saved_kwh: Floats


def draw(case: Case) -> Drawn:
    """Houses that all go through both periods, each ten of them under weather years of their own."""
    rng = np.random.default_rng([case.seed, round(1000 * case.rho), round(1000 * case.saving), case.reporting_days])
    before = BASELINE_START + np.arange(BASELINE_DAYS)
    after = REPORTING_START + np.arange(case.reporting_days)
    skies = -(-case.runs // RUNS_UNDER_ONE_SKY)
    weather = [np.repeat(outdoor_temperature(rng, day, skies), RUNS_UNDER_ONE_SKY, axis=0) for day in (before, after)]
    need_of = _Light(rng, case) if case.house is House.LIGHT else _Heat(rng, case)
    baseline, would_use = (
        need_of(rng, day, sky[: case.runs]) for day, sky in zip((before, after), weather, strict=True)
    )
    time = np.arange(case.reporting_days) / max(case.reporting_days - 1, 1)
    saved = case.saving * (1 - case.fade * time) * would_use
    late = time * max(case.reporting_days - 1, 1) >= case.reporting_days - case.shift_days
    saved = saved - np.where(late, case.shift_share, 0.0) * would_use.mean(axis=1, keepdims=True)
    permissible = 0.01 if case.house is House.LIGHT else 0.034
    gain = 1 + rng.uniform(-permissible, permissible, (case.runs, 1))
    return Drawn(
        before,
        after,
        weather[0][: case.runs],
        weather[1][: case.runs],
        _with_gaps(rng, gain * baseline),
        _with_gaps(rng, gain * (would_use - saved)),
        saved,
    )


def outdoor_temperature(rng: np.random.Generator, day: Days, skies: int) -> Floats:
    """Weather of a coast at 60° north: no two years have the same mean, winter or storms [skies, d]. [°C]"""
    mean, swing = rng.normal(6.0, 0.9, (skies, 1)), rng.normal(12.5, 1.2, (skies, 1))
    latest = rng.normal(22.0, 6.0, (skies, 1))
    season = mean - swing * np.cos(2 * np.pi * (_day_of_year(day) - latest) / 365.25)
    return season + (3.6 - 0.8 * np.sin(2 * np.pi * _day_of_year(day) / 365.25)) * persistent(rng, skies, len(day), 0.8)


def persistent(rng: np.random.Generator, rows: int, days: int, rho: float) -> Floats:
    """Standard normal noise that remembers the day before, stationary from the first day [rows, d]. [-]"""
    noise = rng.standard_normal((rows, days))
    for place in range(1, days):
        noise[:, place] = rho * noise[:, place - 1] + np.sqrt(1 - rho**2) * noise[:, place]
    return noise


def daylight_hours(day: Days) -> Floats:
    """Sunrise to sunset, from Cooper's declination of 1969. [h]"""
    declination = np.deg2rad(23.45) * np.sin(2 * np.pi * (284 + _day_of_year(day)) / 365)
    half_day = -np.tan(np.deg2rad(LATITUDE_DEG)) * np.tan(declination)
    return np.asarray(24 / np.pi * np.arccos(np.clip(half_day, -1, 1)))


class _Heat:
    """A heated block of flats: losses with the wind, the sun through the windows, people, hot water.

    The change point is where the gains meet the losses; nothing sets it, and wind and sun blur it.
    """

    def __init__(self, rng: np.random.Generator, case: Case) -> None:
        rows = (case.runs, 1)
        self._rho = case.rho
        self._loss = rng.uniform(40, 160, rows)
        self._people_k = rng.uniform(2.0, 4.0, rows)
        self._sun_k = rng.uniform(1.0, 2.5, rows) * (1.0 if case.house is House.SUNNY_HEAT else 0.3)
        self._hot_water = self._loss * rng.uniform(1.5, 3.0, rows)
        self._weekend = rng.uniform(0.05, 0.2, rows)

    def __call__(self, rng: np.random.Generator, day: Days, temperature_c: Floats) -> Floats:
        rows, days = temperature_c.shape
        wind, cloud = (persistent(rng, rows, days, self._rho) for _ in range(2))
        tap = persistent(rng, rows, days, self._rho)
        sun_k = self._sun_k * np.maximum(daylight_hours(day) - 5, 0.5) / 7 * (1 + 0.5 * cloud)
        warmth_k = (INDOOR_C - temperature_c) * (1 + 0.07 * wind) + 0.6 * wind - sun_k - self._people_k
        weekend = 1 + self._weekend * _is_weekend(day)
        return np.asarray(
            self._loss * np.where(warmth_k > 0, warmth_k, 0.0) + self._hot_water * weekend * (1 + 0.12 * tap)
        )


class _Light:
    """Stairwells: some lamps burn around the clock, some from sunset to sunrise, some when somebody comes."""

    def __init__(self, rng: np.random.Generator, case: Case) -> None:
        rows = (case.runs, 1)
        self._rho = case.rho
        self._always = rng.uniform(0.2, 0.6, rows)
        self._at_night = rng.uniform(0.2, 0.6, rows)
        self._weekend = rng.uniform(-0.15, -0.05, rows)

    def __call__(self, rng: np.random.Generator, day: Days, temperature_c: Floats) -> Floats:
        rows, days = temperature_c.shape
        cloud, people = (persistent(rng, rows, days, self._rho) for _ in range(2))
        night = 24 - daylight_hours(day) + 0.7 * cloud
        weekend = 1 + self._weekend * _is_weekend(day)
        return np.asarray(24 * self._always + self._at_night * night + 3 * weekend * (1 + 0.25 * people))


def _with_gaps(rng: np.random.Generator, energy_kwh: Floats) -> Floats:
    return np.where(rng.random(energy_kwh.shape) < MISSING_SHARE, np.nan, energy_kwh)


def _day_of_year(day: Days) -> Floats:
    since = day - day.astype("datetime64[Y]").astype("datetime64[D]")
    return np.asarray(since.astype(np.float64) + 1)


def _is_weekend(day: Days) -> Floats:
    return np.where(day.astype("datetime64[D]").astype(np.int64) % 7 // 2 == 1, 1.0, 0.0)  # 1970 began on a Thursday
