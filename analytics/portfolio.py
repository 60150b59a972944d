"""Sums of verified savings over many contracts, with the band that their errors leave in the sum."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from teplosvet.domain.contracts import Carrier

DECIMALS = 3
"""Energy is stated to a watt-hour."""


@dataclass(frozen=True, slots=True)
class Member:
    """One contract whose saving is stated with a band.

    Attributes:
        contract: Code of the contract.
        site: Name of its site.
        carrier: What is saved.
        adjusted_baseline_kwh: With its adjustments. [kWh]
        avoided_energy_kwh: The saving. [kWh]
        half_width_kwh: Half of the band, by confidence. [kWh]
        proven: Whether the whole band is above zero.
        currency: Of the money, None if there is none.
        value: What the saving is worth. [currency]
        payable: What of it is paid. [currency]
    """

    contract: str
    site: str
    carrier: Carrier
    adjusted_baseline_kwh: float
    avoided_energy_kwh: float
    half_width_kwh: Mapping[float, float]
    proven: bool
    currency: str | None = None
    value: Decimal | None = None
    payable: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SumBand:
    """Half of the band around a sum.

    Attributes:
        confidence: [-]
        independent_kwh: If the contracts' errors are independent. [kWh]
        correlated_kwh: If they are fully correlated. [kWh]
    """

    confidence: float
    independent_kwh: float
    correlated_kwh: float


@dataclass(frozen=True, slots=True)
class Money:
    """Money of one currency."""

    currency: str
    value: Decimal
    payable: Decimal


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The sum over contracts.

    Attributes:
        contracts: How many.
        proven_contracts: Of them proven one by one.
        adjusted_baseline_kwh: [kWh]
        avoided_energy_kwh: [kWh]
        proven_kwh: Avoided energy of the contracts that are proven one by one. [kWh]
        proven_share: Of the avoided energy; None where there is no saving to have a share of. [-]
        bands: At each confidence that all contracts state, the headline first.
        proven_if_independent: Whether the headline band of the sum is above zero if errors are independent.
        proven_if_correlated: The same if they are fully correlated.
        fractional_saving: Of the adjusted baseline; None without one. [-]
        fractional_independent: Half of the headline band over the adjusted baseline, independent errors. [-]
        fractional_correlated: The same, fully correlated errors. [-]
        money: By currency.
    """

    contracts: int
    proven_contracts: int
    adjusted_baseline_kwh: float
    avoided_energy_kwh: float
    proven_kwh: float
    proven_share: float | None
    bands: tuple[SumBand, ...]
    proven_if_independent: bool
    proven_if_correlated: bool
    fractional_saving: float | None
    fractional_independent: float | None
    fractional_correlated: float | None
    money: tuple[Money, ...]


def portfolio(members: Sequence[Member]) -> Portfolio | None:
    """The sum over contracts, None over none: no contract is not a saving of zero. [kWh]

    Half widths are added in quadrature if errors are independent [1, 5.1.2], and as they are if each is fully
    correlated with the other [1, 5.2.2, note 1]. Houses share weather, stations and makes of meters: the truth lies
    between the two. Bands of the same confidence are added, which takes the quantiles of the sum for those of its
    parts: with Student bands the independent one is a little too wide, never too narrow.

    References:
        [1] JCGM 100:2008, "Guide to the expression of uncertainty in measurement"; ASHRAE Guideline 14-2014, Annex B,
            on independent errors.
    """
    if not members:
        return None
    adjusted = _total(each.adjusted_baseline_kwh for each in members)
    avoided = _total(each.avoided_energy_kwh for each in members)
    proven = [each for each in members if each.proven]
    proven_kwh = _total(each.avoided_energy_kwh for each in proven)
    bands = tuple(_band(members, confidence) for confidence in _confidences(members))
    headline = bands[0] if bands else None
    return Portfolio(
        contracts=len(members),
        proven_contracts=len(proven),
        adjusted_baseline_kwh=adjusted,
        avoided_energy_kwh=avoided,
        proven_kwh=proven_kwh,
        proven_share=round(proven_kwh / avoided, 6) if avoided > 0 else None,
        bands=bands,
        proven_if_independent=headline is not None and avoided > headline.independent_kwh,
        proven_if_correlated=headline is not None and avoided > headline.correlated_kwh,
        fractional_saving=_share(avoided, adjusted),
        fractional_independent=_share(headline.independent_kwh, adjusted) if headline else None,
        fractional_correlated=_share(headline.correlated_kwh, adjusted) if headline else None,
        money=_money(members),
    )


def _confidences(members: Sequence[Member]) -> list[float]:
    common = set.intersection(*(set(each.half_width_kwh) for each in members))
    return sorted(common, reverse=True)


def _band(members: Sequence[Member], confidence: float) -> SumBand:
    halves = [each.half_width_kwh[confidence] for each in members]
    return SumBand(confidence, round(math.hypot(*halves), DECIMALS), round(math.fsum(halves), DECIMALS))


def _total(amounts: Iterable[float]) -> float:
    return round(math.fsum(amounts), DECIMALS)


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 6) if whole > 0 else None


def _money(members: Sequence[Member]) -> tuple[Money, ...]:
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for each in members:
        if each.currency is not None and each.value is not None and each.payable is not None:
            value, payable = sums.get(each.currency, (Decimal("0.00"), Decimal("0.00")))
            sums[each.currency] = value + each.value, payable + each.payable
    return tuple(Money(currency, *sums[currency]) for currency in sorted(sums))
