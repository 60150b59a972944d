"""The commands of the fleet."""

import os
from collections.abc import Iterable
from typing import Annotated

import typer

from analytics.fleet.job import FleetRun, run_fleet
from analytics.fleet.measures import MeasureCase
from analytics.fleet.report import FleetReport, Part, Standing, fleet_report
from analytics.portfolio import Portfolio
from teplosvet import output
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.periods import Period
from teplosvet.stack.running import database_url
from teplosvet.storage.database import connect

SHOWN = 20
"""Contracts that a person is shown; JSON has all."""


def fleet_verify(
    period: Annotated[str, typer.Option(help="Reporting period FROM/TO, local days, TO not included.")],
    site: Annotated[str | None, typer.Option(help="Name of a site, instead of all.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; as many as processors if not given.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Verify every contract for a period and keep what is new; goes on after a kill; 1 if a contract failed."""
    days = _period(period)
    bar = output.progress()
    bar.disable = not output.progress_console.is_terminal  # a night's log needs no bar
    with bar:
        task = bar.add_task("Contracts", total=None)

        def told(done: int, whole: int) -> None:
            bar.update(task, completed=done, total=whole)

        run = run_fleet(database_url(), days, site, workers or os.cpu_count() or 1, told)
    if as_json:
        output.print_json(run)
    else:
        _print_run(run)
    if run.failed:
        raise typer.Exit(1)


def report(
    period: Annotated[str | None, typer.Option(help="Reporting period FROM/TO; the newest run's if not given.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Contracts ranked by saving and by lower bound, and what they come to together."""
    days = _period(period) if period is not None else None
    with connect(database_url()) as connection:
        found = fleet_report(connection, days)
    if as_json:
        output.print_json(found)
    else:
        _print_report(found)


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError as error:
        raise ConfigurationError(f"--period: {error}") from error


def _print_run(run: FleetRun) -> None:
    again = f", {run.done_before} of them before" if run.done_before else ""
    output.people.print(f"Run {run.run} over {run.period}: {run.contracts} contracts{again}, {run.seconds:.1f} s")
    new = f"{run.new_statements} new statement{'' if run.new_statements == 1 else 's'}"
    output.people.print(f"{run.stated} stated, {run.refused} refused, {run.failed} failed; {new}")
    for failure in run.failures:
        output.people.print(f"× {failure.contract}: {failure.reason}", markup=False)


def _print_report(found: FleetReport) -> None:
    output.people.print(f"{found.period}: {len(found.ranking)} contracts stated, {len(found.left_out)} left out")
    columns = ("", "contracts", "proven", "saved MWh", "± independent", "± correlated", "saved %", "± %", "± %, corr.")
    whole = [("all energy", found.total)] if found.total is not None else []
    parts: Iterable[Part] = (*found.by_carrier, *found.by_site)
    rows = [*whole, *((" on ".join(filter(None, (part.carrier, part.site))), part.sum) for part in parts)]
    output.print_table("", columns, [_sum_row(name, total) for name, total in rows])
    if found.measures:
        heads = (
            "measures",
            "carrier",
            "site",
            "region",
            "contracts",
            "proven",
            "saving %",
            "± %",
            "± %, corr.",
            "kWh/m²",
        )
        output.print_table("", heads, [_measure_row(case) for case in found.measures])
    if found.total is not None:
        _print_proof(found.total)
    ranks = ("by saving", "by lower bound", "contract", "saved MWh", "lower", "upper", "proven", "what is missing")
    output.print_table("", ranks, [_standing_row(row) for row in found.ranking[:SHOWN]])
    if len(found.ranking) > SHOWN:
        output.people.print(f"… and {len(found.ranking) - SHOWN} more: --json has all")
    for left in found.left_out[:SHOWN]:
        output.people.print(f"× {left.contract}: {left.outcome}, {_reason(left.reason)}", markup=False)
    if len(found.left_out) > SHOWN:
        output.people.print(f"… and {len(found.left_out) - SHOWN} more left out: --json has all")


def _reason(text: str) -> str:
    """Codes of findings as words; what else stopped a contract stands as it is."""
    return text if " " in text.replace(", ", "") else text.replace("_", " ")


def _print_proof(total: Portfolio) -> None:
    share = f"{total.proven_share:.0%}" if total.proven_share is not None else "none"
    output.people.print(f"Proven contract by contract: {share} of the saving, {total.proven_contracts} contracts.")
    for name, proven in (("independent", total.proven_if_independent), ("correlated", total.proven_if_correlated)):
        output.people.print(f"The sum is {'proven' if proven else 'not proven'} if errors are {name}.")
    for money in total.money:
        output.people.print(f"Value {money.value:,} {money.currency}, payable {money.payable:,} {money.currency}")


def _sum_row(name: str, total: Portfolio) -> tuple[object, ...]:
    band = total.bands[0] if total.bands else None
    return (
        name,
        total.contracts,
        total.proven_contracts,
        _mwh(total.avoided_energy_kwh),
        _mwh(band.independent_kwh if band else None),
        _mwh(band.correlated_kwh if band else None),
        _percent(total.fractional_saving),
        _percent(total.fractional_independent),
        _percent(total.fractional_correlated),
    )


def _measure_row(case: MeasureCase) -> tuple[object, ...]:
    return (
        case.measures,
        case.carrier,
        case.site or "all",
        case.region or "",
        case.contracts,
        case.proven_contracts,
        _percent(case.fractional_saving),
        _percent(case.fractional_independent),
        _percent(case.fractional_correlated),
        None if case.avoided_kwh_per_m2 is None else round(case.avoided_kwh_per_m2, 1),
    )


def _standing_row(row: Standing) -> tuple[object, ...]:
    return (
        row.rank_by_saving,
        row.rank_by_lower_bound,
        row.contract,
        _mwh(row.avoided_energy_kwh),
        _mwh(row.lower_kwh),
        _mwh(row.upper_kwh),
        "yes" if row.proven else "no",
        what_is_missing(row),
    )


def what_is_missing(row: Standing) -> str:
    """What is missing to prove a contract's saving and to decide its guarantee, in words."""
    words = []
    if not row.proven:
        days = row.days_to_prove
        words.append(f"{days} more days to prove it" if days is not None else "a better baseline, or a saving")
    if row.guarantee == "open":
        days = row.days_to_decide
        words.append(f"guarantee: {days} more days" if days is not None else "guarantee: too close to decide")
    elif row.guarantee is not None:
        words.append(f"guarantee {row.guarantee}")
    return "; ".join(words)


def _mwh(kwh: float | None) -> float | None:
    return None if kwh is None else round(kwh / 1000, 1)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)
