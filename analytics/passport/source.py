"""Loads what passports are made of: a few queries, however many contracts there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from analytics.act.log import ListedAct, list_acts
from analytics.balance import Balance, balance
from analytics.stated import StatedPeriod, apart, load_binding
from analytics.verification import Connection, load_contracts
from teplosvet.domain.contracts import Contract
from teplosvet.domain.errors import ConfigurationError, UnknownNameError
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query
from teplosvet.stored_statement import Finding


@dataclass(frozen=True, slots=True)
class Sealed:
    """A kept statement: what identifies it, its bounds [kWh] and its findings."""

    period: Period
    version: int
    made_at: datetime
    digest: str
    lower_kwh: float | None
    upper_kwh: float | None
    findings: tuple[Finding, ...]
    method: str


@dataclass(frozen=True, slots=True)
class Project:
    """A contract with its house and its results.

    Attributes:
        contract: The contract.
        building: The house in words.
        address: Its address, empty where unknown.
        zone: Zone of its days.
        floor_area_m2: None where unknown. [m²]
        account: Its account.
        counted: Statements that share no day, in order of time.
        sealed: The same statements' digests and bounds, by period.
        acts: Acts over them.
    """

    contract: Contract
    building: str
    address: str
    zone: ZoneInfo
    floor_area_m2: float | None
    account: Balance
    counted: tuple[StatedPeriod, ...]
    sealed: Mapping[Period, Sealed]
    acts: tuple[ListedAct, ...]

    @property
    def stated(self) -> tuple[StatedPeriod, ...]:
        """Those that state a saving."""
        return tuple(each for each in self.counted if each.avoided_energy_kwh is not None)

    @property
    def avoided_kwh(self) -> Decimal | None:
        """Verified saving so far, None before the first statement. [kWh]"""
        amounts = [Decimal(repr(each.avoided_energy_kwh)) for each in self.stated]
        return sum(amounts, Decimal(0)) if amounts else None

    @property
    def half_width_kwh(self) -> Decimal | None:
        """Half its 90 % band: periods share one baseline, so their half widths add up; None if one is unknown. [kWh]"""
        total = Decimal(0)
        for each in self.stated:
            found = self.sealed[each.period]
            if found.lower_kwh is None or found.upper_kwh is None:
                return None
            total += (Decimal(repr(found.upper_kwh)) - Decimal(repr(found.lower_kwh))) / 2
        return total if self.stated else None

    @property
    def is_proven(self) -> bool:
        """Whether the whole band of all that was saved is above zero."""
        avoided, half = self.avoided_kwh, self.half_width_kwh
        return avoided is not None and half is not None and avoided > half

    @property
    def value(self) -> Decimal | None:
        """What the saving is worth, None if one period's worth is not known. [currency]"""
        values = [None if each.settlement is None else each.settlement.value for each in self.stated]
        known = [value for value in values if value is not None]
        return sum(known, Decimal(0)) if known and len(known) == len(values) else None

    @property
    def avoided_co2_t(self) -> Decimal | None:
        """Emissions avoided, None if one period's are not known. [t CO2]"""
        amounts = [None if each.settlement is None else each.settlement.avoided_co2_t for each in self.stated]
        known = [amount for amount in amounts if amount is not None]
        return sum(known, Decimal(0)) if known and len(known) == len(amounts) else None

    @property
    def guarantee_kwh(self) -> Decimal | None:
        """What was guaranteed for these periods, None where one has no guarantee. [kWh]"""
        amounts = [None if each.settlement is None else each.settlement.guarantee_kwh for each in self.stated]
        known = [amount for amount in amounts if amount is not None]
        return sum(known, Decimal(0)) if known and len(known) == len(amounts) else None

    @property
    def paid(self) -> Decimal:
        """What acts in the state paid pay. [currency]"""
        return sum(
            (act.payable for act in self.acts if act.state == "paid" and act.payable is not None), Decimal("0.00")
        )


def load_projects(connection: Connection, code: str | None, site: str | None) -> tuple[Project, ...]:
    """The projects of a contract, of a site, or of all.

    Raises:
        UnknownNameError: If there is no such contract, or no contract on such a site.
    """
    if any("\0" in name for name in (code or "", site or "")):
        raise ConfigurationError("a name has no signs that cannot be shown")
    rows = connection.execute(query("passport", "contracts"), {"code": code, "site": site}).fetchall()
    if not rows:
        raise UnknownNameError(
            f"no contract is called {code}" if code else f"no contract is on the site {site or 'any'}"
        )
    codes = [row[0] for row in rows]
    contracts = {place.contract.code: place.contract for place in load_contracts(connection, codes)}
    stated, acts = load_binding(connection, codes), list_acts(connection)
    sealed: dict[str, dict[Period, Sealed]] = {each: {} for each in codes}
    for each in connection.execute(query("passport", "statements"), {"codes": codes}).fetchall():
        period = Period(each[1], each[2])
        lower, upper = (None if text is None else msgspec.json.decode(text, type=float | None) for text in each[6:8])
        findings = msgspec.json.decode(each[8], type=tuple[Finding, ...])
        sealed[each[0]][period] = Sealed(period, each[3], each[4], each[5], lower, upper, findings, each[9])
    return tuple(
        Project(
            contract=contracts[row[0]],
            building=row[5] or row[4],
            address=row[6],
            zone=ZoneInfo(row[7]),
            floor_area_m2=row[8],
            account=balance(contracts[row[0]], stated[row[0]]),
            counted=apart(stated[row[0]])[0],
            sealed=sealed[row[0]],
            acts=tuple(act for act in acts if act.contract == row[0]),
        )
        for row in rows
    )
