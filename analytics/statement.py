"""A statement: what a contract saved in a period, how sure that is, and what it is worth."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from analytics.fill_rules import FillRule
from analytics.savings import LeftOut
from teplosvet.domain.adjustments import LedgerEntry
from teplosvet.domain.contract_terms import TariffKind
from teplosvet.domain.contracts import Carrier, Method, Tariff, TariffUnit
from teplosvet.domain.findings import Finding
from teplosvet.domain.periods import Period

METHOD_VERSION = "3"
"""Grows with every change that can change a figure of a statement."""


class Variable(StrEnum):
    """The independent variable of a baseline."""

    OUTDOOR_TEMPERATURE_C = "outdoor_temperature_c"
    SOL_AIR_TEMPERATURE_C = "sol_air_temperature_c"
    """The outdoor temperature with what the sun is worth in this house."""
    DARK_HOURS_H = "dark_hours_h"


class AdjustmentKind(StrEnum):
    """Why something is added to the adjusted baseline."""

    FAILED_LAMPS = "failed_lamps"
    """Energy that failed lamps did not use; no saving, hence negative."""
    LEDGER = "ledger"
    """A non-routine adjustment that both sides agreed."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One line between the adjusted baseline and the avoided energy.

    Attributes:
        kind: Why.
        amount_kwh: Added to the adjusted baseline. [kWh]
        half_width_kwh: Half the 90 % band of that, None where it is no estimate or nobody stated one. [kWh]
        entry: The adjustment of the ledger, None where it comes from readings.
    """

    kind: AdjustmentKind
    amount_kwh: float
    half_width_kwh: float | None = None
    entry: LedgerEntry | None = None

    @property
    def name(self) -> str:
        """What it is: of one of the ledger its number and static factor."""
        return self.kind.value if self.entry is None else f"No. {self.entry.number}, {self.entry.static_factor}"


@dataclass(frozen=True, slots=True)
class Band:
    """Bounds that hold the true saving with some confidence.

    Attributes:
        confidence: [-]
        lower_kwh: [kWh]
        upper_kwh: [kWh]
    """

    confidence: float
    lower_kwh: float
    upper_kwh: float


@dataclass(frozen=True, slots=True)
class Fit:
    """The baseline model and how well it follows; a parameter that the model has not is None.

    Attributes:
        model: Kind of change-point model, such as ``3PH``.
        variable: Its independent variable, None for a mean without one.
        base_kwh: Energy where no slope acts; of a straight line at 0 of the variable. [kWh/d]
        heating_slope_kwh_per_k: [kWh/(K·d)]
        cooling_slope_kwh_per_k: [kWh/(K·d)]
        heating_change_point_c: [°C]
        cooling_change_point_c: [°C]
        dark_hours_slope_kwh_per_h: [kWh/(h·d)]
        cv_rmse: CV(RMSE). [-]
        nmbe: Normalised mean bias error. [-]
        r2: Coefficient of determination. [-]
        rho: Lag-1 autocorrelation of the residuals. [-]
        rho_noise: The same of the noise behind them, which the band is made with. [-]
        n: Days of the fit. [d]
        n_effective: Independent days that they are worth. [d]
        variable_low: Least value of the variable in the fit.
        variable_high: Greatest value of the variable in the fit.
        sun_k: What 40 MJ/(m²·d) of sun above the clouds is worth, within the variable; missing before version 3. [K]
    """

    model: str
    variable: Variable | None
    base_kwh: float
    heating_slope_kwh_per_k: float | None
    cooling_slope_kwh_per_k: float | None
    heating_change_point_c: float | None
    cooling_change_point_c: float | None
    dark_hours_slope_kwh_per_h: float | None
    cv_rmse: float | None
    nmbe: float | None
    r2: float | None
    rho: float | None
    rho_noise: float | None
    n: int
    n_effective: float | None
    variable_low: float | None
    variable_high: float | None
    sun_k: float | None = None


@dataclass(frozen=True, slots=True)
class BaselineDay:
    """One day of the baseline period.

    Attributes:
        day: Local calendar day.
        variable: Independent variable, [°C] or [h].
        metered_kwh: Metered energy. [kWh]
        fitted_kwh: The model's energy. [kWh]
        used: Whether the day is in the fit.
    """

    day: date
    variable: float | None
    metered_kwh: float | None
    fitted_kwh: float | None
    used: bool


@dataclass(frozen=True, slots=True)
class ReportingDay:
    """One day of the reporting period.

    Attributes:
        day: Local calendar day.
        variable: Independent variable, [°C] or [h].
        adjusted_baseline_kwh: What the day would have used without the measure. [kWh]
        adjustment_kwh: What else is added to it. [kWh]
        metered_kwh: Metered energy. [kWh]
        estimated_kwh: Of it estimated. [kWh]
        used: Whether the day is in both sums.
        left_out: Why it is in neither, None if it is used.
        filled_kwh: What a fill rule of the contract counts in place of metered energy; no part of the sums. [kWh]
        fill_rule: The rule.
    """

    day: date
    variable: float | None
    adjusted_baseline_kwh: float | None
    adjustment_kwh: float | None
    metered_kwh: float | None
    estimated_kwh: float | None
    used: bool
    left_out: LeftOut | None
    filled_kwh: float | None = None
    fill_rule: FillRule | None = None


@dataclass(frozen=True, slots=True)
class FilledLine:
    """Days that one rule filled.

    Attributes:
        rule: The rule.
        days: How many. [d]
        adjusted_baseline_kwh: Their adjusted baseline with its adjustments. [kWh]
        filled_kwh: What the rule counts as used. [kWh]
        avoided_energy_kwh: The difference. [kWh]
    """

    rule: FillRule
    days: int
    adjusted_baseline_kwh: float
    filled_kwh: float
    avoided_energy_kwh: float


@dataclass(frozen=True, slots=True)
class FilledEnergy:
    """Filled days, which stand beside the sums of metered days and are in no band.

    Attributes:
        version: Name and version of the rules.
        days: How many. [d]
        adjusted_baseline_kwh: Their adjusted baseline with its adjustments. [kWh]
        filled_kwh: What the rules count as used. [kWh]
        avoided_energy_kwh: The difference. [kWh]
        total_avoided_energy_kwh: The same with the metered days, which the settlement counts. [kWh]
        lines: By rule.
    """

    version: str
    days: int
    adjusted_baseline_kwh: float
    filled_kwh: float
    avoided_energy_kwh: float
    total_avoided_energy_kwh: float
    lines: tuple[FilledLine, ...]


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """Avoided energy of consecutive days at one price.

    Attributes:
        period: From the first to the last of the days used at that price.
        used_days: Days of the sum. [d]
        energy_kwh: Avoided energy. [kWh]
        price: Price of one unit, indexed where the contract says so. [currency / per]
        per: Unit of the price.
        kind: Where the price comes from.
        in_term: Whether the ESCO is paid for these days.
        value: Energy at the price. [currency]
    """

    period: Period
    used_days: int
    energy_kwh: Decimal
    price: Decimal
    per: TariffUnit
    kind: TariffKind
    in_term: bool
    value: Decimal


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a saving is worth. The fields after `rounding` are missing from statements made before settlement/2.

    Attributes:
        currency: ISO 4217 code.
        value: Avoided energy at the tariff, also of a saving that is not proven. [currency]
        payable: What the ESCO is paid; 0 unless the saving is proven. [currency]
        rounding: The rule by which everything was rounded.
        rules: Name and version of the rules.
        lines: The value by price.
        earned: The ESCO's share before proof, cap and the end of the period are asked. [currency]
        guarantee_kwh: The guarantee of the period. [kWh]
        shortfall_kwh: What is missing to it. [kWh]
        shortfall_value: The same at the period's mean price; not deducted from what is payable. [currency]
        surplus_kwh: What was saved beyond it. [kWh]
        surplus_value: Its part of the value. [currency]
        surplus_payable: The ESCO's part of that, before proof and cap; within `earned`. [currency]
        earlier_payable: What statements of earlier periods state as payable. [currency]
        other_payable: The same of all other periods, which the cap counts. [currency]
        balance: `earlier_payable` and `payable`. [currency]
        cap_left: What the cap leaves after this statement. [currency]
        due_on: The last day of payment as long as no act is signed.
        avoided_co2_t: Emissions avoided. [t CO2]
        co2_source: Where their factors come from.
    """

    currency: str
    value: Decimal
    payable: Decimal
    rounding: str
    rules: str = "settlement/1"
    lines: tuple[SettlementLine, ...] = ()
    earned: Decimal | None = None
    guarantee_kwh: Decimal | None = None
    shortfall_kwh: Decimal | None = None
    shortfall_value: Decimal | None = None
    surplus_kwh: Decimal | None = None
    surplus_value: Decimal | None = None
    surplus_payable: Decimal | None = None
    earlier_payable: Decimal | None = None
    other_payable: Decimal | None = None
    balance: Decimal | None = None
    cap_left: Decimal | None = None
    due_on: date | None = None
    avoided_co2_t: Decimal | None = None
    co2_source: str = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Digests of what a statement was computed from, sha256 in hexadecimal; docs/evidence-bundle.md says of what.

    Attributes:
        readings: Raw readings of the measurement boundary in both periods.
        devices: The devices with their installations.
        baseline_days: Energy of the baseline's days.
        reporting_days: Energy of the reporting period's days.
        weather: The independent variable's source: outdoor temperature, or the latitude of dark hours.
        adjustments: What was adjusted for.
        terms: The contract with its terms, and what its other statements pay.
        method: Method with its version, as text.
        code: Version of the package, as text.
    """

    readings: str
    devices: str
    baseline_days: str
    reporting_days: str
    weather: str
    adjustments: str
    terms: str
    method: str
    code: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Verified saving of one contract in one reporting period. Energy is rounded to a watt-hour, day by day.

    Sums and bounds are None if a finding about the data is a refusal: then nothing can be stated. A refusal about money
    leaves the sums as they are and pays nothing.

    Attributes:
        contract: Code of the contract.
        building: Code of the building.
        carrier: What is saved.
        method: How it was verified.
        method_version: Version of the method.
        baseline: Baseline period.
        period: Reporting period.
        adjusted_baseline_kwh: What the days used would have needed without the measure. [kWh]
        adjustments: What else was added to it.
        metered_kwh: What they did need. [kWh]
        estimated_kwh: Of it estimated. [kWh]
        avoided_energy_kwh: Adjusted baseline with adjustments less metered energy. [kWh]
        lower_kwh: Lower bound. [kWh]
        upper_kwh: Upper bound. [kWh]
        confidence: Of these bounds. [-]
        bands: The same at other confidences.
        fractional_saving: Avoided energy over adjusted baseline with adjustments. [-]
        fractional_uncertainty: Half the band over avoided energy. [-]
        guideline_14_half_width_kwh: Half width by ASHRAE Guideline 14 with K = 1.26, to compare. [kWh]
        sun_baltazar_half_width_kwh: Half width with the factor of Sun and Baltazar, to compare. [kWh]
        proven: Whether the whole band is above zero.
        guarantee_kwh: What was guaranteed for the period. [kWh]
        coverage: Share of the reporting days that are in the sums. [-]
        baseline_coverage: Share of the baseline's days that are in the fit. [-]
        days: Days of the reporting period. [d]
        used_days: Of them in the sums. [d]
        fit: The baseline model.
        tariff: Price of the carrier.
        esco_share: The ESCO's share of the money. [-]
        settlement: What the saving is worth.
        findings: What a reader has to know.
        baseline_days: The baseline day by day.
        reporting_days: The reporting period day by day.
        inputs: Digests of what it was computed from, None if it was not made from a database.
        filled: Days that a fill rule of the contract counts, None if there are none.
    """

    contract: str
    building: str
    carrier: Carrier
    method: Method
    method_version: str
    baseline: Period
    period: Period
    adjusted_baseline_kwh: float | None
    adjustments: tuple[Adjustment, ...]
    metered_kwh: float | None
    estimated_kwh: float | None
    avoided_energy_kwh: float | None
    lower_kwh: float | None
    upper_kwh: float | None
    confidence: float
    bands: tuple[Band, ...]
    fractional_saving: float | None
    fractional_uncertainty: float | None
    guideline_14_half_width_kwh: float | None
    sun_baltazar_half_width_kwh: float | None
    proven: bool
    guarantee_kwh: float | None
    coverage: float
    baseline_coverage: float
    days: int
    used_days: int
    fit: Fit | None
    tariff: Tariff
    esco_share: Decimal
    settlement: Settlement | None
    findings: tuple[Finding, ...]
    baseline_days: tuple[BaselineDay, ...]
    reporting_days: tuple[ReportingDay, ...]
    inputs: Inputs | None = None
    filled: FilledEnergy | None = None
