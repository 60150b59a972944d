"""The account of a contract over its statements: what was saved, what is paid, and what came back of the investment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from analytics.investment import Payment, internal_rate_of_return, net_present_value, paid_back_on
from analytics.stated import StatedPeriod, apart
from analytics.tariffs import HUNDREDTH
from teplosvet.domain.contracts import Contract
from teplosvet.domain.periods import Period

LEAST_DAYS = 365
"""Settled days from which on payback and rate of return are told. Our own limit. [d]"""

_SHARE_STEP = Decimal("0.0001")
_DAYS_PER_YEAR = Decimal("365.25")


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One period of the account.

    Attributes:
        period: Reporting period.
        version: Version of its statement: of the one that an act agreed or paid speaks of, else the newest.
        act: State of that act, ``agreed`` or ``paid``; None where nothing is agreed.
        avoided_energy_kwh: Of metered days, None where nothing could be stated. [kWh]
        settled_energy_kwh: The same with the days that a fill rule counts: what the money is counted of. [kWh]
        proven: Whether the saving is proven.
        value: Of the saving, None where nothing could be stated. [currency]
        payable: To the ESCO. [currency]
        due_on: The last day of payment.
        paid_in: Of acts in state paid, from the first period to this one. [currency]
        paid_back: Share of the investment that this is, None without an investment. [-]
        newer_version: A newer version of the statement that nobody agreed, None where there is none.
        newer_avoided_energy_kwh: How it would change the energy, None where one of them states nothing. [kWh]
        newer_payable: How it would change what is payable. [currency]
    """

    period: Period
    version: int
    act: str | None
    avoided_energy_kwh: float | None
    settled_energy_kwh: float | None
    proven: bool
    value: Decimal | None
    payable: Decimal
    due_on: date | None
    paid_in: Decimal
    paid_back: Decimal | None
    newer_version: int | None
    newer_avoided_energy_kwh: float | None
    newer_payable: Decimal | None


@dataclass(frozen=True, slots=True)
class Balance:
    """The account of a contract. Money is the ESCO's: what it invested, and what the statements pay it.

    Attributes:
        contract: Code of the contract.
        currency: ISO 4217 code.
        rows: Period by period.
        overlapping: Periods with statements whose days others count already.
        avoided_energy_kwh: Over the rows where it is known. [kWh]
        payable: In all. [currency]
        paid_in: Of that, in acts that are paid. [currency]
        investment: None if the contract does not say. [currency]
        cap: Greatest sum that is paid in all. [currency]
        cap_left: What of it is left. [currency]
        paid_back_on: When what was paid reached the investment.
        discounted_paid_back_on: The same with discounted money.
        payback_years: Investment over what a year of the periods pays, None if they pay nothing or are no year. [a]
        discount_percent: Yearly rate of discounting. [%]
        net_present_value: To the day of the first payment, None without investment or rate. [currency]
        internal_rate_of_return: Yearly, of what was paid so far, None where there is none or no year lies behind.
            [-]
    """

    contract: str
    currency: str
    rows: tuple[BalanceRow, ...]
    overlapping: tuple[Period, ...]
    avoided_energy_kwh: float
    payable: Decimal
    paid_in: Decimal
    investment: Decimal | None
    cap: Decimal | None
    cap_left: Decimal | None
    paid_back_on: date | None
    discounted_paid_back_on: date | None
    payback_years: Decimal | None
    discount_percent: Decimal | None
    net_present_value: Decimal | None
    internal_rate_of_return: Decimal | None


def balance(contract: Contract, stated: Iterable[StatedPeriod]) -> Balance:
    """The account of a contract over the statements of its periods that its parties are bound by.

    For payback and rate of return what is payable counts as paid on its due date, or on the last day of its period
    where no due date is stated; an investment on the day of its measure, or, where the contract gives only a sum, on
    the first day of its term, else after the baseline.
    """
    counted, left_out = apart(stated)
    rows = _rows(counted, contract.investment)
    payable = sum((row.payable for row in rows), Decimal("0.00"))
    spent, received = _spent(contract), _received(rows)
    flow = [*spent, *received] if spent else []
    percent, cap = contract.terms.discount_percent, contract.terms.cap
    rate = None if percent is None else percent / 100
    return Balance(
        contract=contract.code,
        currency=contract.tariff.currency,
        rows=rows,
        overlapping=tuple(each.period for each in left_out),
        avoided_energy_kwh=round(sum(r.avoided_energy_kwh for r in rows if r.avoided_energy_kwh is not None), 3),
        payable=payable,
        paid_in=rows[-1].paid_in if rows else Decimal("0.00"),
        investment=contract.investment,
        cap=cap,
        cap_left=None if cap is None else cap - payable,
        paid_back_on=paid_back_on(flow),
        discounted_paid_back_on=None if rate is None else paid_back_on(flow, rate),
        payback_years=_payback_years(contract.investment, rows, payable) if _is_long(rows) else None,
        discount_percent=percent,
        net_present_value=None if rate is None or not flow else _rounded(net_present_value(flow, rate)),
        internal_rate_of_return=internal_rate_of_return(flow) if _is_long(rows) else None,
    )


def _rows(counted: Iterable[StatedPeriod], investment: Decimal | None) -> tuple[BalanceRow, ...]:
    rows, paid_in = [], Decimal("0.00")
    for each in counted:
        paid_in += each.payable if each.act == "paid" else 0
        money, newer = each.settlement, each.newer
        rows.append(
            BalanceRow(
                period=each.period,
                version=each.version,
                act=each.act,
                avoided_energy_kwh=each.avoided_energy_kwh,
                settled_energy_kwh=each.settled_energy_kwh,
                proven=each.proven,
                value=None if money is None else money.value,
                payable=each.payable,
                due_on=None if money is None else money.due_on,
                paid_in=paid_in,
                paid_back=(paid_in / investment).quantize(_SHARE_STEP, ROUND_HALF_UP) if investment else None,
                newer_version=None if newer is None else newer.version,
                newer_avoided_energy_kwh=None if newer is None else _change(each, newer),
                newer_payable=None if newer is None else newer.payable - each.payable,
            )
        )
    return tuple(rows)


def _change(one: StatedPeriod, other: StatedPeriod) -> float | None:
    before, after = one.avoided_energy_kwh, other.avoided_energy_kwh
    return None if before is None or after is None else round(after - before, 3)


def _spent(contract: Contract) -> list[Payment]:
    measures = contract.terms.measures
    if measures:
        return [Payment(measure.day, -measure.investment) for measure in measures]
    if not contract.investment:
        return []
    term = contract.terms.term
    return [Payment(contract.baseline.end if term is None else term.start, -contract.investment)]


def _received(rows: Iterable[BalanceRow]) -> list[Payment]:
    return [Payment(row.due_on or row.period.end - timedelta(days=1), row.payable) for row in rows if row.payable]


def _payback_years(investment: Decimal | None, rows: tuple[BalanceRow, ...], payable: Decimal) -> Decimal | None:
    if not investment or payable <= 0:
        return None
    days = sum(row.period.days for row in rows)
    return (investment * days / (payable * _DAYS_PER_YEAR)).quantize(HUNDREDTH, ROUND_HALF_UP)


def _is_long(rows: tuple[BalanceRow, ...]) -> bool:
    """Whether a year of settled periods lies behind: a winter alone says nothing of a year's money."""
    return sum(row.period.days for row in rows if row.value is not None) >= LEAST_DAYS


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(HUNDREDTH, ROUND_HALF_UP)
