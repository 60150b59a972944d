"""Statements as people are shown them: the parts of the stored JSON that pages and acts speak of."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from teplosvet.domain.adjustments import LedgerEntry
from teplosvet.domain.contracts import Tariff
from teplosvet.domain.periods import Period


class Adjustment(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line between the adjusted baseline and the avoided energy. [kWh]"""

    kind: str
    amount_kwh: float
    half_width_kwh: float | None = None
    entry: LedgerEntry | None = None
    evidence: str = ""


class Finding(msgspec.Struct, frozen=True):
    """Something that a reader has to know; the data's names carry their unit."""

    code: str
    severity: int
    data: dict[str, str | float | int] = {}


LEAST_SURPLUS = Decimal(100)
"""From which on cents tell a share. Our own limit. [currency]"""


class SettlementLine(msgspec.Struct, frozen=True):
    """Avoided energy of consecutive days at one price, [kWh] and [currency / per]."""

    period: Period
    energy_kwh: Decimal
    price: Decimal
    per: str
    value: Decimal


class Settlement(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the saving is worth and what of it is payable, [currency] and [kWh]; None where no term is agreed."""

    currency: str
    value: Decimal
    payable: Decimal
    lines: tuple[SettlementLine, ...] = ()
    earned: Decimal | None = None
    shortfall_kwh: Decimal | None = None
    shortfall_value: Decimal | None = None
    surplus_kwh: Decimal | None = None
    surplus_value: Decimal | None = None
    surplus_payable: Decimal | None = None
    due_on: date | None = None
    other_payable: Decimal | None = None
    cap_left: Decimal | None = None

    @property
    def within_payable(self) -> Decimal | None:
        """The ESCO's part of what was guaranteed, None where nothing is apart of it. [currency]"""
        return None if self.earned is None or self.surplus_payable is None else self.earned - self.surplus_payable

    @property
    def surplus_share(self) -> Decimal | None:
        """The ESCO's share of the surplus, as the shortest one that gives its part to the cent.

        A statement holds amounts, not terms, and the terms of the contract may be others by now. None where there is
        no surplus, or too little of it to tell. [-]
        """
        value, part = self.surplus_value, self.surplus_payable
        if value is None or part is None or value < LEAST_SURPLUS:
            return None
        for place in (Decimal("0.01"), Decimal("0.001"), Decimal("0.0001")):
            share = (part / value).quantize(place, ROUND_HALF_UP)
            if (value * share).quantize(Decimal("0.01"), ROUND_HALF_UP) == part:
                return share
        return None

    @property
    def cap(self) -> Decimal | None:
        """Greatest sum of the contract, None where it has none or where other periods had used it up. [currency]"""
        if self.cap_left is None or self.other_payable is None or not self.cap_left + self.payable:
            return None
        return self.other_payable + self.payable + self.cap_left


class Fit(msgspec.Struct, frozen=True):
    """The baseline model and how well it follows; a parameter that the model has not is None."""

    model: str
    variable: str | None
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
    n: int
    n_effective: float | None
    variable_low: float | None
    variable_high: float | None

    @property
    def variable_name(self) -> str:
        """Name of the independent variable, ``none`` of a mean without one."""
        return self.variable or "none"

    def energy_kwh(self, variable: float) -> float:
        """The model's energy on a day with this independent variable. [kWh/d]"""
        energy = self.base_kwh
        if self.dark_hours_slope_kwh_per_h is not None:
            energy += self.dark_hours_slope_kwh_per_h * variable
        if self.heating_slope_kwh_per_k is not None:
            energy += self.heating_slope_kwh_per_k * _beyond(-variable, _minus(self.heating_change_point_c))
        if self.cooling_slope_kwh_per_k is not None:
            energy += self.cooling_slope_kwh_per_k * _beyond(variable, self.cooling_change_point_c)
        return energy

    def corners(self) -> tuple[float, ...]:
        """Values of the variable between which the model is a straight line, from the least to the greatest seen."""
        if self.variable_low is None or self.variable_high is None:
            return ()
        low, high = self.variable_low, self.variable_high
        bends = {self.heating_change_point_c, self.cooling_change_point_c}
        return (low, *sorted(bend for bend in bends if bend is not None and low < bend < high), high)


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _beyond(value: float, change_point: float | None) -> float:
    """How far a value lies above the change point, 0 below it; of a straight line without one, the value itself."""
    if change_point is None:
        return value
    return value - change_point if value > change_point else 0.0


class BaselineDay(msgspec.Struct, frozen=True):
    """One day of the baseline period: the variable in [°C] or [h], energy in [kWh]."""

    day: date
    variable: float | None
    metered_kwh: float | None
    fitted_kwh: float | None
    used: bool


class ReportingDay(msgspec.Struct, frozen=True):
    """One day of the reporting period: the variable in [°C] or [h], energy in [kWh]."""

    day: date
    variable: float | None
    adjusted_baseline_kwh: float | None
    adjustment_kwh: float | None
    metered_kwh: float | None
    estimated_kwh: float | None
    used: bool
    left_out: str | None
    filled_kwh: float | None = None
    fill_rule: str | None = None

    @property
    def comparable_kwh(self) -> float | None:
        """Adjusted baseline with what else is added to it: what metered energy is compared with. [kWh]"""
        if self.adjusted_baseline_kwh is None or self.adjustment_kwh is None:
            return self.adjusted_baseline_kwh
        return self.adjusted_baseline_kwh + self.adjustment_kwh

    @property
    def avoided_kwh(self) -> float | None:
        """What the day saved, None if it is not in the sums. [kWh]"""
        comparable = self.comparable_kwh
        if not self.used or comparable is None or self.metered_kwh is None:
            return None
        return comparable - self.metered_kwh


class FilledLine(msgspec.Struct, frozen=True):
    """Days that one rule filled. [kWh]"""

    rule: str
    days: int
    adjusted_baseline_kwh: float
    filled_kwh: float
    avoided_energy_kwh: float


class FilledEnergy(msgspec.Struct, frozen=True):
    """Filled days, which stand beside the sums of metered days. [kWh]"""

    version: str
    days: int
    adjusted_baseline_kwh: float
    filled_kwh: float
    avoided_energy_kwh: float
    total_avoided_energy_kwh: float
    lines: tuple[FilledLine, ...]


class Verdict(msgspec.Struct, frozen=True):
    """The sums of a statement, without its days. Energy is None where nothing can be stated."""

    period: Period
    baseline: Period
    carrier: str
    method: str
    method_version: str
    adjusted_baseline_kwh: float | None
    adjustments: tuple[Adjustment, ...]
    metered_kwh: float | None
    estimated_kwh: float | None
    avoided_energy_kwh: float | None
    lower_kwh: float | None
    upper_kwh: float | None
    confidence: float
    fractional_saving: float | None
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
    filled: FilledEnergy | None = None

    @property
    def half_width_kwh(self) -> float | None:
        """Half the band, None where no band can be told. [kWh]"""
        if self.lower_kwh is None or self.upper_kwh is None:
            return None
        return (self.upper_kwh - self.lower_kwh) / 2

    @property
    def is_loss(self) -> bool:
        """Whether the whole band is below zero: more was used than without the measure."""
        return self.upper_kwh is not None and self.upper_kwh < 0


class Statement(Verdict, frozen=True, kw_only=True):
    """A statement with its days."""

    baseline_days: tuple[BaselineDay, ...]
    reporting_days: tuple[ReportingDay, ...]
