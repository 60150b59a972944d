"""docs/methods has a page for every method, and a plain recomputation gives the figures of its worked example."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analytics.arrays import Floats, Mask
from analytics.fitting.command import fit_file
from analytics.fitting.csv_file import Wanted
from analytics.fitting.options import MethodOptions
from analytics.fitting.registry import METHODS
from teplosvet.domain.periods import Period

PAGES = Path(__file__).parents[2] / "docs" / "methods"
EXAMPLES = ("degree-days", "gsop", "towt", "billing-monthly", "before-after")
SUMS = re.compile(r"adjusted baseline ([\d.]+) kWh, metered ([\d.]+) kWh, avoided energy ([\d.]+) ± ([\d.]+) kWh")
BASE = re.compile(r"--base ([\d.]+)")
Recompute = Callable[[np.ndarray, Floats, Floats, Mask, float], Floats]


def example(name: str) -> tuple[str, tuple[Period, Period], tuple[float, ...], float | None]:
    """The table, the periods, the four figures and the base temperature of a page."""
    page = (PAGES / f"{name}.md").read_text("utf-8")
    table = re.search(r"```csv\n(.*?)```", page, re.DOTALL)
    sums, spans = SUMS.search(page), re.findall(r"--(?:baseline|reporting) (\S+)", page)
    base = BASE.search(page)
    assert table is not None
    assert sums is not None
    figures = tuple(float(figure) for figure in sums.groups())
    return table[1], (Period.parse(spans[0]), Period.parse(spans[1])), figures, float(base[1]) if base else None


def degree_days(day: np.ndarray, kwh: Floats, celsius: Floats, before: Mask, base: float) -> Floats:
    slope, load = np.polyfit(np.maximum(base - celsius[before], 0.0), kwh[before], 1)
    return np.asarray(load + slope * np.maximum(base - celsius[~before], 0.0))


def gsop(day: np.ndarray, kwh: Floats, celsius: Floats, before: Mask, base: float) -> Floats:
    cold = before & (celsius <= 8)
    return np.asarray(kwh[cold].sum() / (20 - celsius[cold]).sum() * (20 - celsius[~before]))


def towt(day: np.ndarray, kwh: Floats, celsius: Floats, before: Mask, base: float) -> Floats:
    """One segment: a level for each day of the week, a slope for occupied days and one for the others."""
    weekday = (day.astype(np.int64) + 3) % 7
    cold = np.stack([np.ones(len(day)), np.maximum(10 - celsius, 0.0)], axis=1)
    above = kwh > cold @ np.linalg.lstsq(cold[before], kwh[before], rcond=None)[0]
    occupied = np.array([above[before & (weekday == number)].mean() > 0.65 for number in range(7)])[weekday]
    levels = [(weekday == number).astype(float) for number in range(7)]
    x = np.stack([*levels, np.where(occupied, celsius, 0.0), np.where(occupied, 0.0, celsius)], axis=1)
    return np.asarray(x[~before] @ np.linalg.lstsq(x[before], kwh[before], rcond=None)[0])


def billing_monthly(day: np.ndarray, kwh: Floats, celsius: Floats, before: Mask, base: float) -> Floats:
    month = day.astype("datetime64[M]")
    length = ((month + 1).astype("datetime64[D]") - day).astype(np.int64)
    cold = np.maximum(base - celsius, 0.0)
    slope, load = np.polyfit(cold[before], (kwh / length)[before], 1, w=np.sqrt(length[before]))
    return np.asarray((load + slope * cold[~before]) * length[~before])


def before_after(day: np.ndarray, kwh: Floats, celsius: Floats, before: Mask, base: float) -> Floats:
    return np.full(int((~before).sum()), kwh[before].mean())


RECOMPUTED: dict[str, Recompute] = {
    "degree-days": degree_days,
    "gsop": gsop,
    "towt": towt,
    "billing-monthly": billing_monthly,
    "before-after": before_after,
}


def recomputed(name: str, table: str) -> tuple[float, float]:
    """Adjusted baseline and metered energy by a few lines of least squares. [kWh]"""
    _, periods, _, base = example(name)
    rows = [line.split(",") for line in table.splitlines()[1:]]
    day = np.array([row[0] for row in rows], dtype="datetime64[D]")
    kwh = np.array([float(row[1]) for row in rows])
    celsius = np.array([float(row[2]) if len(row) > 2 else np.nan for row in rows])
    before = day < np.datetime64(periods[1].start)
    return float(RECOMPUTED[name](day, kwh, celsius, before, base or 0.0).sum()), float(kwh[~before].sum())


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_a_page_that_names_its_version(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text("utf-8")
    assert page.startswith(f"# {name}, version {METHODS[name][0].version}\n")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_worked_example_is_recomputed_from_its_own_numbers(name: str) -> None:
    table, _, figures, _ = example(name)
    adjusted, metered = recomputed(name, table)
    assert (adjusted, metered) == (pytest.approx(figures[0], abs=0.06), pytest.approx(figures[1], abs=0.06))
    assert figures[2] == pytest.approx(adjusted - metered, abs=0.11)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_command_gives_the_figures_of_the_worked_example(name: str, tmp_path: Path) -> None:
    table, periods, figures, base = example(name)
    file = tmp_path / "example.csv"
    file.write_text(table, "utf-8")
    options = MethodOptions(base_c=base, segments=1 if name == "towt" else 6)
    found = fit_file(file, None, name, periods, (0.9,), options, Wanted()).result
    assert found.bands
    answer = found.adjusted_baseline_kwh, found.metered_kwh, found.avoided_energy_kwh, found.bands[0].half_width_kwh
    assert answer == tuple(pytest.approx(figure, abs=0.06) for figure in figures)


def test_this_suite_can_fail() -> None:
    table, _, figures, _ = example("gsop")
    head, first, *rest = table.splitlines()
    day, kwh, celsius = first.split(",")
    spoiled = "\n".join([head, f"{day},{float(kwh) + 5},{celsius}", *rest])
    assert recomputed("gsop", spoiled)[0] != pytest.approx(figures[0], abs=0.06)
