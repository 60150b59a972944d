"""The worked example of docs/methods/normalised-savings.md is recomputed with plain least squares."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student

from analytics.arrays import Floats
from analytics.fitting.command import fit_file
from analytics.fitting.csv_file import Wanted
from analytics.fitting.options import MethodOptions
from teplosvet.domain.periods import Period

PAGE = (Path(__file__).parents[2] / "docs" / "methods" / "normalised-savings.md").read_text("utf-8")
TABLES = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
FIGURES = re.search(
    r"baseline ([\d,.]+) kWh a year, reporting period ([\d,.]+) kWh a year, "
    r"normalised saving ([\d,.]+) ± ([\d,.]+) kWh",
    PAGE,
)
BASE_C = 16.0


def told() -> tuple[float, ...]:
    assert FIGURES is not None
    return tuple(float(figure.replace(",", "")) for figure in FIGURES.groups())


def columns(table: str) -> tuple[Floats, list[Floats]]:
    """Days of each month, and its other columns."""
    rows = [line.split(",") for line in table.splitlines()[1:]]
    month = np.array([row[0] for row in rows], dtype="datetime64[D]").astype("datetime64[M]")
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.float64)
    return length, [np.array([float(row[place]) for row in rows]) for place in range(1, len(rows[0]))]


def recomputed(spoiled_kwh: float = 0.0) -> tuple[float, ...]:
    """Both lines in the reference year, the difference, and half of its 90 % band. [kWh/a]"""
    length, (kwh, celsius) = columns(TABLES[0])
    reference, (normal,) = columns(TABLES[1])
    kwh[0] += spoiled_kwh
    sums, variances, freedoms = [], [], []
    for own in (slice(0, 12), slice(12, 24)):
        x = np.column_stack([length[own], length[own] * np.maximum(BASE_C - celsius[own], 0)])
        scale = np.sqrt(length[own])
        a, y = x / scale[:, None], kwh[own] / scale
        line = np.linalg.lstsq(a, y, rcond=None)[0]
        rest = y - a @ line
        # Months in a row remember each other: AR(1) with the residuals' own rho, never below 0.
        pairs = float(rest[1:] @ rest[:-1])
        rho = max(0.0, pairs / float(rest @ rest) * len(rest) / (len(rest) - 1))
        asked = np.array([reference.sum(), (reference * np.maximum(BASE_C - normal, 0)).sum()])
        influence = a @ np.linalg.solve(a.T @ a, asked)
        lags = np.abs(np.subtract.outer(np.arange(12), np.arange(12)))
        sums.append(float(asked @ line))
        variances.append(float(rest @ rest / 10 * (influence @ rho**lags @ influence)))
        freedoms.append(12 * (1 - rho) / (1 + rho) - 2)
    total = sum(variances)
    freedom = total**2 / sum(v**2 / f for v, f in zip(variances, freedoms, strict=True))
    return sums[0], sums[1], sums[0] - sums[1], float(student.ppf(0.95, freedom)) * total**0.5


def test_plain_least_squares_gives_the_figures_of_the_page() -> None:
    baseline, reporting, saving, half = recomputed()
    assert (baseline, reporting, saving) == tuple(pytest.approx(figure, abs=0.06) for figure in told()[:3])
    assert half == pytest.approx(told()[3], rel=0.02)


def test_the_command_gives_them_too(tmp_path: Path) -> None:
    for name, table in zip(("example.csv", "normal.csv"), TABLES, strict=True):
        (tmp_path / name).write_text(table, "utf-8")
    periods = Period.parse("2024-01-01/2025-01-01"), Period.parse("2025-01-01/2026-01-01")
    options, normal = MethodOptions(base_c=BASE_C), str(tmp_path / "normal.csv")
    report = fit_file(tmp_path / "example.csv", None, "billing-monthly", periods, (0.9,), options, Wanted(), normal)
    found = report.normalised
    assert found is not None
    answer = found.baseline_kwh, found.reporting_kwh, found.normalised_saving_kwh, found.bands[0].half_width_kwh
    assert answer == tuple(pytest.approx(figure, abs=0.06) for figure in told())


def test_this_suite_can_fail() -> None:
    assert recomputed(spoiled_kwh=50.0)[0] != pytest.approx(told()[0], abs=0.06)
