"""One contract: what was saved, how sure that is, what it is worth, and what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards import contract_plots
from dashboards.act_turn import NOBODYS, Turn
from dashboards.contract_line import status_of
from dashboards.contract_plots import Plot
from dashboards.filled_rows import filled_rows
from dashboards.findings import finding_text
from dashboards.missing import missing_lines
from dashboards.money_rows import Row, money_rows
from dashboards.reader import Reader
from dashboards.rows import ContractPlace, StatementVersion
from dashboards.rows_of_contracts import ActRow, VersionRow
from teplosvet.domain.findings import Severity
from teplosvet.domain.periods import Period
from teplosvet.plots.adding_up import CumulativeDay
from teplosvet.stored_statement import Fit, Statement


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding in words with its weight from 1 to 3."""

    severity: int
    text: str


@dataclass(frozen=True, slots=True)
class ContractPage:
    """What the page says.

    Attributes:
        place: The contract and its house.
        periods: Periods that have a statement, the newest first.
        period: The one that is shown, None if there is no statement.
        found: The statement as it was made.
        status: As `dashboards.contract_line.status_of` says it.
        lede: The saving in words.
        answer: What follows from it: what is payable, what is missing.
        sums: How it adds up.
        money: What it is worth.
        fit_rows: The baseline model in figures.
        findings: What a reader has to know, the gravest first.
        about: Where the statement comes from.
        plots: The three plots.
        cumulative: Rows of the second plot.
        variable_unit: Unit of the independent variable.
        missing: What would prove more.
        versions: Versions of the statement, the newest first.
        act: The act over it, None if none has begun.
        turn: The next steps of the act that the reader may take, and whose turn it is.
    """

    place: ContractPlace
    periods: tuple[Period, ...]
    status: str
    lede: str
    answer: str = ""
    period: Period | None = None
    found: StatementVersion | None = None
    sums: tuple[Row, ...] = ()
    money: tuple[Row, ...] = ()
    fit_rows: tuple[Row, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    about: tuple[Row, ...] = ()
    plots: tuple[Plot, ...] = ()
    cumulative: tuple[CumulativeDay, ...] = ()
    variable_unit: str = ""
    missing: tuple[str, ...] = ()
    versions: tuple[VersionRow, ...] = ()
    act: ActRow | None = None
    turn: Turn = NOBODYS


def contract_page(
    place: ContractPlace, periods: Sequence[Period], found: StatementVersion | None, reader: Reader
) -> ContractPage:
    """Put the page together."""
    if found is None:
        return ContractPage(place, tuple(periods), "no_statement", reader.say("lede.no_statement"))
    statement = found.statement
    cumulative, rows = contract_plots.cumulative(statement, reader)
    plots = (contract_plots.daily(statement, reader), cumulative, contract_plots.fit(statement, reader))
    return ContractPage(
        place,
        tuple(periods),
        status_of(statement),
        lede(statement, reader),
        answer=answer(statement, reader),
        period=statement.period,
        found=found,
        sums=tuple(_sums(statement, reader)),
        money=tuple(money_rows(statement, reader)),
        fit_rows=tuple(_fit(statement, reader)),
        findings=tuple(_findings(statement, reader)),
        about=tuple(_about(place, found, reader)),
        plots=plots,
        cumulative=tuple(rows),
        variable_unit=contract_plots.variable_unit(statement.fit),
        missing=tuple(missing_lines(statement, reader)),
    )


def lede(statement: Statement, reader: Reader) -> str:
    """The answer in one or two sentences."""
    during = reader.during(statement.period)
    if statement.avoided_energy_kwh is None:
        return reader.say("lede.refused", during=during)
    half, confidence = statement.half_width_kwh, reader.percent(statement.confidence)
    saved_kwh = -statement.avoided_energy_kwh if statement.is_loss else statement.avoided_energy_kwh
    energy = reader.headline_energy(saved_kwh, half, statement.carrier)
    if statement.is_loss:
        return reader.say("lede.loss", during=during, energy=energy, confidence=confidence)
    if half is None:
        return reader.say("lede.no_band", during=during, energy=energy)
    if not statement.proven:
        return reader.say("lede.not_proven", during=during, energy=energy, confidence=confidence)
    text = reader.say("lede.proven", during=during, energy=energy, confidence=confidence)
    if statement.guarantee_kwh:
        share = reader.percent(statement.avoided_energy_kwh / statement.guarantee_kwh)
        text += reader.say("lede.guarantee", share=share)
    return f"{text}."


def answer(statement: Statement, reader: Reader) -> str:
    """What follows: what is to be paid; why nothing can be stated; what more would prove the saving."""
    refusals = [finding for finding in statement.findings if finding.severity == Severity.REFUSAL]
    if refusals:
        return " ".join(finding_text(reader, finding, statement.carrier) for finding in refusals)
    settlement = statement.settlement
    if settlement is not None and settlement.payable:
        return reader.say("lede.payable", money=reader.money(settlement.payable, settlement.currency))
    missing = [finding.data.get("more_days") for finding in statement.findings if finding.code == "not_proven"]
    sentences = [reader.say("lede.more_days", n=days) for days in missing if isinstance(days, int)]
    return " ".join([*sentences, reader.say("lede.nothing_payable")])


def _sums(statement: Statement, reader: Reader) -> list[Row]:
    """From the adjusted baseline to the avoided energy, to a watt-hour so that it adds up."""

    def energy(value_kwh: float | None) -> str:
        return reader.say("unknown") if value_kwh is None else reader.energy(value_kwh, statement.carrier, decimals=3)

    rows = [Row(reader.say("sums.baseline"), energy(statement.adjusted_baseline_kwh))]
    for adjustment in statement.adjustments:
        key = f"sums.adjustment.{adjustment.kind}"
        kind = adjustment.kind if adjustment.entry is None else adjustment.entry.static_factor
        name = reader.say(key) if reader.knows(key) else reader.say("sums.adjustment", kind=kind)
        rows.append(Row(name, energy(adjustment.amount_kwh)))
    metered = None if statement.metered_kwh is None else -statement.metered_kwh
    rows.append(Row(reader.say("sums.metered"), energy(metered)))
    if statement.estimated_kwh:
        rows.append(Row(reader.say("sums.estimated"), energy(statement.estimated_kwh), "part"))
    rows.append(Row(reader.say("sums.avoided"), energy(statement.avoided_energy_kwh), "total"))
    if statement.lower_kwh is not None and statement.upper_kwh is not None:
        name = reader.say("sums.band", confidence=reader.percent(statement.confidence))
        lower = reader.number(reader.unit_of(statement.carrier).of_kwh(statement.lower_kwh), 3)
        rows.append(Row(name, f"{lower} … {energy(statement.upper_kwh)}", "part"))
    rows += [Row(*each) for each in filled_rows(statement, energy)]
    if statement.fractional_saving is not None:
        rows.append(Row(reader.say("sums.fraction"), reader.percent(statement.fractional_saving, 1), "part"))
    if statement.guarantee_kwh:
        rows.append(Row(reader.say("sums.guarantee"), energy(statement.guarantee_kwh)))
        if statement.avoided_energy_kwh is not None:
            share = reader.percent(statement.avoided_energy_kwh / statement.guarantee_kwh, 1)
            rows.append(Row(reader.say("sums.guarantee_share"), share, "part"))
    share = reader.percent(statement.coverage)
    days = reader.say("sums.coverage", used=statement.used_days, n=statement.days, share=share)
    rows.append(Row(reader.say("coverage"), days))
    return rows


def _fit(statement: Statement, reader: Reader) -> list[Row]:
    model = statement.fit
    if model is None:
        return []
    key = f"model.{model.model}"
    rows = [
        Row(reader.say("model"), reader.say(key) if reader.knows(key) else model.model),
        Row(reader.say("variable"), reader.say(f"variable.{model.variable_name}")),
        *_parameters(model, statement.carrier, reader),
    ]
    ratios = (("cv_rmse", model.cv_rmse, 1), ("nmbe", model.nmbe, 2))
    rows += [Row(reader.say(f"fit.{name}"), reader.percent(value, n)) for name, value, n in ratios if value is not None]
    plain = (("r2", model.r2, 3), ("rho", model.rho, 2), ("n", model.n, 0), ("n_effective", model.n_effective, 1))
    rows += [Row(reader.say(f"fit.{name}"), reader.number(value, n)) for name, value, n in plain if value is not None]
    rows.append(Row(reader.say("fit.coverage"), reader.percent(statement.baseline_coverage)))
    rows.append(Row(reader.say("baseline"), reader.period(statement.baseline)))
    return rows


def _parameters(model: Fit, carrier: str, reader: Reader) -> list[Row]:
    """Base, slopes and change points with their units."""
    unit, a_day = reader.unit_of(carrier), reader.symbol("d")
    decimals = 4 if unit.value == "Gcal" else 2
    energy = reader.symbol(unit.value)
    amounts = (
        ("base", model.base_kwh, f"{energy}/{a_day}"),
        ("heating_slope", model.heating_slope_kwh_per_k, f"{energy}/({reader.symbol('K')}·{a_day})"),
        ("cooling_slope", model.cooling_slope_kwh_per_k, f"{energy}/({reader.symbol('K')}·{a_day})"),
        ("dark_slope", model.dark_hours_slope_kwh_per_h, f"{energy}/({reader.symbol('h')}·{a_day})"),
    )
    points = (
        ("heating_change_point", model.heating_change_point_c),
        ("cooling_change_point", model.cooling_change_point_c),
    )
    return [
        Row(reader.say(f"fit.{name}"), reader.with_unit(unit.of_kwh(value), written, decimals))
        for name, value, written in amounts
        if value is not None
    ] + [
        Row(reader.say(f"fit.{name}"), reader.with_unit(value, "Cel", 1)) for name, value in points if value is not None
    ]


def _findings(statement: Statement, reader: Reader) -> list[FindingLine]:
    ordered = sorted(statement.findings, key=lambda finding: -finding.severity)
    return [
        FindingLine(
            finding.severity if finding.severity in set(Severity) else Severity.WARNING,
            finding_text(reader, finding, statement.carrier),
        )
        for finding in ordered
    ]


def _about(place: ContractPlace, found: StatementVersion, reader: Reader) -> list[Row]:
    statement = found.statement
    key = f"method.{statement.method}"
    method = reader.say(key, version=statement.method_version) if reader.knows(key) else statement.method
    rows = [
        Row(reader.say("about.method"), method),
        Row(reader.say("about.version"), reader.number(found.version)),
        Row(reader.say("about.made"), reader.instant(found.made_at, place.zone)),
        Row(reader.say("about.digest"), found.digest[:16], "code"),
    ]
    parties = (("customer", place.customer), ("esco", place.esco))
    return [Row(reader.say(f"about.{name}"), value) for name, value in parties if value] + rows
