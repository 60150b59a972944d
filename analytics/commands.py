"""The commands of analytics."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.evidence.change_words import change_lines
from analytics.evidence.commands import parse_period, verify_bundle
from analytics.evidence.gather import versions_of
from analytics.ledger.commands import suggestions
from analytics.money_words import money_rows
from analytics.rollup.job import bring_up_to_date
from analytics.statement import Adjustment, AdjustmentKind, Statement
from analytics.verification import verify_and_keep
from analytics.words import headline, in_unit, number
from teplosvet import output
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.findings import Severity
from teplosvet.stack.running import database_url
from teplosvet.storage.database import connect
from teplosvet.words.catalogue import gettext as _
from teplosvet.words.catalogue import speaking
from teplosvet.words.findings import finding_text
from teplosvet.words.language import Language


def verify(
    contract: Annotated[str | None, typer.Argument(help="Code of the contract.")] = None,
    period: Annotated[str | None, typer.Option(help="Reporting period FROM/TO, local days, TO not included.")] = None,
    language: Annotated[Language, typer.Option("--language", help="Language of the summary.")] = Language.ENGLISH,
    *,
    bundle: Annotated[Path | None, typer.Option(help="Recompute this evidence bundle, without any database.")] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Print the call that proposes an adjustment for each level shift.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole statement as JSON.")] = False,
) -> None:
    """Verified saving of a contract in a period, with its band and its money; the statement is kept."""
    if bundle is not None:
        if contract is not None or period is not None:
            raise ConfigurationError("--bundle stands alone: the bundle says which contract and period it is about")
        verify_bundle(bundle, as_json=as_json)
        return
    if contract is None or period is None:
        raise typer.BadParameter("name a contract and a --period, or a --bundle")
    days = parse_period(period)
    with connect(database_url()) as connection:
        bring_up_to_date(connection)
        statement, version = verify_and_keep(connection, contract, days)
        kept = [each for each in versions_of(connection, contract, days) if each.version == version]
    if as_json:
        output.print_json(statement)
    else:
        _print_summary(statement, language)
        for line in suggestions(statement) if suggest else ():
            output.people.print(f"  {line}", markup=False, soft_wrap=True)
        for each in kept:
            for line in change_lines(each.version, each.changes):
                output.people.print(line, markup=False, soft_wrap=True)


def _print_summary(statement: Statement, language: Language) -> None:
    output.people.print(headline(statement, language))
    output.people.print()
    speaking.set(language)
    output.print_table("", (_("figure"), _("what it is")), _figures(statement, language))
    for finding in sorted(statement.findings, key=lambda found: -found.severity):
        mark = {Severity.INFO: "·", Severity.WARNING: "▲", Severity.REFUSAL: "×"}[finding.severity]
        text = finding_text(finding.code, finding.data, language, lambda kwh: in_unit(kwh, statement, 3, language))
        output.people.print(f"{mark} {text}", markup=False)


def _figures(statement: Statement, language: Language) -> list[tuple[str, str]]:
    percent = round(100 * statement.confidence)
    energies = (
        (_("adjusted baseline"), statement.adjusted_baseline_kwh),
        *((_("adjustment: %(name)s") % {"name": _name(line)}, line.amount_kwh) for line in statement.adjustments),
        (_("metered"), statement.metered_kwh),
        (_("of it estimated"), statement.estimated_kwh),
        (_("avoided energy"), statement.avoided_energy_kwh),
        (_("lower bound, %(percent)s %%") % {"percent": percent}, statement.lower_kwh),
        (_("upper bound, %(percent)s %%") % {"percent": percent}, statement.upper_kwh),
    )
    rows = [(name, in_unit(kwh, statement, 3, language)) for name, kwh in energies if kwh is not None]
    days = {"used": statement.used_days, "days": statement.days}
    rows.append((_("days used"), _("%(used)s of %(days)s") % days))
    fit = statement.fit
    if fit is not None:
        rho = _("lag-1 autocorrelation")
        figures = (("CV(RMSE)", fit.cv_rmse), ("R²", fit.r2), ("NMBE", fit.nmbe), (rho, fit.rho))
        rows.append((_("baseline model"), fit.model))
        rows += [(name, number(value, 3, language)) for name, value in figures if value is not None]
        worth = {"n": fit.n, "independent": f"{fit.n_effective or fit.n:.0f}"}
        rows.append((_("baseline days"), _("%(n)s, worth %(independent)s independent ones") % worth))
    if statement.settlement is not None:
        rows += money_rows(statement.settlement, statement, language)
    return rows


def _name(line: Adjustment) -> str:
    return _("failed lamps") if line.kind is AdjustmentKind.FAILED_LAMPS else line.name
