"""Known answers of other implementations, through `teplosvet fit` on the files as they are.

Collected only where the reference series are.
"""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analytics.fitting.columns import EnergyUnit, TemperatureUnit
from analytics.fitting.command import fit_file
from analytics.fitting.csv_file import Wanted
from analytics.fitting.method import FitResult
from analytics.fitting.options import MethodOptions
from analytics.model_kind import ModelKind
from teplosvet.domain.periods import Period
from tests.golden.verification.reference_series import SHARED

OFFICE = Wanted("eload", EnergyUnit.KWH, "temp", TemperatureUnit.FAHRENHEIT, ZoneInfo("America/Los_Angeles"))
CHICAGO = Wanted("value", EnergyUnit.KWH, zone=ZoneInfo("America/Chicago"))
PUBLISHED_YEAR = "2014-02-28/2015-02-28"
"""nmecr's reporting year begins a day before its label."""


def office(
    method: str, baseline: str, options: MethodOptions | None = None, energy: Path = SHARED / "nmecr" / "eload.csv"
) -> FitResult:
    periods = Period.parse(baseline), Period.parse(PUBLISHED_YEAR)
    weather = SHARED / "nmecr" / "temp.csv"
    return fit_file(energy, weather, method, periods, (0.9,), options or MethodOptions(), OFFICE).result


def opendsm(sample: str, weather: str, method: str, rows: str = "daily") -> FitResult:
    folder = SHARED / "opendsm"
    months = method == "billing-monthly"
    spans = (
        ("2015-12-01/2016-12-01", "2017-02-01/2018-02-01")
        if months
        else ("2015-12-26/2016-12-26", "2017-01-05/2018-01-05")
    )
    periods = Period.parse(spans[0]), Period.parse(spans[1])
    files = folder / f"{sample}-{rows}.csv.gz", folder / f"{weather}.csv.gz"
    return fit_file(*files, method, periods, (0.9,), MethodOptions(), CHICAGO).result


def r2(result: FitResult) -> float | None:
    return None if result.figures is None else result.figures.r2


def holds(result: FitResult, kwh: float) -> bool:
    band = result.band(0.9)
    return band is not None and (band.lower_kwh or 0.0) < kwh < (band.upper_kwh or 0.0)


@pytest.mark.parametrize(
    ("kind", "expected"),
    # origin: nmecr 1.0.17 (R), office data set, SLR and four-parameter model, first 364 days
    [(ModelKind.HEATING_LINE, 0.690890), (ModelKind.BENT_LINE, 0.719744)],
)
def test_nmecr_office_r2(kind: ModelKind, expected: float) -> None:
    found = office("change-point-daily", "2012-03-01/2013-02-28", MethodOptions(models=(kind,)))
    assert r2(found) == pytest.approx(expected, abs=1e-5)


def test_nmecr_office_time_of_week_and_temperature() -> None:
    # origin: nmecr 1.0.17, TOWT on daily data: 17 parameters, R2 0.8965, CV(RMSE) 6.77 %; saving 408,142 kWh
    found = office("towt", "2012-03-01/2013-03-01")
    assert found.figures is not None
    assert found.figures.parameters == 17
    assert found.figures.r2 == pytest.approx(0.8965, abs=0.001)
    assert found.figures.cv_rmse == pytest.approx(0.0677, abs=0.0005)
    assert found.metered_kwh == pytest.approx(5_101_762, abs=1)
    assert found.avoided_energy_kwh == pytest.approx(408_142, rel=0.015)


@pytest.mark.parametrize("method", ["change-point-daily", "degree-days", "gsop", "towt"])
def test_nmecr_office_saving_of_every_daily_method_holds_that_of_nmecr(method: str) -> None:
    assert holds(office(method, "2012-03-01/2013-03-01"), 408_142)


@pytest.mark.parametrize("rows", ["daily", "hourly"])
@pytest.mark.parametrize("method", ["change-point-daily", "degree-days", "gsop", "towt", "billing-monthly"])
def test_opendsm_gas_true_saving_of_ten_percent(method: str, rows: str) -> None:
    # origin: OpenDSM 1.2.7 sample data, made with a saving of 10 % from 2017 on
    found = opendsm("il-gas-hdd-only", "il-tempF", method, rows)
    assert found.fractional_saving == pytest.approx(0.10, abs=0.03)
    assert found.adjusted_baseline_kwh is not None
    assert holds(found, 0.10 * found.adjusted_baseline_kwh)


@pytest.mark.parametrize("rows", ["daily", "hourly"])
@pytest.mark.parametrize("method", ["change-point-daily", "towt"])
def test_opendsm_electricity_true_saving_of_ten_percent(method: str, rows: str) -> None:
    found = opendsm("il-electricity-cdd-hdd", "il-electricity-cdd-hdd-tempF", method, rows)
    assert found.fractional_saving == pytest.approx(0.10, abs=0.02)
    assert found.adjusted_baseline_kwh is not None
    assert holds(found, 0.10 * found.adjusted_baseline_kwh)


def test_this_suite_can_fail(tmp_path: Path) -> None:
    text = (SHARED / "nmecr" / "eload.csv").read_text("utf-8")
    spoiled = tmp_path / "eload.csv"
    spoiled.write_text(text.replace("21505.43952", "22005.43952"), "utf-8")
    found = office(
        "change-point-daily", "2012-03-01/2013-02-28", MethodOptions(models=(ModelKind.HEATING_LINE,)), spoiled
    )
    assert r2(found) != pytest.approx(0.690890, abs=1e-5)
