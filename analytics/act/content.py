"""The act as data: every figure rounded once and worded, the same for paper, spreadsheet and JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from analytics.act.annexes import AdjustmentLine, BaselineLine, DayLine, MeterLine, annexes, day_sums, registers_text
from analytics.act.energy import EnergyLine, energy_lines
from analytics.act.facts import Facts, Issue
from analytics.act.money import MoneyLine, money_lines
from analytics.act.pen import Pen
from analytics.act.state import ActState
from teplosvet.domain.errors import NotEnoughDataError
from teplosvet.stored_statement import Fit, Statement
from teplosvet.words.findings import finding_text
from teplosvet.words.language import Language


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what it is."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding in words."""

    code: str
    severity: int
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Act:
    """What is signed.

    Attributes:
        language: Of all words.
        title: Name with number.
        running: What stands at the top of every page.
        lede: The answer in one or two sentences.
        proven: Whether the saving is.
        notices: What a signer has to know first.
        parties: Customer and contractor.
        subject: Contract, building, measure, periods.
        unit: Unit of the amounts.
        inner_unit: Unit of the statement, the same or kWh.
        energy: From the base volume to the avoided energy.
        notes: How the sums are made.
        money: From the tariff to what is payable.
        method: Method, model, coverage.
        findings: In words, all of them, in annex D.
        shown_findings: How many of them stand before the signatures.
        more_findings: A sentence about the rest, empty where there is none.
        statement: Number and date of the statement.
        statement_number: What identifies it.
        digest: Its SHA-256.
        zone: A sentence about times.
        meters: Annex A.
        registers: How its registers come to the metered energy of page 1, empty where one was not read.
        adjustments: Annex B.
        days: Annex C.
        day_sums: Its last row.
        variable_title: What the independent variable is called, with its unit.
        baseline_days: The baseline, in the spreadsheet alone.
    """

    language: Language
    title: str
    running: str
    lede: str
    proven: bool
    notices: tuple[str, ...]
    parties: tuple[Fact, ...]
    subject: tuple[Fact, ...]
    unit: str
    inner_unit: str
    energy: tuple[EnergyLine, ...]
    notes: tuple[str, ...]
    money: tuple[MoneyLine, ...]
    method: tuple[Fact, ...]
    findings: tuple[Remark, ...]
    shown_findings: int
    more_findings: str
    statement: Fact
    statement_number: str
    digest: str
    zone: str
    meters: tuple[MeterLine, ...]
    registers: str
    adjustments: tuple[AdjustmentLine, ...]
    days: tuple[DayLine, ...]
    day_sums: tuple[str, ...]
    variable_title: str
    baseline_days: tuple[BaselineLine, ...]


def compose(statement: Statement, facts: Facts, issue: Issue, language: Language) -> Act:
    """The act over a statement.

    Raises:
        NotEnoughDataError: If the statement is refused: over nothing there is no act.
    """
    pen = Pen(language, facts.carrier, facts.zone)
    if statement.avoided_energy_kwh is None:
        reasons = " ".join(_said(statement, Pen(Language.ENGLISH, facts.carrier, facts.zone), at_least=3))
        raise NotEnoughDataError(f"there is no act where nothing can be stated: {reasons}")
    number = f"{facts.contract}/{statement.period}/v{issue.version}"
    remarks = tuple(_remarks(statement, pen))
    meters, adjustments, days, baseline_days = annexes(statement, facts.meters, pen)
    energy = energy_lines(statement, facts.rules, pen)
    metered = next(line.amount for line in energy if line.code == "metered")
    return Act(
        language=language,
        title=pen.say("title.number", number=str(issue.number)),
        running=pen.say("running", number=str(issue.number), contract=facts.contract),
        lede=_lede(statement, statement.avoided_energy_kwh, pen),
        proven=statement.proven,
        notices=tuple(_notices(statement, issue, pen)),
        parties=tuple(_parties(facts, pen)),
        subject=tuple(_subject(statement, facts, pen)),
        unit=pen.unit_symbol,
        inner_unit=pen.inner_symbol,
        energy=energy,
        notes=tuple(pen.say(key) for key in _notes(statement, pen)),
        money=money_lines(statement, pen),
        method=tuple(_method(statement, facts, pen)),
        findings=remarks,
        shown_findings=shown_on_page(remarks),
        more_findings=_more(remarks, pen),
        statement=Fact(pen.say("statement"), pen.say("statement.text", number=number, made=pen.instant(issue.made_at))),
        statement_number=number,
        digest=issue.digest,
        zone=pen.say("zone", zone=facts.zone.key),
        meters=meters,
        registers=registers_text(meters, statement.reporting_days, metered, pen),
        adjustments=adjustments,
        days=days,
        day_sums=day_sums(days, pen),
        variable_title=pen.say(f"axis.{_variable(statement.fit)}"),
        baseline_days=baseline_days,
    )


def _parties(facts: Facts, pen: Pen) -> Iterator[Fact]:
    for key, name in (("customer", facts.customer), ("esco", facts.esco)):
        yield Fact(pen.say(key), name or pen.say("blank"))


def _variable(fit: Fit | None) -> str:
    return "none" if fit is None else fit.variable_name


def _lede(statement: Statement, avoided_kwh: float, pen: Pen) -> str:
    half = statement.half_width_kwh
    key = "proven" if statement.proven else "loss" if statement.is_loss else "no_band" if half is None else "not_proven"
    sentence = pen.say(
        f"lede.{key}",
        period=pen.period(statement.period),
        energy=pen.headline(avoided_kwh, half),
        confidence=pen.percent(statement.confidence),
    )
    money = statement.settlement
    if money is None:
        return f"{sentence} {pen.say('lede.no_money')}"
    return f"{sentence} {pen.say('lede.payable', money=pen.money(money.payable, money.currency))}"


def _notices(statement: Statement, issue: Issue, pen: Pen) -> Iterator[str]:
    if not statement.proven:
        yield pen.say("note.not_proven")
    if issue.state in {ActState.AGREED, ActState.PAID} and issue.state_version != issue.version:
        yield pen.say("note.agreed", agreed=str(issue.state_version), version=str(issue.version))


def _subject(statement: Statement, facts: Facts, pen: Pen) -> Iterator[Fact]:
    yield Fact(pen.say("contract"), pen.say("contract.text", code=facts.contract, title=facts.title))
    yield Fact(pen.say("building"), ", ".join(part for part in (facts.building, facts.address) if part))
    if facts.floor_area_m2 is not None:
        yield Fact(pen.say("area"), pen.say("area.text", area=pen.number(facts.floor_area_m2, 1)))
    yield Fact(pen.say("measure"), pen.say(f"carrier.{facts.carrier}"))
    yield Fact(pen.say("period"), pen.period(statement.period))
    yield Fact(pen.say("baseline"), pen.period(statement.baseline))


def _method(statement: Statement, facts: Facts, pen: Pen) -> Iterator[Fact]:
    shape = pen.or_code("method", statement.method)
    named = pen.say("method.other", method=statement.method, version=statement.method_version)
    text = named if shape == statement.method else shape.format(version=statement.method_version)
    yield Fact(pen.say("method"), text)
    yield Fact(pen.say("option"), option_text(statement, facts, pen))
    fit = statement.fit
    if fit is not None:
        figures = {"cv": fit.cv_rmse, "r2": fit.r2}
        written = {name: pen.say("unknown") if v is None else pen.number(v, 3) for name, v in figures.items()}
        effective = fit.n if fit.n_effective is None else fit.n_effective
        text = pen.say("model.text", model=fit.model, n=str(fit.n), effective=pen.number(effective, 0), **written)
        yield Fact(pen.say("model"), text)
    coverage = pen.say(
        "coverage.text",
        used=str(statement.used_days),
        days=str(statement.days),
        share=pen.percent(statement.coverage, 1),
        baseline=pen.percent(statement.baseline_coverage, 1),
    )
    yield Fact(pen.say("coverage"), coverage)
    reasons = Counter(row.left_out for row in statement.reporting_days if row.left_out is not None)
    if reasons:
        told = (
            pen.say("left_out.text", reason=pen.or_code("left_out", why), days=str(n)) for why, n in reasons.items()
        )
        yield Fact(pen.say("left_out"), "; ".join(told))


def _notes(statement: Statement, pen: Pen) -> Iterator[str]:
    if pen.unit == "Gcal":
        yield "note.sums"
    yield "note.days" if statement.filled is None else "note.filled"


def option_text(statement: Statement, facts: Facts, pen: Pen) -> str:
    """The IPMVP option that the contract names, with its measurement boundary: a sub-meter isolates the retrofit."""
    option = facts.option or ("B" if statement.method == "light-option-b" else "none")
    text = pen.say(f"option.{option}")
    return pen.say("option.boundary", option=text, boundary=facts.boundary) if facts.boundary else text


_MOST_LINES = 5
_LETTERS_OF_A_LINE = 120


def shown_on_page(remarks: Sequence[Remark]) -> int:
    """How many findings fit before the signatures, which stay on page 2; all of them are told in annex D then."""
    lines = 0
    for n, remark in enumerate(remarks):
        lines += ceil((len(remark.mark) + len(remark.text)) / _LETTERS_OF_A_LINE)
        if lines > _MOST_LINES:
            return n
    return len(remarks)


def _more(remarks: Sequence[Remark], pen: Pen) -> str:
    rest = len(remarks) - shown_on_page(remarks)
    return pen.say("findings.more", n=str(rest)) if rest else ""


def _remarks(statement: Statement, pen: Pen) -> Iterator[Remark]:
    for finding in sorted(statement.findings, key=lambda found: -found.severity):
        text = finding_text(finding.code, finding.data, pen.language, pen.energy)
        yield Remark(finding.code, finding.severity, pen.say(f"severity.{finding.severity}"), text)


def _said(statement: Statement, pen: Pen, at_least: int) -> Iterator[str]:
    return (remark.text for remark in _remarks(statement, pen) if remark.severity >= at_least)
