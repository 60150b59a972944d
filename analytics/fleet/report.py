"""Where a fleet stands: contracts ranked, their sum with its band, sites beside each other, what is left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import msgspec
from psycopg.rows import class_row

from analytics.fleet.measures import MeasureCase, measure_cases
from analytics.portfolio import Member, Portfolio, portfolio
from analytics.statement import Band
from analytics.verification import Connection
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.errors import NotEnoughDataError
from teplosvet.domain.periods import Period
from teplosvet.storage.queries import query


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one contract stands: a row of the view `fleet_standing`, which explains its columns."""

    contract: str
    title: str
    building: str
    site: str
    carrier: str
    method: str
    outcome: str
    reason: str | None
    version: int | None
    adjusted_baseline_kwh: float | None
    avoided_energy_kwh: float | None
    bands: Sequence[Mapping[str, float]]
    lower_kwh: float | None
    upper_kwh: float | None
    proven: bool
    currency: str | None
    value: Decimal | None
    payable: Decimal | None
    days_to_prove: int | None
    guarantee_kwh: float | None
    guarantee: str | None
    days_to_decide: int | None
    rank_by_saving: int | None
    rank_by_lower_bound: int | None


@dataclass(frozen=True, slots=True)
class LeftOutContract:
    """A contract that is in no sum, and why."""

    contract: str
    carrier: str
    site: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """The sum over a part of the fleet; `site` is None for a carrier over all sites."""

    carrier: str
    site: str | None
    sum: Portfolio


@dataclass(frozen=True, slots=True)
class FleetReport:
    """The report over one period.

    Attributes:
        period: Reporting period.
        total: Over all energy carriers; water is no energy and stands by itself. None if nothing is stated.
        by_carrier: The sum of each carrier.
        by_site: The sum of each carrier on each site, to compare the same measure in different places.
        ranking: Every contract that something is stated of, the greatest saving first.
        left_out: Every other contract; they are in no sum.
        measures: The same measures on each site, each with its saving as a share and per floor area.
    """

    period: Period
    total: Portfolio | None
    by_carrier: tuple[Part, ...]
    by_site: tuple[Part, ...]
    ranking: tuple[Standing, ...]
    left_out: tuple[LeftOutContract, ...]
    measures: tuple[MeasureCase, ...] = ()


def fleet_report(connection: Connection, period: Period | None) -> FleetReport:
    """The report of a period, of the newest run's if none is given.

    Raises:
        NotEnoughDataError: If there was no run over it.
    """
    if period is None:
        newest = connection.execute(query("fleet", "newest_period")).fetchone()
        if newest is None:
            raise NotEnoughDataError("there was no fleet run yet: call `teplosvet fleet verify --period FROM/TO`")
        period = Period(newest[0], newest[1])
    named = {"start": period.start, "end": period.end}
    with connection.cursor(row_factory=class_row(Standing)) as cursor:
        rows = cursor.execute(query("fleet", "standing"), named).fetchall()
    if not rows:
        raise NotEnoughDataError(
            f"there was no fleet run over {period}: call `teplosvet fleet verify --period {period}`"
        )
    return replace(report_of(period, rows), measures=measure_cases(connection, period))


def report_of(period: Period, rows: Sequence[Standing]) -> FleetReport:
    """The report over contracts' standings."""
    pairs = [(row, member_of(row)) for row in rows]
    members = [member for _, member in pairs if member is not None]
    return FleetReport(
        period=period,
        total=portfolio([each for each in members if each.carrier is not Carrier.WATER]),
        by_carrier=_parts(members, lambda each: (each.carrier.value, None)),
        by_site=_parts(members, lambda each: (each.carrier.value, each.site)),
        ranking=tuple(row for row in rows if row.outcome == "stated"),
        left_out=tuple(
            LeftOutContract(row.contract, row.carrier, row.site, row.outcome, row.reason or "no band can be told")
            for row, member in pairs
            if member is None
        ),
    )


def member_of(row: Standing) -> Member | None:
    """What a contract adds to sums; None if nothing is stated, or no band: a sum could not tell its own then."""
    if row.adjusted_baseline_kwh is None or row.avoided_energy_kwh is None or not row.bands:
        return None
    bands = msgspec.convert(row.bands, list[Band])
    return Member(
        contract=row.contract,
        site=row.site,
        carrier=Carrier(row.carrier),
        adjusted_baseline_kwh=row.adjusted_baseline_kwh,
        avoided_energy_kwh=row.avoided_energy_kwh,
        half_width_kwh={band.confidence: (band.upper_kwh - band.lower_kwh) / 2 for band in bands},
        proven=row.proven,
        currency=row.currency,
        value=row.value,
        payable=row.payable,
    )


def _parts(members: Sequence[Member], key: Callable[[Member], tuple[str, str | None]]) -> tuple[Part, ...]:
    groups: dict[tuple[str, str | None], list[Member]] = {}
    for member in members:
        groups.setdefault(key(member), []).append(member)
    sums = ((group, portfolio(some)) for group, some in groups.items())
    parts = [Part(carrier, site, total) for (carrier, site), total in sums if total is not None]
    return tuple(sorted(parts, key=lambda part: (part.carrier, part.site or "")))
