"""Whether the account of a contract is still the one that a statement was computed with.

A statement counts what the contract's other periods pay. It is computed on a snapshot and kept afterwards under the
contract's lock, so that no lock is held while a whole fleet is read and fitted. Whoever kept another period meanwhile
has moved the account, and the statement is computed again.
"""

from collections.abc import Mapping, Sequence

from psycopg.types.range import DateRange

from analytics.bulk import Connection
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query

Mark = tuple[int, int]
"""Statements of other periods, and steps of acts, that a contract has: both only grow."""


class AccountMovedError(Exception):
    """Another period of a contract was stated, or a step of an act taken, since the snapshot."""


def account_marks(connection: Connection, contract_ids: Sequence[int], period: Period) -> dict[int, Mark]:
    """The mark of each contract as the transaction sees it."""
    named = {"contract_ids": list(contract_ids), "period": DateRange(period.start, period.end)}
    rows = connection.execute(query("verification", "account_marks"), named).fetchall()
    return {contract_id: (statements, steps) for contract_id, statements, steps in rows}


def refuse_moved(connection: Connection, seen: Mapping[int, Mark], period: Period) -> None:
    """Called under the locks of the contracts, before anything is kept.

    Raises:
        AccountMovedError: If the mark of a contract is not the one that was seen.
    """
    if account_marks(connection, [*seen], period) != seen:
        raise AccountMovedError
