"""Register values at full hours, out of totals at full days and amounts of hours.

A calculator that archives amounts per hour and totals per day knows every register at every hour: the total of the
day before plus the amounts since, or the total of the day after minus the amounts until then. A chain is a day long at
most, so rounding does not pile up. Figures are decimals as the meter wrote them: their sum is exact.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

_HOUR = timedelta(hours=1)
_TOLERANCE = Decimal("0.005")
"""Part of a day's amount by which its hours may miss the difference of its totals: meters round each hour. [-]"""
_SLACK = Decimal("1e-6")
"""Added to it, for days without an amount. [unit of the register]"""


class Total(NamedTuple):
    """A register value that the meter archived.

    Attributes:
        at: When, in the meter's own time.
        value: The register value.
    """

    at: datetime
    value: Decimal


def hours(after: datetime, until: datetime) -> Iterator[datetime]:
    """Ends of the hours in ``(after, until]``."""
    end = after + _HOUR
    while end <= until:
        yield end
        end += _HOUR


def register_at(
    at: datetime, before: Total | None, after: Total | None, amounts: Mapping[datetime, Decimal | None]
) -> Decimal | None:
    """The register value at an hour, or None if it cannot be stood for.

    Args:
        at: End of the hour, in the meter's own time.
        before: The last total at or before it, if there is one.
        after: The first total after it, if there is one.
        amounts: What each hour added, by its end; None where the meter has no record of the hour. Hours that nobody
            asked about are not here.

    An hour without a record is one in which the meter was off. If the totals around it say that the hours with a record
    are the whole day, it added nothing; else nobody knows which hour its amount belongs to.
    """
    up = _chain(before.value, [amounts.get(hour) for hour in hours(before.at, at)], 1) if before else None
    down = _chain(after.value, [amounts.get(hour) for hour in hours(at, after.at)], -1) if after else None
    if before is None or after is None:
        return up if down is None else down
    tolerance = _TOLERANCE * abs(after.value - before.value) + _SLACK
    if up is not None and down is not None:
        return up if abs(up - down) <= tolerance else None
    if up is not None or down is not None:
        return down if up is None else up
    known = {hour: amounts.get(hour) or Decimal(0) for hour in hours(before.at, after.at)}
    if abs(before.value + sum(known.values()) - after.value) > tolerance:
        return None
    return before.value + sum((known[hour] for hour in hours(before.at, at)), Decimal(0))


def _chain(start: Decimal, steps: list[Decimal | None], sign: int) -> Decimal | None:
    """A total and the amounts between, or None if an amount is missing."""
    known = [step for step in steps if step is not None]
    return start + sign * sum(known, Decimal(0)) if len(known) == len(steps) else None
