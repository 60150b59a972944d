"""One round: what is wrong now is found by set-based queries, opened when it has held, closed when it is gone."""

from collections.abc import Iterable
from datetime import datetime

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from analytics.alarms.rules import RULES
from teplosvet.domain.alarms import AlarmCode, AlarmRule
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]

_NEEDS_STATEMENTS = frozenset({AlarmCode.CONSUMPTION_HIGH, AlarmCode.SAVING_FADES})


def evaluate(connection: Connection, now: datetime, rules: Iterable[AlarmRule] = RULES) -> tuple[int, int]:
    """Bring the alarms of some rules up to `now`, in one transaction; the same again changes nothing.

    Late data are data: an alarm whose condition they take away closes, and one that they show opens.

    Args:
        connection: In autocommit; only one evaluation may run on a database.
        now: The instant that is judged.
        rules: Which rules; a cause comes before what follows from it.

    Returns:
        How many opened and how many closed.
    """
    judged = tuple(rules)
    with connection.transaction():
        _stage(connection, now, judged)
        for rule in judged:
            values = {"rule": rule.code.value, "threshold": float(rule.threshold), "now": now}
            connection.execute(query("alarm_rules", rule.code.value), values)
        at = sql.Literal(now)
        connection.execute(query("alarms", "quieten"))
        connection.execute(query("alarms", "switched_off"))
        connection.execute(query("alarms", "pend", now=at))
        connection.execute(query("alarms", "unpend"))
        connection.execute(query("alarms", "touch", now=at))
        opened = connection.execute(query("alarms", "open", now=at)).rowcount
        closed = connection.execute(query("alarms", "close", now=at)).rowcount
        known = {"codes": [rule.code.value for rule in RULES]}
        closed += connection.execute(query("alarms", "close_unknown", now=at), known).rowcount
    return opened, closed


def _stage(connection: Connection, now: datetime, rules: tuple[AlarmRule, ...]) -> None:
    """The temporary tables of a round."""
    columns = {
        "codes": sql.Literal([rule.code.value for rule in rules]),
        "severities": sql.Literal([rule.severity.value for rule in rules]),
        "holds": sql.Literal([rule.hold_s for rule in rules]),
        "clears": sql.Literal([rule.clear_s for rule in rules]),
    }
    connection.execute(query("alarms", "stage_rules", **columns))
    connection.execute(query("alarms", "stage_found"))
    staged = ["stage_devices", "stage_season", "stage_rooms"]
    if any(rule.code in _NEEDS_STATEMENTS for rule in rules):
        staged.append("stage_statements")
    for name in staged:
        connection.execute(query("alarms", name, now=sql.Literal(now)))
        if name == "stage_devices":
            connection.execute(query("alarms", "index_devices"))
            connection.execute(query("alarms", "analyze_devices"))


def open_by_rule(connection: Connection) -> dict[str, int]:
    """How many alarms of each rule are open."""
    found: dict[str, int] = dict(connection.execute(query("alarms", "open_by_rule")).fetchall())
    return {rule.code.value: int(found.get(rule.code.value, 0)) for rule in RULES}
