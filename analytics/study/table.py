"""The table of the study: every line with its figures, and in words what it misses."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.statement import METHOD_VERSION
from analytics.study.bands import CONFIDENCE, without_effective_days
from analytics.study.generator import Case, House, draw
from analytics.study.measures import Trial, bias, changes_found, coverage, proven_share, try_method

SEED = 20241124
RUNS = 500

GREATEST_PLACEBO = 0.10
GREATEST_BIAS = 0.01
COVERAGE_OF_90 = (0.86, 0.94)
GREATEST_FALSE_ALARMS = 0.05
LEAST_IN_TIME = 0.90

PERIODS = (90, 365)
RHOS = (0.0, 0.5, 0.8)
SAVINGS = (0.05, 0.10, 0.15, 0.25)
RHO_OF_RECOVERY = 0.5
RHO_OF_CHANGES = 0.6
SAVING = 0.10
SAVING_OF_CHANGES = 0.15
SHIFT_DAYS = 120


@dataclass(frozen=True, slots=True)
class BandLine:
    """What the band of a statement promises and keeps.

    Attributes:
        house: What was metered.
        days: Of the reporting period. [d]
        rho: Lag-1 autocorrelation. [-]
        placebo: Share of houses with a "proven" saving where nothing was done. [-]
        held_68: Share of the 68 % bands that held the truth. [-]
        held_80: Of the 80 % bands. [-]
        held_90: Of the 90 % bands. [-]
        blind_90: Of the 90 % bands of Guideline 14 without n', the negative control. [-]
        half_width: Median half of the 90 % band, over the adjusted baseline. [-]
        misses: What of this is not as it should be.
    """

    house: House
    days: int
    rho: float
    placebo: float
    held_68: float
    held_80: float
    held_90: float
    blind_90: float
    half_width: float
    misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecoveryLine:
    """Whether a known saving is found.

    Attributes:
        house: What was metered.
        days: Of the reporting period. [d]
        saving: True share that was saved. [-]
        bias: Mean of avoided energy less true saving, over the mean adjusted baseline. [-]
        proven: Share of houses whose saving was proven. [-]
        misses: What of this is not as it should be.
    """

    house: House
    days: int
    saving: float
    bias: float
    proven: float
    misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What is found of lasting changes in a year.

    Attributes:
        house: What was metered.
        change: What happened.
        rho: Lag-1 autocorrelation. [-]
        shifted: Share of houses with a finding `level_shift`. [-]
        in_time: Share with one within 14 days of the true day, None where there is none. [-]
        faded: Share of houses with a finding `saving_fades`. [-]
        misses: What of this is not as it should be.
    """

    house: House
    change: str
    rho: float
    shifted: float
    in_time: float | None
    faded: float
    misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that was found.

    Attributes:
        method_version: Version of the methods.
        runs: Houses a line. [-]
        seed: Of the generator.
        bands: Placebo and coverage.
        recovery: Known savings.
        changes: Level shifts and fading.
    """

    method_version: str
    runs: int
    seed: int
    bands: tuple[BandLine, ...]
    recovery: tuple[RecoveryLine, ...]
    changes: tuple[ChangeLine, ...]


def study(runs: int = RUNS, seed: int = SEED) -> Study:
    """Run the whole study on one core."""
    bands = tuple(band_line(house, days, rho, runs, seed) for house in House for days in PERIODS for rho in RHOS)
    recovery = tuple(
        recovery_line(house, days, saving, runs, seed) for house in House for days in PERIODS for saving in SAVINGS
    )
    changes = tuple(line for house in House for line in _change_lines(house, runs, seed))
    return Study(METHOD_VERSION, runs, seed, bands, recovery, changes)


def band_line(house: House, days: int, rho: float, runs: int, seed: int) -> BandLine:
    """Placebo and coverage of one kind of house."""
    nothing = _try(Case(house, rho, 0.0, days, runs, seed))
    saved = _try(Case(house, rho, SAVING, days, runs, seed))
    placebo = proven_share(nothing, CONFIDENCE)
    held = {confidence: coverage(saved, saved.half_width(confidence)) for confidence in (0.68, 0.8, 0.9)}
    misses = []
    if placebo > GREATEST_PLACEBO:
        misses.append(f"a saving is proven in {placebo:.1%} where nothing was done, more than {GREATEST_PLACEBO:.0%}")
    if not COVERAGE_OF_90[0] <= held[0.9] <= COVERAGE_OF_90[1]:
        misses.append(f"the 90 % band holds in {held[0.9]:.1%}, not in 86 to 94 %")
    width = float(np.median(saved.half_width(CONFIDENCE) / saved.adjusted_kwh))
    blind = coverage(saved, without_effective_days(saved))
    return BandLine(house, days, rho, placebo, held[0.68], held[0.8], held[0.9], blind, width, tuple(misses))


def recovery_line(house: House, days: int, saving: float, runs: int, seed: int) -> RecoveryLine:
    """Bias of one kind of house with a known saving."""
    trial = _try(Case(house, RHO_OF_RECOVERY, saving, days, runs, seed))
    off = bias(trial)
    misses = []
    if abs(off) >= GREATEST_BIAS:
        misses.append(f"the mean is off by {off:+.1%} of the baseline, more than {GREATEST_BIAS:.0%}")
    return RecoveryLine(house, days, saving, off, proven_share(trial, CONFIDENCE), tuple(misses))


def _try(case: Case) -> Trial:
    return try_method(case.house, draw(case))


def _change_lines(house: House, runs: int, seed: int) -> Iterator[ChangeLine]:
    for rho in (0.0, RHO_OF_CHANGES, 0.8):
        yield change_line("none", Case(house, rho, SAVING_OF_CHANGES, 365, runs, seed))
    for share in (0.1, -0.1):
        case = Case(house, RHO_OF_CHANGES, SAVING_OF_CHANGES, 365, runs, seed, share, SHIFT_DAYS)
        yield change_line(f"{share:+.0%} for the last {SHIFT_DAYS} days", case)
    yield change_line(
        "the saving is lost evenly", Case(house, RHO_OF_CHANGES, SAVING_OF_CHANGES, 365, runs, seed, fade=1.0)
    )


def change_line(change: str, case: Case) -> ChangeLine:
    """What is found of one kind of change."""
    drawn = draw(case)
    first = drawn.reporting_day[-1] - case.shift_days + 1
    found = changes_found(drawn, try_method(case.house, drawn), first)
    misses = []
    if not case.shift_share and not case.fade:
        misses += [
            f"{name} is said of {share:.1%} where nothing changed, more than {GREATEST_FALSE_ALARMS:.0%}"
            for name, share in (("a shift", found.shifted), ("fading", found.faded))
            if share > GREATEST_FALSE_ALARMS
        ]
    if case.shift_share and found.in_time < LEAST_IN_TIME:
        misses.append(f"the shift is found within 14 days in {found.in_time:.1%}, less than {LEAST_IN_TIME:.0%}")
    in_time = found.in_time if case.shift_share else None
    return ChangeLine(case.house, change, case.rho, found.shifted, in_time, found.faded, tuple(misses))
