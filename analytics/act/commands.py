"""The commands around acts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from analytics.act.content import compose
from analytics.act.facts import Facts, Issue
from analytics.act.log import ListedAct, change_state, ensure_draft, list_acts, present_act
from analytics.act.pdf import act_json, act_pdf, confidence_text
from analytics.act.pen import Pen
from analytics.act.plots import plots
from analytics.act.source import Connection, load_facts, load_statement
from analytics.act.spreadsheet import act_xlsx
from analytics.act.state import EVIDENT, ActState
from analytics.evidence.kept import keep_bundle
from analytics.written_files import write_forms
from teplosvet import output
from teplosvet.domain.errors import ConfigurationError, UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.stack.running import database_url
from teplosvet.storage.database import connect
from teplosvet.stored_statement import Statement
from teplosvet.words.language import Language

_PERIOD = "Reporting period FROM/TO, local days, TO not included."


@dataclass(frozen=True, slots=True)
class WrittenAct:
    """An act as files, with the digest of its statement."""

    contract: str
    number: int
    version: int
    digest: str
    pdf: str
    xlsx: str
    json: str


def act(
    contract: Annotated[str, typer.Argument(help="Code of the contract.")],
    period: Annotated[str, typer.Option(help=_PERIOD)],
    version: Annotated[int | None, typer.Option(help="Version of the statement; the newest unless named.")] = None,
    language: Annotated[Language, typer.Option("--language", help="Language of the act.")] = Language.RUSSIAN,
    out: Annotated[Path, typer.Option(help="Folder that the files are written to.")] = Path(),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print paths and digest as JSON.")] = False,
) -> None:
    """Write the act over a kept statement as PDF, XLSX and JSON."""
    with connect(database_url()) as connection:
        written = write_act(connection, contract, _parsed(period), version, language, out)
    if as_json:
        output.print_json(written)
        return
    for path in (written.pdf, written.xlsx, written.json):
        output.people.print(path, markup=False, soft_wrap=True)


def write_act(
    connection: Connection, contract: str, period: Period, version: int | None, language: Language, out: Path
) -> WrittenAct:
    """Write the files of an act; the first time for a contract and period, a draft begins.

    Raises:
        UnknownNameError: If there is no such statement.
        NotEnoughDataError: If the statement states nothing.
        ConfigurationError: If the folder cannot be written to.
    """
    kept = load_statement(connection, contract, period, version)
    facts = load_facts(connection, contract, kept.statement)
    if kept.statement.avoided_energy_kwh is not None:
        present = ensure_draft(connection, contract, period, kept.version)
        issue = Issue(present.number, kept.version, kept.made_at, kept.digest, present.state, present.version)
    else:
        issue = Issue(1, kept.version, kept.made_at, kept.digest, ActState.DRAFT, kept.version)
    name = f"act-{contract}-{period.start}-{period.end}-v{kept.version}.{language}"
    bodies = {ending: body() for ending, body in _bodies(kept.statement, facts, issue, language).items()}
    paths = write_forms(out, name, bodies)
    return WrittenAct(contract, issue.number, kept.version, kept.digest, **paths)


def act_file(connection: Connection, contract: str, period: Period, language: Language, ending: str) -> bytes:
    """One file of an act that has begun, over the version that the parties speak of.

    Raises:
        UnknownNameError: If there is no such act.
    """
    present = present_act(connection, contract, period)
    if present is None:
        raise UnknownNameError(f"there is no act of {contract} for {period}: begin it first")
    kept = load_statement(connection, contract, period, present.version)
    facts = load_facts(connection, contract, kept.statement)
    issue = Issue(present.number, kept.version, kept.made_at, kept.digest, present.state, present.version)
    return _bodies(kept.statement, facts, issue, language)[ending]()


def _bodies(statement: Statement, facts: Facts, issue: Issue, language: Language) -> dict[str, Callable[[], bytes]]:
    """The files of an act by their endings, each made when it is called for."""
    act = compose(statement, facts, issue, language)

    def pdf() -> bytes:
        drawings = plots(statement, Pen(language, facts.carrier, facts.zone))
        return act_pdf(act, drawings, confidence_text(statement.confidence))

    return {"pdf": pdf, "xlsx": lambda: act_xlsx(act), "json": lambda: act_json(act)}


def act_state(
    contract: Annotated[str, typer.Argument(help="Code of the contract.")],
    period: Annotated[str, typer.Option(help=_PERIOD)],
    state: Annotated[ActState, typer.Option("--set", help="State to bring it into.")],
    by: Annotated[str, typer.Option(help="Who did it.")],
    note: Annotated[str, typer.Option(help="What else is to be known.")] = "",
) -> None:
    """Say what the parties did with an act."""
    days = _parsed(period)
    with connect(database_url()) as connection:
        changed = change_state(connection, contract, days, state, by, note)
        problem = keep_bundle(connection, contract, days, changed.version) if state in EVIDENT else ""
    output.people.print(
        f"Act {changed.number} of {contract} for {days} is {changed.state}, over version {changed.version}.",
        markup=False,
    )
    if problem:
        output.people.print(problem, markup=False, soft_wrap=True)


def acts(*, as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """List every act with its state, and what a newer statement says."""
    with connect(database_url()) as connection:
        listed = list_acts(connection)
    if as_json:
        output.print_json(listed)
        return
    columns = ("contract", "period", "act", "version", "state", "by", "payable", "newer statement")
    output.print_table("", columns, (_row(each) for each in listed))


def _row(each: ListedAct) -> tuple[object, ...]:
    period = f"{each.period_start}/{each.period_end}"
    money = "" if each.payable is None else f"{each.payable:,.2f} {each.currency}"
    return (each.contract, period, each.number, each.version, each.state, each.by_whom, money, newer(each))


def newer(each: ListedAct) -> str:
    """How the newest statement differs from the act's own, empty where it is its own."""
    if each.newest_version == each.version:
        return ""
    if each.difference_kwh is None:
        return f"version {each.newest_version} states nothing"
    return f"version {each.newest_version}: {each.difference_kwh:+,.3f} kWh"


def _parsed(period: str) -> Period:
    try:
        return Period.parse(period)
    except ValueError as error:
        raise ConfigurationError(f"--period: {error}") from error
