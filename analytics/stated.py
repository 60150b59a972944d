"""What the statements of a contract state: the newest version of each period, and which of them count together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec
import psycopg
from psycopg.rows import TupleRow

from analytics.settlement import Account
from analytics.statement import Settlement
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query


@dataclass(frozen=True, slots=True)
class StatedPeriod:
    """A statement of a period, without its days: the newest, or the one that the parties agreed.

    Attributes:
        period: Reporting period.
        version: Its version.
        avoided_energy_kwh: None where nothing could be stated. [kWh]
        proven: Whether the saving is proven.
        settlement: None where nothing could be stated of money.
        act: State of the act over this version, ``agreed`` or ``paid``; None where none is.
        newer: What the newest version says, where it is another one than the act's.
    """

    period: Period
    version: int
    avoided_energy_kwh: float | None
    proven: bool
    settlement: Settlement | None
    act: str | None = None
    newer: "StatedPeriod | None" = None

    @property
    def settled_energy_kwh(self) -> float | None:
        """What the money is counted of: with the days that a fill rule counts. [kWh]"""
        lines = () if self.settlement is None else self.settlement.lines
        return round(float(sum(line.energy_kwh for line in lines)), 3) if lines else self.avoided_energy_kwh

    @property
    def payable(self) -> Decimal:
        """What the statement pays. [currency]"""
        return Decimal("0.00") if self.settlement is None else self.settlement.payable


def load_stated(connection: psycopg.Connection[TupleRow], code: str) -> tuple[StatedPeriod, ...]:
    """The newest statement of each period of the contract called `code`, in the order of time."""
    return load_all_stated(connection, (code,))[code]


def load_all_stated(
    connection: psycopg.Connection[TupleRow], codes: Sequence[str]
) -> dict[str, tuple[StatedPeriod, ...]]:
    """The same of each of the contracts that `codes` name."""
    found: dict[str, list[StatedPeriod]] = {code: [] for code in codes}
    for row in connection.execute(query("contract_terms", "statements"), {"codes": list(codes)}).fetchall():
        found[row[0]].append(StatedPeriod(Period(row[1], row[2]), row[3], row[4], bool(row[5]), _settlement(row[6])))
    return {code: tuple(stated) for code, stated in found.items()}


def load_binding(connection: psycopg.Connection[TupleRow], codes: Sequence[str]) -> dict[str, tuple[StatedPeriod, ...]]:
    """The statement of each period that the parties are bound by: of an act agreed or paid its own, else the newest."""
    found: dict[str, list[StatedPeriod]] = {code: [] for code in codes}
    for code, start, end, version, kwh, proven, money, act, *newest in connection.execute(
        query("contract_terms", "binding"), {"codes": list(codes)}
    ).fetchall():
        period, newer = Period(start, end), None
        if newest[0] != version:
            newer = StatedPeriod(period, newest[0], newest[1], bool(proven), _settlement(newest[2]))
        found[code].append(StatedPeriod(period, version, kwh, bool(proven), _settlement(money), act, newer))
    return {code: tuple(stated) for code, stated in found.items()}


def _settlement(body: object) -> Settlement | None:
    return msgspec.convert(body, Settlement | None, strict=False)


def apart(stated: Iterable[StatedPeriod]) -> tuple[tuple[StatedPeriod, ...], tuple[StatedPeriod, ...]]:
    """Statements that share no day, and those that would count a day twice.

    In the order of time; of several that begin on the same day the longest counts.
    """
    counted: list[StatedPeriod] = []
    left_out: list[StatedPeriod] = []
    for each in sorted(stated, key=lambda one: (one.period.start, -one.period.days)):
        free = not counted or each.period.start >= counted[-1].period.end
        (counted if free else left_out).append(each)
    return tuple(counted), tuple(left_out)


def account(stated: Iterable[StatedPeriod], period: Period) -> Account:
    """What statements of other days than a period's state as payable."""
    others, _ = apart(each for each in stated if each.period.end <= period.start or each.period.start >= period.end)
    earlier = (each.payable for each in others if each.period.end <= period.start)
    zero = Decimal("0.00")
    return Account(sum(earlier, zero), sum((each.payable for each in others), zero))
