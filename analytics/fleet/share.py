"""One worker's share of a fleet run: reads many contracts, fits them at once, keeps their statements."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec
import psycopg

from analytics.account_marks import AccountMovedError, Mark, account_marks
from analytics.batch import AT_ONCE
from analytics.fleet.outcome import outcome_of
from analytics.keeping import Draft, Kept, keep_all
from analytics.methods import VerificationInput, savings_of, statement_of
from analytics.savings import Baseline, Saving
from analytics.statement import Inputs, Statement
from analytics.verification import Connection, ContractPlace, is_to_keep, load_contracts, load_digests, load_inputs
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query

LARGEST_SHARE = AT_ONCE
"""Contracts that are read and fitted together."""

KEPT_AT_ONCE = 32
"""Statements of one transaction: so many are done again at most when a run is cut off."""

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Share:
    """Contracts that one worker verifies.

    Attributes:
        run_id: Key of the run.
        period: Reporting period.
        codes: Codes of the contracts.
    """

    run_id: int
    period: Period
    codes: tuple[str, ...]


@dataclass(slots=True)
class Spent:
    """Where the time of a share went. [s]

    Attributes:
        read_s: Reading contracts, energy, weather, lamps.
        fit_s: Baselines, savings and their variances.
        body_s: Findings, days, sums, JSON and digest of the statements.
        write_s: Keeping statements and results.
    """

    read_s: float = 0.0
    fit_s: float = 0.0
    body_s: float = 0.0
    write_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """A contract with its baseline and its saving, and the mark of the account that they are settled with."""

    place: ContractPlace
    mark: Mark
    inputs: VerificationInput
    digests: Inputs
    baseline: Baseline
    saving: Saving


@dataclass(frozen=True, slots=True, eq=False)
class Stated:
    """A contract with its statement, and the draft if the statement is one to keep."""

    computed: Computed
    statement: Statement
    draft: Draft | None


def verify_share(connection: Connection, share: Share) -> Spent:
    """Verify the contracts of a share; what fails is a result of its own and stops nothing.

    Args:
        connection: In autocommit mode.
        share: The contracts.

    Raises:
        psycopg.OperationalError: If the database does not answer any more: that is no contract's fault.
    """
    spent = Spent()

    def failed(code: str, error: Exception) -> None:
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        named = {"run_id": share.run_id, "code": code, "reason": reason}
        connection.execute(query("fleet", "store_failure"), named)

    computed = at_once_or_alone(lambda codes: _computed(connection, share.period, codes, spent), share.codes, failed)
    for start in range(0, len(computed), KEPT_AT_ONCE):
        stated = at_once_or_alone(
            lambda some: _stated(some, spent),
            computed[start : start + KEPT_AT_ONCE],
            lambda one, error: failed(one.place.contract.code, error),
        )
        at_once_or_alone(
            lambda some: _keep_moved(connection, share, some, spent),
            stated,
            lambda one, error: failed(one.statement.contract, error),
        )
    return spent


def at_once_or_alone(
    work: Callable[[Sequence[Item]], list[Outcome]],
    items: Sequence[Item],
    failed: Callable[[Item, Exception], None],
) -> list[Outcome]:
    """Work on many items at once; where that fails, on either half, down to the one that is at fault."""
    if not items:
        return []
    try:
        return work(items)
    except (psycopg.OperationalError, psycopg.InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001  # whatever is wrong with one building must not stop the others
        if len(items) == 1:
            failed(items[0], error)
            return []
    half = len(items) // 2
    return [*at_once_or_alone(work, items[:half], failed), *at_once_or_alone(work, items[half:], failed)]


def _computed(connection: Connection, period: Period, codes: Sequence[str], spent: Spent) -> list[Computed]:
    started = time.perf_counter()
    with connection.transaction():
        # One snapshot for all that the statements are computed from.
        connection.execute(query("verification", "snapshot"))
        places = load_contracts(connection, codes)
        marks = account_marks(connection, [place.contract_id for place in places], period)
        inputs = load_inputs(connection, places, period)
        digests = [load_digests(connection, place, given) for place, given in zip(places, inputs, strict=True)]
    read = time.perf_counter()
    spent.read_s += read - started
    pairs = savings_of(inputs)
    spent.fit_s += time.perf_counter() - read
    return [
        Computed(place, marks[place.contract_id], given, told, *pair)
        for place, given, told, pair in zip(places, inputs, digests, pairs, strict=True)
    ]


def _stated(some: Sequence[Computed], spent: Spent) -> list[Stated]:
    started = time.perf_counter()
    stated = []
    for each in some:
        statement = replace(statement_of(each.inputs, each.baseline, each.saving), inputs=each.digests)
        is_kept = is_to_keep(each.place, statement)
        draft = Draft.of(each.place.contract_id, statement, each.mark) if is_kept else None
        stated.append(Stated(each, statement, draft))
    spent.body_s += time.perf_counter() - started
    return stated


def _keep_moved(connection: Connection, share: Share, some: Sequence[Stated], spent: Spent) -> list[Kept]:
    """Keep statements; one alone whose account has moved is computed again, as often as it takes."""
    while True:
        try:
            return _keep(connection, share.run_id, some, spent)
        except AccountMovedError:
            if len(some) > 1:
                raise  # the halves are tried by themselves, down to the one that moved
            code = some[0].computed.place.contract.code
            some = _stated(_computed(connection, share.period, (code,), spent), spent)


def _keep(connection: Connection, run_id: int, some: Sequence[Stated], spent: Spent) -> list[Kept]:
    started = time.perf_counter()
    with connection.transaction():
        drafts = [each.draft for each in some if each.draft is not None]
        kept = keep_all(connection, drafts)
        versions = {draft.contract_id: one for draft, one in zip(drafts, kept, strict=True)}
        rows = []
        for each in some:
            place, saving = each.computed.place, each.computed.saving
            rows.append(outcome_of(run_id, place.contract_id, each.statement, saving, versions.get(place.contract_id)))
        connection.execute(query("fleet", "store_results"), {"rows": msgspec.json.encode(rows).decode()})
    spent.write_s += time.perf_counter() - started
    return kept
