"""Loads what an act is made of."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from analytics.act.facts import Facts, Meter, RuleDays
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.errors import UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query
from teplosvet.stored_statement import Statement

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class Kept:
    """A statement as it is kept: its version, when it was made, its SHA-256."""

    version: int
    made_at: datetime
    digest: str
    statement: Statement


def load_statement(connection: Connection, contract: str, period: Period, version: int | None) -> Kept:
    """A kept statement, the newest version unless one is named.

    Raises:
        UnknownNameError: If there is none.
    """
    named = {"contract": contract, "start": period.start, "end": period.end, "version": version}
    row = connection.execute(query("acts", "statement"), named).fetchone()
    if row is None:
        which = "statement" if version is None else f"version {version} of a statement"
        raise UnknownNameError(
            f"no {which} of {contract} for {period} is kept: run `teplosvet verify {contract} --period {period}` first"
        )
    return Kept(row[0], row[1], row[2], msgspec.json.decode(row[3], type=Statement))


def load_facts(connection: Connection, contract: str, statement: Statement) -> Facts:
    """What the registry knows of a contract, its meters in the statement's period.

    Raises:
        UnknownNameError: If no contract is called so.
    """
    row = connection.execute(query("acts", "place"), {"contract": contract}).fetchone()
    if row is None:
        raise UnknownNameError(f"no contract is called {contract}")
    title, customer, esco, _, code, building, address, zone, area, carrier, option, boundary = row
    found = Carrier(carrier)
    days = [day.day for day in statement.reporting_days if day.used]
    named = {"building": code, "quantity": found.register.value, "days": days}
    rules = connection.execute(query("acts", "rules"), named).fetchall()
    return Facts(
        contract=contract,
        title=title,
        customer=customer,
        esco=esco,
        building=building,
        address=address,
        zone=ZoneInfo(zone),
        floor_area_m2=area,
        carrier=found,
        option=option,
        boundary=boundary,
        meters=_meters(connection, code, found, statement.period, ZoneInfo(zone)),
        rules=tuple(RuleDays(rule, days) for rule, days in rules),
    )


def _meters(
    connection: Connection, building: str, carrier: Carrier, period: Period, zone: ZoneInfo
) -> tuple[Meter, ...]:
    start, end = period.bounds(zone)
    statement = query(
        "acts",
        "meters",
        table=sql.Identifier(f"{carrier.device_class}_reading"),
        register=sql.Identifier(carrier.register),
    )
    named = {
        "building": building,
        "class": carrier.device_class.value,
        "quantity": carrier.register.value,
        "from": start,
        "until": end,
    }
    return tuple(Meter(*row) for row in connection.execute(statement, named))
