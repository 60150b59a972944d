"""The price of each day, and avoided energy split over prices day by day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from analytics.statement import ReportingDay, SettlementLine
from teplosvet.domain.contract_terms import Indexation, TariffKind
from teplosvet.domain.contracts import Contract
from teplosvet.domain.periods import Period

HUNDREDTH = Decimal("0.01")
WATT_HOUR = Decimal("0.001")

_PRICE_STEP = Decimal("0.0001")
"""An indexed price is rounded to this, so that it can be printed and recomputed. [currency / unit]"""


@dataclass(frozen=True, slots=True)
class DaySaved:
    """Avoided energy of one day in the sums.

    Attributes:
        day: Local calendar day.
        energy_kwh: To a watt-hour. [kWh]
    """

    day: date
    energy_kwh: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of the carrier costs on a day.

    Attributes:
        amount: [currency / unit of the contract's tariff]
        kind: Where it comes from.
    """

    amount: Decimal
    kind: TariffKind


def days_saved(rows: Iterable[ReportingDay]) -> tuple[DaySaved, ...]:
    """Avoided energy of each day used or filled; they add up to the statement's avoided energy to a watt-hour."""
    return tuple(DaySaved(row.day, _avoided(row)) for row in rows if row.used or row.fill_rule is not None)


def _avoided(row: ReportingDay) -> Decimal:
    energy_kwh = row.metered_kwh if row.used else row.filled_kwh
    if row.adjusted_baseline_kwh is None or row.adjustment_kwh is None or energy_kwh is None:
        raise ValueError(f"a day with an unknown amount is among the days used: {row.day}")
    return _exact(row.adjusted_baseline_kwh) + _exact(row.adjustment_kwh) - _exact(energy_kwh)


def _exact(kwh: float) -> Decimal:
    return Decimal(repr(float(kwh))).quantize(WATT_HOUR, ROUND_HALF_UP)


def price_on(contract: Contract, day: date) -> Price | None:
    """The price of a day, None where the contract's dated tariffs leave a gap.

    Without dated tariffs the contract's one tariff holds, and counts as fixed.
    """
    terms = contract.terms
    if not terms.tariffs:
        return Price(_indexed(contract.tariff.amount, terms.indexation, day), TariffKind.FIXED)
    for tariff in terms.tariffs:
        if tariff.period.start <= day < tariff.period.end:
            if tariff.kind is TariffKind.CURRENT:
                return Price(tariff.amount, tariff.kind)
            return Price(_indexed(tariff.amount, terms.indexation, day), tariff.kind)
    return None


def index_steps(indexation: Indexation, day: date) -> int:
    """How often the price has been raised by a day: once on the first day of indexation, again on each anniversary."""
    start = indexation.start
    if day < start:
        return 0
    return day.year - start.year + ((day.month, day.day) >= (start.month, start.day))


def _indexed(amount: Decimal, indexation: Indexation | None, day: date) -> Decimal:
    steps = 0 if indexation is None else index_steps(indexation, day)
    if indexation is None or steps == 0:
        return amount
    return (amount * (1 + indexation.percent / 100) ** steps).quantize(_PRICE_STEP, ROUND_HALF_UP)


def unpriced(contract: Contract, days: Iterable[DaySaved]) -> tuple[date, ...]:
    """The days that no tariff holds on."""
    return tuple(each.day for each in days if price_on(contract, each.day) is None)


def split(contract: Contract, days: Iterable[DaySaved]) -> tuple[SettlementLine, ...]:
    """Avoided energy by price, in the order of time; every day has one (see `unpriced`).

    A line is a run of days used with the same price, of the same kind, all inside or all outside the contract's term.
    """
    priced = [(each, price_on(contract, each.day), in_term(contract, each.day)) for each in days]
    runs = groupby(sorted(priced, key=lambda item: item[0].day), key=lambda item: item[1:])
    return tuple(_line(contract, price, [item[0] for item in run], paid) for (price, paid), run in runs)


def in_term(contract: Contract, day: date) -> bool:
    """Whether the ESCO is paid for a day."""
    term = contract.terms.term
    return term is None or term.start <= day < term.end


def _line(contract: Contract, price: Price | None, days: list[DaySaved], paid: bool) -> SettlementLine:
    if price is None:
        raise ValueError(f"no tariff holds on {days[0].day}")
    energy = sum((each.energy_kwh for each in days), Decimal(0))
    per_kwh = replace(contract.tariff, amount=price.amount).price_per_kwh()
    return SettlementLine(
        period=Period(days[0].day, days[-1].day + timedelta(days=1)),
        used_days=len(days),
        energy_kwh=energy,
        price=price.amount,
        per=contract.tariff.per,
        kind=price.kind,
        in_term=paid,
        value=(energy * per_kwh).quantize(HUNDREDTH, ROUND_HALF_UP),
    )


def mean_price_per_kwh(contract: Contract, lines: Iterable[SettlementLine]) -> Decimal:
    """Price of one kilowatt-hour over the lines, each weighing as many days as it has. [currency/kWh]"""
    counted = list(lines)
    days = sum(line.used_days for line in counted)
    prices = (replace(contract.tariff, amount=line.price).price_per_kwh() * line.used_days for line in counted)
    return sum(prices, Decimal(0)) / days


def spans(days: Iterable[date]) -> Iterator[Period]:
    """Consecutive days as periods."""
    start = end = None
    for day in sorted(days):
        if start is not None and end is not None and day != end:
            yield Period(start, end)
            start = None
        start, end = (day if start is None else start), day + timedelta(days=1)
    if start is not None and end is not None:
        yield Period(start, end)
