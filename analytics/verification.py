"""The shell around verification: loads what a statement is computed from, and keeps the statement."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import psycopg
from psycopg.rows import TupleRow

from analytics import bulk
from analytics.account_marks import AccountMovedError, Mark, account_marks
from analytics.arrays import Floats
from analytics.digests import inputs_of
from analytics.evidence.load import load_boundary
from analytics.evidence.spans import apart
from analytics.keeping import Draft, keep_all
from analytics.ledger.store import load_ledgers
from analytics.methods import DailyVariable, VerificationInput, verify
from analytics.stated import account, load_binding
from analytics.statement import Inputs, Statement
from analytics.weather import daily_temperature
from teplosvet.domain.contract_terms import Terms
from teplosvet.domain.contracts import Carrier, Contract, Method, Tariff, TariffUnit
from teplosvet.domain.errors import UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.contract_terms import load_all_terms
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


def compute_statement(connection: Connection, code: str, period: Period) -> Statement:
    """The same, and nothing is kept: whoever only reads changes nothing.

    Raises:
        UnknownNameError: If no contract is called so.
    """
    return _computed(connection, code, period)[1]


def verify_and_keep(connection: Connection, code: str, period: Period) -> tuple[Statement, int | None]:
    """The same, and the version that says so; None of what is not kept."""
    while True:
        place, statement, mark = _computed(connection, code, period)
        if not is_to_keep(place, statement):
            return statement, None
        with suppress(AccountMovedError):  # somebody kept another period meanwhile: they have got on, and so shall we
            return statement, keep(connection, place, statement, mark)


def _computed(connection: Connection, code: str, period: Period) -> tuple[ContractPlace, Statement, Mark]:
    with connection.transaction():
        # One snapshot for all that the statement is computed from.
        connection.execute(query("verification", "snapshot"))
        place = load_contract(connection, code)
        mark = account_marks(connection, (place.contract_id,), period)[place.contract_id]
        return place, state(connection, place, period), mark


def state(connection: Connection, place: ContractPlace, period: Period) -> Statement:
    """The statement of what the database holds now, with the digests of its inputs."""
    inputs = load_input(connection, place, period)
    return replace(verify(inputs), inputs=load_digests(connection, place, inputs))


def load_digests(connection: Connection, place: ContractPlace, inputs: VerificationInput) -> Inputs:
    """The digests of a statement's inputs, of the raw readings of every device of the boundary too."""
    boundary, _ = load_boundary(connection, place.building_id, place.zone, place.contract, inputs.period)
    return inputs_of(inputs, boundary, place.zone)


def is_to_keep(place: ContractPlace, statement: Statement) -> bool:
    """Whether a statement says something that stays true."""
    return statement.avoided_energy_kwh is not None or statement.period.end <= place.today


def load_contract(connection: Connection, code: str) -> ContractPlace:
    """The contract called `code`.

    Raises:
        UnknownNameError: If no contract is called so.
    """
    places = load_contracts(connection, (code,))
    if not places:
        raise UnknownNameError(f"no contract is called {code}")
    return places[0]


def load_contracts(connection: Connection, codes: Sequence[str]) -> list[ContractPlace]:
    """The contracts that have one of `codes`."""
    rows = connection.execute(query("verification", "contracts"), {"codes": list(codes)}).fetchall()
    terms = load_all_terms(connection, codes)
    return [_place(row, terms[row[1]]) for row in rows]


def _place(row: TupleRow, terms: Terms) -> ContractPlace:
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
        terms=terms,
    )
    return ContractPlace(row[0], contract, row[16], ZoneInfo(row[17]), row[18], row[19], row[20])


def load_input(connection: Connection, place: ContractPlace, period: Period) -> VerificationInput:
    """Everything that the statement of a contract and a period is computed from."""
    return load_inputs(connection, (place,), period)[0]


def load_inputs(connection: Connection, places: Sequence[ContractPlace], period: Period) -> list[VerificationInput]:
    """The same for many contracts: their energy in one query, lamps and meters in one each, weather by station."""
    energy = bulk.daily_energy(connection, [place.contract_id for place in places], period)
    lamps = bulk.failed_lamp_share(
        connection,
        [
            bulk.Stretch(place.contract_id, *part.bounds(place.zone))
            for place in places
            if _is_light(place)
            for part in apart(place.contract.baseline, period)
        ],
    )
    states = bulk.heat_states(connection, [place.contract_id for place in places if _is_filled(place)], period)
    stated = load_binding(connection, [place.contract.code for place in places])
    ledgers = load_ledgers(connection, [place.contract.code for place in places])
    skies: dict[tuple[object, ...], DailyVariable | None] = {}
    found = []
    for place in places:
        sky = (place.weather, place.zone, place.contract.baseline)
        if not _is_light(place) and sky not in skies:
            skies[sky] = _outdoor_temperature(connection, place, period)
        failed = lamps.get(place.contract_id)
        found.append(
            VerificationInput(
                contract=place.contract,
                period=period,
                energy=energy[place.contract_id],
                outdoor_temperature_c=None if _is_light(place) else skies[sky],
                latitude_deg=place.latitude_deg,
                failed_lamp_share=DailyVariable(*failed) if failed is not None else None,
                known_until=place.today,
                account=account(stated[place.contract.code], period),
                ledger=ledgers[place.contract.code],
                heat_states=states.get(place.contract_id),
            )
        )
    return found


def _is_light(place: ContractPlace) -> bool:
    return place.contract.method is Method.LIGHT_OPTION_B


def _is_filled(place: ContractPlace) -> bool:
    return place.contract.terms.fill is not None and place.contract.carrier is Carrier.HEAT


def keep(connection: Connection, place: ContractPlace, statement: Statement, mark: Mark | None = None) -> int:
    """Keep a statement as the next version of its contract and period, unless the newest one says the same.

    Returns:
        The version that says what `statement` says.

    Raises:
        AccountMovedError: If the account is not that of the mark any more.
    """
    (kept,) = keep_all(connection, [Draft.of(place.contract_id, statement, mark)])
    return kept.version


def _outdoor_temperature(connection: Connection, place: ContractPlace, period: Period) -> DailyVariable | None:
    if place.weather is None:
        return None
    parts = []
    for part in apart(place.contract.baseline, period):
        start, end = part.bounds(place.zone)
        named = {"device": place.weather, "start": start, "end": end}
        rows = connection.execute(query("verification", "hourly_temperature"), named).fetchall()
        hours = pd.DatetimeIndex([row[0] for row in rows], tz="UTC")
        parts.append(daily_temperature(hours, _column(rows, 1), place.zone))
    return DailyVariable(np.concatenate([part.day for part in parts]), np.concatenate([part.mean_c for part in parts]))


def _column(rows: Sequence[TupleRow], place: int) -> Floats:
    """A column of numbers; NULL becomes NaN."""
    return np.array([row[place] for row in rows], dtype=np.float64)
