"""`teplosvet persistence`: whether the saving of a contract lasts, year by year."""

from datetime import date
from typing import Annotated

import numpy as np
import typer

from analytics.contract_years import Persistence, RunHours, persistence_of, term_until
from analytics.rollup.job import bring_up_to_date
from analytics.verification import Connection, ContractPlace, load_contract, load_input
from teplosvet import output
from teplosvet.domain.contracts import Method
from teplosvet.domain.errors import ConfigurationError, NotEnoughDataError
from teplosvet.stack.running import database_url
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query
from teplosvet.words.findings import finding_text
from teplosvet.words.language import Language


def persistence(
    contract: Annotated[str, typer.Argument(help="Code of the contract.")],
    since: Annotated[str | None, typer.Option(help="First day of the first year; of the term if not given.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Saving of each contract year, its running sum, and drift of run hours; nothing is kept."""
    with connect(database_url()) as connection:
        bring_up_to_date(connection)
        found = load_persistence(connection, contract, None if since is None else _day(since))
    if as_json:
        output.print_json(found)
    else:
        _print(found)


def load_persistence(connection: Connection, code: str, since: date | None = None) -> Persistence:
    """Persistence of a contract on what the database holds now.

    Raises:
        UnknownNameError: If no contract is called so.
        NotEnoughDataError: If its term has not begun.
    """
    with connection.transaction():
        connection.execute(query("verification", "snapshot"))
        place = load_contract(connection, code)
        start = since or _first_day(place)
        if start >= place.today:
            raise NotEnoughDataError(f"{code}: the first contract year begins on {start}, nothing is over yet")
        inputs = load_input(connection, place, term_until(start, place.today))
        return persistence_of(inputs, _run_hours(connection, place))


def _first_day(place: ContractPlace) -> date:
    """The first day of the term; without one the day after the baseline."""
    term = place.contract.terms.term
    return place.contract.baseline.end if term is None else term.start


def _run_hours(connection: Connection, place: ContractPlace) -> RunHours | None:
    if place.contract.method is not Method.LIGHT_OPTION_B:
        return None
    rows = connection.execute(query("persistence", "run_hours"), {"building_id": place.building_id}).fetchall()
    if not rows:
        return None
    day = np.array([row[0] for row in rows], dtype="datetime64[D]")
    return RunHours(day, np.array([row[1] for row in rows], dtype=np.float64))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"--since: expected a day such as 2025-10-01, got {text!r}") from error


def _print(found: Persistence) -> None:
    output.people.print(f"{found.contract}: {found.period}, {len(found.years)} contract years", markup=False)
    rows = [
        (
            str(year.period),
            year.days,
            _mwh(year.adjusted_baseline_kwh),
            _mwh(year.avoided_energy_kwh),
            _mwh(year.half_width_kwh),
            None if year.fractional_saving is None else f"{year.fractional_saving:.1%}",
            "" if year.whole else "not whole",
        )
        for year in found.years
    ]
    output.print_table("", ("year", "days", "adjusted MWh", "saved MWh", "± 90 %", "saving", ""), rows)
    sums = [(each.day, _mwh(each.sum_kwh)) for each in found.cusum]
    output.print_table("", ("up to", "saved since the first day, MWh"), sums)
    if found.run_hours is not None:
        hours = found.run_hours
        output.people.print(f"Run hours: {hours.from_h:.1f} a day at first, {hours.to_h:.1f} now", markup=False)
    for finding in found.findings:
        text = finding_text(finding.code, finding.data, Language.ENGLISH, lambda kwh: f"{kwh:,.1f} kWh")
        output.people.print(f"▲ {text}", markup=False)


def _mwh(kwh: float | None) -> float | None:
    return None if kwh is None else round(kwh / 1000, 2)
