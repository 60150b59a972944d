"""A bundle out of the database: what one kept statement rests on."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg.types.range import DateRange

from analytics.arrays import Floats
from analytics.changes import Changes, named_inputs
from analytics.consumption import Rule
from analytics.daily import DailySeries
from analytics.digests import inputs_of, statement_body
from analytics.evidence.amounts import Amounts
from analytics.evidence.contents import Bundle, Place, Terms
from analytics.evidence.load import Connection, load_boundary
from analytics.evidence.record import Boundary, bounds_us, window_of
from analytics.evidence.spans import apart
from analytics.ledger.store import load_evidence
from analytics.methods import DailyVariable, VerificationInput
from analytics.methods import verify as verify_inputs
from analytics.rollup.compute import HOUR_US
from analytics.rollup.windows import instant_text
from analytics.statement import Statement
from analytics.verification import ContractPlace, load_contract, load_input
from teplosvet.domain.contracts import Contract
from teplosvet.domain.errors import NotEnoughDataError, UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.columns import read_arrays
from teplosvet.storage.queries import query

_RULES = {rule.text: int(rule) for rule in Rule}


@dataclass(frozen=True, slots=True)
class Version:
    """A kept statement.

    Attributes:
        period: Reporting period.
        version: From 1.
        made_at: When it was made.
        method: Method with its version.
        digest: sha256 of the statement.
        statement: The statement.
        changes: What differs from the version before; None of the first one, and where nobody noted it.
    """

    period: Period
    version: int
    made_at: datetime
    method: str
    digest: str
    statement: Statement
    changes: Changes | None


def versions_of(connection: Connection, code: str, period: Period | None = None) -> list[Version]:
    """The kept statements of a contract, by period and version.

    Raises:
        UnknownNameError: If no contract is called so.
    """
    load_contract(connection, code)
    wanted = None if period is None else DateRange(period.start, period.end)
    rows = connection.execute(query("evidence", "versions"), {"code": code, "period": wanted})
    return [
        Version(
            period=Period(row[0].lower, row[0].upper),
            version=row[1],
            made_at=row[2].astimezone(UTC),
            method=row[3],
            digest=row[4],
            statement=msgspec.convert(row[5], Statement, strict=False),
            changes=None if row[6] is None else msgspec.convert(row[6], Changes, strict=False),
        )
        for row in rows
    ]


def load_bundle(connection: Connection, code: str, period: Period, version: int | None = None) -> Bundle:
    """What a kept statement rests on.

    Args:
        connection: In autocommit mode.
        code: Code of the contract.
        period: Reporting period.
        version: Which one, or None for the newest.

    Raises:
        UnknownNameError: If there is no such contract or version.
        NotEnoughDataError: If the database does not hold any more what the statement was made of.
    """
    with connection.transaction():
        connection.execute(query("verification", "snapshot"))
        kept = _kept(versions_of(connection, code, period), code, period, version)
        place = load_contract(connection, code)
        known_until = min(kept.made_at.astimezone(place.zone).date(), period.end)
        inputs = replace(load_input(connection, place, period), known_until=known_until)
        boundary, ids = load_boundary(connection, place.building_id, place.zone, place.contract, period)
        _refuse_others(kept, inputs, boundary, place)
        return _bundle(connection, kept, place, inputs, (boundary, ids))


def _kept(versions: Sequence[Version], code: str, period: Period, version: int | None) -> Version:
    found = [each for each in versions if version is None or each.version == version]
    if not found:
        wanted = "" if version is None else f" version {version}"
        raise UnknownNameError(f"{code} has no statement{wanted} of {period}: `teplosvet verify` makes one")
    return found[-1]


def _refuse_others(kept: Version, inputs: VerificationInput, boundary: Boundary, place: ContractPlace) -> None:
    """What the database holds now may be more than the statement knew of: that would be evidence of something else."""
    now = replace(verify_inputs(inputs), inputs=inputs_of(inputs, boundary, place.zone))
    if hashlib.sha256(statement_body(now)).hexdigest() == kept.digest:
        return
    names = ", ".join(named_inputs(kept.statement.inputs, now.inputs)) or "inputs that it does not name"
    raise NotEnoughDataError(
        f"version {kept.version} of {kept.statement.contract} rests on other {names} than the database holds now: "
        "run `teplosvet verify` and bundle the version that it makes"
    )


def _bundle(
    connection: Connection,
    kept: Version,
    place: ContractPlace,
    inputs: VerificationInput,
    devices: tuple[Boundary, list[int]],
) -> Bundle:
    spans = [*apart(place.contract.baseline, inputs.period)]
    weather = _weather(connection, place, spans)
    nothing = DailyVariable(np.empty(0, dtype="datetime64[D]"), np.empty(0))
    return Bundle(
        version=kept.version,
        made_at=kept.made_at,
        terms=Terms(
            contract=place.contract,
            period=inputs.period,
            known_until=inputs.known_until or inputs.period.end,
            place=_place(connection, place),
            account=inputs.account,
            ledger=inputs.ledger,
        ),
        boundary=devices[0],
        hours=_amounts(connection, "hours", devices, place, spans),
        days=_amounts(connection, "days", devices, place, spans),
        energy=_dense(inputs.energy, spans),
        weather_readings=weather[0] if inputs.outdoor_temperature_c is not None else _nothing(),
        weather_hours=weather[1] if inputs.outdoor_temperature_c is not None else _nothing(),
        weather_days=inputs.outdoor_temperature_c or nothing,
        failed=inputs.failed_lamp_share,
        heat_states=inputs.heat_states,
        statement=statement_body(kept.statement),
        evidence=load_evidence(connection, [each.evidence.sha256 for each in inputs.ledger]),
    )


def _place(connection: Connection, place: ContractPlace) -> Place:
    row = connection.execute(query("evidence", "building"), {"building_id": place.building_id}).fetchone()
    site, title, address, longitude, area = row or ("", "", "", None, None)
    return Place(
        site=site,
        code=place.contract.building,
        title=title,
        address=address,
        zone=place.zone.key,
        latitude_deg=place.latitude_deg,
        longitude_deg=longitude,
        floor_area_m2=area,
        weather=place.weather,
    )


def _dense(energy: DailySeries, spans: Sequence[Period]) -> DailySeries:
    """A row for every day, known or not."""
    parts = [energy.over(span) for span in spans]
    columns = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("energy_kwh", "estimated_kwh", "coverage")
    )
    return DailySeries(np.concatenate([part.day for part in parts]), *columns)


def _amounts(
    connection: Connection,
    name: str,
    devices: tuple[Boundary, list[int]],
    place: ContractPlace,
    spans: Sequence[Period],
) -> dict[int, Amounts]:
    """Hours or days of every device, as the rollup left them."""
    found = {}
    contract: Contract = place.contract
    for number, (device, key) in enumerate(zip(devices[0].devices, devices[1], strict=True)):
        parts = []
        for window in filter(None, (window_of(device, span, place.zone) for span in spans)):
            named = {"device_id": key, "quantity": contract.carrier.register.value, **_edges(name, window, device.zone)}
            parts.append(_rows(connection.execute(query("evidence", name), named).fetchall()))
        if parts:
            found[number] = Amounts.joined(parts)
    return found


def _edges(name: str, window: tuple[int, int], zone: str) -> Mapping[str, datetime | date]:
    start, end = (datetime.fromtimestamp(at / 1e6, UTC) for at in window)
    if name == "days":
        first, after = (at.astimezone(ZoneInfo(zone)).date() for at in (start, end))
        return {"start": first, "end": after}
    full = timedelta(microseconds=HOUR_US)
    return {"start": start - (start - _EPOCH) % full, "end": end + (_EPOCH - end) % full}


def _rows(rows: Sequence[TupleRow]) -> Amounts:
    amount, estimated, covered_s = (np.array([row[n] for row in rows], dtype=np.float64) for n in (1, 2, 3))
    return Amounts(
        np.array([_number(row[0]) for row in rows], dtype=np.int64),
        amount,
        estimated,
        covered_s,
        np.array([_RULES[row[4]] for row in rows], dtype=np.int64),
    )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _number(at: datetime | date) -> int:
    """[µs since 1970] of an hour, [d since 1970] of a day."""
    if isinstance(at, datetime):
        return round(at.timestamp()) * 1_000_000
    return at.toordinal() - _EPOCH.date().toordinal()


Series = tuple[NDArray[np.int64], Floats]


def _nothing() -> Series:
    return np.empty(0, dtype=np.int64), np.empty(0)


def _weather(connection: Connection, place: ContractPlace, spans: Sequence[Period]) -> tuple[Series, Series]:
    """Readings of the climate device over the full hours of the spans, and the hours that the rollup made of them."""
    row = connection.execute(query("evidence", "weather_device"), {"name": place.weather}).fetchone()
    readings, hours = [_nothing()], [_nothing()]
    for span in spans if row is not None else ():
        start, end = bounds_us(span, place.zone)
        parts = {
            "device_id": sql.Literal(row[0] if row else None),
            "from_at": sql.Literal(instant_text(start // HOUR_US * HOUR_US)),
            "to_at": sql.Literal(instant_text(-(-end // HOUR_US) * HOUR_US)),
        }
        readings += [
            (at_us, value) for at_us, value in read_arrays(connection, query("evidence", "weather_readings", **parts))
        ]
        first, after = (datetime.fromtimestamp(at / 1e6, UTC) for at in (start, end))
        named = {"device": place.weather, "start": first, "end": after}
        rows = connection.execute(query("verification", "hourly_temperature"), named).fetchall()
        hours.append((np.array([_number(row[0]) for row in rows], np.int64), np.array([row[1] for row in rows], float)))
    return _joined(readings), _joined(hours)


def _joined(parts: Sequence[Series]) -> Series:
    at, first = np.unique(np.concatenate([part[0] for part in parts]), return_index=True)
    return at, np.concatenate([part[1] for part in parts])[first]
