"""Commands around alarms."""

from dataclasses import asdict
from typing import Annotated

import typer

from analytics.alarms.listings import JOURNAL, OPEN
from analytics.alarms.people import acknowledge
from analytics.alarms.rules import RULES
from teplosvet import output
from teplosvet.access.principal import COMMAND_LINE
from teplosvet.api.listing import fetch_many
from teplosvet.domain.errors import ConfigurationError
from teplosvet.stack.running import database_url
from teplosvet.storage.database import connect
from teplosvet.storage.queries import query


def alarms_list(
    building: Annotated[str | None, typer.Option(help="Only of this building.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 100,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Alarms, the newest first."""
    listing = JOURNAL if everything else OPEN
    with connect(database_url()) as connection:
        found = fetch_many(connection, listing, limit, {} if building is None else {"building": building})
    if as_json:
        output.print_json(found)
        return
    rows = [
        (
            each["alarm_id"],
            f"{each['opened_at']:%Y-%m-%d %H:%M}",
            each["building"] or "",
            each["device"] or each["entrance"] or "",
            each["severity"],
            each["acknowledged_by"] or "",
            each["text"],
        )
        for each in found
    ]
    output.print_table("Alarms, times in UTC", ("alarm", "opened", "building", "where", "severity", "by", "what"), rows)


def alarms_acknowledge(
    alarm: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="Number of the alarm.")],
    note: Annotated[str, typer.Option(help="What to write down.")] = "",
) -> None:
    """Acknowledge an alarm; twice is harmless."""
    if len(note) > 2000 or "\0" in note:
        raise ConfigurationError("a note has at most 2,000 characters and no NUL")
    with connect(database_url()) as connection:
        acknowledge(connection, COMMAND_LINE, alarm, note)
    output.people.print(f"Alarm {alarm} is acknowledged.")


def alarms_rules(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """The rules, and what buildings want otherwise."""
    names = ("rule", "building", "threshold", "hold_s", "clear_s", "enabled")
    with connect(database_url()) as connection:
        own = [dict(zip(names, row, strict=True)) for row in connection.execute(query("alarms", "overrides"))]
    if as_json:
        output.print_json({"rules": [asdict(rule) for rule in RULES], "overrides": own})
        return
    columns = ("rule", "severity", "threshold", "unit", "hold_s", "clear_s")
    rows = [(r.code.value, r.severity.value, r.threshold, r.unit, r.hold_s, r.clear_s) for r in RULES]
    output.print_table("Rules", columns, rows)
    if own:
        output.print_table("Buildings that want it otherwise", names, [tuple(each.values()) for each in own])
