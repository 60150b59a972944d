"""An amount that a person types is one number or none."""

from decimal import Decimal

import pytest

from analytics.ledger.commands import decimal_of
from teplosvet.domain.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "amount"), [("1000", "1000"), (" -12,5 ", "-12.5"), ("0,125", "0.125"), ("1000,125", "1000.125")]
)
def test_a_number_is_read(text: str, amount: str) -> None:
    assert decimal_of("amount", text) == Decimal(amount)


@pytest.mark.parametrize("text", ["1,000", "-12,345", "1_0", "1,000,000", "", "1.000,5", "twelve"])
def test_what_is_no_number_or_two_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="amount"):
        decimal_of("amount", text)
