"""The devices of a measurement boundary and their raw readings out of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import TupleRow

from analytics.evidence.record import (
    NEARBY_US,
    UNKNOWN_SERIAL,
    BirthRecord,
    Boundary,
    DeviceRecord,
    EpochRecord,
    InstallationRecord,
    bounds_us,
    quantities_of,
    window_of,
)
from analytics.evidence.spans import apart
from analytics.rollup.devices import DeviceFacts, load_devices
from analytics.rollup.load import DeviceReadings
from analytics.rollup.windows import Look, instant_text, reading_table
from teplosvet.domain.contracts import Carrier, Contract
from teplosvet.domain.periods import Period
from teplosvet.storage.columns import read_arrays
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]
Told = TypeVar("Told", tuple[int, int], tuple[int, int, Mapping[str, float]])


@dataclass(frozen=True, slots=True)
class _Known:
    """What is asked of the database once for all devices."""

    facts: Mapping[int, DeviceFacts]
    here: frozenset[tuple[int, int]]
    serial_of: Mapping[int, str]


def load_boundary(
    connection: Connection, building_id: int, zone: ZoneInfo, contract: Contract, period: Period
) -> tuple[Boundary, list[int]]:
    """The boundary of a contract over the spans of a statement, and the devices' keys in its order."""
    spans = list(apart(contract.baseline, period))
    bounds = [bounds_us(span, zone) for span in spans]
    named = {
        "class": contract.carrier.device_class.value,
        "building_id": building_id,
        "start": datetime.fromtimestamp(bounds[0][0] / 1e6, UTC),
        "end": datetime.fromtimestamp(bounds[-1][1] / 1e6, UTC),
    }
    rows = connection.execute(query("evidence", "devices"), named).fetchall()
    ids = [int(row[0]) for row in rows]
    known = _known(connection, contract.carrier, building_id, ids)
    devices = [_record(known, bounds, row) for row in rows]
    serials = tuple(sorted(set(known.serial_of.values())))
    place_of = {code: serials.index(serial) for code, serial in known.serial_of.items()}
    readings: dict[tuple[int, int], DeviceReadings] = {}
    for place, (key, device) in enumerate(zip(ids, devices, strict=True)):
        begins = []
        for number, span in enumerate(spans):
            window = window_of(device, span, zone)
            found = None if window is None else _read(connection, contract.carrier, key, device, window)
            begins.append(found is not None and found[0])
            if found is not None:
                serial = np.array([place_of.get(code, UNKNOWN_SERIAL) for code in found[1].serial], dtype=np.int32)
                readings[place, number] = replace(found[1], device_id=place, serial=serial)
        devices[place] = replace(device, begins=tuple(begins))
    return _with_used_serials(Boundary(tuple(devices), serials, readings)), ids


def _known(connection: Connection, carrier: Carrier, building_id: int, ids: list[int]) -> _Known:
    here = connection.execute(query("evidence", "installed_here"), {"ids": ids, "building_id": building_id})
    table = reading_table(carrier.device_class)
    serials = connection.execute(query("evidence", "serials", ids=sql.Literal(ids), table=table))
    return _Known(load_devices(connection, ids), frozenset((key, at) for key, at in here), dict(serials.fetchall()))


def _record(known: _Known, bounds: Sequence[tuple[int, int]], row: TupleRow) -> DeviceRecord:
    key, name, model = row
    facts = known.facts[key]
    wide = [(start - NEARBY_US, end + NEARBY_US) for start, end in bounds]
    return DeviceRecord(
        name=name,
        device_class=facts.device_class,
        model=model,
        zone=facts.zone,
        greatest_power_kw=facts.greatest_power_kw,
        modulus=_floats(facts.modulus),
        installations=tuple(
            InstallationRecord(
                here=(key, each.from_us) in known.here,
                serial=known.serial_of[each.serial],
                from_us=each.from_us,
                to_us=each.to_us,
                start_registers=_floats(each.start),
                closing_registers=_floats(each.closing),
            )
            for each in facts.installations
            if any(each.from_us < end and (each.to_us is None or each.to_us > start) for start, end in wide)
        ),
        births=tuple(
            BirthRecord(at, known.serial_of[serial], _floats(registers))
            for at, serial, registers in _around(facts.births, wide)
        ),
        epochs=tuple(
            EpochRecord(register, at, shift)
            for register in sorted(quantity for quantity in quantities_of(Carrier(facts.device_class.value)))
            for at, shift in _around(facts.epochs.get(register, []), wide)
        ),
        metered=facts.metered,
    )


def _floats(registers: Mapping[str, float]) -> dict[str, float]:
    """Registers as floats: JSON from storage has whole numbers as integers, whose digest would be another."""
    return {name: float(value) for name, value in registers.items()}


def _around(told: Sequence[Told], wide: Sequence[tuple[int, int]]) -> list[Told]:
    """What was told near one of the spans, and the last that was told before each: it is still in force there."""
    kept: set[int] = set()
    for start, end in wide:
        kept |= {n for n, each in enumerate(told) if start <= each[0] < end}
        kept |= set([n for n, each in enumerate(told) if each[0] < start][-1:])
    return [told[n] for n in sorted(kept)]


def _read(
    connection: Connection, carrier: Carrier, key: int, device: DeviceRecord, window: tuple[int, int]
) -> tuple[bool, DeviceReadings] | None:
    """Readings of a window with the context of its register; of power alone, with that of every reading."""
    columns = quantities_of(carrier)
    derived_alone = len(columns) > 1 and device.metered is None and carrier is not Carrier.HEAT
    look = Look(carrier.device_class, None if derived_alone else carrier.register)
    values = [query("rollup", "read_value", column=sql.Identifier(column)) for column in columns]
    present = [query("evidence", "has_value", column=sql.Identifier(column)) for column in columns]
    statement = query(
        "evidence",
        "read_span",
        values=sql.SQL(", ").join(values),
        any_value=query("evidence", "any_value", values=sql.SQL(" OR ").join(present)),
        device_id=sql.Literal(key),
        from_at=sql.Literal(instant_text(window[0])),
        to_at=sql.Literal(instant_text(window[1])),
        table=look.table,
        **look.around(),
    )
    # read to its end: a stream that is left early is cancelled, and its transaction with it
    for begins, at_us, serial, archive, *found in [*read_arrays(connection, statement)]:
        return begins, DeviceReadings(key, at_us, serial, archive != 0, dict(zip(columns, found, strict=True)))
    return None


def _with_used_serials(boundary: Boundary) -> Boundary:
    """Only the serial numbers that something refers to: a device may have been elsewhere."""
    used = {each.serial for device in boundary.devices for each in device.installations}
    used |= {each.serial for device in boundary.devices for each in device.births}
    codes: list[NDArray[np.int32]] = [np.unique(readings.serial) for readings in boundary.readings.values()]
    used |= {boundary.serials[code] for part in codes for code in part.tolist() if code >= 0}
    serials = tuple(sorted(used))
    new = np.array(
        [serials.index(each) if each in used else UNKNOWN_SERIAL for each in boundary.serials] or [UNKNOWN_SERIAL]
    )
    readings = {
        key: replace(each, serial=np.where(each.serial < 0, UNKNOWN_SERIAL, new[each.serial]).astype(np.int32))
        for key, each in boundary.readings.items()
    }
    return Boundary(boundary.devices, serials, readings)
