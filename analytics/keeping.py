"""Keeping statements: each once, as the next version of its contract and period, whoever else keeps some meanwhile."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from psycopg.types.range import DateRange

from analytics.account_marks import Mark, refuse_moved
from analytics.bulk import Connection
from analytics.changes import changes_between
from analytics.digests import statement_body
from analytics.statement import Statement
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement that may be kept.

    Attributes:
        contract_id: Key of the contract.
        period: Reporting period.
        method: Method and its version.
        digest: SHA-256 of the body, in hexadecimal.
        body: The statement as JSON.
        statement: The statement.
        mark: Of the account that it counts; None where it is kept whatever the account is now.
    """

    contract_id: int
    period: Period
    method: str
    digest: str
    body: bytes
    statement: Statement
    mark: Mark | None = None

    @classmethod
    def of(cls, contract_id: int, statement: Statement, mark: Mark | None = None) -> "Draft":
        """The draft of a statement."""
        body = statement_body(statement)
        method = f"{statement.method}/{statement.method_version}"
        return cls(contract_id, statement.period, method, hashlib.sha256(body).hexdigest(), body, statement, mark)


@dataclass(frozen=True, slots=True)
class Kept:
    """The version that says what a draft says, and whether it had to be written."""

    version: int
    is_new: bool


def keep_all(connection: Connection, drafts: Sequence[Draft]) -> list[Kept]:
    """Keep each draft as the next version of its contract and period, unless the newest one says the same.

    Bodies go straight into the table, and only those that are new: under the locks of their contracts the newest
    versions are known, so that nothing can conflict and no stage is needed.

    Args:
        connection: In autocommit mode or in a transaction.
        drafts: Of one period, each contract once.

    Raises:
        AccountMovedError: If the account of one is not that of its mark any more; nothing is kept.
    """
    if not drafts:
        return []
    first = drafts[0].period
    named = {
        "contract_ids": [each.contract_id for each in drafts],
        "period": DateRange(first.start, first.end),
    }
    with connection.transaction():
        # Two verifications at once would otherwise both write the same version; locked in order, none waits for ever.
        connection.execute(query("verification", "lock_contracts"), named)
        refuse_moved(connection, {each.contract_id: each.mark for each in drafts if each.mark is not None}, first)
        rows = connection.execute(query("verification", "newest_statements"), named).fetchall()
        newest = {row[0]: (int(row[1]), row[2]) for row in rows}
        kept = [_kept(each, newest.get(each.contract_id)) for each in drafts]
        fresh = [(draft, one.version) for draft, one in zip(drafts, kept, strict=True) if one.is_new]
        if fresh:
            changes = _changes(connection, fresh, first)
            with connection.cursor() as cursor, cursor.copy(query("verification", "store_statements")) as copy:
                for draft, version in fresh:
                    period = DateRange(draft.period.start, draft.period.end)
                    said = draft.method, draft.digest, draft.body.decode(), changes.get(draft.contract_id)
                    copy.write_row((draft.contract_id, period, version, *said))
    return kept


def _changes(connection: Connection, fresh: Sequence[tuple[Draft, int]], period: Period) -> dict[int, str]:
    """What each further version says differently from the one before, by contract."""
    later = {draft.contract_id: (draft, version) for draft, version in fresh if version > 1}
    named = {"contract_ids": [*later], "period": DateRange(period.start, period.end)}
    found = {}
    for contract_id, body in connection.execute(query("verification", "newest_bodies"), named).fetchall():
        draft, version = later[contract_id]
        before = msgspec.convert(body, Statement, strict=False)
        found[contract_id] = msgspec.json.encode(changes_between(version - 1, before, draft.statement)).decode()
    return found


def _kept(draft: Draft, newest: tuple[int, str] | None) -> Kept:
    if newest is None:
        return Kept(1, is_new=True)
    version, digest = newest
    return Kept(version, is_new=False) if digest == draft.digest else Kept(version + 1, is_new=True)
