"""Terms of a contract that cannot be."""

from datetime import date
from decimal import Decimal

import pytest

from teplosvet.domain.contract_terms import (
    DatedTariff,
    Guarantee,
    Proration,
    Surplus,
    SurplusRule,
    Terms,
    is_inn,
    overlap,
)
from teplosvet.domain.periods import Period


def test_two_prices_on_a_day_are_refused() -> None:
    first = DatedTariff(Period.parse("2025-01-01/2025-07-01"), Decimal(1))
    second = DatedTariff(Period.parse("2025-06-30/2026-01-01"), Decimal(2))
    with pytest.raises(ValueError, match="2025-06-30"):
        Terms(tariffs=(second, first))
    assert overlap((first, DatedTariff(Period.parse("2025-07-01/2026-01-01"), Decimal(2)))) is None
    assert overlap((first, second)) == date(2025, 6, 30)


@pytest.mark.parametrize("days", [4, 46, 0, -5])
def test_payment_days_are_within_the_rules(days: int) -> None:
    with pytest.raises(ValueError, match="5 to 45"):
        Terms(payment_days=days)


def test_a_guarantee_is_whole() -> None:
    with pytest.raises(ValueError, match="above zero"):
        Guarantee(Decimal(0))
    with pytest.raises(ValueError, match="degree days"):
        Guarantee(Decimal(1), proration=Proration.DEGREE_DAYS)
    with pytest.raises(ValueError, match="degree days"):
        Guarantee(Decimal(1), degree_days=Decimal(4500))


def test_a_surplus_is_shared_unless_the_contract_says_otherwise() -> None:
    usual = Decimal("0.8")
    assert Surplus().share(usual) == usual
    assert Surplus(esco_share=Decimal("0.5")).share(usual) == Decimal("0.5")
    assert Surplus(SurplusRule.ESCO).share(usual) == 1
    assert Surplus(SurplusRule.CUSTOMER).share(usual) == 0


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("7707083893", True),  # a bank, as its requisites print it
        ("500100732259", True),  # the tax service's example of a person
        ("7707083894", False),
        ("500100732258", False),
        ("770708389", False),
        ("", False),
        ("７707083893", False),
        ("77070838x3", False),
    ],
)
def test_check_digits_of_a_taxpayers_number(text: str, right: bool) -> None:
    assert is_inn(text) is right
