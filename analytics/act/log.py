"""The log of what parties did with an act: rows are added and never changed."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import msgspec

from analytics.act.source import Connection, Kept, load_statement
from analytics.act.state import ActState, version_after
from teplosvet.domain.errors import ConfigurationError, UnknownNameError
from teplosvet.domain.findings import FindingCode
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query


@dataclass(frozen=True, slots=True)
class Present:
    """An act as it stands: its number, its state, and the version of the statement that the parties speak of."""

    number: int
    state: ActState
    version: int


@dataclass(frozen=True, slots=True)
class ListedAct:
    """An act, who brought it into its state, and how the newest statement differs from its own. [kWh], [currency]"""

    contract: str
    period_start: date
    period_end: date
    number: int
    version: int
    state: ActState
    by_whom: str
    at: datetime
    note: str
    avoided_energy_kwh: Decimal | None
    payable: Decimal | None
    currency: str | None
    newest_version: int
    difference_kwh: Decimal | None


def ensure_draft(connection: Connection, contract: str, period: Period, version: int) -> Present:
    """The act of a contract and period; where there is none, a draft over `version` begins it."""
    with connection.transaction():
        connection.execute(query("acts", "lock_contract"), {"code": contract})
        present = _present(connection, contract, period)
        if present is None:
            row = connection.execute(query("acts", "next_number"), {"contract": contract}).fetchone()
            present = Present(row[0] if row else 1, ActState.DRAFT, version)
            _add(connection, contract, period, present, "teplosvet", "")
    return present


def change_state(
    connection: Connection, contract: str, period: Period, wanted: ActState, by_whom: str, note: str
) -> Present:
    """Bring an act into another state.

    Raises:
        ConfigurationError: If the step is not allowed, or nobody is named.
        UnknownNameError: If there is no act.
    """
    if not by_whom.strip():
        raise ConfigurationError("--by: say who did it")
    with connection.transaction():
        connection.execute(query("acts", "lock_contract"), {"code": contract})
        present = _present(connection, contract, period)
        if present is None:
            raise UnknownNameError(
                f"there is no act of {contract} for {period}: run `teplosvet act {contract} --period {period}` first"
            )
        newest = load_statement(connection, contract, period, None)
        version = version_after(present.state, wanted, present.version, newest.version)
        if wanted is ActState.SENT:
            _check_sendable(contract, newest)
            _check_days(connection, contract, period)
        changed = Present(present.number, wanted, version)
        _add(connection, contract, period, changed, by_whom, note)
    return changed


def _check_sendable(contract: str, kept: Kept) -> None:
    """What is signed stays: so nobody is sent what states nothing, or what pays nothing because it is too early."""
    statement = kept.statement
    if statement.avoided_energy_kwh is None:
        raise ConfigurationError(f"version {kept.version} of the statement states nothing: there is nothing to sign")
    if any(finding.code == FindingCode.PERIOD_NOT_OVER for finding in statement.findings):
        raise ConfigurationError(
            f"version {kept.version} of the statement was made before {statement.period} was over: run "
            f"`teplosvet verify {contract} --period {statement.period}` when it is, then send the act"
        )


def _check_days(connection: Connection, contract: str, period: Period) -> None:
    named = {"contract": contract, "start": period.start, "end": period.end}
    row = connection.execute(query("acts", "same_days"), named).fetchone()
    if row is not None:
        number, start, end, state = row
        raise ConfigurationError(
            f"act No. {number} over {Period(start, end)} is {state} and has days of {period}: a day is paid for once"
        )


def present_act(connection: Connection, contract: str, period: Period) -> Present | None:
    """The act of a contract and period as it stands, None if there is none."""
    return _present(connection, contract, period)


def list_acts(connection: Connection) -> tuple[ListedAct, ...]:
    """Every act in its present state."""
    rows = connection.execute(query("acts", "all")).fetchall()
    return tuple(msgspec.convert(dict(zip(ListedAct.__slots__, row, strict=True)), ListedAct) for row in rows)


def _present(connection: Connection, contract: str, period: Period) -> Present | None:
    named = {"contract": contract, "start": period.start, "end": period.end}
    row = connection.execute(query("acts", "present"), named).fetchone()
    return None if row is None else Present(row[0], ActState(row[1]), row[2])


def _add(connection: Connection, contract: str, period: Period, present: Present, by_whom: str, note: str) -> None:
    values = {"contract": contract, "start": period.start, "end": period.end, "version": present.version}
    row = {"number": present.number, "state": present.state.value, "by_whom": by_whom, "note": note}
    connection.execute(query("acts", "add"), values | row)
