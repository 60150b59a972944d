"""Payback, net present value and internal rate of return of dated payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

_DAYS_PER_YEAR = Decimal(365)
"""A year of interest, whatever the calendar says (ACT/365). [d]"""

_RATE_STEP = Decimal("0.000001")
_LOWEST_RATE, _HIGHEST_RATE = Decimal("-0.9999"), Decimal(1000)
_HALVINGS = 100


@dataclass(frozen=True, slots=True, order=True)
class Payment:
    """Money on a day.

    Attributes:
        day: When.
        amount: Negative if it is spent. [currency]
    """

    day: date
    amount: Decimal


def net_present_value(payments: Sequence[Payment], rate: Decimal, at: date | None = None) -> Decimal:
    """Payments discounted to the first of them. [currency]

    ``sum(amount / (1 + rate) ** (days / 365))``, not rounded.

    Args:
        payments: At least one.
        rate: Yearly rate, above -1. [-]
        at: Day that is discounted to, None for the day of the first payment.
    """
    first = min(payment.day for payment in payments) if at is None else at
    growth = 1 + rate
    return sum(
        (payment.amount / growth ** ((payment.day - first).days / _DAYS_PER_YEAR) for payment in payments), Decimal(0)
    )


def internal_rate_of_return(payments: Sequence[Payment]) -> Decimal | None:
    """The yearly rate at which the payments are worth nothing; None without such a rate, or where several may be.

    Money that is spent first and comes back later changes its sign once and has one rate at most (Descartes). It is
    looked for between -99.99 % and 100,000 % by halving. To 0.000001. [-]
    """
    by_day: dict[date, Decimal] = {}
    for payment in sorted(payments):
        by_day[payment.day] = by_day.get(payment.day, Decimal(0)) + payment.amount
    flow = [Payment(day, amount) for day, amount in by_day.items() if amount]
    if sum((before.amount < 0) != (after.amount < 0) for before, after in pairwise(flow)) != 1:
        return None
    low, high = _LOWEST_RATE, _HIGHEST_RATE
    is_positive = net_present_value(flow, low) > 0
    if (net_present_value(flow, high) > 0) == is_positive:
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if (net_present_value(flow, middle) > 0) == is_positive:
            low = middle
        else:
            high = middle
    return ((low + high) / 2).quantize(_RATE_STEP, ROUND_HALF_UP)


def paid_back_on(payments: Sequence[Payment], rate: Decimal = Decimal(0)) -> date | None:
    """The day on which the payments, discounted at a rate, add up to zero or more again; None if they have not.

    Args:
        payments: What was spent and what came back.
        rate: Yearly rate, 0 for the simple payback. [-]
    """
    if not payments:
        return None
    first = min(payment.day for payment in payments)
    total, spent = Decimal(0), False
    for payment in sorted(payments):
        total += net_present_value([payment], rate, first)
        spent = spent or payment.amount < 0
        if spent and total >= 0:
            return payment.day
    return None
