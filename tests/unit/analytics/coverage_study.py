"""How often each form of the 90 % band holds the truth: the table of docs/methods/change-point-daily.md.

Run with ``python -m tests.unit.analytics.coverage_study``.
"""

from collections.abc import Callable

import numpy as np

from analytics.arrays import Floats
from analytics.study.bands import (
    given_the_change_point,
    guideline_14,
    headline,
    sun_baltazar,
    without_effective_days,
)
from tests.unit.analytics.simulated_buildings import Plan, Season, draw

YEAR = {"baseline_start": "2023-05-01", "baseline_days": 365, "reporting_start": "2024-05-01", "reporting_days": 365}
AUTUMN = {"reporting_start": "2024-11-01", "reporting_days": 90}
CASES: dict[str, dict[str, str | int]] = {
    "year, year": YEAR,
    "season, season": {},
    "year, 90 days": {**YEAR, **AUTUMN},
    "season, 30 days": {"reporting_start": "2024-11-01", "reporting_days": 30},
}

FORMS: dict[str, Callable[[Season], Floats]] = {
    "no n'": without_effective_days,
    "G14, K 1.26": guideline_14,
    "Sun-Baltazar": sun_baltazar,
    "given the change point": given_the_change_point,
    "headline": headline,
}


def coverage(seasons: list[Season], form: Callable[[Season], Floats]) -> float:
    """Share of the runs whose band holds the true saving. [-]"""
    held = [np.abs(season.avoided_kwh - season.true_kwh) <= form(season) for season in seasons]
    return float(np.mean(np.concatenate(held)))


def main() -> None:
    print("| baseline, reporting | rho |", " | ".join(FORMS), "| half width |")  # noqa: T201
    for name, periods in CASES.items():
        for rho in (0.0, 0.5, 0.8):
            seasons = draw(Plan(rho=rho, runs=2000, skies=40, **periods))  # type: ignore[arg-type]
            shares = [f"{100 * coverage(seasons, form):.1f}" for form in FORMS.values()]
            width = np.mean([np.median(headline(season) / season.adjusted_kwh) for season in seasons])
            print(f"| {name} | {rho} |", " | ".join(shares), f"| {100 * width:.1f} |")  # noqa: T201


if __name__ == "__main__":
    main()
