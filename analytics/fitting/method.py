"""What a verification method is, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Protocol

from analytics.fitting.observations import Interval, Observations
from teplosvet.domain.findings import Finding
from teplosvet.domain.periods import Period

OUTSIDE_METHOD = "above_heating_limit"
"""Why days are out that a method of the heating period does not speak of: they are not missing."""

Parameters = Mapping[str, str | float | int | None]


@dataclass(frozen=True, slots=True)
class About:
    """What a method says of itself.

    Attributes:
        name: Its name on the command line and in results.
        version: Grows whenever the same input gives another figure.
        since: Day of that version.
        title: One line.
        source: Where its formulas come from.
        intervals: Rows that it can be given.
        needs_temperature: Whether it needs an outdoor temperature.
        noun: What a row of its fit is called, in the plural.
    """

    name: str
    version: int
    since: date
    title: str
    source: str
    intervals: tuple[Interval, ...]
    needs_temperature: bool = True
    noun: str = "days"


@dataclass(frozen=True, slots=True)
class ConfidenceBand:
    """A band at one confidence, by three forms; a half width that cannot be told is None.

    Attributes:
        confidence: [-]
        half_width_kwh: By the exact form of the method. [kWh]
        lower_kwh: Avoided energy less that half width. [kWh]
        upper_kwh: Avoided energy and that half width. [kWh]
        guideline_14_half_width_kwh: By ASHRAE Guideline 14, K = 1.26. [kWh]
        sun_baltazar_half_width_kwh: The same with K by the months of the reporting period. [kWh]
    """

    confidence: float
    half_width_kwh: float | None
    lower_kwh: float | None
    upper_kwh: float | None
    guideline_14_half_width_kwh: float | None
    sun_baltazar_half_width_kwh: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """How well the baseline follows.

    Attributes:
        r2: [-]
        cv_rmse: [-]
        nmbe: [-]
        rho: Lag-1 autocorrelation of the residuals. [-]
        rho_noise: The same of the noise behind them, never below 0; the band is made with it. [-]
        n: Rows of the fit. [-]
        n_effective: Independent rows that they are worth, n'. [-]
        parameters: Number of fitted parameters p. [-]
    """

    r2: float | None
    cv_rmse: float | None
    nmbe: float | None
    rho: float | None
    rho_noise: float | None
    n: int
    n_effective: float | None
    parameters: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of a period: days, or months of a monthly method.

    Attributes:
        rows: All of them.
        used: Of them used.
        left_out: The others by reason.
    """

    rows: int
    used: int
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ModelError:
    """How sure the adjusted baseline is as the model's mean, without the noise of the metered days.

    Attributes:
        standard_error_kwh: From the parameters and from what the model misses at a season. [kWh]
        freedom: Degrees of freedom, n' - p. [-]
    """

    standard_error_kwh: float | None
    freedom: float | None


@dataclass(frozen=True, slots=True)
class FitResult:
    """The answer of a method; figures are None where it refuses, and a finding says why.

    Attributes:
        method: Name of the method.
        version: Its version.
        since: Day of the version.
        baseline: Baseline period.
        reporting: Reporting period.
        adjusted_baseline_kwh: [kWh]
        metered_kwh: [kWh]
        avoided_energy_kwh: [kWh]
        fractional_saving: Avoided energy over the adjusted baseline. [-]
        bands: At each confidence.
        figures: Of the baseline fit.
        parameters: Of the model, names with their unit.
        baseline_rows: Rows of the baseline period.
        reporting_rows: Rows of the reporting period.
        findings: What a reader has to know.
        model_error: Of the adjusted baseline.
    """

    method: str
    version: int
    since: date
    baseline: Period
    reporting: Period
    adjusted_baseline_kwh: float | None
    metered_kwh: float | None
    avoided_energy_kwh: float | None
    fractional_saving: float | None
    bands: tuple[ConfidenceBand, ...]
    figures: Figures | None
    parameters: Parameters
    baseline_rows: Counts
    reporting_rows: Counts
    findings: tuple[Finding, ...]
    model_error: ModelError | None = None

    def band(self, confidence: float) -> ConfidenceBand | None:
        """The band at a confidence, None if there is none."""
        return next((band for band in self.bands if band.confidence == confidence), None)


class VerificationMethod(Protocol):
    """A method is a class with what it says of itself and one verb; its options are given when it is made."""

    about: ClassVar[About]

    def run(self, baseline: Observations, reporting: Observations, confidences: tuple[float, ...]) -> FitResult:
        """Avoided energy of the reporting period on the baseline period, with its bands."""
        ...
