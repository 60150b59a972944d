"""When a settlement is to be paid."""

from dataclasses import dataclass
from datetime import date, timedelta

from teplosvet.domain.periods import Period
from teplosvet.domain.workdays import add_workdays, is_known, next_workday

WORKDAYS_AFTER_ACT = 7
"""Working days from the signed act to the payment at the latest. [d]"""


@dataclass(frozen=True, slots=True)
class DueDate:
    """The last day of a payment.

    Attributes:
        day: The day.
        known: Whether the production calendar of that day is known.
    """

    day: date
    known: bool


def due_date(period: Period, payment_days: int, signed_on: date | None = None) -> DueDate:
    """The last day on which the customer pays in time.

    ``payment_days`` after the last day of the period, and not later than 7 working days after the act is signed [1]. A
    term that ends on a day off ends on the next working day [2]. An act that is signed only after the first term is
    over gives the second one alone: before it there is nothing to pay on.

    Args:
        period: What is paid for.
        payment_days: By the contract, 5 to 45. [d]
        signed_on: When both parties had signed the act, None as long as they have not.

    References:
        [1] Decree of the Government of the Russian Federation of 18.08.2010 No. 636, as amended by No. 890 of
            31.05.2023.
        [2] Civil Code of the Russian Federation, articles 191 and 193.
    """
    day = next_workday(period.end - timedelta(days=1) + timedelta(days=payment_days))
    if signed_on is not None:
        after_act = add_workdays(signed_on, WORKDAYS_AFTER_ACT)
        day = after_act if signed_on > day else min(day, after_act)
    return DueDate(day, is_known(day))
