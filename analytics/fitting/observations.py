"""What a method is given: energy and outdoor temperature of a period, by hour, day or month."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analytics.arrays import Days, Floats, Indices, Mask
from analytics.daily import MIN_COVERAGE, DailySeries, days_of
from teplosvet.domain.periods import Period


class Interval(StrEnum):
    """How long a row of a series lasts."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Rows of one quantity, in the order of time.

    Attributes:
        interval: How long a row lasts; rows of minutes count as hours.
        day: Local calendar day that a row begins on [d].
        hour: Local hour of the day that it begins in, 0 to 23 [d]. [h]
        share: Share of its local day that it covers; a day in which clocks change has 23 or 25 hours [d]. [-]
        value: Energy [kWh] or temperature [°C], NaN where unknown [d].
    """

    interval: Interval
    day: Days
    hour: Indices
    share: Floats
    value: Floats

    def over(self, period: Period) -> "Series":
        """The rows that begin in a period."""
        inside = (self.day >= np.datetime64(period.start, "D")) & (self.day < np.datetime64(period.end, "D"))
        return Series(self.interval, self.day[inside], self.hour[inside], self.share[inside], self.value[inside])

    def by_day(self, period: Period) -> tuple[Floats, Floats]:
        """Sum of the known values of each day and the share of the day that they cover; NaN where nothing is known."""
        return self._by_day(period, self.value)

    def mean_by_day(self, period: Period) -> Floats:
        """Mean of each day, weighted with time; NaN where less than 90 % of the day is known."""
        weighted, covered = self._by_day(period, self.value * self.share)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(covered >= MIN_COVERAGE, weighted / covered, np.nan)

    def _by_day(self, period: Period, amount: Floats) -> tuple[Floats, Floats]:
        known = np.isfinite(amount)
        place = (self.day[known] - np.datetime64(period.start, "D")).astype(np.int64)
        total = sums_of(place, amount[known], period.days)
        covered = sums_of(place, self.share[known], period.days)
        return np.where(covered > 0, total, np.nan), covered


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What a line on degree days is fitted to: days or months.

    Attributes:
        start: First day of each row [r].
        place: Number of the row on an unbroken calendar of rows, as days, so that neighbours differ by one [r].
        days: Days that each row's energy is for [r]. [d]
        energy_kwh: Energy of the row, NaN where unknown [r]. [kWh]
        owner: The row that each temperature belongs to [t].
        temperature_c: Mean temperatures of days, or of a month where no days are known [t]. [°C]
        weight: Days that each temperature stands for [t]. [d]
    """

    start: Days
    place: Days
    days: Floats
    energy_kwh: Floats
    owner: Indices
    temperature_c: Floats
    weight: Floats

    @property
    def mean_temperature_c(self) -> Floats:
        """Mean over the days of each row; NaN where none is known. [°C]"""
        known = np.isfinite(self.temperature_c)
        weight = sums_of(self.owner[known], self.weight[known], len(self.start))
        total = sums_of(self.owner[known], (self.weight * self.temperature_c)[known], len(self.start))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(weight > 0, total / weight, np.nan)

    def degree_days(self, base_c: float) -> Floats:
        """Heating degree days of each row; NaN where no temperature is known. [K·d]"""
        known = np.isfinite(self.temperature_c)
        below = np.where(self.temperature_c < base_c, base_c - self.temperature_c, 0.0)
        total = sums_of(self.owner[known], (self.weight * below)[known], len(self.start))
        return np.where(np.isfinite(self.mean_temperature_c), total, np.nan)

    def days_below(self, base_c: float) -> Floats:
        """Days of each row that are colder than a base temperature. [d]"""
        cold = self.temperature_c < base_c
        return sums_of(self.owner[cold], self.weight[cold], len(self.start))


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """Energy and outdoor temperature of one period.

    Attributes:
        period: The local days meant; a day without a row is unknown.
        energy: Energy of the rows of the period. [kWh]
        temperature: Outdoor temperature, None where there is none; its rows may be of another length. [°C]
    """

    period: Period
    energy: Series
    temperature: Series | None

    def daily(self) -> tuple[DailySeries, Floats]:
        """Energy [kWh] and mean outdoor temperature [°C] of each day of the period.

        Hours that are missing from a day are brought in at the mean of its other hours and count as estimated, so that
        a day that lacks more than a tenth carries no fit and no sum.
        """
        day = days_of(self.period)
        total, covered = self.energy.by_day(self.period)
        share = np.where(covered > 1 - 1e-9, 1.0, covered)
        with np.errstate(invalid="ignore", divide="ignore"):
            energy = np.where(share > 0, total / share, np.nan)
        series = DailySeries(day, energy, np.abs(energy) * (1 - share), share)
        return series, self.daily_temperature()

    def daily_temperature(self) -> Floats:
        """Mean outdoor temperature of each day of the period, NaN where unknown. [°C]"""
        if self.temperature is None or self.temperature.interval is Interval.MONTH:
            return np.full(self.period.days, np.nan)
        return self.temperature.mean_by_day(self.period)

    def days(self) -> Rows:
        """The days of the period; one that must not carry a sum has no energy."""
        series, temperature = self.daily()
        energy = np.where(series.usable(), series.energy_kwh, np.nan)
        owner = np.arange(len(energy), dtype=np.intp)
        return Rows(series.day, series.day, np.ones(len(energy)), energy, owner, temperature, np.ones(len(energy)))

    def months(self) -> Rows:
        """The whole calendar months of the period.

        Months made of days are those of their usable days alone, and unknown with fewer than 90 % of them.
        """
        day = days_of(self.period)
        month = day.astype("datetime64[M]")
        first, owner, calendar = np.unique(month, return_inverse=True, return_counts=True)
        length = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.float64)
        if self.energy.interval is Interval.MONTH:
            energy, days = self._monthly_energy(first), length
            used = np.ones(len(day), dtype=np.bool_)
        else:
            series, _ = self.daily()
            used = series.usable()
            days = sums_of(owner[used], np.ones(int(used.sum())), len(first))
            energy = sums_of(owner[used], series.energy_kwh[used], len(first))
        whole = (calendar == length) & (days >= MIN_COVERAGE * length)
        owner, temperature, weight = self._temperatures_of(first, owner, length, used)
        energy = np.where(whole, energy, np.nan)
        start, place = first.astype("datetime64[D]"), first.astype(np.int64).astype("datetime64[D]")
        measured = sums_of(owner[np.isfinite(temperature)], weight[np.isfinite(temperature)], len(first))
        temperature = np.where((measured >= MIN_COVERAGE * days)[owner], temperature, np.nan)
        return Rows(start, place, days, energy, *_scaled(owner, temperature, weight, days, measured))

    def _monthly_energy(self, month: Days) -> Floats:
        energy = np.full(len(month), np.nan)
        place = np.searchsorted(month, self.energy.day.astype("datetime64[M]"))
        energy[place] = self.energy.value
        return energy

    def _temperatures_of(
        self, month: Days, owner: Indices, length: Floats, used: Mask
    ) -> tuple[Indices, Floats, Floats]:
        """Temperatures of the days whose energy counts, or of whole months where the series has only those."""
        if self.temperature is not None and self.temperature.interval is Interval.MONTH:
            place = np.searchsorted(month, self.temperature.day.astype("datetime64[M]"))
            return place, self.temperature.value, length[place]
        temperature = self.daily_temperature()
        return owner[used], temperature[used], np.ones(int(used.sum()))


def _scaled(
    owner: Indices, temperature: Floats, weight: Floats, days: Floats, measured: Floats
) -> tuple[Indices, Floats, Floats]:
    """Weights that sum to the days of the energy: a day without a thermometer is taken as the month's mean."""
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(measured > 0, days / measured, np.nan)
    return owner, temperature, weight * factor[owner]


def sums_of(owner: Indices, values: Floats, count: int) -> Floats:
    """Sum of the values of each owner, 0 to count - 1."""
    return np.asarray(np.bincount(owner, values, count), dtype=np.float64)
