"""A simulated three-phase Mercury meter of a house, and its driver."""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.driver import ArchiveRow, Contact, DriverSettings
from gateway.drivers.mercury.mercury_230 import Mercury230Driver
from gateway.profiles import profile
from simulators.wire.mercury_slave import MercurySlave, Registers
from teplosvet.domain.quantities import Quantity
from tests.unit.gateway.instant_line import InstantLine

MOSCOW = ZoneInfo("Europe/Moscow")
START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 6, 25, 30, tzinfo=UTC)
SINCE = NOW.replace(minute=0, second=0) - timedelta(days=12)
MEASURED = {
    0x00: 123_456,
    0x11: 23_100,
    0x12: 22_900,
    0x13: 23_000,
    0x21: 1_500,
    0x22: 2_500,
    0x23: 69,
    0x30: 943,
    0x40: 5_003,
}


def registers(at: datetime) -> Registers:
    """A register that never stands still. [Wh], [varh]"""
    hours = (at - START) / timedelta(hours=1)
    active = 3_196_200 + 1_234.5 * hours + 400 * math.sin(hours / 3)
    return active, None, active / 10, None


def meter(**changes: object) -> MercurySlave:
    slave = MercurySlave(87, registers, lambda: NOW, MOSCOW, measured=MEASURED, profile_since=SINCE)
    for name, value in changes.items():
        setattr(slave, name, value)
    return slave


def driver(slave: MercurySlave, address: str = "87", **options: str) -> Mercury230Driver:
    made = profile("mercury-230").driver(InstantLine(slave), DriverSettings("house", address, MOSCOW, options))
    assert isinstance(made, Mercury230Driver)
    return made


def requests(made: Mercury230Driver) -> list[bytes]:
    assert isinstance(made.line, InstantLine)
    return made.line.requests


def values(brought: Contact | ArchiveRow) -> dict[Quantity, float]:
    return {sample.quantity: sample.value for sample in brought.samples}


def hours(count: int, newest: datetime = datetime(2026, 11, 24, 6, tzinfo=UTC)) -> list[datetime]:
    return [newest - timedelta(hours=n) for n in range(count)]
