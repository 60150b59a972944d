"""The shell around verification: loads what a statement is computed from, and keeps the statement."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pandas as pd
import psycopg
from psycopg.rows import TupleRow
from psycopg.types.range import DateRange

from analytics.arrays import Days, Floats
from analytics.changes import changes_between
from analytics.daily import DailySeries
from analytics.digests import inputs_of, statement_body
from analytics.evidence.load import load_boundary
from analytics.evidence.spans import apart
from analytics.methods import DailyVariable, VerificationInput, verify
from analytics.statement import Statement
from analytics.weather import daily_temperature
from teplosvet.domain.contracts import Carrier, Contract, Method, Tariff, TariffUnit
from teplosvet.domain.errors import UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class ContractPlace:
    """A contract and the building that it is about, as the registry has them.

    Attributes:
        contract_id: Key of the contract.
        contract: The contract.
        building_id: Key of the building.
        zone: Time zone of the building's days.
        latitude_deg: Latitude, None where unknown. [°]
        weather: Name of the climate device with the outdoor temperature, None where there is none.
        today: The building's present day.
    """

    contract_id: int
    contract: Contract
    building_id: int
    zone: ZoneInfo
    latitude_deg: float | None
    weather: str | None
    today: date


def verify_contract(connection: Connection, code: str, period: Period) -> Statement:
    """Verify a contract for a period on what the database holds now, and keep the statement if it is a new one.

    That nothing can be stated yet of a period that is not over is an answer, but none to keep.

    Args:
        connection: In autocommit mode.
        code: Code of the contract.
        period: Reporting period, local days.

    Raises:
        UnknownNameError: If no contract is called so.
    """
    return verify_and_keep(connection, code, period)[0]


def verify_and_keep(connection: Connection, code: str, period: Period) -> tuple[Statement, int | None]:
    """The same, and the version that says so; None of what is not kept."""
    with connection.transaction():
        # One snapshot for all that the statement is computed from.
        connection.execute(query("verification", "snapshot"))
        place = load_contract(connection, code)
        statement = state(connection, place, period)
    if statement.avoided_energy_kwh is not None or period.end <= place.today:
        return statement, keep(connection, place, statement)
    return statement, None


def state(connection: Connection, place: ContractPlace, period: Period) -> Statement:
    """The statement of what the database holds now, with the digests of its inputs."""
    inputs = load_input(connection, place, period)
    boundary, _ = load_boundary(connection, place.building_id, place.zone, place.contract, period)
    return replace(verify(inputs), inputs=inputs_of(inputs, boundary, place.zone))


def load_contract(connection: Connection, code: str) -> ContractPlace:
    """The contract called `code`.

    Raises:
        UnknownNameError: If no contract is called so.
    """
    row = connection.execute(query("verification", "contract"), {"code": code}).fetchone()
    if row is None:
        raise UnknownNameError(f"no contract is called {code}")
    contract = Contract(
        code=row[1],
        title=row[2],
        building=row[3],
        carrier=Carrier(row[4]),
        method=Method(row[5]),
        baseline=Period(row[6], row[7]),
        tariff=Tariff(row[8], row[9], TariffUnit(row[10])),
        esco_share=Decimal(row[11]),
        guarantee_kwh=row[12],
        customer=row[13],
        esco=row[14],
        investment=row[15],
    )
    return ContractPlace(row[0], contract, row[16], ZoneInfo(row[17]), row[18], row[19], row[20])


def load_input(connection: Connection, place: ContractPlace, period: Period) -> VerificationInput:
    """Everything that the statement of a contract and a period is computed from."""
    contract = place.contract
    ranges = {"baseline": _range(contract.baseline), "period": _range(period)}
    boundary = {"building_id": place.building_id, "carrier": contract.carrier.value}
    rows = connection.execute(query("verification", "daily_energy"), boundary | ranges).fetchall()
    light = contract.method is Method.LIGHT_OPTION_B
    return VerificationInput(
        contract=contract,
        period=period,
        energy=DailySeries(_days(rows), _column(rows, 1), _column(rows, 2), _column(rows, 3)),
        outdoor_temperature_c=None if light else _outdoor_temperature(connection, place, period),
        latitude_deg=place.latitude_deg,
        failed_lamp_share=_failed_lamp_share(connection, place, period) if light else None,
        known_until=place.today,
    )


def keep(connection: Connection, place: ContractPlace, statement: Statement) -> int:
    """Keep a statement as the next version of its contract and period, unless the newest one says the same.

    Returns:
        The version that says what `statement` says.
    """
    body = statement_body(statement)
    digest = hashlib.sha256(body).hexdigest()
    named = {"contract_id": place.contract_id, "period": _range(statement.period)}
    with connection.transaction():
        # Two verifications at once would otherwise both write the same version.
        connection.execute(query("verification", "lock_contract"), {"code": statement.contract})
        newest = connection.execute(query("verification", "newest_statement"), named).fetchone()
        if newest is not None and newest[1] == digest:
            return int(newest[0])
        version = 1 if newest is None else int(newest[0]) + 1
        method = f"{statement.method}/{statement.method_version}"
        values = {"version": version, "method": method, "digest": digest, "body": body.decode(), "changes": None}
        if newest is not None:
            before = msgspec.convert(newest[2], Statement, strict=False)
            values["changes"] = msgspec.json.encode(changes_between(version - 1, before, statement)).decode()
        connection.execute(query("verification", "store_statement"), named | values)
    return version


def _outdoor_temperature(connection: Connection, place: ContractPlace, period: Period) -> DailyVariable | None:
    if place.weather is None:
        return None
    parts = []
    for rows in _variable_rows(connection, "hourly_temperature", place, period, {"device": place.weather}):
        hours = pd.DatetimeIndex([row[0] for row in rows], tz="UTC")
        parts.append(daily_temperature(hours, _column(rows, 1), place.zone))
    return DailyVariable(np.concatenate([part.day for part in parts]), np.concatenate([part.mean_c for part in parts]))


def _failed_lamp_share(connection: Connection, place: ContractPlace, period: Period) -> DailyVariable | None:
    named: dict[str, str | int] = {"building_id": place.building_id}
    rows = [row for part in _variable_rows(connection, "failed_lamp_share", place, period, named) for row in part]
    return DailyVariable(_days(rows), _column(rows, 1)) if rows else None


def _variable_rows(
    connection: Connection, name: str, place: ContractPlace, period: Period, named: dict[str, str | int]
) -> Iterator[list[TupleRow]]:
    """Rows of a variable over each of the two periods of a statement."""
    for part in apart(place.contract.baseline, period):
        start, end = part.bounds(place.zone)
        values = named | {"zone": place.zone.key, "start": start, "end": end}
        yield connection.execute(query("verification", name), values).fetchall()


def _days(rows: Sequence[TupleRow]) -> Days:
    return np.array([row[0] for row in rows], dtype="datetime64[D]")


def _column(rows: Sequence[TupleRow], place: int) -> Floats:
    """A column of numbers; NULL becomes NaN."""
    return np.array([row[place] for row in rows], dtype=np.float64)


def _range(period: Period) -> DateRange:
    return DateRange(period.start, period.end)
