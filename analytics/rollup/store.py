"""Results of the rollup into their tables, inside the caller's transaction."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from analytics.consumption import Rule
from analytics.daily import MIN_COVERAGE
from analytics.rollup.compute import CODES, QUANTITIES, EpochStart, Made
from analytics.rollup.heat import CODES_OF_HEAT
from analytics.rollup.light import REGISTER_OF, forget_derived, stage_light, store_light
from analytics.rollup.states import open_state_stage, stage_states, store_states
from teplosvet.domain.contracts import Carrier
from teplosvet.domain.findings import FindingCode
from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.columns import write_columns
from teplosvet.storage.queries import query

_CODES = {"quantities": [str(quantity) for quantity in QUANTITIES], "rules": [rule.text for rule in Rule]}

CHECKS = [FindingCode.ENERGY_LEVEL_MISMATCH.value, *CODES_OF_HEAT]
"""Findings that do not come from a register alone, and are not forgotten when it is made again."""

_ROUNDING = sql.Literal(1e-7)
"""A row that differs by less is left as it is: a window that begins elsewhere adds up otherwise. [unit]"""


def open_stages(connection: psycopg.Connection[TupleRow]) -> None:
    """Make the temporary tables that `stage` fills."""
    connection.execute(query("rollup", "create_stages"))
    open_state_stage(connection)


def stage(connection: psycopg.Connection[TupleRow], made: Made) -> None:
    """Bring hours, days and states out of memory into the temporary tables."""
    _copy(connection, "copy_consumption", "stage_hourly", made.hourly)
    _copy(connection, "copy_consumption", "stage_daily", made.daily)
    _copy(connection, "copy_state", "stage_state", made.states)
    stage_light(connection, made.light)
    stage_states(connection, made.heat_states)
    made.hourly, made.daily, made.states, made.light, made.heat_states = [], [], [], [], []


def store(connection: psycopg.Connection[TupleRow], device_class: DeviceClass, made: Made) -> None:
    """Replace what the open windows held by what was staged, and by the epochs and findings that were made."""
    windows = {
        "device_ids": [each.device_id for each in made.windows],
        "from_us": [each.from_us for each in made.windows],
        "to_us": [each.to_us for each in made.windows],
    }
    if device_class in REGISTER_OF:
        forget_derived(connection, device_class, CODES[REGISTER_OF[device_class]], windows)
    connection.execute(query("rollup", "merge_hourly", rounding=_ROUNDING), _CODES)
    connection.execute(query("rollup", "merge_daily", rounding=_ROUNDING), _CODES)
    connection.execute(query("rollup", "merge_state"), _CODES)
    remade = {
        "device_ids": [each.device_id for each in made.registers],
        "quantities": [str(each.quantity) for each in made.registers],
        "from_us": [each.from_us for each in made.registers],
        "to_us": [each.to_us for each in made.registers],
    }
    connection.execute(query("rollup", "forget_epochs"), remade)
    connection.execute(query("rollup", "forget_findings"), {**remade, "others": CHECKS})
    with connection.cursor() as cursor:
        cursor.executemany(query("rollup", "epoch"), [_epoch(each) for each in made.epochs])
        cursor.executemany(query("rollup", "finding"), list(_findings(made)))
    if device_class is DeviceClass.LIGHT:
        store_light(connection, windows)
    if device_class is DeviceClass.HEAT:
        store_states(connection, windows)
    for carrier in Carrier:
        if carrier.device_class is device_class and carrier is not Carrier.WATER:
            parts = {
                "carrier": sql.Literal(carrier.value),
                "register": sql.Literal(carrier.register.value),
                "may_lack": sql.Literal(1.0 - MIN_COVERAGE),
                "rounding": _ROUNDING,
            }
            connection.execute(query("rollup", "building_energy", **parts))


def _copy(connection: psycopg.Connection[TupleRow], copy: str, table: str, parts: Sequence[NDArray[np.void]]) -> None:
    if parts:
        write_columns(connection, query("rollup", copy, stage=sql.Identifier(table)), np.concatenate(parts))


def _epoch(each: EpochStart) -> dict[str, str | int]:
    return {
        "device_id": each.device_id,
        "quantity": each.quantity,
        "at_us": each.at_us,
        "shift": each.shift,
        "reason": each.reason,
    }


def _findings(made: Made) -> Iterator[dict[str, object]]:
    """What was found within the windows; what was found around them was told before."""
    windows = {(each.device_id, each.quantity): each for each in made.registers}
    for device_id, quantity, finding in made.findings:
        found_at = datetime.fromisoformat(str(finding.data["from"]))
        window = windows[device_id, quantity]
        if window.from_us <= found_at.timestamp() * 1e6 < window.to_us:
            yield {
                "device_id": device_id,
                "quantity": quantity,
                "found_at": found_at,
                "code": finding.code,
                "severity": int(finding.severity),
                "data": Jsonb(dict(finding.data)),
            }
