"""What the pages read from the database, as types of their own."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from psycopg.rows import TupleRow

from teplosvet.domain.errors import UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.domain.quantities import DeviceClass, Kind, Quantity
from teplosvet.storage.queries import query
from teplosvet.stored_statement import Statement, Verdict

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class House:
    """A building and whether its devices report.

    Attributes:
        code: Code of the building.
        title: The name that people use.
        address: Postal address.
        zone: Time zone of its days.
        devices: Devices installed now.
        silent_devices: Of them those that have said nothing for three hours.
        last_reading_at: Instant of the newest reading of all.
        failed_lamps: Light points that report a failure.
        meter_faults: Heat meters that report an error.
        losses: Contracts that use more than before.
        refused: Contracts of which nothing can be stated.
        latitude, longitude: Place. [°]
        floor_area_m2: Heated floor area. [m²]
        flats: Number of flats.
        public: Whether residents may see what was saved.
        attention: Whether somebody has to do something.
    """

    code: str
    title: str
    address: str
    zone: ZoneInfo
    devices: int
    silent_devices: int
    last_reading_at: datetime | None
    failed_lamps: int = 0
    meter_faults: int = 0
    losses: int = 0
    refused: int = 0
    latitude: float | None = None
    longitude: float | None = None
    floor_area_m2: float | None = None
    flats: int | None = None
    public: bool = False
    attention: bool = False


@dataclass(frozen=True, slots=True)
class ContractVerdict:
    """A contract and what its newest statement says, None if there is none."""

    code: str
    title: str
    building: str
    carrier: str
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class ContractPlace:
    """A contract and where it holds."""

    code: str
    title: str
    building: str
    building_title: str
    zone: ZoneInfo
    carrier: str
    customer: str
    esco: str
    baseline: Period


@dataclass(frozen=True, slots=True)
class StatementVersion:
    """A statement as it was made."""

    version: int
    made_at: datetime
    digest: str
    statement: Statement


_TELLING = (Kind.GAUGE, Kind.STATE, Kind.COUNTER)


class Measured(NamedTuple):
    """One value of a reading, in the unit of its quantity."""

    quantity: Quantity
    value: float


@dataclass(frozen=True, slots=True)
class DeviceReading:
    """A device, where it is, and the newest values of it.

    Attributes:
        device: Its name.
        device_class: What it measures.
        building: Code of its building, empty if it is in none.
        building_title: The name of that building.
        zone: Time zone of that building.
        entrance: Entrance, if the place has one.
        floor: Floor, if the place has one.
        serial: Serial number of the instrument.
        measured_at: Instant of the values, None if it never reported.
        silent: Whether it has said nothing for three hours.
        values: In the order of the class's table.
    """

    device: str
    device_class: DeviceClass
    building: str
    building_title: str
    zone: ZoneInfo
    entrance: str | None
    floor: int | None
    serial: str
    measured_at: datetime | None
    silent: bool
    values: tuple[Measured, ...]

    @property
    def telling(self) -> tuple[Measured, ...]:
        """The few values that say most of the moment: gauges before flags before registers."""
        return tuple(sorted(self.values, key=lambda measured: _TELLING.index(measured.quantity.spec.kind))[:4])


class EnergyRow(NamedTuple):
    """Energy of one carrier on one local day; None where it is unknown. [kWh]"""

    carrier: str
    day: date
    energy_kwh: float | None
    estimated_kwh: float


def houses(
    connection: Connection,
    search: str = "",
    show: str = "all",
    sort: str = "title",
    box: tuple[float, float, float, float] | None = None,
) -> list[House]:
    """Buildings that a search and a filter leave."""
    escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    south, west, north, east = box or (None, None, None, None)
    values = {
        "pattern": f"%{escaped}%" if search else None,
        "show": show,
        "sort": sort,
        "south": south,
        "west": west,
        "north": north,
        "east": east,
    }
    return [_house(row) for row in connection.execute(query("console", "houses"), values)]


def house(connection: Connection, code: str) -> House:
    """One building.

    Raises:
        UnknownNameError: If there is no such building.
    """
    row = connection.execute(query("console", "house"), {"building": code}).fetchone()
    if row is None:
        raise UnknownNameError(code)
    return _house(row)


def verdicts(connection: Connection, building: str) -> list[ContractVerdict]:
    """Contracts of a building, each with its newest statement."""
    found = connection.execute(query("console", "verdicts"), {"building": building})
    return [
        ContractVerdict(code, title, place, carrier, msgspec.json.decode(body, type=Verdict) if body else None)
        for code, title, place, carrier, body in found
    ]


def contract(connection: Connection, code: str) -> ContractPlace:
    """One contract.

    Raises:
        UnknownNameError: If there is no such contract.
    """
    row = connection.execute(query("console", "contract"), {"contract": code}).fetchone()
    if row is None:
        raise UnknownNameError(code)
    name, title, building, building_title, zone, carrier, customer, esco, start, end = row
    return ContractPlace(
        name, title, building, building_title, ZoneInfo(zone), carrier, customer, esco, Period(start, end)
    )


def periods(connection: Connection, code: str) -> list[Period]:
    """Periods for which a contract has a statement, the newest first."""
    return [Period(*row) for row in connection.execute(query("console", "periods"), {"contract": code})]


def statement(connection: Connection, code: str, period: Period) -> StatementVersion:
    """The newest version of a contract's statement for a period.

    Raises:
        UnknownNameError: If there is none.
    """
    values = {"contract": code, "start": period.start, "end": period.end}
    row = connection.execute(query("console", "statement"), values).fetchone()
    if row is None:
        raise UnknownNameError(f"{code} {period}")
    version, made_at, digest, body = row
    return StatementVersion(version, made_at, digest, msgspec.json.decode(body, type=Statement))


def newest_readings(connection: Connection, rows: int) -> list[DeviceReading]:
    """The newest readings of all, the newest first."""
    return [_reading(row) for row in connection.execute(query("console", "live"), {"rows": rows})]


def devices(connection: Connection, building: str) -> list[DeviceReading]:
    """Devices installed in a building, by class and place."""
    return [_reading(row) for row in connection.execute(query("console", "devices"), {"building": building})]


def entrances(connection: Connection, building: str) -> list[str]:
    """Names of a building's entrances."""
    return [row[0] for row in connection.execute(query("console", "entrances"), {"building": building})]


def energy(connection: Connection, building: str, days: int) -> list[EnergyRow]:
    """Energy of a building by carrier and day, over the last days that are known."""
    found = connection.execute(query("console", "energy"), {"building": building, "days": days})
    return [EnergyRow(*row) for row in found]


def _house(row: TupleRow) -> House:
    code, title, address, zone, *others = row
    return House(code, title, address, ZoneInfo(zone), *others)


def _reading(row: TupleRow) -> DeviceReading:
    device, device_class, building, title, zone, entrance, floor, serial, measured_at, silent, values = row
    found = msgspec.json.decode(values, type=dict[str, float | bool | None])
    known = ((quantity, found.get(quantity.value)) for quantity in Quantity)
    return DeviceReading(
        device,
        DeviceClass(device_class),
        building,
        title,
        ZoneInfo(zone),
        entrance,
        floor,
        serial,
        measured_at,
        silent,
        tuple(Measured(quantity, float(value)) for quantity, value in known if value is not None),
    )
