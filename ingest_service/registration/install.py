"""Installing, exchanging and withdrawing: each in one transaction, and each once however often it is asked for."""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb
from pydantic import BaseModel

from ingest_service.registration import checks, rights
from ingest_service.registration.requests import ExchangeIn, InstallationIn, WithdrawalIn
from ingest_service.registration.sentences import refusal
from teplosvet.access import audit
from teplosvet.access.principal import Principal
from teplosvet.domain.errors import RefusedError, UnknownNameError
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]
Answer = dict[str, Any]


@contextmanager
def _no_overlap(field: str) -> Iterator[None]:
    """Two installers on one device at the same moment: the database takes one of them."""
    try:
        yield
    except psycopg.errors.ExclusionViolation as error:
        raise RefusedError([refusal(field, "overlaps")], conflict=True) from error
    except psycopg.errors.UniqueViolation as error:
        raise RefusedError([refusal(field, "device_occupied")], conflict=True) from error


def once(
    connection: Connection, request_id: UUID, body: BaseModel, subject: str, change: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """Make a change, or repeat the answer of the time when it was made; True if it was made now.

    Raises:
        RefusedError: If the same request was answered with another body.
    """
    digest = hashlib.sha256(f"{subject}\n{body.model_dump_json()}".encode()).hexdigest()
    connection.execute(query("registry", "lock"))
    row = connection.execute(query("registration", "answered"), {"request_id": request_id}).fetchone()
    if row is not None:
        if row[0] != digest:
            raise RefusedError([refusal("request_id", "request_differs")], conflict=True)
        return cast("Answer", row[1]), False
    answer = change()
    values = {"request_id": request_id, "digest": digest, "answer": Jsonb(answer)}
    connection.execute(query("registration", "answer"), values)
    return answer, True


def register(connection: Connection, person: Principal, body: InstallationIn) -> Answer:
    """Register an installation, making its device if there is none.

    Raises:
        RefusedError: If it contradicts the registry; nothing is changed then.
    """
    answer, new = written(connection, person, body)
    return with_rights(connection, answer, new=new)


def written(connection: Connection, person: Principal, body: InstallationIn) -> tuple[Answer, bool]:
    """The first half of `register`, before the broker is told; True if it was written now."""
    with _no_overlap("device"), connection.transaction():
        return once(connection, body.request_id, body, "install", lambda: put(connection, person, body))


def put(connection: Connection, person: Principal, body: InstallationIn) -> Answer:
    """Write an installation in the caller's transaction."""
    claimed = checks.claimed_device(connection, body.claim) if body.claim and body.device is None else None
    name = body.device or (claimed.device if claimed else new_name(body))
    device = checks.known_device(connection, name)
    publisher = body.publisher or (device.publisher if device else name)
    body = body.model_copy(update={"device": name, "model": body.model or (device.model if device else "")})
    checks.stop_at(checks.faults_of(connection, body, device, publisher))
    values = {"device": name, "class": body.device_class, "publisher": publisher, "model": body.model}
    if device is None:
        row = connection.execute(query("registration", "new_device"), values).fetchone()
        device_id = int(row[0]) if row else 0
    else:
        device_id = device.id
        connection.execute(query("registration", "device_is"), {**values, "device_id": device_id})
        connection.execute(query("registration", "claimed"), {"device_id": device_id})
    place = connection.execute(
        query("registration", "place"), {"building": body.building, "entrance": body.entrance}
    ).fetchone()
    building_id, entrance_id = place or (None, None)
    installation_id = _install(
        connection,
        device_id,
        body.model,
        {**body.model_dump(), "building_id": building_id, "entrance_id": entrance_id, "place_zone": body.zone},
    )
    for each in body.identities:
        names = {"adapter": each.adapter, "identity": each.identity}
        connection.execute(query("registration", "identity"), {**names, "device_id": device_id})
        connection.execute(query("registry", "not_unbound"), names)
    rights.want(connection, publisher, "granted")
    connection.execute(query("registry", "mark_whole_history"), {"name": name})
    told = {"serial": body.serial, "building": body.building, "installation_id": installation_id}
    audit.record(connection, person, "device.registered", name, **told)
    return {"device": name, "installation_id": installation_id, "publisher": publisher}


def _install(connection: Connection, device_id: int, model: str, values: dict[str, Any]) -> int:
    values = {**values, "device_id": device_id, "start_registers": Jsonb(values["start_registers"])}
    row = connection.execute(query("registration", "install"), values).fetchone()
    for quantity, modulus in checks.moduli_of(model).items():
        held = {"device_id": device_id, "quantity": str(quantity), "modulus": modulus}
        connection.execute(query("registration", "modulus"), held)
    return int(row[0]) if row else 0


def new_name(body: InstallationIn) -> str:
    """A name for a device that has none: building, kind, and something that no other has."""
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{body.building}-{body.device_class}-{body.serial}").strip("-._")
    return f"{slug[:70]}-{secrets.token_hex(2)}"


def with_rights(connection: Connection, answer: Answer, *, new: bool) -> Answer:
    """The answer with what the broker said; a repeated one has no password, because it was shown."""
    if not new:
        return {**answer, "credentials": None, "broker": right_of(connection, str(answer["publisher"]))}
    applied = rights.apply(connection, str(answer["publisher"]), rights.plugin())
    return {**answer, "credentials": applied.credentials(), "broker": applied.broker}


def right_of(connection: Connection, publisher: str) -> str:
    """What the broker lets a publisher do now, as far as it was told."""
    if rights.plugin() is None:
        return "open"
    row = connection.execute(query("registration", "right_state"), {"publisher": publisher}).fetchone()
    return "pending" if row is None or not row[1] else str(row[0])


def _opened(connection: Connection, name: str, closed_at: datetime) -> tuple[checks.Known, TupleRow]:
    """The device and its open installation, to be closed."""
    device = checks.known_device(connection, name)
    if device is None or not checks.is_visible(connection, device.id):
        raise UnknownNameError(f"no device is called {name[:80]}")
    row = connection.execute(query("registration", "open_installation"), {"device_id": device.id}).fetchone()
    if row is None:
        raise RefusedError([refusal("device", "not_installed")], conflict=True)
    errors = list(checks.time_faults("closed_at", closed_at))
    if closed_at <= row[6]:
        errors.append(refusal("closed_at", "before_installation"))
    checks.stop_at(errors)
    return device, row


def _close(connection: Connection, installation_id: int, body: ExchangeIn | WithdrawalIn) -> None:
    values = {"id": installation_id, "closed_at": body.closed_at, "closing_registers": Jsonb(body.closing_registers)}
    connection.execute(query("registration", "close"), values)


def exchange(connection: Connection, person: Principal, name: str, body: ExchangeIn) -> Answer:
    """Close one installation and open the next at the same place.

    Raises:
        UnknownNameError: If there is no such device.
        RefusedError: If it contradicts the registry; nothing is changed then.
    """

    def change() -> Answer:
        device, old = _opened(connection, name, body.closed_at)
        model = body.model if body.model is not None else device.model
        errors = [
            *checks.register_faults("closing_registers", body.closing_registers, device.device_class),
            *checks.register_faults("start_registers", body.start_registers, device.device_class),
            *checks.calibration_faults(body.calibrated_on, body.calibration_due),
            *checks.serial_faults(connection, body.serial, device.device_class, model),
            *checks.shown_before(
                connection, device.device_class, model, body.serial, body.start_registers, body.closed_at, device
            ),
        ]
        checks.stop_at(errors)
        _close(connection, old[0], body)
        place = dict(zip(("building_id", "entrance_id", "floor", "place_zone"), old[1:5], strict=True))
        new_id = _install(connection, device.id, model, {**body.model_dump(), **place, "installed_at": body.closed_at})
        values = {"device_id": device.id, "publisher": device.publisher, "model": model}
        connection.execute(query("registration", "device_is"), values)
        connection.execute(query("registry", "mark_whole_history"), {"name": name})
        audit.record(connection, person, "device.exchanged", name, old=old[5], new=body.serial)
        return {"device": name, "closed_installation_id": old[0], "installation_id": new_id}

    with _no_overlap("closed_at"), connection.transaction():
        return once(connection, body.request_id, body, f"exchange {name}", change)[0]


def withdraw(connection: Connection, person: Principal, name: str, body: WithdrawalIn) -> Answer:
    """Close the installation; the broker lets the device in no more, unless its publisher speaks for others.

    Raises:
        UnknownNameError: If there is no such device.
        RefusedError: If it contradicts the registry; nothing is changed then.
    """

    def change() -> Answer:
        device, old = _opened(connection, name, body.closed_at)
        checks.stop_at(list(checks.register_faults("closing_registers", body.closing_registers, device.device_class)))
        _close(connection, old[0], body)
        row = connection.execute(query("registration", "others_speak"), {"publisher": device.publisher}).fetchone()
        if not (row and row[0]):
            rights.want(connection, device.publisher, "withdrawn")
        connection.execute(query("registry", "mark_whole_history"), {"name": name})
        audit.record(connection, person, "device.withdrawn", name, serial=old[5])
        return {"device": name, "closed_installation_id": old[0], "publisher": device.publisher}

    with connection.transaction():
        answer, _ = once(connection, body.request_id, body, f"withdraw {name}", change)
    applied = rights.apply(connection, str(answer["publisher"]), rights.plugin())
    return {**answer, "broker": applied.broker}


def renew_credentials(connection: Connection, person: Principal, name: str) -> Answer:
    """A new password for a device's publisher, shown once; the old one is worth nothing from then on.

    Raises:
        UnknownNameError: If there is no such device.
        RefusedError: If nothing is installed in it.
    """
    with connection.transaction():
        device = checks.known_device(connection, name)
        if device is None or not checks.is_visible(connection, device.id):
            raise UnknownNameError(f"no device is called {name[:80]}")
        if not device.occupied:
            raise RefusedError([refusal("device", "not_installed")], conflict=True)
        rights.want(connection, device.publisher, "granted")
        connection.execute(query("registration", "right_again"), {"publisher": device.publisher})
        audit.record(connection, person, "device.credentials", name, publisher=device.publisher)
    applied = rights.apply(connection, device.publisher, rights.plugin())
    return {"device": name, "credentials": applied.credentials(), "broker": applied.broker}
