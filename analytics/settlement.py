"""Money for a saving, in decimal arithmetic: docs/methods/settlement.md says the rules."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from analytics.emission_factors import avoided_emissions
from analytics.payment_dates import due_date
from analytics.statement import Settlement, SettlementLine
from analytics.tariffs import HUNDREDTH, DaySaved, mean_price_per_kwh, spans, split, unpriced
from teplosvet.domain.contracts import Contract
from teplosvet.domain.findings import Finding, FindingCode, Severity
from teplosvet.domain.periods import Period

RULES = "settlement/2"
"""Grows with every change that can change an amount."""

ROUNDING = (
    "avoided energy and guarantee to 0.001 kWh; an indexed price to 0.0001; each line's value, the ESCO's sum and "
    "each part once, half up to 0.01; value is the sum of the lines"
)

_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Account:
    """What other statements of a contract state as payable.

    Attributes:
        earlier: Of periods before this one. [currency]
        other: Of all other periods, which the cap counts. [currency]
    """

    earlier: Decimal = _NOTHING
    other: Decimal = _NOTHING


NO_ACCOUNT = Account()


@dataclass(frozen=True, slots=True)
class Saved:
    """What is settled.

    Attributes:
        period: Reporting period.
        days: Avoided energy of the days used.
        adjusted_baseline_kwh: Of the days used. [kWh]
        guarantee_kwh: What is guaranteed for the period, None if nothing is or if it is not known. [kWh]
        guarantee_unknown: Whether something is guaranteed, but how much is not known.
        proven: Whether the saving is proven on a baseline that is long enough.
        over: Whether the period is over.
    """

    period: Period
    days: tuple[DaySaved, ...]
    adjusted_baseline_kwh: Decimal
    guarantee_kwh: Decimal | None
    proven: bool
    over: bool = True
    guarantee_unknown: bool = False


@dataclass(frozen=True, slots=True)
class _Beyond:
    """A saving against its guarantee; everything None without one. [kWh] and [currency]"""

    shortfall_kwh: Decimal | None = None
    shortfall_value: Decimal | None = None
    surplus_kwh: Decimal | None = None
    surplus_value: Decimal | None = None


def settle(
    contract: Contract, saved: Saved, account: Account = NO_ACCOUNT
) -> tuple[Settlement | None, tuple[Finding, ...]]:
    """Value of a saving, the part of it that the ESCO is paid, and what a reader has to know of both.

    A saving that is not proven has a value, so that a reader sees what is at stake, but nothing is payable for it;
    neither is anything for a period that is not over. Days without a tariff refuse the money of the whole period.

    Args:
        contract: The contract.
        saved: What was saved.
        account: What other statements pay.
    """
    if gap := unpriced(contract, saved.days):
        data: dict[str, str | float | int] = {"days": len(gap), "named": ", ".join(str(span) for span in spans(gap))}
        return None, (Finding(FindingCode.TARIFF_GAP, Severity.REFUSAL, data),)
    lines = split(contract, saved.days)
    findings = list(_about_guarantee(contract, saved, lines))
    refused = any(finding.severity is Severity.REFUSAL for finding in findings)
    beyond = _Beyond() if refused else _against_guarantee(contract, saved, lines)
    earned, of_surplus = _earned(contract, lines, beyond)
    payable = earned if saved.proven and saved.over and not refused and earned > 0 else _NOTHING
    payable, left = _within_cap(contract.terms.cap, payable, account.other)
    settlement = Settlement(
        currency=contract.tariff.currency,
        value=_value(lines),
        payable=payable,
        rounding=ROUNDING,
        rules=RULES,
        lines=lines,
        earned=earned,
        guarantee_kwh=saved.guarantee_kwh,
        shortfall_kwh=beyond.shortfall_kwh,
        shortfall_value=beyond.shortfall_value,
        surplus_kwh=beyond.surplus_kwh,
        surplus_value=beyond.surplus_value,
        surplus_payable=of_surplus,
        earlier_payable=account.earlier,
        other_payable=account.other,
        balance=account.earlier + payable,
        cap_left=left,
    )
    return _with_dates(contract, saved, settlement, findings)


def _with_dates(
    contract: Contract, saved: Saved, settlement: Settlement, findings: list[Finding]
) -> tuple[Settlement, tuple[Finding, ...]]:
    """The settlement with its due date and emissions, and the findings about them."""
    terms, earned = contract.terms, settlement.earned
    if saved.proven and saved.over and earned is not None and settlement.payable < earned and terms.cap is not None:
        data = {"earned": float(earned), "payable": float(settlement.payable), "cap": float(terms.cap)}
        findings.append(Finding(FindingCode.CAP_REACHED, Severity.INFO, data))
    if terms.payment_days is not None and settlement.payable > 0:
        due = due_date(saved.period, terms.payment_days)
        settlement = replace(settlement, due_on=due.day)
        if not due.known:
            findings.append(Finding(FindingCode.CALENDAR_UNKNOWN, Severity.INFO, {"due_on": str(due.day)}))
    if terms.region is not None:
        emissions = avoided_emissions(terms.region, contract.carrier, saved.days)
        if emissions is None:
            findings.append(Finding(FindingCode.EMISSION_FACTOR_UNKNOWN, Severity.INFO, {"region": terms.region}))
        else:
            settlement = replace(settlement, avoided_co2_t=emissions[0], co2_source=emissions[1])
    return settlement, tuple(findings)


def _about_guarantee(contract: Contract, saved: Saved, lines: tuple[SettlementLine, ...]) -> Iterator[Finding]:
    outside = sum(line.used_days for line in lines if not line.in_term)
    if outside:
        yield Finding(FindingCode.OUTSIDE_TERM, Severity.WARNING, {"days": outside, "term": str(contract.terms.term)})
    if saved.guarantee_unknown:
        # Without it nobody knows what is surplus, which matters where the surplus is shared otherwise.
        same = contract.terms.surplus.share(contract.esco_share) == contract.esco_share
        yield Finding(FindingCode.GUARANTEE_UNKNOWN, Severity.WARNING if same else Severity.REFUSAL)
    if contract.terms.guarantee is None or saved.guarantee_kwh is None:
        return
    # The guarantee is of all days, the adjusted baseline of those used: as much for each day that was left out.
    possible = saved.adjusted_baseline_kwh * saved.period.days / len(saved.days)
    if saved.guarantee_kwh > possible:
        data = {"guarantee_kwh": float(saved.guarantee_kwh), "baseline_kwh": round(float(possible), 3)}
        yield Finding(FindingCode.GUARANTEE_ABOVE_BASELINE, Severity.REFUSAL, data)


def _against_guarantee(contract: Contract, saved: Saved, lines: tuple[SettlementLine, ...]) -> _Beyond:
    """Shortfall at the period's mean price, or surplus with its part of the value; of the days in the term."""
    paid = [line for line in lines if line.in_term]
    if saved.guarantee_kwh is None or not paid:
        return _Beyond()
    avoided = sum((line.energy_kwh for line in paid), Decimal(0))
    beyond = avoided - saved.guarantee_kwh
    if beyond < 0:
        value = -beyond * mean_price_per_kwh(contract, paid)
        return _Beyond(shortfall_kwh=-beyond, shortfall_value=value.quantize(HUNDREDTH, ROUND_HALF_UP))
    value = _value(paid) * beyond / avoided if beyond else _NOTHING
    return _Beyond(surplus_kwh=beyond, surplus_value=value.quantize(HUNDREDTH, ROUND_HALF_UP))


def _earned(contract: Contract, lines: tuple[SettlementLine, ...], beyond: _Beyond) -> tuple[Decimal, Decimal | None]:
    """The ESCO's share of the value in the term, and the part of it that is of the surplus. [currency]"""
    value, share = _value([line for line in lines if line.in_term]), contract.esco_share
    if beyond.surplus_value is None:
        return (value * share).quantize(HUNDREDTH, ROUND_HALF_UP), None
    of_surplus = beyond.surplus_value * contract.terms.surplus.share(share)
    whole = (value - beyond.surplus_value) * share + of_surplus
    return whole.quantize(HUNDREDTH, ROUND_HALF_UP), of_surplus.quantize(HUNDREDTH, ROUND_HALF_UP)


def _within_cap(cap: Decimal | None, payable: Decimal, other: Decimal) -> tuple[Decimal, Decimal | None]:
    """What the cap lets be paid, and what it leaves after that. [currency]"""
    if cap is None:
        return payable, None
    room = cap - other if cap > other else _NOTHING
    paid = min(payable, room.quantize(HUNDREDTH, ROUND_HALF_UP))
    return paid, room - paid


def _value(lines: tuple[SettlementLine, ...] | list[SettlementLine]) -> Decimal:
    return sum((line.value for line in lines), _NOTHING)
