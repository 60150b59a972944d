"""Heat meters are checked against themselves, hour by hour, after their hours are made."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from analytics.consumption import Rule
from analytics.consumption.plausibility import resolution_of
from analytics.heat_physics import HeatHours, Steps, Temperature, heat_findings
from analytics.rollup.devices import DeviceFacts
from analytics.rollup.load import DeviceReadings
from teplosvet.domain.findings import Finding, FindingCode
from teplosvet.domain.quantities import Quantity
from teplosvet.storage.columns import read_arrays
from teplosvet.storage.queries import query

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CODES_OF_HEAT = [
    code.value
    for code in (
        FindingCode.HEAT_BALANCE,
        FindingCode.HEAT_FLOW_WITHOUT_ENERGY,
        FindingCode.HEAT_POWER_EXCEEDED,
        FindingCode.HEAT_SENSOR_FAULT,
    )
]

STEP_READINGS = 2_000
"""A step is estimated from so many different values at most. [-]"""

_COUNTERS = (
    Quantity.HEAT_ENERGY_KWH,
    Quantity.HEAT_VOLUME_M3,
    Quantity.FLOW_VOLUME_TEMPERATURE_M3C,
    Quantity.RETURN_VOLUME_TEMPERATURE_M3C,
    Quantity.RETURN_VOLUME_M3,
    Quantity.FLOW_MASS_T,
    Quantity.RETURN_MASS_T,
)
_TEMPERATURES = (Quantity.FLOW_TEMPERATURE_C, Quantity.RETURN_TEMPERATURE_C)
_OF_HOUR = ("mean", "low", "high", "samples")
_COLUMNS = (
    *(("amount", quantity) for quantity in _COUNTERS),
    *((value, quantity) for quantity in _TEMPERATURES for value in _OF_HOUR),
    ("high", Quantity.HEAT_POWER_KW),
)


def steps_of(facts: DeviceFacts, readings: DeviceReadings) -> Steps:
    """Resolution of a heat meter's values: as it stated, else as its readings show."""

    def step(quantity: Quantity) -> float:
        stated = facts.steps.get(quantity)
        return stated if stated is not None else _step_shown(readings.values[quantity])

    temperature = max(step(quantity) for quantity in _TEMPERATURES)
    return Steps(step(Quantity.HEAT_ENERGY_KWH), step(Quantity.HEAT_VOLUME_M3), temperature)


def _step_shown(values: Floats) -> float:
    """The step that different values of a quantity are multiples of, and at most their least difference. [unit]"""
    different = np.unique(values[~np.isnan(values)])[-STEP_READINGS:]
    if len(different) < 2:
        return 0.0
    return min(resolution_of(different), float(np.diff(different).min()))


def check_heat(
    connection: psycopg.Connection[TupleRow], facts: Mapping[int, DeviceFacts], steps: Mapping[int, Steps]
) -> None:
    """Replace what was found in the open windows of heat meters.

    Args:
        connection: In a transaction, with merged hours.
        facts: The devices.
        steps: Resolution of the values of those that were read.
    """
    register = Quantity.HEAT_ENERGY_KWH.value
    connection.execute(query("rollup_heat", "forget_findings"), {"register": register, "codes": CODES_OF_HEAT})
    rows = [
        {
            "device_id": device_id,
            "quantity": register,
            "found_at": datetime.fromisoformat(str(finding.data["from"])),
            "code": finding.code.value,
            "severity": int(finding.severity),
            "data": Jsonb(dict(finding.data)),
        }
        for device_id, finding in _found(connection, facts, steps)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(query("rollup", "finding"), rows)


def _found(
    connection: psycopg.Connection[TupleRow], facts: Mapping[int, DeviceFacts], steps: Mapping[int, Steps]
) -> Iterator[tuple[int, Finding]]:
    low, high = connection.execute(query("rollup_heat", "bounds")).fetchone() or (None, None)
    for device_id, from_us, to_us, at_us, *columns in list(read_arrays(connection, _statement(low, high))):
        device = facts[device_id]
        told = steps.get(device_id, Steps())
        days = _local_days(at_us, ZoneInfo(device.zone))
        for finding in heat_findings(_hours(at_us, columns), told, days, device.greatest_power_kw):
            if from_us <= datetime.fromisoformat(str(finding.data["from"])).timestamp() * 1e6 < to_us:
                yield device_id, finding


def _statement(low: str | None, high: str | None) -> sql.Composed:
    """The hours of the open windows between two instants, a device in a row."""
    names = [sql.Identifier(f"{value}_{quantity}") for value, quantity in _COLUMNS]
    columns = [
        query(
            "rollup_heat", "hour_column", value=sql.Identifier(value), quantity=sql.Literal(quantity.value), column=name
        )
        for (value, quantity), name in zip(_COLUMNS, names, strict=True)
    ]
    return query(
        "rollup_heat",
        "hours",
        arrays=sql.SQL(", ").join(query("rollup_heat", "hour_array", column=name) for name in names),
        columns=sql.SQL(", ").join(columns),
        counters=sql.Literal([quantity.value for quantity in _COUNTERS]),
        gauges=sql.Literal([*(quantity.value for quantity in _TEMPERATURES), Quantity.HEAT_POWER_KW.value]),
        metered=sql.Literal(Rule.METERED.text),
        low=sql.Literal(low),
        high=sql.Literal(high),
    )


def _hours(at_us: Ints, columns: list[Floats]) -> HeatHours:
    energy, volume, by_flow, by_return, volume_back, mass, mass_back = columns[:7]
    with np.errstate(invalid="ignore", divide="ignore"):
        by_mass, by_volume = 1.0 - mass_back / mass, 1.0 - volume_back / volume
    withdrawn = np.where(np.isfinite(by_mass), by_mass, by_volume)
    flow, back = Temperature(*columns[7:11]), Temperature(*columns[11:15])
    return HeatHours(at_us, energy, volume, by_flow, by_return, withdrawn, flow, back, columns[15])


def _local_days(at_us: Ints, zone: ZoneInfo) -> Ints:
    """Number of the local day of each hour. [d]"""
    return np.array([datetime.fromtimestamp(at / 1e6, UTC).astimezone(zone).toordinal() for at in at_us.tolist()])
