"""What people do with alarms: acknowledge, note, set thresholds. Whoever does it is written down."""

import psycopg
from psycopg.rows import TupleRow

from analytics.alarms.listings import MAY_ACKNOWLEDGE
from teplosvet.access.audit import record
from teplosvet.access.principal import Principal, Role
from teplosvet.access.scope import require_building
from teplosvet.domain.alarms import AlarmCode
from teplosvet.domain.errors import ConfigurationError, ForbiddenError, UnknownNameError
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]


def acknowledge(connection: Connection, person: Principal, alarm_id: int, note: str) -> None:
    """Say that somebody looks after an alarm; twice is harmless, and a second note is kept as one.

    Raises:
        UnknownNameError: If the person sees no such alarm.
        ForbiddenError: If the person has none of the roles where the alarm is.
    """
    values = {"alarm_id": alarm_id, "actor": person.name, "note": note}
    with connection.transaction():
        _lock(connection, alarm_id)
        if connection.execute(query("alarms", "acknowledge"), values).rowcount == 1:
            record(connection, person, "alarm.acknowledged", str(alarm_id), note=note)
        elif note and connection.execute(query("alarms", "note"), values).rowcount == 1:
            record(connection, person, "alarm.noted", str(alarm_id), note=note)


def add_note(connection: Connection, person: Principal, alarm_id: int, note: str) -> None:
    """Write something down about an alarm.

    Raises:
        UnknownNameError: If the person sees no such alarm.
        ForbiddenError: If the person has none of the roles where the alarm is.
    """
    values = {"alarm_id": alarm_id, "actor": person.name, "note": note}
    with connection.transaction():
        _lock(connection, alarm_id)
        if connection.execute(query("alarms", "note"), values).rowcount == 1:
            record(connection, person, "alarm.noted", str(alarm_id), note=note)


def override(
    connection: Connection,
    person: Principal,
    code: AlarmCode,
    building: str,
    *,
    threshold: float | None,
    hold_s: int | None,
    clear_s: int | None,
    enabled: bool,
) -> None:
    """Let a building have its own threshold and times for a rule; None is the rule's own.

    Raises:
        ConfigurationError: If a threshold is no number.
        UnknownNameError: If the person sees no such building.
        ForbiddenError: If the person does not operate it.
    """
    if threshold is not None and threshold != threshold:  # noqa: PLR0124  # NaN
        raise ConfigurationError("a threshold is a number")
    with connection.transaction():
        number = require_building(connection, building, Role.OPERATOR)
        own = {"threshold": threshold, "hold_s": hold_s, "clear_s": clear_s, "enabled": enabled}
        connection.execute(query("alarms", "override"), {"rule": code.value, "building_id": number, **own})
        record(connection, person, "alarm.override", building, rule=code.value, **own)


def _lock(connection: Connection, alarm_id: int) -> None:
    if connection.execute(query("alarms", "lock"), {"alarm_id": alarm_id}).fetchone() is None:
        raise UnknownNameError(f"no alarm has the number {alarm_id}")
    values = {"alarm_id": alarm_id, "roles": [*MAY_ACKNOWLEDGE, Role.ADMINISTRATOR]}
    row = connection.execute(query("alarms", "may_handle"), values).fetchone()
    if row is None or not row[0]:
        raise ForbiddenError(", ".join(MAY_ACKNOWLEDGE))
