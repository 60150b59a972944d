"""What an act says besides its statement: the parties, the building, the meters, the statement's place."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from analytics.act.state import ActState
from teplosvet.domain.contracts import Carrier


@dataclass(frozen=True, slots=True)
class Meter:
    """An instrument of the measurement boundary over the part of the period in which it was in place.

    Attributes:
        device: Name of the device.
        model: Its model, empty where unknown.
        serial: Serial number.
        entrance: Entrance, empty where it is the whole house.
        floor: Floor, None where unknown.
        installed_at: When it was put in.
        removed_at: When it was taken out, None while it is in place.
        start: Register at the beginning, None where nothing was read. [kWh] or [m³]
        start_at: When that was.
        end: Register at the end, None where nothing was read. [kWh] or [m³]
        end_at: When that was.
        calibrated_on: When it was verified last, None where nobody said.
        calibration_due: Until when that holds.
    """

    device: str
    model: str
    serial: str
    entrance: str
    floor: int | None
    installed_at: datetime
    removed_at: datetime | None
    start: float | None
    start_at: datetime | None
    end: float | None
    end_at: datetime | None
    calibrated_on: date | None = None
    calibration_due: date | None = None


@dataclass(frozen=True, slots=True)
class RuleDays:
    """A rule that filled something, and on how many of the days used. [d]"""

    rule: str
    days: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the registry knows of a contract.

    Attributes:
        contract: Code of the contract.
        title: The contract in words.
        customer: Who pays, empty where unknown.
        esco: Who is paid, empty where unknown.
        building: The building in words.
        address: Its address, empty where unknown.
        zone: Zone of its days.
        floor_area_m2: Heated floor area, None where unknown. [m²]
        carrier: What is saved.
        meters: The measurement boundary.
        option: IPMVP option that the contract names, None where it names none.
        boundary: The measurement boundary in the contract's words.
        rules: What the estimated part of the metered energy rests on.
    """

    contract: str
    title: str
    customer: str
    esco: str
    building: str
    address: str
    zone: ZoneInfo
    floor_area_m2: float | None
    carrier: Carrier
    meters: tuple[Meter, ...] = ()
    rules: tuple[RuleDays, ...] = ()
    option: str | None = None
    boundary: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """Which version of a statement an act is over, and how far the parties are with the act.

    Attributes:
        number: Number of the act among those of its contract.
        version: Version of the statement.
        made_at: When that was made.
        digest: SHA-256 of the statement.
        state: How far the parties are.
        state_version: Version that they speak of.
    """

    number: int
    version: int
    made_at: datetime
    digest: str
    state: ActState
    state_version: int
