"""Days of heat meters' states, inside the rollup."""

from collections.abc import Sequence

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.rows import TupleRow

from analytics.heat_clocks import HeatClocks, heat_clocks
from analytics.rollup.load import DeviceReadings
from teplosvet.domain.heat_limits import HeatLimits
from teplosvet.storage.columns import write_columns
from teplosvet.storage.queries import query

CLOCKS = ("normal_s", "below_range_s", "above_range_s", "low_dt_s", "fault_s", "no_power_s")

HEAT_STATE = np.dtype(
    [("device_id", "i4"), ("at_us", "i8"), *((name, "f8") for name in CLOCKS), ("covered_s", "i4")],
)


def state_rows(
    device_id: int, readings: DeviceReadings, edges_us: NDArray[np.int64], limits: HeatLimits
) -> NDArray[np.void]:
    """Rows of the days between edges on which anything is known of a heat meter's states."""
    found: HeatClocks = heat_clocks(readings.at_us, readings.values, readings.serial, edges_us, limits)
    rows = np.empty(len(edges_us) - 1, dtype=HEAT_STATE)
    rows["device_id"], rows["at_us"] = device_id, edges_us[:-1]
    for name in (*CLOCKS, "covered_s"):
        rows[name] = getattr(found, name)
    return rows[rows["covered_s"] > 0]


def open_state_stage(connection: psycopg.Connection[TupleRow]) -> None:
    """Make the temporary table that `stage_states` fills."""
    connection.execute(query("rollup_states", "create_stage"))


def stage_states(connection: psycopg.Connection[TupleRow], rows: Sequence[NDArray[np.void]]) -> None:
    """Bring days of states into their temporary table."""
    if rows:
        write_columns(connection, query("rollup_states", "copy"), np.concatenate(rows))


def store_states(connection: psycopg.Connection[TupleRow], remade: dict[str, list[int]]) -> None:
    """Replace what the windows held of states by what was staged.

    Args:
        connection: In a transaction.
        remade: ``device_ids``, ``from_us`` and ``to_us`` of the windows. [µs since 1970]
    """
    connection.execute(query("rollup_states", "forget"), remade)
    connection.execute(query("rollup_states", "merge"))
