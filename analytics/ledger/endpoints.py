"""The ledger over HTTP."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, File, Form, Response, UploadFile
from pydantic import BaseModel, Field

from analytics.ledger.commands import decimal_of
from analytics.ledger.evidence_file import GREATEST_FILE
from analytics.ledger.proposing import Proposal, propose, take_step
from analytics.ledger.store import Connection, load_entry, load_evidence, load_ledgers
from teplosvet.access.guard import Person, needs
from teplosvet.access.principal import Role
from teplosvet.access.scope import require_contract, require_side
from teplosvet.domain.adjustments import AdjustmentState, Basis, Side
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.periods import Period
from teplosvet.storage.pool import request_connection

router = APIRouter(prefix="/contracts/{code}/adjustments", tags=["adjustments"])

Database = Annotated[Connection, Depends(request_connection)]
Number = Annotated[int, Field(ge=1, le=2_147_483_647)]
_SIGNERS = [Depends(needs(Role.OPERATOR, Role.ESCO))]


class Signing(BaseModel):
    """Which side does it, who, and what is to be known of it."""

    side: Side
    by: str
    note: str = ""


def _json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


@router.get("")
def ledger(code: str, connection: Database, _person: Person) -> Response:
    """Every adjustment of a contract with what became of it."""
    require_contract(connection, code)
    return _json(load_ledgers(connection, (code,), all_states=True)[code])


@router.post("", status_code=201, dependencies=_SIGNERS)
def propose_adjustment(  # one field of the form each
    code: str,
    connection: Database,
    person: Person,
    period: Annotated[str, Form(description="FROM/TO, local days, TO not included.")],
    factor: Annotated[str, Form(description="Static factor that changed.")],
    reason: Annotated[str, Form(description="What happened, and how the amount was found.")],
    basis: Annotated[Basis, Form()],
    amount: Annotated[str, Form(description="kWh/d, kWh or %, by the basis; added to the adjusted baseline.")],
    side: Annotated[Side, Form()],
    by: Annotated[str, Form(description="Who proposes.")],
    evidence: Annotated[UploadFile, File(description="PDF, PNG, JPEG, plain text or Office; up to 10 MB.")],
    half_width: Annotated[str | None, Form(description="Half the 90 % band, in the amount's unit.")] = None,
) -> Response:
    """Propose an adjustment; nothing is adjusted before both sides agree."""
    try:
        days = Period.parse(period)
    except ValueError as error:
        raise ConfigurationError(f"period: {error}") from error
    require_side(connection, code, side)
    width = decimal_of("half_width", half_width) if half_width else None
    proposal = Proposal(days, factor, reason, basis, decimal_of("amount", amount), width, side, by)
    body = evidence.file.read(GREATEST_FILE + 1)
    return _json(propose(connection, person, code, proposal, (evidence.filename or "", body)), 201)


@router.post("/{number}/agree", dependencies=_SIGNERS)
def agree_adjustment(code: str, number: Number, signing: Signing, connection: Database, person: Person) -> Response:
    """Agree for one side; with both the adjustment enters the adjusted baseline."""
    require_side(connection, code, signing.side)
    step = AdjustmentState.AGREED
    return _json(take_step(connection, person, code, number, step, signing.side, signing.by, signing.note))


@router.post("/{number}/reject", dependencies=_SIGNERS)
def reject_adjustment(code: str, number: Number, signing: Signing, connection: Database, person: Person) -> Response:
    """Reject what the other side proposed."""
    require_side(connection, code, signing.side)
    step = AdjustmentState.REJECTED
    return _json(take_step(connection, person, code, number, step, signing.side, signing.by, signing.note))


@router.post("/{number}/withdraw", dependencies=_SIGNERS)
def withdraw_adjustment(code: str, number: Number, signing: Signing, connection: Database, person: Person) -> Response:
    """Withdraw what one's own side proposed; of an agreed one both sides do."""
    require_side(connection, code, signing.side)
    step = AdjustmentState.WITHDRAWN
    return _json(take_step(connection, person, code, number, step, signing.side, signing.by, signing.note))


@router.get("/{number}/evidence")
def adjustment_evidence(code: str, number: Number, connection: Database, _person: Person) -> Response:
    """The file behind an adjustment, to be saved: whatever it holds, no browser shows or runs it."""
    require_contract(connection, code)
    found = load_entry(connection, code, number).evidence
    body = load_evidence(connection, (found.sha256,))[found.sha256]
    headers = {
        "Content-Disposition": f'attachment; filename="adjustment-{number}-{found.sha256[:12]}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, media_type=found.media_type, headers=headers)
