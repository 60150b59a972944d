"""Energy service contracts: what is promised, at which tariff, over which baseline."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from teplosvet.domain.contract_terms import PLAIN_TERMS, Terms
from teplosvet.domain.periods import Period
from teplosvet.domain.quantities import DeviceClass, Quantity

KWH_PER_GCAL = Decimal(1163)
"""1 Gcal = 1.163 MWh = 4.1868 GJ (international table calorie)."""


class Carrier(StrEnum):
    """What is saved: an energy carrier, metered by the main register of a device class."""

    LIGHT = "light"
    HEAT = "heat"
    ELECTRICITY = "electricity"
    WATER = "water"

    @property
    def device_class(self) -> DeviceClass:
        """The class whose devices meter this carrier."""
        return DeviceClass(self.value)

    @property
    def register(self) -> Quantity:
        """The register whose difference is the carrier's consumption."""
        return _REGISTERS[self]


_REGISTERS = {
    Carrier.LIGHT: Quantity.LIGHT_ENERGY_KWH,
    Carrier.HEAT: Quantity.HEAT_ENERGY_KWH,
    Carrier.ELECTRICITY: Quantity.ACTIVE_ENERGY_KWH,
    Carrier.WATER: Quantity.WATER_VOLUME_M3,
}


class TariffUnit(StrEnum):
    """The unit that a tariff is stated per."""

    KWH = "kWh"
    GCAL = "Gcal"


@dataclass(frozen=True, slots=True)
class Tariff:
    """Price of one unit of the carrier.

    Attributes:
        amount: Price. [currency / per]
        currency: ISO 4217 code.
        per: Unit of energy that the price is for.
    """

    amount: Decimal
    currency: str
    per: TariffUnit

    def price_per_kwh(self) -> Decimal:
        """Price of one kilowatt-hour, not rounded. [currency/kWh]"""
        return self.amount / KWH_PER_GCAL if self.per is TariffUnit.GCAL else self.amount


class Method(StrEnum):
    """How the saving is verified."""

    CHANGE_POINT_DAILY = "change-point-daily"
    """IPMVP option C or B on daily energy with a change-point baseline on outdoor temperature."""
    LIGHT_OPTION_B = "light-option-b"
    """IPMVP option B on metered lighting energy with dark hours as independent variable."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One measure in one building, and what is paid for its saving.

    Attributes:
        code: Short name, unique.
        title: The contract in words.
        building: Code of the building.
        carrier: What is saved; the measurement boundary is every device of its class in the building.
        method: How the saving is verified.
        baseline: Baseline period, local days.
        tariff: Price of the carrier.
        esco_share: Share of the saving's money that the ESCO is paid. [-]
        guarantee_kwh: Saving guaranteed for a reporting period, or None. [kWh]
        customer: Who pays.
        esco: Who is paid.
        investment: What the ESCO put in, or None. [currency]
        terms: What else the contract says about money.
    """

    code: str
    title: str
    building: str
    carrier: Carrier
    method: Method
    baseline: Period
    tariff: Tariff
    esco_share: Decimal
    guarantee_kwh: float | None = None
    customer: str = ""
    esco: str = ""
    investment: Decimal | None = None
    terms: Terms = PLAIN_TERMS
