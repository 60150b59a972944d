"""How often each form of the 90 % band holds the truth: the table of docs/methods/change-point-daily.md.

Run with ``python -m tests.unit.analytics.coverage_study``.
"""

from collections.abc import Callable

import numpy as np

from analytics.arrays import Floats
from analytics.goodness import effective_days
from analytics.uncertainty import guideline_14_half_width, sun_baltazar_k, t_quantiles
from tests.unit.analytics.simulated_buildings import Plan, Season, draw

CONFIDENCE = 0.9

YEAR = {"baseline_start": "2023-05-01", "baseline_days": 365, "reporting_start": "2024-05-01", "reporting_days": 365}
AUTUMN = {"reporting_start": "2024-11-01", "reporting_days": 90}
CASES: dict[str, dict[str, str | int]] = {
    "year, year": YEAR,
    "season, season": {},
    "year, 90 days": {**YEAR, **AUTUMN},
    "season, 30 days": {"reporting_start": "2024-11-01", "reporting_days": 30},
}


def headline(season: Season) -> Floats:
    return season.variance.half_width(CONFIDENCE)


def guideline_14(season: Season) -> Floats:
    return _guideline(season, 1.26, effective_days(season.goodness.n, season.goodness.rho))


def sun_baltazar(season: Season) -> Floats:
    return _guideline(season, sun_baltazar_k(_days(season)), effective_days(season.goodness.n, season.goodness.rho))


def without_effective_days(season: Season) -> Floats:
    return _guideline(season, sun_baltazar_k(_days(season)), season.goodness.n)


def given_the_change_point(season: Season) -> Floats:
    """The linear form with the change point taken as known, and n' in place of the correlation itself."""
    fits, n = season.fits, season.goodness.n
    worth = effective_days(n, season.goodness.rho)
    x = fits.gradient(season.baseline.variable)[:, :, :3] * season.baseline.mask[:, :, None]
    inverse = np.linalg.pinv(np.einsum("mdi,mdj->mij", x, x))
    total = (fits.gradient(season.reporting.variable)[:, :, :3] * season.reporting.mask[:, :, None]).sum(axis=1)
    variance = fits.sse / n * worth / (worth - fits.parameters) * n / worth
    spread = _days(season) + np.einsum("mi,mij,mj->m", total, inverse, total)
    return t_quantiles(CONFIDENCE, worth - fits.parameters) * np.sqrt(variance * spread)


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


def _days(season: Season) -> Floats:
    return season.reporting.mask.sum(axis=1).astype(float)


def _guideline(season: Season, k: Floats | float, worth: Floats) -> Floats:
    figures = season.goodness
    return guideline_14_half_width(
        CONFIDENCE, season.adjusted_kwh, figures.cv_rmse, figures.n, worth, season.fits.parameters, _days(season), k
    )


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
