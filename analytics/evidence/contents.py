"""What is in a bundle, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.arrays import Floats
from analytics.daily import DailySeries
from analytics.evidence.amounts import Amounts
from analytics.evidence.record import Boundary, DeviceRecord
from analytics.evidence.spans import apart
from analytics.heat_state_days import HeatStateDays
from analytics.methods import DailyVariable, VerificationInput
from analytics.settlement import Account
from teplosvet.domain.adjustments import LedgerEntry
from teplosvet.domain.contracts import Contract, Method
from teplosvet.domain.periods import Period

FORMAT = "teplosvet-evidence/1"


@dataclass(frozen=True, slots=True)
class Place:
    """The building.

    Attributes:
        site: Name of the site.
        code: Of the building.
        title: The name that people use.
        address: Postal address.
        zone: Time zone of its days.
        latitude_deg: [°]
        longitude_deg: [°]
        floor_area_m2: Heated floor area. [m²]
        weather: Name of the climate device, None where there is none.
    """

    site: str
    code: str
    title: str
    address: str
    zone: str
    latitude_deg: float | None
    longitude_deg: float | None
    floor_area_m2: float | None
    weather: str | None


@dataclass(frozen=True, slots=True)
class Terms:
    """``contract.json``: the contract, what it is about, and the period of the statement.

    Attributes:
        contract: The contract with its tariff.
        period: Reporting period.
        known_until: The day up to which readings can have come in.
        place: The building.
        account: What other statements of the contract pay.
        ledger: Non-routine adjustments, proposed and agreed.
    """

    contract: Contract
    period: Period
    known_until: date
    place: Place
    account: Account
    ledger: tuple[LedgerEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Devices:
    """``devices.json``: the measurement boundary; readings name serial numbers of `serials`."""

    serials: tuple[str, ...]
    devices: tuple[DeviceRecord, ...]


@dataclass(frozen=True, slots=True)
class FileDigest:
    """Length and sha256 of a file. [bytes]"""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """``manifest.json``.

    Attributes:
        format: Of the bundle.
        code: Version of the package that made it.
        contract: Code of the contract.
        period: Reporting period.
        version: Of the statement.
        made_at: When the statement was made.
        digest: sha256 of the statement, as the act prints it.
        files: Every other file.
    """

    format: str
    code: str
    contract: str
    period: Period
    version: int
    made_at: datetime
    digest: str
    files: Mapping[str, FileDigest]


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """Everything that a statement rests on, stage by stage, and the statement.

    Attributes:
        version: Of the statement.
        made_at: When it was made.
        terms: Contract, period, building.
        boundary: Devices and raw readings.
        hours: Consumption by hour, by place of the device. [kWh]
        days: The same by local day.
        energy: Energy of the building's days.
        weather_readings: Instants and outdoor temperature. [µs since 1970], [°C]
        weather_hours: Hours and their means.
        weather_days: Means of local days.
        failed: Share of failed lamps, None if nobody counted. [-]
        statement: The statement as it is kept.
        evidence: Files behind the ledger, by sha256.
        heat_states: Clocks of the heat meter, None if the statement knows none.
    """

    version: int
    made_at: datetime
    terms: Terms
    boundary: Boundary
    hours: Mapping[int, Amounts]
    days: Mapping[int, Amounts]
    energy: DailySeries
    weather_readings: tuple[NDArray[np.int64], Floats]
    weather_hours: tuple[NDArray[np.int64], Floats]
    weather_days: DailyVariable
    failed: DailyVariable | None
    statement: bytes
    evidence: Mapping[str, bytes] = field(default_factory=dict)
    heat_states: HeatStateDays | None = None

    @property
    def zone(self) -> ZoneInfo:
        """Zone of the building's days."""
        return ZoneInfo(self.terms.place.zone)

    @property
    def spans(self) -> list[Period]:
        """The two periods, as one where they touch."""
        return [*apart(self.terms.contract.baseline, self.terms.period)]

    def inputs(self) -> VerificationInput:
        """What the statement is computed from."""
        terms = self.terms
        light = terms.contract.method is Method.LIGHT_OPTION_B
        return VerificationInput(
            contract=terms.contract,
            period=terms.period,
            energy=self.energy,
            outdoor_temperature_c=None if light or terms.place.weather is None else self.weather_days,
            latitude_deg=terms.place.latitude_deg,
            failed_lamp_share=self.failed if light else None,
            known_until=terms.known_until,
            account=terms.account,
            ledger=terms.ledger,
            heat_states=self.heat_states,
        )
