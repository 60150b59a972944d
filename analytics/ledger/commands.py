"""The commands of the ledger."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from analytics.evidence.commands import parse_period
from analytics.ledger.evidence_file import read_evidence
from analytics.ledger.proposing import Proposal, take_step
from analytics.ledger.proposing import propose as propose_entry
from analytics.ledger.store import load_ledgers
from analytics.statement import Statement
from analytics.verification import load_contract
from teplosvet import output
from teplosvet.access.principal import COMMAND_LINE
from teplosvet.domain.adjustments import AdjustmentState, Basis, LedgerEntry, Side
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.findings import FindingCode
from teplosvet.stack.running import database_url
from teplosvet.storage.database import connect

Code = Annotated[str, typer.Argument(help="Code of the contract.")]
Number = Annotated[int, typer.Argument(help="Number of the adjustment.")]
OfSide = Annotated[Side, typer.Option(help="Whose side.")]
By = Annotated[str, typer.Option(help="Who, by name.")]
Note = Annotated[str, typer.Option(help="What else is to be known.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_TWO_WAYS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
"""A decimal comma, or one that parts thousands."""


def propose(  # one option a field of the ledger
    contract: Code,
    period: Annotated[str, typer.Option(help="Days that it is about, FROM/TO, TO not included.")],
    factor: Annotated[str, typer.Option(help="Static factor that changed, in words.")],
    reason: Annotated[str, typer.Option(help="What happened, and how the amount was found.")],
    evidence: Annotated[Path, typer.Option(help="File that shows it: PDF, PNG, JPEG, text, Office; up to 10 MB.")],
    side: OfSide,
    by: By,
    per_day: Annotated[str | None, typer.Option(help="kWh that each day is given; negative takes off.")] = None,
    total: Annotated[str | None, typer.Option(help="kWh of all days, spread evenly over them.")] = None,
    percent: Annotated[str | None, typer.Option(help="Percent of each day's adjusted baseline.")] = None,
    half_width: Annotated[str | None, typer.Option(help="Half the 90 % band of the amount, in its unit.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Propose a non-routine adjustment: added to the adjusted baseline once both sides agree."""
    given = [(basis, text) for basis, text in zip(Basis, (per_day, total, percent), strict=True) if text is not None]
    if len(given) != 1:
        raise ConfigurationError("say the amount once: --per-day, --total or --percent")
    basis, amount = given[0]
    width = None if half_width is None else decimal_of("--half-width", half_width)
    proposal = Proposal(parse_period(period), factor, reason, basis, decimal_of("the amount", amount), width, side, by)
    with connect(database_url()) as connection:
        entry = propose_entry(connection, COMMAND_LINE, contract, proposal, read_evidence(evidence))
    _print(contract, entry, as_json=as_json)


def agree(contract: Code, number: Number, side: OfSide, by: By, note: Note = "", *, as_json: AsJson = False) -> None:
    """Agree an adjustment for one side; with both it enters the adjusted baseline."""
    _step(contract, number, AdjustmentState.AGREED, side, by, note, as_json=as_json)


def reject(contract: Code, number: Number, side: OfSide, by: By, note: Note = "", *, as_json: AsJson = False) -> None:
    """Reject what the other side proposed."""
    _step(contract, number, AdjustmentState.REJECTED, side, by, note, as_json=as_json)


def withdraw(contract: Code, number: Number, side: OfSide, by: By, note: Note = "", *, as_json: AsJson = False) -> None:
    """Withdraw what one's own side proposed, or, both sides, what was agreed."""
    _step(contract, number, AdjustmentState.WITHDRAWN, side, by, note, as_json=as_json)


def list_entries(contract: Code, *, as_json: AsJson = False) -> None:
    """The ledger of a contract, whatever became of its adjustments."""
    with connect(database_url()) as connection:
        load_contract(connection, contract)
        entries = load_ledgers(connection, (contract,), all_states=True)[contract]
    if as_json:
        output.print_json(entries)
        return
    columns = ("no.", "days", "factor", "amount", "±", "state", "proposed", "agreed", "evidence")
    output.print_table("", columns, [_row(entry) for entry in entries])


def decimal_of(name: str, text: str) -> Decimal:
    """A number as people write it.

    Raises:
        ConfigurationError: If it is none, or can be read in two ways: money hangs on it.
    """
    said = text.strip()
    if _TWO_WAYS.fullmatch(said):
        raise ConfigurationError(f"{name}: {said[:40]!r} is a thousand to some and one to others, write it with a dot")
    try:
        return Decimal(said.replace(",", ".").replace("_", "none"))  # Python's own digits 1_000 are nobody's
    except InvalidOperation:
        raise ConfigurationError(f"{name}: expected a number, got {text[:40]!r}") from None


def suggestions(statement: Statement) -> Iterator[str]:
    """What to call about a level shift whose event is known: with its date and size, and never called by itself."""
    for finding in statement.findings:
        if finding.code is FindingCode.LEVEL_SHIFT:
            first, size = finding.data["first_day"], finding.data["size_kwh"]
            yield (
                "Only if you know the event, and can show it: "
                f"teplosvet adjustment propose {statement.contract} --period {first}/{statement.period.end} "
                f"--per-day {size} --factor … --reason … --evidence FILE --side … --by …"
            )


_UNITS = {Basis.PER_DAY: "kWh/d", Basis.TOTAL: "kWh", Basis.PERCENT: "%"}


def _row(entry: LedgerEntry) -> tuple[object, ...]:
    unit = _UNITS[entry.basis]
    agreed = (f"{each.side}: {each.by_whom}" for each in entry.steps if each.step is AdjustmentState.AGREED)
    return (
        str(entry.number),
        f"{entry.period.start}/\n{entry.period.end}",
        entry.static_factor,
        f"{entry.amount:+,f} {unit}",
        "" if entry.half_width is None else f"{entry.half_width:,f}",
        entry.state,
        f"{entry.proposed_side}: {entry.proposed_by}",
        "; ".join(agreed),
        f"{entry.evidence.name} {entry.evidence.sha256[:12]}",
    )


def _step(contract: str, number: int, step: AdjustmentState, side: Side, by: str, note: str, *, as_json: bool) -> None:
    with connect(database_url()) as connection:
        entry = take_step(connection, COMMAND_LINE, contract, number, step, side, by, note)
    _print(contract, entry, as_json=as_json)


def _print(contract: str, entry: LedgerEntry, *, as_json: bool) -> None:
    if as_json:
        output.print_json(entry)
        return
    open_sides = [side.value for side in Side if entry.agreed_by(side) is None]
    rest = f": {' and '.join(open_sides)} still to agree" if entry.state is AdjustmentState.PROPOSED else ""
    output.people.print(f"Adjustment No. {entry.number} of {contract} is {entry.state}{rest}.", markup=False)
    if entry.state is AdjustmentState.PROPOSED and entry.agreed_by(entry.proposed_side) is None:
        side = entry.proposed_side
        output.people.print(
            f"A proposal is no signature: who proposes need not be who may sign. For the side {side}, too, "
            f"`teplosvet adjustment agree {contract} {entry.number} --side {side} --by NAME` signs it.",
            markup=False,
        )
