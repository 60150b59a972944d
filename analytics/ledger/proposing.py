"""What the parties do with the ledger: propose, agree, reject, withdraw; each in one transaction with its audit."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from psycopg.types.range import DateRange

from analytics.ledger.evidence_file import evidence_of
from analytics.ledger.store import Connection, load_entry, load_ledgers
from analytics.verification import load_contract
from teplosvet.access.audit import record
from teplosvet.access.principal import Principal, Role
from teplosvet.domain.adjustments import AdjustmentState, Basis, LedgerEntry, Side, factor_key, share_days
from teplosvet.domain.contracts import Contract
from teplosvet.domain.errors import ConfigurationError, ForbiddenError
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query

GREATEST_AMOUNT = Decimal(1_000_000_000)
"""More than a city needs in a year. [kWh]"""
GREATEST_PERCENT = Decimal(100)
_DECIMALS = 6
_ROLE_OF = {Side.CUSTOMER: Role.OPERATOR, Side.ESCO: Role.ESCO}
_SHORT, _LONG = 120, 1000


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody proposes; see `LedgerEntry` for its fields.

    Attributes:
        period: Days that it is about.
        static_factor: What changed.
        reason: How, and how the amount was found.
        basis: What the amount is stated per.
        amount: [kWh/d], [kWh] or [%], by the basis.
        half_width: Half its 90 % band, in its unit.
        side: The party that proposes.
        by_whom: Who does.
    """

    period: Period
    static_factor: str
    reason: str
    basis: Basis
    amount: Decimal
    half_width: Decimal | None
    side: Side
    by_whom: str


def propose(
    connection: Connection, person: Principal, code: str, proposal: Proposal, evidence: tuple[str, bytes]
) -> LedgerEntry:
    """Put an adjustment into the ledger; nothing is adjusted before both sides agree.

    Args:
        connection: In autocommit mode.
        person: Who asks.
        code: Code of the contract.
        proposal: What is proposed.
        evidence: Name and bytes of the file behind it.

    Raises:
        UnknownNameError: If no contract is called so.
        ConfigurationError: If the proposal cannot be right; the sentence says what to do.
        InvalidFileError: If the evidence is none.
    """
    _check_side(person, proposal.side)
    texts = {
        "static_factor": text_of("factor", proposal.static_factor, _SHORT),
        "reason": text_of("reason", proposal.reason, _LONG),
        "by_whom": text_of("by", proposal.by_whom, _SHORT),
    }
    _check_amount(proposal)
    found = evidence_of(*evidence)
    with connection.transaction():
        connection.execute(query("acts", "lock_contract"), {"code": code})
        contract = load_contract(connection, code).contract
        _check_days(proposal.period, contract)
        _check_overlap(proposal, load_ledgers(connection, (code,))[code])
        connection.execute(
            query("adjustments", "put_evidence"),
            {"sha256": found.sha256, "media_type": found.media_type, "body": evidence[1]},
        )
        values = {
            "contract": code,
            "period": DateRange(proposal.period.start, proposal.period.end),
            "basis": proposal.basis.value,
            "amount": proposal.amount,
            "half_width": proposal.half_width,
            "sha256": found.sha256,
            "evidence_name": found.name,
            "side": proposal.side.value,
            **texts,
        }
        row = connection.execute(query("adjustments", "propose"), values).fetchone()
        entry = load_entry(connection, code, row[0] if row else 0)
        record(connection, person, "adjustment.proposed", code, **_told(entry))
    return entry


def take_step(
    connection: Connection,
    person: Principal,
    code: str,
    number: int,
    step: AdjustmentState,
    side: Side,
    by_whom: str,
    note: str = "",
) -> LedgerEntry:
    """Agree, reject or withdraw an adjustment for one side.

    Raises:
        UnknownNameError: If there is no such contract or adjustment.
        ConfigurationError: If this step is not open.
    """
    _check_side(person, side)
    named = text_of("by", by_whom, _SHORT)
    said = text_of("note", note, _LONG) if note.strip() else ""
    with connection.transaction():
        connection.execute(query("acts", "lock_contract"), {"code": code})
        load_contract(connection, code)
        entry = load_entry(connection, code, number)
        _check_step(entry, step, side, named)
        if step is not AdjustmentState.REJECTED:
            _check_signer(connection, person, code, number, step, side)
        if step is AdjustmentState.AGREED:
            _check_agreed(entry, load_ledgers(connection, (code,))[code])
        values: Mapping[str, object] = {
            "contract": code,
            "number": number,
            "step": step.value,
            "side": side.value,
            "by_whom": named,
            "user_id": person.user_id,
            "note": said,
        }
        connection.execute(query("adjustments", "step"), values)
        entry = load_entry(connection, code, number)
        told = {**_told(entry), "side": side.value, "by_whom": named}
        record(connection, person, f"adjustment.{step}", code, **told)
    return entry


def _told(entry: LedgerEntry) -> dict[str, object]:
    return {
        "number": entry.number,
        "period": str(entry.period),
        "static_factor": entry.static_factor,
        "basis": entry.basis.value,
        "amount": str(entry.amount),
        "evidence": entry.evidence.sha256,
        "state": entry.state.value,
    }


def text_of(field: str, text: str, most: int) -> str:
    """A text as people may read it.

    Raises:
        ConfigurationError: If it is empty, too long, or has signs that cannot be shown.
    """
    clean = text.strip()
    if not clean:
        raise ConfigurationError(f"{field}: expected a text")
    if len(clean) > most:
        raise ConfigurationError(f"{field}: expected at most {most} letters, got {len(clean)}")
    if not all(letter.isprintable() or letter in "\u00a0\u202f" for letter in clean):
        raise ConfigurationError(f"{field}: the text has a sign that cannot be shown")
    return clean


def _check_side(person: Principal, side: Side) -> None:
    if not person.may(_ROLE_OF[side]):
        raise ForbiddenError(f"for the side {side} speaks who has the role {_ROLE_OF[side]}")


def _check_amount(proposal: Proposal) -> None:
    most = GREATEST_PERCENT if proposal.basis is Basis.PERCENT else GREATEST_AMOUNT
    for name, value in (("amount", proposal.amount), ("half width", proposal.half_width)):
        if value is None:
            continue
        if not value.is_finite() or abs(value) > most:
            raise ConfigurationError(f"{name}: expected a number up to {most:,}")
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -_DECIMALS:
            raise ConfigurationError(f"{name}: expected at most {_DECIMALS} decimals")
    if proposal.amount == 0:
        raise ConfigurationError("amount: an adjustment of nothing changes nothing")
    if proposal.half_width is not None and proposal.half_width < 0:
        raise ConfigurationError("half width: expected a number that is not negative")


def _check_days(period: Period, contract: Contract) -> None:
    """The baseline stays as it is, and what is not paid for is not adjusted."""
    if period.start < contract.baseline.end:
        raise ConfigurationError(
            f"period: {period} begins before the end of the baseline period {contract.baseline}, which is fixed: "
            f"propose days from {contract.baseline.end} on"
        )
    term = contract.terms.term
    if term is not None and (period.start < term.start or period.end > term.end):
        raise ConfigurationError(f"period: {period} is not within the contract's term {term}: propose days within it")


def _check_overlap(proposal: Proposal, ledger: tuple[LedgerEntry, ...]) -> None:
    for other in _same_days(factor_key(proposal.static_factor), proposal.period, ledger):
        same = (proposal.basis, proposal.amount) == (other.basis, other.amount)
        if other.is_agreed:
            raise ConfigurationError(
                f"adjustment No. {other.number} of the same factor is agreed for {other.period}: choose other days, or "
                "have both sides withdraw it first"
            )
        if same:
            raise ConfigurationError(
                f"adjustment No. {other.number} proposes the same for {other.period}: agree that one, or withdraw it"
            )


def _same_days(key: str, period: Period, ledger: tuple[LedgerEntry, ...]) -> list[LedgerEntry]:
    return [each for each in ledger if each.factor_key == key and share_days(each.period, period)]


def _check_step(entry: LedgerEntry, step: AdjustmentState, side: Side, by_whom: str) -> None:
    if entry.state in {AdjustmentState.REJECTED, AdjustmentState.WITHDRAWN}:
        raise ConfigurationError(f"adjustment No. {entry.number} is {entry.state}: propose a new one")
    if any(each.step is step and each.side is side for each in entry.steps):
        raise ConfigurationError(f"the side {side} has {step} adjustment No. {entry.number} already")
    if entry.is_agreed and step is AdjustmentState.REJECTED:
        raise ConfigurationError(f"adjustment No. {entry.number} is agreed: both sides withdraw it, or it stays")
    if step is AdjustmentState.REJECTED and side is entry.proposed_side:
        raise ConfigurationError("who proposed an adjustment withdraws it, the other side rejects it")
    if step is AdjustmentState.WITHDRAWN and not entry.is_agreed and side is not entry.proposed_side:
        raise ConfigurationError("the side that proposed an adjustment withdraws it; the other side rejects it")
    other = next((each for each in entry.steps if each.step is step and each.side is not side), None)
    if other is not None and factor_key(other.by_whom) == factor_key(by_whom):
        raise ConfigurationError(f"{by_whom} has {step} for the side {other.side}: the other has its own signatory")


def _check_signer(
    connection: Connection, person: Principal, code: str, number: int, step: AdjustmentState, side: Side
) -> None:
    """Whatever names are given, one account signs for one side."""
    rows = connection.execute(query("adjustments", "users"), {"contract": code, "number": number, "step": step.value})
    if any(other != side.value and user == person.user_id for other, user in rows.fetchall()):
        raise ConfigurationError(f"{person.name} has {step} for the other side: the sides sign apart")


def _check_agreed(entry: LedgerEntry, ledger: tuple[LedgerEntry, ...]) -> None:
    for other in _same_days(entry.factor_key, entry.period, ledger):
        if other.is_agreed and other.number != entry.number:
            raise ConfigurationError(
                f"adjustment No. {other.number} of the same factor is agreed for {other.period} already: reject No. "
                f"{entry.number}, or have both sides withdraw No. {other.number}"
            )
