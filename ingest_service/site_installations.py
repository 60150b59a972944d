"""The installations of a device as a site says, with what installers added in the field."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from teplosvet.domain.devices import Device, Installation
from teplosvet.domain.quantities import Quantity
from teplosvet.storage.queries import query

NOTHING_ADDED = {"id": None, "place_zone": "", "calibrated_on": None, "calibration_due": None, "image": None}


def as_row(each: Installation) -> tuple[object, ...]:
    """An installation as the registry has it."""
    return (
        each.building,
        each.serial,
        each.installed_at,
        each.removed_at,
        each.entrance,
        each.floor,
        _registers(each.start_registers),
        _registers(each.closing_registers),
    )


def put_installations(cursor: psycopg.Cursor[TupleRow], device: Device) -> None:
    """Write them anew; number, zone, verification dates and photo stay with what is the same installation."""
    named = {"name": device.name}
    columns = (
        "serial",
        "installed_at",
        "id",
        "place_zone",
        "calibrated_on",
        "calibration_due",
        "image",
        "sha256",
        "taken_at",
    )
    rows = cursor.execute(query("registry", "what_installers_added"), named).fetchall()
    added = [dict(zip(columns, row, strict=True)) for row in rows]
    kept = _same_installations(device, added)
    cursor.execute(query("registry", "forget_installations"), named)
    for n, each in enumerate(device.installations):
        values = NOTHING_ADDED | kept.get(n, {})
        cursor.execute(query("registry", "installation"), values | _named(device.name, each))
        if values["image"] is not None:
            cursor.execute(query("registry", "photo_again"), values)


def _same_installations(device: Device, added: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """What was added to which: the same instrument and time, or else one of them, for the other was corrected."""
    found: dict[int, dict[str, Any]] = {}
    for same in (("serial", "installed_at"), ("installed_at",), ("serial",)):
        for n, each in enumerate(device.installations):
            alike = [one for one in added if all(one[name] == getattr(each, name) for name in same)]
            if n not in found and alike:
                found[n] = alike[0]
                added.remove(alike[0])
    return found


def _named(device: str, each: Installation) -> dict[str, object]:
    return {
        "device": device,
        "building": each.building,
        "entrance": each.entrance,
        "floor": each.floor,
        "serial": each.serial,
        "installed_at": each.installed_at,
        "removed_at": each.removed_at,
        "start_registers": Jsonb(_registers(each.start_registers)),
        "closing_registers": Jsonb(_registers(each.closing_registers)),
    }


def _registers(registers: Mapping[Quantity, float]) -> dict[str, float]:
    return {str(quantity): float(value) for quantity, value in registers.items()}
