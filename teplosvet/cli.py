"""The `teplosvet` command: the services' commands, loaded by name when they are called."""

import importlib
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

import typer
from rich.console import Console

from teplosvet.domain.errors import TeplosvetError

COMMANDS: Mapping[str, str] = {
    "serve": "teplosvet.serve:serve",
    "demo": "teplosvet.demo:demo",
    "migrate": "teplosvet.serve:migrate",
    "api": "teplosvet.serve:api",
    "status": "teplosvet.serve:status",
    "ingest": "ingest_service.commands:ingest",
    "jobs": "analytics.rollup.commands:jobs",
    "site apply": "ingest_service.commands:site_apply",
    "site heard": "ingest_service.commands:site_heard",
    "events": "ingest_service.commands:events",
    "quarantine list": "ingest_service.commands:quarantine_list",
    "quarantine replay": "ingest_service.commands:quarantine_replay",
    "decode": "ingest_service.vendor_commands:decode",
    "gateway run": "gateway.commands:run",
    "gateway check": "gateway.commands:check",
    "gateway models": "gateway.commands:list_models",
    "mbus decode": "gateway.mbus.commands:decode",
    "mbus scan": "gateway.mbus.scan_command:scan",
    "basement": "teplosvet.basement.command:basement",
    "live": "simulators.commands:live",
    "replay": "simulators.commands:replay",
    "consumption": "analytics.rollup.commands:consumption",
    "verify": "analytics.commands:verify",
    "lighting sample": "analytics.usage_groups.commands:sample",
    "lighting verify": "analytics.usage_groups.commands:verify_lighting",
    "adjustment propose": "analytics.ledger.commands:propose",
    "adjustment agree": "analytics.ledger.commands:agree",
    "adjustment reject": "analytics.ledger.commands:reject",
    "adjustment withdraw": "analytics.ledger.commands:withdraw",
    "adjustment list": "analytics.ledger.commands:list_entries",
    "organisation add": "teplosvet.access.commands:organisation_add",
    "organisation list": "teplosvet.access.commands:organisation_list",
    "organisation own": "teplosvet.access.commands:organisation_own",
    "account add": "teplosvet.access.commands:account_add",
    "account list": "teplosvet.access.commands:account_list",
    "account lock": "teplosvet.access.commands:account_lock",
    "account unlock": "teplosvet.access.commands:account_unlock",
    "account reset": "teplosvet.access.commands:account_reset",
    "account grant": "teplosvet.access.commands:account_grant",
    "account revoke": "teplosvet.access.commands:account_revoke",
    "token add": "teplosvet.access.commands:token_add",
    "token list": "teplosvet.access.commands:token_list",
    "token revoke": "teplosvet.access.commands:token_revoke",
    "audit list": "teplosvet.access.commands:audit_list",
    "grafana-user": "teplosvet.access.commands:grafana_user",
    "act": "analytics.act.commands:act",
    "act-state": "analytics.act.commands:act_state",
    "passport": "analytics.passport.commands:passport",
    "acts": "analytics.act.commands:acts",
    "fleet verify": "analytics.fleet.commands:fleet_verify",
    "fleet report": "analytics.fleet.commands:report",
    "contract show": "analytics.contract_commands:show",
    "contract balance": "analytics.contract_commands:show_balance",
    "persistence": "analytics.persistence_command:persistence",
    "public": "dashboards.publishing:public",
    "fit": "analytics.fitting.command:fit",
    "methods": "analytics.fitting.command:methods",
    "statements": "analytics.evidence.commands:statements",
    "bundle": "analytics.evidence.commands:bundle",
    "weather import": "analytics.weather_commands:import_file",
    "weather fetch": "analytics.weather_commands:fetch",
    "alarms list": "analytics.alarms.commands:alarms_list",
    "alarms acknowledge": "analytics.alarms.commands:alarms_acknowledge",
    "alarms rules": "analytics.alarms.commands:alarms_rules",
    "device import": "ingest_service.registration.commands:import_devices",
    "device labels": "ingest_service.registration.commands:labels",
    "device stock": "ingest_service.registration.commands:add_stock",
    "broker sync": "ingest_service.registration.commands:broker_sync",
    "bench registration": "ingest_service.registration.bench:bench_registration",
    "dashboards list": "dashboards.commands:list_dashboards",
    "dashboards export": "dashboards.commands:export",
    "dashboards push": "dashboards.commands:push",
    "bench counters": "analytics.consumption.commands:bench_counters",
    "bench methods": "analytics.study.command:bench_methods",
    "bench ingest": "teplosvet.bench.ingest:bench_ingest",
    "bench durability": "teplosvet.bench.durability:bench_durability",
    "bench pages": "teplosvet.bench.pages:bench_pages",
    "bench panels": "teplosvet.bench.panels:bench_panels",
    "bench rollup": "analytics.rollup.bench:bench_rollup",
    "bench verify": "analytics.fleet.bench:bench_verify",
    "bench mbus": "gateway.mbus.bench:bench_mbus",
    "bench alarms": "teplosvet.bench.alarms:bench_alarms",
    "bench outbox": "gateway.outbox.bench:bench_outbox",
    "bench gateway": "teplosvet.bench.gateway:bench_gateway",
}
"""Where each command lives; a service is imported only when one of its commands is called."""

HELP: Mapping[str, str] = {
    "serve": "Run Teplosvet: database and broker (embedded unless set), ingest, jobs and the application.",
    "demo": "Show the main job on six simulated buildings: readings in, verified saving out.",
    "migrate": "Bring the database to the present schema.",
    "api": "Run the application alone.",
    "status": "Say what runs and where.",
    "ingest": "Run an ingest worker alone.",
    "jobs": "Run the rollup, the alarms and their notifications alone.",
    "site": "Sites: buildings, devices, installations, contracts.",
    "site apply": "Apply a site file to the registry.",
    "site heard": "Who publishes and is bound to no device.",
    "events": "What gateways and devices told besides readings.",
    "quarantine": "Messages that were refused.",
    "quarantine list": "List them by reason.",
    "quarantine replay": "Put them through ingest again.",
    "decode": "Say what readings a vendor's MQTT message becomes.",
    "gateway": "The process in the basement.",
    "gateway run": "Read the meters of a configuration and publish what they say.",
    "gateway check": "Talk to every configured meter once and print what it said.",
    "gateway models": "List the meters that can be read and check their examples.",
    "mbus": "M-Bus telegrams and lines.",
    "mbus decode": "Print the records of a telegram.",
    "mbus scan": "Find the meters on a line.",
    "basement": "Run a simulated basement through a gateway, with a network and a power cut, and count the hours.",
    "live": "Let the six demo buildings report in real time.",
    "replay": "Publish a real series from a file as a device would.",
    "consumption": "Consumption of a device between two times.",
    "lighting": "Lighting by usage groups, options A and B.",
    "lighting sample": "How many fixtures have to be measured.",
    "lighting verify": "Saving of the usage groups in a file, with what the samples prove.",
    "adjustment": "The ledger of non-routine adjustments.",
    "adjustment propose": "Propose an adjustment with its evidence.",
    "adjustment agree": "Agree an adjustment for one side.",
    "adjustment reject": "Reject what the other side proposed.",
    "adjustment withdraw": "Withdraw one's own, or, both sides, an agreed one.",
    "adjustment list": "The ledger of a contract.",
    "organisation": "Organisations that operate buildings or are paid by contracts.",
    "organisation add": "Add one.",
    "organisation list": "List them with what they own.",
    "organisation own": "Say whose a building or a contract is.",
    "account": "People who sign in.",
    "account add": "Add one and print the one-time password.",
    "account list": "List them with what they may.",
    "account lock": "Keep one out, at once.",
    "account unlock": "Let one in again.",
    "account reset": "Give one a new one-time password.",
    "account grant": "Grant a role in an organisation, a building, a contract, or on the platform.",
    "account revoke": "Take a role away.",
    "token": "Tokens for programs.",
    "token add": "Make one and print it.",
    "token list": "List them.",
    "token revoke": "End one, at once.",
    "audit": "The log of changes.",
    "audit list": "List the newest.",
    "grafana-user": "Make the database user of an organisation's Grafana and print its password.",
    "act": "Write the act over a statement: PDF, XLSX and JSON.",
    "act-state": "Say what the parties did with an act.",
    "passport": "Write the passport of a project or of a portfolio: PDF, XLSX and JSON.",
    "acts": "List the acts with their states.",
    "fleet": "All contracts at once.",
    "fleet verify": "Verify every contract for a period; goes on where it was cut off.",
    "fleet report": "Contracts ranked, their sum with its band, and what is missing to prove more.",
    "contract": "Contracts: terms and account.",
    "contract show": "Terms of a contract.",
    "contract balance": "What its statements saved and pay, and what came back of the investment.",
    "persistence": "Whether a contract's saving lasts: its years, its running sum, drift of run hours.",
    "public": "Show what a house saved to its residents, without a login.",
    "fit": "Avoided energy of a CSV file by any verification method, without a database.",
    "methods": "The verification methods with version and date.",
    "verify": "Verified saving of a contract in a period, or of an evidence bundle.",
    "statements": "Versions of a contract's statements, with what changed.",
    "bundle": "Write what a statement rests on, for anyone to recompute.",
    "weather": "Weather of a station that its sensor did not tell.",
    "weather import": "Give a station the hours of a CSV file.",
    "weather fetch": "Give a station hours of the Open-Meteo archive.",
    "alarms": "What somebody has to look at now.",
    "alarms list": "List open alarms, or all there ever were.",
    "alarms acknowledge": "Say that somebody looks after an alarm.",
    "alarms rules": "Rules with their thresholds, and what buildings want otherwise.",
    "device": "Devices.",
    "device import": "Register every line of a CSV or XLSX file, or none of them.",
    "device labels": "Write a sheet of labels with QR codes, PDF.",
    "device stock": "Make devices that have no place yet, and their labels with one-use codes.",
    "broker": "The broker's rights.",
    "broker sync": "Bring the broker's rights to what the registry wants.",
    "dashboards": "Dashboards for Grafana.",
    "dashboards list": "Every dashboard with its question.",
    "dashboards export": "Write dashboards, alerts and data source as files for Grafana.",
    "dashboards push": "Send dashboards and alerts to a running Grafana.",
    "bench": "Benchmarks.",
    "bench registration": "Registrations per second, with the broker's rights.",
    "bench counters": "Registers with faults: what comes out beside what is true.",
    "bench methods": "What the verification methods promise and keep, on houses whose saving is known.",
    "bench ingest": "Messages per second from the broker into the database.",
    "bench durability": "Kill ingest, restart broker and database; count what is lost.",
    "bench pages": "Server time, weight and first paint of every page of the console, over thousands of houses.",
    "bench panels": "Milliseconds of every panel of every dashboard, over thousands of houses.",
    "bench rollup": "Seconds to roll up a day of a thousand devices.",
    "bench verify": "Seconds and memory to verify thousands of contracts.",
    "bench mbus": "Telegrams decoded per second, beside two libraries.",
    "bench alarms": "Seconds to look at every alarm rule, and for lists of the API, with thousands of buildings.",
    "bench outbox": "Rows per second into the outbox and out of it.",
    "bench gateway": "Memory and processor that a gateway needs.",
}


def application(words: Sequence[str]) -> typer.Typer:
    """The command line, with the one command that `words` begin with loaded and the others only named."""
    wanted = max(
        (name for name in COMMANDS if list(words[: name.count(" ") + 1]) == name.split(" ")), key=len, default=""
    )
    root = typer.Typer(
        help="Teplosvet: from the raw reading to the saving that is paid for.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    groups: dict[str, typer.Typer] = {"": root}
    for name, place in COMMANDS.items():
        group, _, own = name.rpartition(" ")
        if group not in groups:
            groups[group] = typer.Typer(no_args_is_help=True)
            root.add_typer(groups[group], name=group, help=HELP[group])
        groups[group].command(name=own, help=HELP[name])(_load(place) if name == wanted else _unloaded)
    return root


def _load(place: str) -> Callable[..., object]:
    module, _, function = place.partition(":")
    found: Callable[..., object] = getattr(importlib.import_module(module), function)
    return found


def _unloaded() -> None:
    """Stands for a command that this call only lists."""


def main() -> None:
    """Run the command line; what cannot be done is one sentence and exit code 2."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        application(sys.argv[1:])()
    except TeplosvetError as error:
        _give_up(str(error))
    except Exception as error:
        sentence = _of_the_database(error)
        if sentence is None:
            raise
        _give_up(sentence)


def _give_up(sentence: str) -> NoReturn:
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"teplosvet: {sentence}", markup=False)
    sys.exit(2)


def _of_the_database(error: Exception) -> str | None:
    """What an error of the database means for whoever called a command, if it is one that he can mend."""
    import psycopg  # noqa: PLC0415  # commands that need no database should not wait for it

    errors = psycopg.errors
    match error:
        case errors.UndefinedTable() | errors.UndefinedColumn() | errors.UndefinedFunction():
            return "the database does not have the present schema: run `teplosvet migrate`"
        case errors.InsufficientPrivilege():
            return f"the database user has not the right: {error.diag.message_primary}"
        case psycopg.OperationalError():
            return f"the database does not answer any more: {' '.join(str(error).split())}"
        case _:
            return None
