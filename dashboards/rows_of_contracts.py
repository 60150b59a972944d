"""What the pages of contracts read from the database, beside `dashboards.rows`."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from dashboards.rows import Connection, ContractVerdict
from teplosvet.domain.errors import UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query
from teplosvet.stored_statement import Statement, Verdict


class VersionRow(NamedTuple):
    """A version of a statement, and what differs from the one before. [kWh]"""

    version: int
    made_at: datetime
    digest: str
    avoided_kwh: float | None
    lower_kwh: float | None
    upper_kwh: float | None
    proven: bool
    changed: "Changed | None"


class Changed(msgspec.Struct, frozen=True):
    """What differs from an earlier version: inputs by name, and how many days."""

    since: int = 0
    inputs: tuple[str, ...] = ()
    changed_days: int = 0
    avoided_energy_kwh: float | None = None


class ActRow(NamedTuple):
    """An act as it stands."""

    number: int
    version: int
    state: str
    by_whom: str
    at: datetime
    note: str


class Sums(NamedTuple):
    """A portfolio: contracts, stated, proven, and their energy with both bands. [kWh]"""

    contracts: int
    stated: int
    proven: int
    energy_kwh: float | None
    proven_kwh: float | None
    independent_kwh: float | None
    correlated_kwh: float | None


class PublicHouse(NamedTuple):
    """What anybody may know of a house."""

    code: str
    title: str
    address: str
    zone: ZoneInfo
    flats: int | None
    carrier: str
    region: str | None
    made_at: datetime
    statement: Statement


def versions(connection: Connection, code: str, period: Period) -> list[VersionRow]:
    """Versions of a statement, the newest first."""
    values = {"contract": code, "start": period.start, "end": period.end}
    return [
        VersionRow._make((*row[:7], msgspec.json.decode(row[7], type=Changed) if row[7] else None))
        for row in connection.execute(query("console", "versions"), values)
    ]


def act(connection: Connection, code: str, period: Period) -> ActRow | None:
    """The act of a contract and period, None if none has begun."""
    values = {"contract": code, "start": period.start, "end": period.end}
    row = connection.execute(query("console", "act"), values).fetchone()
    return None if row is None else ActRow(*row)


def contracts(
    connection: Connection, site: str, carrier: str, rows: int | None, skip: int = 0
) -> list[tuple[ContractVerdict, str, str]]:
    """Contracts, the proven first, then by saving, with the title of the house and the name of the site."""
    values = {"site": site, "carrier": carrier, "rows": rows, "skip": skip}
    return [
        (
            ContractVerdict(code, title, building, kind, msgspec.json.decode(body, type=Verdict) if body else None),
            house,
            place,
        )
        for code, title, building, kind, body, house, place in connection.execute(query("console", "contracts"), values)
    ]


def sums(connection: Connection, site: str, carrier: str) -> Sums:
    """What a portfolio adds up to."""
    row = connection.execute(query("console", "portfolio_sums"), {"site": site, "carrier": carrier}).fetchone()
    return Sums(*(row or (0, 0, 0, None, None, None, None)))


def sites(connection: Connection) -> list[tuple[str, str]]:
    """Names and titles of sites that have contracts."""
    return [(name, title) for name, title in connection.execute(query("console", "sites"))]


def public_house(connection: Connection, code: str) -> PublicHouse:
    """A house that is switched on for everybody.

    Raises:
        UnknownNameError: If there is none: whether the house exists is not told.
    """
    row = connection.execute(query("console", "public_house"), {"building": code}).fetchone()
    if row is None:
        raise UnknownNameError(code)
    name, title, address, zone, flats, carrier, region, made_at, body = row
    statement = msgspec.json.decode(body, type=Statement)
    return PublicHouse(name, title, address, ZoneInfo(zone), flats, carrier, region, made_at, statement)
