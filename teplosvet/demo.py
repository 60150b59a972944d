"""`teplosvet demo`: the main job on six simulated buildings, with the truth beside what is verified."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import psycopg
import typer
from psycopg.rows import TupleRow
from rich.progress import Progress, TaskID
from rich.table import Table

from teplosvet import output
from teplosvet.access.first_start import demo_accounts
from teplosvet.config import settings
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.periods import Period
from teplosvet.stack.running import RunningStack, sole_stack
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query

if TYPE_CHECKING:  # the composition root loads services lazily
    from analytics.statement import Statement
    from simulators.scenario import Scenario
    from simulators.tally import Tally


@dataclass(frozen=True, slots=True)
class ContractOutcome:
    """One contract of the demo: the truth beside the statement.

    Attributes:
        contract: Its code.
        carrier: What is saved.
        retrofitted: Whether anything was done at all.
        true_avoided_energy_kwh: What the simulation knows and analytics never see, of the statement's days. [kWh]
        true_of_whole_period_kwh: The same of all days of the period. [kWh]
        avoided_energy_kwh: Verified. [kWh]
        lower_kwh: Lower bound at 90 %. [kWh]
        upper_kwh: Upper bound at 90 %. [kWh]
        in_band: Whether the truth lies between the bounds.
        proven: Whether the whole band is above zero.
        coverage: Share of the reporting days in the sums. [-]
        payable: What the ESCO is paid. [currency]
        findings: Codes of the findings.
    """

    contract: str
    carrier: str
    retrofitted: bool
    true_avoided_energy_kwh: float
    true_of_whole_period_kwh: float
    avoided_energy_kwh: float | None
    lower_kwh: float | None
    upper_kwh: float | None
    in_band: bool
    proven: bool
    coverage: float
    payable: str
    findings: list[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demo showed; a reading is one device at one instant.

    Attributes:
        contracts: The contracts.
        published: Readings sent over MQTT.
        stored: Different readings in the database.
        duplicates: Readings that were sent again.
        quarantined: Messages in quarantine.
        lost: Different readings sent that are not stored.
    """

    contracts: list[ContractOutcome]
    published: int
    stored: int
    duplicates: int
    quarantined: int
    lost: int


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="End after the table.")] = False,
    json: Annotated[Path | None, typer.Option(help="Write the outcome to this file, too.")] = None,
) -> None:
    """Two heating seasons of six buildings over MQTT with faults; then what was saved, verified beside true."""
    from teplosvet.serve import run_application, until_signal, whole_stack  # noqa: PLC0415  # after the folder is chosen

    with until_signal(), _folder(once=once), whole_stack() as stack:
        output.people.print(f"The stack runs on {stack.http_url}, data in {settings().home}.")
        outcome = _show(stack)
        _print(outcome)
        if json is not None:
            json.write_bytes(msgspec.json.format(msgspec.json.encode(outcome)))
            output.people.print(f"All figures are in {json}.")
        if not once:
            _print_accounts(stack)
            with _live(stack):
                sentence = f"The buildings go on in real time: open {stack.http_url}. Ctrl-C ends it."
                run_application(stack.database_url, stack.http_url, sentence)


def _print_accounts(stack: RunningStack) -> None:
    """One account a role; the passwords are shown this once."""
    with connect(stack.database_url) as connection:
        codes = {
            name: [str(code) for (code,) in connection.execute(query("registry", name))]
            for name in ("building_codes", "contract_codes")
        }
        found = demo_accounts(connection, codes["building_codes"], codes["contract_codes"])
    rows = [(role.value, login, password) for role, (login, password) in found.items()]
    output.print_table(f"Sign in at {stack.http_url}", ("to look as", "login", "password"), rows)


@contextmanager
def _folder(*, once: bool) -> Iterator[None]:
    """A data folder of the demo's own: a passing one, or the demo's beside the real one."""
    # nobody has to find the demo's broker, and 1883 may be somebody's
    os.environ.setdefault("TEPLOSVET_MQTT_PORT", "0")
    settings.cache_clear()
    if "TEPLOSVET_HOME" in os.environ:
        yield
        return
    if not once:
        os.environ["TEPLOSVET_HOME"] = str(settings().home.with_name("teplosvet-demo"))
        settings.cache_clear()
        with sole_stack():  # what an earlier demo left is of no use, what a running one has is not ours
            shutil.rmtree(settings().home / "postgres", ignore_errors=True)
        yield
        return
    with tempfile.TemporaryDirectory(prefix="teplosvet-demo-", ignore_cleanup_errors=True) as folder:
        os.environ |= {"TEPLOSVET_HOME": folder, "TEPLOSVET_PORT": "0", "TEPLOSVET_MQTT_PORT": "0"}
        settings.cache_clear()
        yield


def _show(stack: RunningStack) -> Outcome:
    from analytics.rollup.job import bring_up_to_date  # noqa: PLC0415  # the composition root loads services lazily
    from analytics.verification import verify_contract  # noqa: PLC0415
    from ingest_service.site_apply import apply_site  # noqa: PLC0415
    from ingest_service.site_file import parse_site  # noqa: PLC0415
    from simulators.publisher import Publisher  # noqa: PLC0415
    from simulators.scenario import demo_scenario  # noqa: PLC0415
    from simulators.tally import Tally  # noqa: PLC0415

    with output.progress_console.status("Simulating two winters of six buildings"):
        scenario = demo_scenario()
    tally = Tally()
    with connect(stack.database_url) as connection:
        _refuse_other_sites(connection)
        already, _ = _stored(connection, scenario.reporting)
        apply_site(connection, parse_site(scenario.site_toml, "demo.toml"))
        seasons = {"baseline season": scenario.baseline_messages(), "reporting season": scenario.reporting_messages()}
        with (
            output.progress() as bar,
            Publisher(stack.mqtt_url, "demo-feeder", speaks_for=scenario.publishers) as publisher,
        ):
            for name, season in seasons.items():
                task = bar.add_task(f"Publishing the {name}", total=len(season))
                publisher.publish(tally.counted(season), confirm=True, on_progress=_to(bar, task))
        with output.progress_console.status("Rolling up"):
            bring_up_to_date(connection)
        statements = {code: verify_contract(connection, code, scenario.reporting) for code in scenario.truth}
        contracts = [_beside(scenario, code, statement) for code, statement in statements.items()]
        stored, quarantined = _stored(connection, scenario.reporting)
        return _counted(contracts, tally, stored, already, quarantined)


def _beside(scenario: "Scenario", code: str, statement: "Statement") -> ContractOutcome:
    """A statement beside the truth of the days that it speaks of: a day without weather is in neither."""
    truth, money = scenario.truth[code], statement.settlement
    true_kwh = scenario.true_avoided_kwh(code, [day.day for day in statement.reporting_days if day.used])
    return ContractOutcome(
        contract=code,
        carrier=truth.carrier,
        retrofitted=truth.retrofitted,
        true_avoided_energy_kwh=round(true_kwh, 3),
        true_of_whole_period_kwh=round(truth.true_avoided_energy_kwh, 3),
        avoided_energy_kwh=statement.avoided_energy_kwh,
        lower_kwh=statement.lower_kwh,
        upper_kwh=statement.upper_kwh,
        in_band=_within(true_kwh, statement.lower_kwh, statement.upper_kwh),
        proven=statement.proven,
        coverage=statement.coverage,
        payable="" if money is None else f"{money.payable} {money.currency}",
        findings=[finding.code.value for finding in statement.findings],
    )


def _to(bar: Progress, task: TaskID) -> Callable[[int], None]:
    return lambda handed: bar.update(task, completed=handed)


def _within(truth: float, lower: float | None, upper: float | None) -> bool:
    return lower is not None and upper is not None and lower <= truth <= upper


def _refuse_other_sites(connection: psycopg.Connection[TupleRow]) -> None:
    """The demo does not mix with real buildings, in whose console its six would stay."""
    others = [name for (name,) in connection.execute(query("registry", "site_names")) if name != "demo"]
    if others:
        raise ConfigurationError(
            f"this database has the site {others[0]}: let the demo have a data folder of its own (TEPLOSVET_HOME)"
        )


def _stored(connection: psycopg.Connection[TupleRow], last: Period) -> tuple[int, int]:
    """Readings up to the end of the demo's seasons, and messages in quarantine."""
    until = {"until": last.end + timedelta(days=1)}  # what the live simulators have said since is not meant
    stored, quarantined = connection.execute(query("registry", "count_readings"), until).fetchone() or (0, 0)
    return stored, quarantined


def _counted(contracts: list[ContractOutcome], tally: "Tally", stored: int, already: int, quarantined: int) -> Outcome:
    return Outcome(
        contracts=contracts,
        published=tally.published,
        stored=stored,
        duplicates=tally.published - (stored - already),
        quarantined=quarantined,
        lost=len(tally.distinct) - stored,
    )


def _print(outcome: Outcome) -> None:
    currencies = {each.payable.rpartition(" ")[2] for each in outcome.contracts}
    table = Table(title="Reporting season, MWh saved", title_justify="left", box=None, pad_edge=False)
    for column in (
        "contract",
        "carrier",
        "true",
        "verified",
        "90 % band",
        "verdict",
        f"payable, {'/'.join(currencies)}",
    ):
        left = column in {"contract", "carrier", "verdict"}
        table.add_column(column, justify="left" if left else "right", no_wrap=column != "contract")
    for each in outcome.contracts:
        table.add_row(
            each.contract,
            each.carrier,
            f"{each.true_avoided_energy_kwh / 1e3:,.2f}",
            _mwh(each.avoided_energy_kwh),
            f"{_mwh(each.lower_kwh)} … {_mwh(each.upper_kwh)}",
            "✓ proven" if each.proven else "not proven",
            each.payable.partition(".")[0],
        )
    output.people.print(table)
    output.people.print(
        f"{outcome.published:,} readings published, {outcome.stored:,} stored, {outcome.duplicates:,} sent twice, "
        f"{outcome.quarantined:,} messages in quarantine, {outcome.lost:,} lost."
    )


def _mwh(energy_kwh: float | None) -> str:
    return "" if energy_kwh is None else f"{energy_kwh / 1e3:,.2f}"


@contextmanager
def _live(stack: RunningStack) -> Iterator[None]:
    """The simulators, going on in a process of their own."""
    from teplosvet.stack.supervisor import Supervisor  # noqa: PLC0415

    urls = {"TEPLOSVET_DATABASE_URL": stack.database_url, "TEPLOSVET_MQTT_URL": stack.mqtt_url}
    supervisor = Supervisor(urls, settings().run_folder / "simulators")
    supervisor.start("live", ["live"])
    try:
        yield
    finally:
        supervisor.stop()
