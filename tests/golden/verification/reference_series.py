"""Reads the reference series; each golden test says where its expected figures come from."""

import csv
import gzip
import os
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np

from analytics.arrays import Floats
from analytics.daily import DailySeries
from analytics.methods import DailyVariable, VerificationInput
from teplosvet.domain.contracts import Carrier, Contract, Method, Tariff, TariffUnit
from teplosvet.domain.periods import Period

SHARED = Path(os.environ.get("TEPLOSVET_SHARED") or Path(__file__).parents[4] / "shared") / "data"


def celsius(fahrenheit: Floats) -> Floats:
    return (fahrenheit - 32) / 1.8


def by_day(path: Path, column: str) -> tuple[np.ndarray, Floats]:
    """Mean of each local day of a series with a local time in its first column."""
    values: dict[str, list[float]] = defaultdict(list)
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        rows: Iterator[dict[str, str]] = csv.DictReader(lines)
        for row in rows:
            day = next(iter(row.values()))[:10]
            values[day].append(float(row[column]))
    return np.array(list(values), dtype="datetime64[D]"), np.array([np.mean(value) for value in values.values()])


def contract(carrier: Carrier, baseline: str) -> Contract:
    tariff = Tariff(Decimal(1), "RUB", TariffUnit.KWH)
    period = Period.parse(baseline)
    return Contract("golden", "golden", "golden", carrier, Method.CHANGE_POINT_DAILY, period, tariff, Decimal(1))


def nmecr(baseline: str, reporting: str) -> VerificationInput:
    day, energy = by_day(SHARED / "nmecr" / "eload.csv", "eload")
    weather_day, fahrenheit = by_day(SHARED / "nmecr" / "temp.csv", "temp")
    return VerificationInput(
        contract(Carrier.ELECTRICITY, baseline),
        Period.parse(reporting),
        DailySeries.metered(day, energy),
        DailyVariable(weather_day, celsius(fahrenheit)),
    )


def opendsm(sample: str, weather: str, carrier: Carrier, reporting: str, factor: float = 1.0) -> VerificationInput:
    """An OpenDSM sample whose energy from 2017 on is multiplied by `factor`, to try what the test can tell apart."""
    day, energy = by_day(SHARED / "opendsm" / f"{sample}-daily.csv.gz", "value")
    weather_day, fahrenheit = by_day(SHARED / "opendsm" / f"{weather}.csv.gz", "tempF")
    energy = np.where(day >= np.datetime64("2017-01-01"), factor * energy, energy)
    return VerificationInput(
        contract(carrier, "2015-12-26/2016-12-26"),
        Period.parse(reporting),
        DailySeries.metered(day, energy),
        DailyVariable(weather_day, celsius(fahrenheit)),
    )
