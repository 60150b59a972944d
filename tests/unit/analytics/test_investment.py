"""Payback, net present value and rate of return, and the account of a contract."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from analytics.balance import balance
from analytics.investment import Payment, internal_rate_of_return, net_present_value, paid_back_on
from analytics.stated import StatedPeriod
from analytics.statement import Settlement
from teplosvet.domain.contract_terms import InvestedMeasure, Terms
from teplosvet.domain.periods import Period
from tests.unit.analytics.known_contracts import contract

PUBLISHED = [
    Payment(date(2008, 1, 1), Decimal(-10_000)),
    Payment(date(2008, 3, 1), Decimal(2_750)),
    Payment(date(2008, 10, 30), Decimal(4_250)),
    Payment(date(2009, 2, 15), Decimal(3_250)),
    Payment(date(2009, 4, 1), Decimal(2_750)),
]
"""Example of the functions XIRR and XNPV in the manual of Microsoft Excel: 37.3362535 % and, at 9 %, 2,086.65."""


def test_the_published_example() -> None:
    assert internal_rate_of_return(PUBLISHED) == Decimal("0.373363")
    assert net_present_value(PUBLISHED, Decimal("0.09")).quantize(Decimal("0.01")) == Decimal("2086.65")
    assert internal_rate_of_return(PUBLISHED[:-1]) != Decimal("0.373363")  # negative control


def test_two_years_by_hand() -> None:
    """-1,000 now, 1,210 after 730 days: 10 % a year, for 1.1 squared is 1.21."""
    flow = [Payment(date(2025, 1, 1), Decimal(-1000)), Payment(date(2027, 1, 1), Decimal(1210))]
    assert internal_rate_of_return(flow) == Decimal("0.100000")
    assert abs(net_present_value(flow, Decimal("0.1"))) < Decimal("1e-20")


def test_there_is_no_rate_without_one_change_of_sign() -> None:
    first, second, third = (date(2025, month, 1) for month in (1, 6, 12))
    assert internal_rate_of_return([]) is None
    assert internal_rate_of_return([Payment(first, Decimal(-10))]) is None
    assert internal_rate_of_return([Payment(first, Decimal(5)), Payment(second, Decimal(5))]) is None
    twice = [Payment(first, Decimal(-10)), Payment(second, Decimal(30)), Payment(third, Decimal(-21))]
    assert internal_rate_of_return(twice) is None
    assert internal_rate_of_return([Payment(first, Decimal(-10)), Payment(first, Decimal(10))]) is None


def test_payback_simple_and_discounted() -> None:
    """By hand: 10,250 have come back by 15 February 2009, and 13,000 by 1 April, which at 40 % are not enough."""
    assert paid_back_on(PUBLISHED) == date(2009, 2, 15)
    assert paid_back_on(PUBLISHED, Decimal("0.09")) == date(2009, 4, 1)
    assert paid_back_on(PUBLISHED, Decimal("0.4")) is None
    assert paid_back_on([]) is None


@given(st.integers(-90, 300), st.integers(1, 40))
def test_at_the_rate_of_return_nothing_is_left(percent: int, quarters: int) -> None:
    rate = Decimal(percent) / 100
    back = Payment(date(2025 + quarters // 4, quarters % 4 * 3 + 1, 1), Decimal(1000))
    start = date(2025, 1, 1)
    spent = net_present_value([back], rate, start)
    assert internal_rate_of_return([Payment(start, -spent), back]) == rate.quantize(Decimal("0.000001"))


def stated(
    period: str, payable: str, due_on: date | None = None, kwh: float | None = 100.0, act: str | None = None
) -> StatedPeriod:
    money = Settlement("RUB", Decimal(payable), Decimal(payable), "", due_on=due_on)
    return StatedPeriod(Period.parse(period), 1, kwh, True, None if kwh is None else money, act)


def test_an_account_period_by_period() -> None:
    """By hand: 400 + 700 of 1,000 invested; 73 days are no year, so nothing is said of payback and rate."""
    terms = Terms(
        measures=(InvestedMeasure("controllers", date(2025, 9, 1), Decimal(1000)),),
        cap=Decimal(5000),
        discount_percent=Decimal(10),
    )
    agreed = replace(contract(), terms=terms, investment=Decimal(1000))
    found = balance(
        agreed,
        [
            stated("2025-11-01/2025-12-13", "700.00", date(2025, 12, 29), act="agreed"),
            stated("2025-10-01/2025-11-01", "400.00", act="paid"),
            stated("2025-10-05/2025-10-08", "50.00"),
        ],
    )
    assert [(row.paid_in, row.paid_back) for row in found.rows] == [
        (Decimal("400.00"), Decimal("0.4000")),
        (Decimal("400.00"), Decimal("0.4000")),
    ]
    assert (found.payable, found.cap_left, found.avoided_energy_kwh) == (Decimal(1100), Decimal(3900), 200.0)
    assert found.overlapping == (Period.parse("2025-10-05/2025-10-08"),)
    assert (found.paid_back_on, found.payback_years) == (date(2025, 12, 29), None)
    assert found.net_present_value is not None
    assert 0 < found.net_present_value < 100
    assert found.internal_rate_of_return is None


def test_payback_and_rate_are_told_after_a_year_of_settled_periods() -> None:
    """By hand: 365 days pay 500 of 1,000: 1,000 x 365 / (500 x 365.25) = 2.00 years."""
    agreed = replace(contract(), investment=Decimal(1000))
    periods = [stated("2025-01-01/2025-07-01", "300.00"), stated("2025-07-01/2026-01-01", "200.00")]
    assert balance(agreed, periods).payback_years == Decimal("2.00")
    assert balance(agreed, periods).internal_rate_of_return is not None
    assert balance(agreed, periods[:1]).payback_years is None
    unknown = [periods[0], stated("2025-07-01/2026-01-01", "0", kwh=None)]
    assert balance(agreed, unknown).internal_rate_of_return is None


def test_an_account_without_statements_or_investment_says_nothing_of_payback() -> None:
    empty = balance(contract(), [])
    assert (empty.rows, empty.payable, empty.investment) == ((), 0, None)
    assert empty.internal_rate_of_return is None
    assert empty.paid_back_on is None
    unknown = balance(replace(contract(), investment=Decimal(10)), [stated("2025-10-01/2025-11-01", "0", kwh=None)])
    assert unknown.rows[0].value is None
    assert unknown.rows[0].payable == 0
    assert unknown.payback_years is None
