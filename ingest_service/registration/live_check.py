"""The installer's live check: does the device report, and does it report right?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from teplosvet.domain.device_types import GREATEST_RATE
from teplosvet.domain.errors import UnknownNameError
from teplosvet.domain.quantities import DeviceClass, Quantity, columns_of, counters_of
from teplosvet.storage.queries import query
from teplosvet.words.catalogue import gettext as _

Connection = psycopg.Connection[TupleRow]

WAITING, GOOD, WRONG = "waiting", "good", "wrong"

CLOCK_TOLERANCE = timedelta(minutes=5)
"""Live readings older or younger than this when they come in show a wrong clock."""

REGISTER_STEP = 0.001
"""A typed register may be rounded by this share of its value, and by one unit."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        code: What, as a word.
        state: ``waiting``, ``good`` or ``wrong``.
        value: What was seen.
        unit: Its unit.
        message: What that means.
        what_to_do: What to do if it is wrong or does not come.
    """

    code: str
    state: str
    value: float | str | None
    unit: str
    message: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of an installation and its readings since it was put in."""

    device_class: DeviceClass
    serial: str
    installed_at: datetime
    start_registers: dict[str, float]
    building: str
    first: dict[str, Any] | None
    first_at: datetime | None
    last: dict[str, Any] | None
    last_at: datetime | None
    received_at: datetime | None


def live_check(connection: Connection, device: str, since: datetime | None) -> tuple[str, list[Check]]:
    """All checks of a device and their overall state.

    Raises:
        UnknownNameError: If no such device is installed.
    """
    seen = _look(connection, device, since)
    checks = [_first(seen)]
    if seen.last is not None:
        checks += [*_plausible(seen), *_warmer(seen), _clock(seen), *_serial(seen), *_registers(seen)]
    checks.append(Check("place", GOOD, seen.building, "", _("The place is registered."), ""))
    states = {each.state for each in checks}
    return WRONG if WRONG in states else WAITING if WAITING in states else GOOD, checks


def _look(connection: Connection, device: str, since: datetime | None) -> Seen:
    row = connection.execute(query("registration", "to_check"), {"device": device}).fetchone()
    if row is None:
        raise UnknownNameError(f"no instrument is installed in a device called {device[:80]}")
    device_id, kind, serial, installed_at, registers, building = row
    values = {"device_id": device_id, "since": max(since, installed_at) if since else installed_at}
    table = sql.Identifier(f"{kind}_reading")
    first, last = (
        connection.execute(query("registration", name, table=table), values).fetchone() or (None, None, None)
        for name in ("first_reading", "last_reading")
    )
    return Seen(DeviceClass(kind), serial, installed_at, registers, building, first[0], first[1], *last)


def _first(seen: Seen) -> Check:
    do = _("Look at power, aerial and the credentials that the device was given; wait one reporting interval.")
    if seen.first_at is None:
        return Check("first_reading", WAITING, None, "", _("No reading has come yet."), do)
    return Check("first_reading", GOOD, seen.first_at.isoformat(), "", _("Readings come."), "")


def _plausible(seen: Seen) -> Iterator[Check]:
    """Values at the bounds of what is possible, or none of them."""
    here = [(q, seen.last[q]) for q in columns_of(seen.device_class) if seen.last and seen.last.get(q) is not None]
    do = _("Look at sensors, wiring and the multiplier of the pulses.")
    if not here:
        yield Check("plausible", WAITING, None, "", _("The reading has no values."), do)
    wrong = [(q, v) for q, v in here if not q.spec.low <= v <= q.spec.high]
    failure = next((v for q, v in here if q in {Quantity.HEAT_ERROR_FLAGS, Quantity.LAMP_FAILURE}), None)
    for quantity, value in wrong:
        yield Check("plausible", WRONG, value, quantity.spec.unit, _("This value is not possible."), do)
    if failure:
        yield Check("plausible", WRONG, failure, "", _("The device reports a fault."), do)
    if here and not wrong and not failure:
        yield Check("plausible", GOOD, len(here), "", _("All values are possible."), "")


def _warmer(seen: Seen) -> Iterator[Check]:
    last = seen.last or {}
    flow, back = last.get(Quantity.FLOW_TEMPERATURE_C), last.get(Quantity.RETURN_TEMPERATURE_C)
    if seen.device_class is not DeviceClass.HEAT:
        return
    do = _("Exchange the temperature sensors of flow and return.")
    if flow is None or back is None:
        yield Check("flow_warmer", WAITING, None, "Cel", _("Flow and return temperatures have not come yet."), do)
    elif flow < back:
        yield Check("flow_warmer", WRONG, flow - back, "Cel", _("The return is warmer than the flow."), do)
    else:
        yield Check("flow_warmer", GOOD, flow - back, "Cel", _("The flow is warmer than the return."), "")


def _clock(seen: Seen) -> Check:
    last = seen.last or {}
    if seen.last_at is None or seen.received_at is None or last.get("archive"):
        return Check("clock", WAITING, None, "s", _("No live reading has come yet."), "")
    ahead = seen.last_at - seen.received_at
    if abs(ahead) > CLOCK_TOLERANCE:
        do = _("Set the clock of the device, or of its gateway, in UTC.")
        return Check("clock", WRONG, ahead.total_seconds(), "s", _("The clock is wrong."), do)
    return Check("clock", GOOD, ahead.total_seconds(), "s", _("The clock is right."), "")


def _serial(seen: Seen) -> Iterator[Check]:
    said = (seen.last or {}).get("serial")
    if said is not None and said != seen.serial:
        do = _("Another instrument reports under this name: look at the address on the line and at the label.")
        yield Check("serial", WRONG, said, "", _("The serial number is another one."), do)
    elif said is not None:
        yield Check("serial", GOOD, said, "", _("The serial number is right."), "")


def _registers(seen: Seen) -> Iterator[Check]:
    """The first register reading beside what was typed: not below it, and not above what can have been added."""
    do = _("Read the display again: all digits, the decimal point, the unit (Gcal or kWh). Then correct the register.")
    main = counters_of(seen.device_class)[0] if counters_of(seen.device_class) else None
    for name, typed in seen.start_registers.items():
        value = (seen.first or {}).get(name)
        unit = Quantity(name).spec.unit
        if value is None or seen.first_at is None:
            yield Check("register", WAITING, None, unit, _("This register has not come yet."), do)
            continue
        hours = (seen.first_at - seen.installed_at).total_seconds() / 3600
        rate = GREATEST_RATE.get(seen.device_class, 1.0) if name == main else GREATEST_RATE[DeviceClass.WATER]
        step = min(1.0, abs(typed) * REGISTER_STEP)
        if typed - step <= value <= typed + step + rate * hours:
            yield Check("register", GOOD, value, unit, _("The register is what was typed."), "")
        else:
            yield Check("register", WRONG, value, unit, _("The register is not what was typed."), do)
