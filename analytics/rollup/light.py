"""Days of light points, and energy of devices that have no energy register, out of their readings."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import TupleRow

from analytics.consumption import Rule
from analytics.daily import MAX_ESTIMATED_SHARE, MIN_COVERAGE
from analytics.derived_energy import DerivedEnergy, derived_energy
from analytics.light_use import light_use
from analytics.rollup.devices import DeviceFacts
from analytics.rollup.load import DeviceReadings
from analytics.rollup.windows import instant_text
from teplosvet.domain.findings import FindingCode, Severity
from teplosvet.domain.periods import local_midnight
from teplosvet.domain.quantities import DeviceClass, Quantity
from teplosvet.storage.columns import write_columns
from teplosvet.storage.queries import query

LIGHT_USE = np.dtype(
    [
        ("device_id", "i4"),
        ("at_us", "i8"),
        ("width_s", "i4"),
        ("covered_s", "i4"),
        ("off_s", "f8"),
        ("dimmed_s", "f8"),
        ("full_s", "f8"),
        ("present_s", "f8"),
        ("presence_events", "f8"),
        ("failed_s", "f8"),
        ("override_s", "f8"),
        ("energy_by_level_kwh", "f8"),
        ("doubt_kwh", "f8"),
    ]
)

POWER_OF = {
    Quantity.LIGHT_ENERGY_KWH: Quantity.LIGHT_POWER_W,
    Quantity.ACTIVE_ENERGY_KWH: Quantity.ACTIVE_POWER_W,
}
"""What an energy register can be derived from."""

REGISTER_OF = {register.spec.device_class: register for register in POWER_OF}

SILENT_REGISTER_US = 7 * 86_400_000_000
"""A register that has been silent for so long is not waited for any more. [µs]"""

AGREES = 0.1
"""Energy and energy by level may differ by this share of the greater one. [-]"""

USUAL_STEP_KWH = 0.01
"""Step of an energy register of a light point where nobody stated it. [kWh]"""

SEVERE = 3.0
"""A difference of so many times what is allowed is a warning. [-]"""


def light_rows(device_id: int, readings: DeviceReadings, edges_us: NDArray[np.int64]) -> NDArray[np.void]:
    """Rows of the days between edges on which anything is known of a light point."""
    use = light_use(readings.at_us, readings.values, edges_us)
    rows = np.empty(len(edges_us) - 1, dtype=LIGHT_USE)
    rows["device_id"], rows["at_us"], rows["width_s"] = device_id, edges_us[:-1], np.diff(edges_us) // 1_000_000
    rows["covered_s"] = np.round(use.covered_s)
    for name in ("off_s", "dimmed_s", "full_s", "present_s", "presence_events", "failed_s", "override_s"):
        rows[name] = np.round(getattr(use, name), 3)
    for name in ("energy_by_level_kwh", "doubt_kwh"):
        rows[name] = np.round(getattr(use, name), 9)
    return rows[rows["covered_s"] > 0]


def derived_rows(
    facts: DeviceFacts, readings: DeviceReadings, edges_us: NDArray[np.int64], days_us: NDArray[np.int64]
) -> tuple[NDArray[np.int64], DerivedEnergy] | None:
    """Which of the buckets between edges have derived energy, and how much; None if none has.

    Args:
        facts: The device.
        readings: Its readings.
        edges_us: Edges of the buckets. [µs since 1970]
        days_us: Edges of the local days that they lie in. [µs since 1970]
    """
    register = REGISTER_OF.get(facts.device_class)
    if register is None:
        return None
    power = readings.values[POWER_OF[register]]
    if len(edges_us) < 2 or np.isnan(power).all():
        return None
    derivable = _without_register(facts, readings, register, days_us)
    if not derivable.any():
        return None
    energy = derived_energy(readings.at_us, power, edges_us)
    day = np.clip(np.searchsorted(days_us, edges_us[:-1], side="right") - 1, 0, len(derivable) - 1)
    places = np.flatnonzero(derivable[day] & (np.round(energy.covered_s) > 0))
    return (places, energy) if len(places) else None


def _without_register(
    facts: DeviceFacts, readings: DeviceReadings, register: Quantity, days_us: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Local days that the register does not reach into, from its first reading ever to some days after its last."""
    told = readings.at_us[~np.isnan(readings.values[register])]
    spans = [(int(told[0]), int(told[-1]))] if len(told) else []
    if facts.metered is not None:
        zone = ZoneInfo(facts.zone)
        first, after = (local_midnight(day, zone) for day in (facts.metered[0], facts.metered[1] + timedelta(days=1)))
        spans.append((round(first.timestamp() * 1e6), round(after.timestamp() * 1e6) - 1))
    if not spans:
        return np.ones(len(days_us) - 1, dtype=np.bool_)
    first_us, last_us = min(first for first, _ in spans), max(last for _, last in spans)
    without: NDArray[np.bool_] = (days_us[1:] <= first_us) | (days_us[:-1] > last_us + SILENT_REGISTER_US)
    return without


def stage_light(connection: psycopg.Connection[TupleRow], rows: Sequence[NDArray[np.void]]) -> None:
    """Bring days of light points into their temporary table."""
    if rows:
        write_columns(connection, query("rollup_light", "copy"), np.concatenate(rows))


def store_light(connection: psycopg.Connection[TupleRow], remade: dict[str, list[int]]) -> None:
    """Replace what the windows held of light use by what was staged, and compare it with the energy register.

    Args:
        connection: In a transaction.
        remade: ``device_ids``, ``from_us`` and ``to_us`` of the windows. [µs since 1970]
    """
    connection.execute(query("rollup_light", "forget_use"), remade)
    connection.execute(query("rollup_light", "merge_use"))
    code = FindingCode.ENERGY_LEVEL_MISMATCH.value
    connection.execute(query("rollup_light", "forget_findings"), {**remade, "code": code})
    parts = {
        "code": code,
        "register": Quantity.LIGHT_ENERGY_KWH.value,
        "derived": Rule.DERIVED.text,
        "min_coverage": MIN_COVERAGE,
        "max_estimated": MAX_ESTIMATED_SHARE,
        "agrees": AGREES,
        "usual_step_kwh": USUAL_STEP_KWH,
        "severe": SEVERE,
        "info": int(Severity.INFO),
        "warning": int(Severity.WARNING),
    }
    connection.execute(query("rollup_light", "findings"), parts)


def forget_derived(
    connection: psycopg.Connection[TupleRow], device_class: DeviceClass, code: int, remade: dict[str, list[int]]
) -> None:
    """Remove derived hours and days of the windows that are not derived any more.

    Args:
        connection: In a transaction, before the staged hours and days are merged.
        device_class: Class of the devices.
        code: Code of the register's quantity in the stages.
        remade: ``device_ids``, ``from_us`` and ``to_us`` of the windows. [µs since 1970]
    """
    register = REGISTER_OF.get(device_class)
    if register is not None and remade["device_ids"]:
        bounds = min(remade["from_us"]), max(remade["to_us"])
        low, high = (sql.Literal(instant_text(at_us)) for at_us in bounds)
        values = {**remade, "register": register.value, "code": code, "derived": Rule.DERIVED.text}
        connection.execute(query("rollup_light", "forget_derived_hourly", low=low, high=high), values)
        connection.execute(query("rollup_light", "forget_derived_daily"), values)
