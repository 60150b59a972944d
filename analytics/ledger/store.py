"""The ledger in the database: proposals, what the parties did with them, and the files behind them."""

from collections.abc import Mapping, Sequence
from datetime import UTC

import msgspec
import psycopg
from psycopg.rows import TupleRow

from teplosvet.domain.adjustments import AdjustmentState, Basis, Evidence, LedgerEntry, LedgerStep, Side
from teplosvet.domain.errors import UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]


def load_ledgers(
    connection: Connection, codes: Sequence[str], *, all_states: bool = False
) -> dict[str, tuple[LedgerEntry, ...]]:
    """The adjustments of contracts in one query, by number; rejected and withdrawn ones only if asked for."""
    found: dict[str, list[LedgerEntry]] = {code: [] for code in codes}
    for row in connection.execute(query("adjustments", "ledger"), {"codes": list(codes), "all": all_states}).fetchall():
        found[row[0]].append(_entry(row[1:]))
    return {code: tuple(entries) for code, entries in found.items()}


def load_entry(connection: Connection, code: str, number: int) -> LedgerEntry:
    """One adjustment, in whatever state.

    Raises:
        UnknownNameError: If there is none.
    """
    entries = load_ledgers(connection, (code,), all_states=True)[code]
    found = next((each for each in entries if each.number == number), None)
    if found is None:
        raise UnknownNameError(f"{code} has no adjustment No. {number}")
    return found


def load_evidence(connection: Connection, digests: Sequence[str]) -> Mapping[str, bytes]:
    """The files with these digests, by digest."""
    rows = connection.execute(query("adjustments", "evidence"), {"digests": list(digests)}).fetchall()
    return {row[0]: bytes(row[2]) for row in rows}


def _entry(row: TupleRow) -> LedgerEntry:
    return LedgerEntry(
        number=row[0],
        period=Period(row[1], row[2]),
        static_factor=row[3],
        reason=row[4],
        basis=Basis(row[5]),
        amount=row[6],
        half_width=row[7],
        evidence=Evidence(row[8], row[9], row[10], row[11]),
        proposed_side=Side(row[12]),
        proposed_by=row[13],
        proposed_at=row[14].astimezone(UTC),
        state=AdjustmentState(row[15]),
        steps=msgspec.convert(row[16], tuple[LedgerStep, ...], strict=False),
    )
