"""Acts over HTTP: begin one, fetch its files, say what the parties did with it."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from analytics.act.commands import act_file
from analytics.act.log import Present, change_state, ensure_draft, present_act
from analytics.act.source import Connection, load_statement
from analytics.act.state import EVIDENT, ActState
from analytics.evidence.kept import keep_bundle
from teplosvet.access import audit
from teplosvet.access.guard import needs
from teplosvet.access.principal import Principal, Role
from teplosvet.access.scope import read_whole, require_contract, require_side
from teplosvet.domain.acts import SIDE_THAT_SAYS, can_be_shown
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.periods import Period
from teplosvet.storage.pool import request_connection
from teplosvet.storage.queries import query
from teplosvet.words.language import Language

router = APIRouter(tags=["acts"])

Database = Annotated[Connection, Depends(request_connection)]
PARTIES = (Role.ESCO, Role.OPERATOR)
Party = Annotated[Principal, Depends(needs(*PARTIES))]
Reading = Annotated[Principal, Depends(needs(Role.ESCO, Role.OPERATOR, Role.VERIFIER))]

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


class ActPeriod(BaseModel):
    """The reporting period of an act."""

    start: date = Field(description="First day.")
    end: date = Field(description="The day after the last one.")


class ActStep(ActPeriod):
    """What the parties did."""

    state: ActState
    note: str = Field(default="", max_length=2000, description="What else is to be known.")


class ActOut(BaseModel):
    """An act as it stands."""

    contract: str
    start: date
    end: date
    number: int
    state: ActState
    version: int
    problem: str = Field(default="", description="Why this step kept no evidence bundle; empty where it did.")


@router.post("/contracts/{code}/acts")
def begin_act(code: str, wanted: ActPeriod, person: Party, connection: Database) -> ActOut:
    """Begin the act of a contract and period over its newest statement; one that exists stays as it is."""
    period = _visible(connection, code, wanted.start, wanted.end, *PARTIES)
    with connection.transaction():
        known = present_act(connection, code, period)
        if known is None:
            kept = load_statement(connection, code, period, None)
            if kept.statement.avoided_energy_kwh is None:
                raise ConfigurationError("the statement states nothing: there is no act over it")
            known = ensure_draft(connection, code, period, kept.version)
            audit.record(connection, person, "act.begun", code, period=str(period), version=known.version)
    return _out(code, period, known)


@router.post("/contracts/{code}/acts/state")
def set_act_state(code: str, step: ActStep, person: Party, connection: Database) -> ActOut:
    """Bring the act into another state, each party by its own word; doing the same once more changes nothing."""
    period = _visible(connection, code, step.start, step.end, *PARTIES)
    if step.state in SIDE_THAT_SAYS:
        require_side(connection, code, SIDE_THAT_SAYS[step.state])
    if not can_be_shown(step.note):
        raise ConfigurationError("note: the text has a sign that cannot be shown")
    with connection.transaction():
        connection.execute(query("acts", "lock_contract"), {"code": code})
        known = present_act(connection, code, period)
        if known is not None and known.state is step.state:
            changed = known
        else:
            changed = _step(connection, person, code, period, step)
    if step.state not in EVIDENT:
        return _out(code, period, changed)
    # Also of a step that was done before: whoever did it may have died before the bundle was kept.
    with read_whole(connection):
        return _out(code, period, changed, keep_bundle(connection, code, period, changed.version))


def _step(connection: Connection, person: Principal, code: str, period: Period, step: ActStep) -> Present:
    """Bring the act into its next state, in the caller's transaction, and log it.

    Raises:
        ConfigurationError: If the step is not allowed, or is a dispute about nothing.
    """
    if step.state is ActState.DISPUTED and not step.note.strip():
        raise ConfigurationError("a dispute needs a note: say what is disputed")
    changed = change_state(connection, code, period, step.state, person.name, step.note.strip())
    said = {"period": str(period), "number": changed.number, "version": changed.version}
    audit.record(connection, person, f"act.{changed.state}", code, **said)
    return changed


@router.get("/contracts/{code}/act.{ending}")
def get_act_file(
    code: str,
    ending: Literal["pdf", "xlsx", "json"],
    _person: Reading,
    connection: Database,
    start: Annotated[date, Query(description="First day of the reporting period.")],
    end: Annotated[date, Query(description="The day after the last one.")],
    language: Language = Language.RUSSIAN,
) -> Response:
    """The act as PDF, XLSX or JSON, over the version that the parties speak of."""
    period = _visible(connection, code, start, end)
    with read_whole(connection):
        body = act_file(connection, code, period, language, ending)
    name = f"act-{period.start}-{period.end}.{language}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type=MEDIA_TYPES[ending], headers=headers)


def _visible(connection: Connection, code: str, start: date, end: date, *roles: Role) -> Period:
    """The period, if the contract is one that whoever asks may see, and has one of the roles in.

    Raises:
        UnknownNameError: If it is not, or does not exist.
        ConfigurationError: If the period is none.
    """
    require_contract(connection, code, *roles)
    try:
        return Period(start, end)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def _out(code: str, period: Period, known: Present, problem: str = "") -> ActOut:
    return ActOut(
        contract=code,
        start=period.start,
        end=period.end,
        number=known.number,
        state=known.state,
        version=known.version,
        problem=problem,
    )
