"""The ledger of adjustments beside a contract's statement."""

from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from dashboards.reader import Reader
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An adjustment as the table shows it.

    Attributes:
        number: Of the adjustment.
        factor: The static factor that changed.
        days: What it is about.
        amount: With its unit.
        state: proposed, agreed, rejected or withdrawn.
        proposed_by: Who proposed it.
        evidence: Name of the file behind it.
    """

    number: int
    factor: str
    days: str
    amount: str
    state: str
    proposed_by: str
    evidence: str


_UNITS = {"per_day": ("kWh", "d"), "total": ("kWh", "")}


def ledger_rows(connection: psycopg.Connection[TupleRow], code: str, reader: Reader) -> tuple[LedgerRow, ...]:
    """The adjustments of a contract, whatever became of them."""
    rows = connection.execute(query("adjustments", "ledger"), {"codes": [code], "all": True}).fetchall()
    return tuple(
        LedgerRow(
            number=row[1],
            factor=row[4],
            days=reader.period(Period(row[2], row[3])),
            amount=_amount(row[6], float(row[7]), reader),
            state=row[16],
            proposed_by=row[14],
            evidence=row[9],
        )
        for row in rows
    )


def _amount(basis: str, amount: float, reader: Reader) -> str:
    if basis not in _UNITS:
        return reader.percent(amount / 100, 1)
    energy, a_day = (reader.symbol(name) if name else "" for name in _UNITS[basis])
    return f"{reader.number(amount, 1)} {energy}" + (f"/{a_day}" if a_day else "")
