"""What contradicts the registry in an installation: every fault at once, so that the installer mends all of them."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from ingest_service.registration.requests import InstallationIn
from ingest_service.registration.rights import is_reserved
from ingest_service.registration.sentences import CONFLICTS, refusal
from teplosvet.domain.device_types import TYPES
from teplosvet.domain.errors import FieldError, RefusedError
from teplosvet.domain.quantities import DeviceClass, Quantity, counters_of
from teplosvet.storage.queries import query
from teplosvet.vendors.makers import adapters

Connection = psycopg.Connection[TupleRow]

CLOCKS_DIFFER = timedelta(minutes=5)
"""A phone may be so much ahead of the server."""


@dataclass(frozen=True, slots=True)
class Known:
    """A device that the registry has.

    Attributes:
        id: Its key.
        device_class: What it measures.
        model: Of the instrument.
        publisher: Who speaks for it.
        last_removed_at: When the last instrument was taken out.
        occupied: Whether an instrument is in it.
        stock_serial: Of the instrument that it waits for a place with; None once it had a place.
    """

    id: int
    device_class: str
    model: str
    publisher: str
    last_removed_at: datetime | None
    occupied: bool
    stock_serial: str | None = None


def known_device(connection: Connection, name: str) -> Known | None:
    """What the registry knows of a device."""
    row = connection.execute(query("registration", "device"), {"device": name}).fetchone()
    return Known(*row) if row else None


def stop_at(errors: list[FieldError]) -> None:
    """Refuse if anything is wrong.

    Raises:
        RefusedError: If anything is.
    """
    if errors:
        raise RefusedError(errors, conflict=any(each.code in CONFLICTS for each in errors))


def is_visible(connection: Connection, device_id: int) -> bool:
    """Whether whoever asks may change a device."""
    row = connection.execute(query("registration", "may_touch"), {"device_id": device_id}).fetchone()
    return bool(row and row[0])


def faults_of(connection: Connection, body: InstallationIn, device: Known | None, publisher: str) -> list[FieldError]:
    """Everything that is wrong with an installation."""
    if body.device_class not in list(DeviceClass):
        return [refusal("class", "unknown_class")]
    found = [
        *_of_place(connection, body),
        *_of_device(connection, body, device),
        *_of_claim(connection, body, device),
        *register_faults("start_registers", body.start_registers, body.device_class),
        *calibration_faults(body.calibrated_on, body.calibration_due),
        *_of_identities(connection, body, device),
    ]
    if is_reserved(publisher) or not asked(
        connection, "publisher_is_free", publisher=publisher, device_id=device.id if device else None
    ):
        found.append(refusal("publisher", "publisher_not_yours"))
    model = body.model
    found += serial_faults(connection, body.serial, body.device_class, model)
    found += shown_before(
        connection, body.device_class, model, body.serial, body.start_registers, body.installed_at, device
    )
    return found


def _of_place(connection: Connection, body: InstallationIn) -> Iterator[FieldError]:
    names = {"building": body.building, "entrance": body.entrance}
    place = connection.execute(query("registration", "place"), names).fetchone()
    if place is None:
        yield refusal("building", "unknown_building")
    elif body.entrance and place[1] is None:
        yield refusal("entrance", "unknown_entrance")
    yield from time_faults("installed_at", body.installed_at)


def time_faults(field: str, at: datetime) -> Iterator[FieldError]:
    """Whether a time lies in the future."""
    if at > datetime.now(UTC) + CLOCKS_DIFFER:
        yield refusal(field, "in_future")


def _of_device(connection: Connection, body: InstallationIn, device: Known | None) -> Iterator[FieldError]:
    kind = TYPES.get(body.model)
    if kind is not None and kind.device_class != body.device_class:
        yield refusal("model", "other_class")
    if device is None:
        return
    if device.device_class != body.device_class:
        yield refusal("class", "other_class")
    if body.claim is None and not is_visible(connection, device.id):
        yield refusal("device", "not_yours")
    elif device.occupied:
        yield refusal("device", "device_occupied")
    elif device.last_removed_at is not None and body.installed_at < device.last_removed_at:
        yield refusal("installed_at", "overlaps")


def _of_claim(connection: Connection, body: InstallationIn, device: Known | None) -> Iterator[FieldError]:
    """The code of a label stands for a role in the device's organisation: its bearer stands before the device."""
    if body.claim is not None:
        claimed = claimed_device(connection, body.claim)
        if claimed is None or claimed.device != body.device:
            yield refusal("claim", "claim_unknown")
        elif claimed.used:
            yield refusal("claim", "claim_used")
        elif claimed.serial != body.serial:
            yield refusal("serial", "claim_serial")
    elif device is not None and device.stock_serial not in {None, body.serial}:
        yield refusal("serial", "claim_serial")


class Claimed(NamedTuple):
    """What a code is for."""

    device: str
    serial: str
    used: bool


def claimed_device(connection: Connection, code: str) -> Claimed | None:
    """The device whose label has this code."""
    row = connection.execute(query("registration", "claimed_device"), {"digest": digest_of(code)}).fetchone()
    return Claimed(*row) if row else None


def digest_of(code: str) -> str:
    """How a claim code is stored; it is random enough for a plain digest."""
    return hashlib.sha256(code.encode()).hexdigest()


def register_faults(field: str, registers: Mapping[str, float], device_class: str) -> Iterator[FieldError]:
    """Registers that the class has not, and values that no register shows."""
    names = {str(quantity): quantity for quantity in counters_of(DeviceClass(device_class))}
    for name, value in registers.items():
        if name not in names:
            yield refusal(f"{field}.{name[:80]}", "unknown_register")
        elif not names[name].spec.low <= value <= names[name].spec.high:
            yield refusal(f"{field}.{name}", "register_out_of_range")


def calibration_faults(on: date | None, due: date | None) -> Iterator[FieldError]:
    """Dates of the verification that cannot be."""
    if on is not None and due is not None and due <= on:
        yield refusal("calibration_due", "calibration_order")
    if on is not None and on > datetime.now(UTC).date() + timedelta(days=1):
        yield refusal("calibrated_on", "calibration_in_future")


def serial_faults(connection: Connection, serial: str, device_class: str, model: str) -> Iterator[FieldError]:
    """Whether the instrument is installed somewhere; a serial number is unique within a maker's model."""
    if asked(connection, "serial_is_installed", serial=serial, model=model, **{"class": device_class}):
        yield refusal("serial", "serial_installed")


def _of_identities(connection: Connection, body: InstallationIn, device: Known | None) -> Iterator[FieldError]:
    for n, each in enumerate(body.identities):
        if each.adapter not in adapters():
            yield refusal(f"identities.{n}.adapter", "unknown_adapter")
        names = {"adapter": each.adapter, "identity": each.identity}
        owner = connection.execute(query("registry", "identity_owner"), names).fetchone()
        if owner is not None and (device is None or owner[0] != body.device):
            yield refusal(f"identities.{n}.identity", "identity_taken")


def shown_before(
    connection: Connection,
    device_class: str,
    model: str,
    serial: str,
    registers: Mapping[str, float],
    at: datetime,
    device: Known | None,
) -> Iterator[FieldError]:
    """Start registers below what the same instrument showed when it was taken out, or said last."""
    values = {"serial": serial, "class": device_class, "model": model, "installed_at": at}
    before: dict[str, float] = {}
    row = connection.execute(query("registration", "closing_registers"), values).fetchone()
    before |= row[0] if row else {}
    if device is not None:
        statement = query("registration", "greatest_readings", table=sql.Identifier(f"{device_class}_reading"))
        said = connection.execute(statement, {"device_id": device.id, "until": at, "serial": serial}).fetchone()
        counters = {str(quantity) for quantity in counters_of(DeviceClass(device_class))}
        if said is not None:
            before |= {name: value for name, value in said[0].items() if name in counters and value is not None}
    for name, value in registers.items():
        if name in before and value < before[name]:
            yield refusal(f"start_registers.{name}", "below_last_reading")


def moduli_of(model: str) -> Mapping[Quantity, float]:
    """Where registers of a model roll over."""
    return TYPES[model].modulus if model in TYPES else {}


def asked(connection: Connection, name: str, **values: object) -> bool:
    """The answer to a question of yes or no."""
    row = connection.execute(query("registration", name), values).fetchone()
    return bool(row and row[0])
