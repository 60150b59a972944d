"""What a run of the basement left in the database, beside what the simulated registers say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
from psycopg.rows import TupleRow

from teplosvet.storage.queries import query

if TYPE_CHECKING:  # the composition root loads services lazily
    from simulators.basement import Wired
    from teplosvet.basement.plan import Plan

STEPS = 1.5
"""Both ends of a difference are rounded to the register's step."""
DATED_WITHIN_S = 0.5
"""A lamp is read some moments before it is dated, which are minutes of a time that passes faster. [s]"""
LEAST_SHARE = 0.7
"""Without a network a device is read as often as with one, or about so: the lines know nothing of the network. [-]"""


@dataclass(frozen=True, slots=True)
class DeviceOutcome:
    """One device after the run.

    Attributes:
        device: Its name.
        model: The profile that read it.
        hours: Hours of the run.
        hours_there: Hours whose consumption is known and metered whole.
        archive_hours: Ends of hours that were read from the meter's own memory.
        twice: Instants that are stored more than once.
        live_readings: Readings taken when they were measured.
        live_in_cut: Of them those of the time without a network, power being there.
        live_expected_in_cut: As many as there had been with a network, going by the rest of the run.
        consumed_kwh: What was used: the hours of a heat meter, the stored registers of a lamp. [kWh]
        register_kwh: What the simulated register says of the same time. [kWh]
        step_kwh: Least step of the register. [kWh]
        right: Whether all of that is as it has to be.
    """

    device: str
    model: str
    hours: int
    hours_there: int
    archive_hours: int
    twice: int
    live_readings: int
    live_in_cut: int
    live_expected_in_cut: int
    consumed_kwh: float
    register_kwh: float
    step_kwh: float
    right: bool


@dataclass(frozen=True, slots=True)
class BasementOutcome:
    """The run.

    Attributes:
        start: When it began, simulated.
        end: When it ended, simulated.
        network_cut_h: For how long nothing reached the broker. [h]
        power_cut_h: For how long the gateway had no power. [h]
        took_s: How long all of it took. [s]
        quarantined: Messages in quarantine.
        unsent_since: Since when something of the run is still in the gateway's outbox, or None if nothing is.
        events: How often the gateway told what.
        devices: The devices.
        right: Whether every device is right.
    """

    start: datetime
    end: datetime
    network_cut_h: float
    power_cut_h: float
    took_s: float
    quarantined: int
    unsent_since: datetime | None
    events: dict[str, int]
    devices: list[DeviceOutcome]
    right: bool


def judge(
    connection: psycopg.Connection[TupleRow], wired: Sequence["Wired"], plan: "Plan", rate: float
) -> list[DeviceOutcome]:
    """Every device over the run, after the rollups were brought up to date.

    Args:
        connection: The database.
        wired: The devices.
        plan: When what happened.
        rate: Simulated seconds per second. [-]
    """
    from analytics.rollup.job import bring_up_to_date  # noqa: PLC0415

    bring_up_to_date(connection)
    return [_judge_device(connection, each, plan, timedelta(seconds=DATED_WITHIN_S * rate)) for each in wired]


def _judge_device(
    connection: psycopg.Connection[TupleRow], wired: "Wired", plan: "Plan", late: timedelta
) -> DeviceOutcome:
    table = "heat" if wired.device_class == "heat" else "light"
    row = connection.execute(
        query("basement", f"{table}_outcome"), {"device": wired.device, **plan.instants}
    ).fetchone()
    if row is None or row[4] is None:
        return DeviceOutcome(
            wired.device, wired.model, 0, 0, 0, 0, 0, 0, 0, 0.0, 0.0, wired.resolution_kwh, right=False
        )
    archive_hours, live, twice, hours_there, consumed_kwh, first, last, in_cut, with_network = row
    register_kwh = wired.energy_kwh(last) - wired.energy_kwh(first)
    least, most = register_kwh, register_kwh
    if wired.device_class == "light":
        least -= wired.energy_kwh(last) - wired.energy_kwh(last - late)
        most += wired.energy_kwh(first) - wired.energy_kwh(first - late)
    rounding = STEPS * wired.resolution_kwh
    near = least - rounding <= consumed_kwh <= most + rounding
    whole = wired.device_class == "light" or (archive_hours == hours_there == plan.hours)
    expected = round(with_network * plan.share_in_cut)
    return DeviceOutcome(
        device=wired.device,
        model=wired.model,
        hours=plan.hours,
        hours_there=hours_there,
        archive_hours=archive_hours,
        twice=twice,
        live_readings=live,
        live_in_cut=in_cut,
        live_expected_in_cut=expected,
        consumed_kwh=round(consumed_kwh, 4),
        register_kwh=round(register_kwh, 4),
        step_kwh=wired.resolution_kwh,
        right=near and whole and twice == 0 and in_cut >= LEAST_SHARE * expected,
    )


def what_was_told(connection: psycopg.Connection[TupleRow]) -> tuple[dict[str, int], int]:
    """How often the gateway told what, and how many messages are in quarantine."""
    events: dict[str, int] = dict(connection.execute(query("basement", "events")).fetchall())
    row = connection.execute(query("basement", "quarantined")).fetchone()
    return events, int(row[0]) if row else 0
