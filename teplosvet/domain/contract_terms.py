"""Terms of an energy service contract that decide what is paid, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from teplosvet.domain.fill_terms import FillTerms
from teplosvet.domain.periods import Period

PAYMENT_DAYS = range(5, 46)
"""Days after the end of a period in which it is paid: 5 to 45 (Decree of the Government of the Russian Federation of
18.08.2010 No. 636 as amended by No. 890 of 31.05.2023). [d]"""


class MeasurementOption(StrEnum):
    """Option of the IPMVP (Core Concepts 2022, section 7) that the contract names."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class TariffKind(StrEnum):
    """Where a tariff comes from."""

    FIXED = "fixed"
    """Agreed in the contract; it grows by the indexation."""
    CURRENT = "current"
    """What the supplier charges in those days; no indexation is put on top."""


class Proration(StrEnum):
    """How a guarantee is divided over a part of its time."""

    DAYS = "days"
    DEGREE_DAYS = "degree-days"


class SurplusRule(StrEnum):
    """Whose a saving beyond the guarantee is.

    Decree No. 636 as amended by No. 890: it is shared, unless the contract says otherwise.
    """

    SHARED = "shared"
    ESCO = "esco"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Party:
    """Requisites of a party, as its signature needs them.

    Attributes:
        legal_name: Full name in the register of companies.
        inn: Taxpayer's number, None where the party has none.
        signatory: Who signs, and on what ground.
    """

    legal_name: str = ""
    inn: str | None = None
    signatory: str = ""


@dataclass(frozen=True, slots=True)
class InvestedMeasure:
    """A measure that was paid for.

    Attributes:
        title: What was done.
        day: When the money was spent.
        investment: How much. [currency]
    """

    title: str
    day: date
    investment: Decimal


@dataclass(frozen=True, slots=True)
class DatedTariff:
    """Price of the carrier in some days, in currency and unit of the contract's tariff.

    Attributes:
        period: Its days.
        amount: Price of one unit. [currency / unit]
        kind: Where it comes from.
    """

    period: Period
    amount: Decimal
    kind: TariffKind = TariffKind.CURRENT


@dataclass(frozen=True, slots=True)
class Indexation:
    """Growth of fixed tariffs.

    Attributes:
        percent: A year. [%]
        start: The first day of the raised price; it is raised again on each anniversary.
    """

    percent: Decimal
    start: date


@dataclass(frozen=True, slots=True)
class Guarantee:
    """The saving that is promised: the contract's figure.

    Attributes:
        amount_kwh: For each calendar year, or for the period. [kWh]
        period: The period, None if it is for each calendar year.
        proration: How a part of that time is judged.
        degree_days: Degree days of the year or period that the amount was agreed for. [K·d]
    """

    amount_kwh: Decimal
    period: Period | None = None
    proration: Proration = Proration.DAYS
    degree_days: Decimal | None = None

    def __post_init__(self) -> None:
        if self.amount_kwh <= 0:
            raise ValueError("a guarantee is above zero")
        if (self.degree_days is not None) != (self.proration is Proration.DEGREE_DAYS):
            raise ValueError(
                "a guarantee by degree days states the degree days that it was agreed for, another one does not"
            )


@dataclass(frozen=True, slots=True)
class Surplus:
    """What becomes of a saving beyond the guarantee.

    Attributes:
        rule: Whose it is.
        esco_share: The ESCO's part if it is shared, None for the same as below the guarantee. [-]
    """

    rule: SurplusRule = SurplusRule.SHARED
    esco_share: Decimal | None = None

    def share(self, usual: Decimal) -> Decimal:
        """The ESCO's part of the surplus, where `usual` is its part of the rest. [-]"""
        if self.rule is SurplusRule.ESCO:
            return Decimal(1)
        if self.rule is SurplusRule.CUSTOMER:
            return Decimal(0)
        return usual if self.esco_share is None else self.esco_share


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract says beyond tariff and share; everything may be missing.

    Attributes:
        customer: Requisites of who pays.
        esco: Requisites of who is paid.
        boundary: The measurement boundary in words.
        option: IPMVP option that the contract names.
        measures: What was invested in.
        guarantee: The promised saving; None where the contract has none, or only the plain figure for a period.
        surplus: What becomes of more.
        cap: Greatest sum that the ESCO is paid in all. [currency]
        term: Days whose saving is paid for; None if the contract does not end.
        tariffs: Dated prices; with none, the contract's one tariff holds for all days.
        indexation: Growth of fixed tariffs.
        payment_days: Days from the end of a period to its payment. [d]
        discount_percent: Yearly rate that later money is discounted with. [%]
        region: Code of the region whose emission factors hold, such as ``RU``.
        fill: How heat of days without a metered amount is counted; None leaves them out.
    """

    customer: Party = Party()
    esco: Party = Party()
    boundary: str = ""
    option: MeasurementOption | None = None
    measures: tuple[InvestedMeasure, ...] = ()
    guarantee: Guarantee | None = None
    surplus: Surplus = Surplus()
    cap: Decimal | None = None
    term: Period | None = None
    tariffs: tuple[DatedTariff, ...] = ()
    indexation: Indexation | None = None
    payment_days: int | None = None
    discount_percent: Decimal | None = None
    region: str | None = None
    fill: FillTerms | None = None

    def __post_init__(self) -> None:
        if (shared := overlap(self.tariffs)) is not None:
            raise ValueError(f"two tariffs hold on {shared}")
        if self.payment_days is not None and self.payment_days not in PAYMENT_DAYS:
            raise ValueError(f"a period is paid {PAYMENT_DAYS[0]} to {PAYMENT_DAYS[-1]} days after it ends")


def overlap(tariffs: Sequence[DatedTariff]) -> date | None:
    """The first day on which two tariffs hold, None if there is none."""
    for before, after in pairwise(sorted(tariff.period for tariff in tariffs)):
        if after.start < before.end:
            return after.start
    return None


PLAIN_TERMS = Terms()
"""Of a contract that says nothing beyond tariff and share."""

_INN_WEIGHTS = {
    10: ((2, 4, 10, 3, 5, 9, 4, 6, 8),),
    12: ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)),
}
"""Weights of the check digits of a taxpayer's number, of a company and of a person (Order of the Ministry of Taxes of
03.03.2004 No. BG-3-09/178, annex)."""


def is_inn(text: str) -> bool:
    """Whether a text is a taxpayer's number with right check digits."""
    if not text.isascii() or not text.isdigit() or len(text) not in _INN_WEIGHTS:
        return False
    digits = [int(letter) for letter in text]
    return all(
        sum(weight * digit for weight, digit in zip(weights, digits, strict=False)) % 11 % 10 == digits[len(weights)]
        for weights in _INN_WEIGHTS[len(text)]
    )
