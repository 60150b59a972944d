"""A house with a VKT-7 in the memory of the test, and its driver."""

import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from gateway.driver import Archive, ArchiveRow, Driver, DriverSettings
from gateway.errors import NothingArchivedError
from gateway.profiles import profile
from simulators.wire.heat_state import HeatState
from simulators.wire.vkt7_slave import MOSCOW, Vkt7Settings, Vkt7Slave
from teplosvet.domain.quantities import Quantity
from tests.unit.gateway.instant_line import InstantLine

BUILT = datetime(2025, 10, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 5, 9, 47, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEP_KWH = 1.163
"""The last digit of the heat register: 0.001 Gcal. [kWh]"""
ALWAYS = datetime.min  # noqa: DTZ901 - the calculator's own time


def local(*of: int) -> datetime:
    """An instant of the calculator's own time."""
    return datetime(*of)  # type: ignore[arg-type]  # noqa: DTZ001


def course(at: datetime) -> HeatState:
    """What the house takes, more in one hour than in another; no register ever falls."""
    h = (at - BUILT).total_seconds() / 3600
    swing = math.sin(2 * math.pi * h / 24) + 0.3 * math.sin(2 * math.pi * h / 7)
    return HeatState(
        heat_gcal=1204.5 + 0.1753 * h + 0.2 * swing,
        flow_volume_m3=30_000 + 5.011 * h + 3 * swing,
        return_volume_m3=29_500 + 4.98 * h + 3 * swing,
        flow_mass_t=28_900 + 4.9 * h + 3 * swing,
        return_mass_t=28_500 + 4.85 * h + 3 * swing,
        operating_h=7200 + h,
        error_h=12,
        flow_c=92.31,
        return_c=54.08,
    )


def house(now: datetime | Callable[[], datetime] = NOW, **settings: object) -> tuple[Vkt7Slave, Driver]:
    """The calculator and a driver for its first heat input."""
    clock = now if callable(now) else lambda: now
    slave = Vkt7Slave(Vkt7Settings(7, BUILT, **settings), clock, course)  # type: ignore[arg-type]
    return slave, driver_on(InstantLine(slave))


def driver_on(line: InstantLine, **options: str) -> Driver:
    return profile("vkt-7").driver(line, DriverSettings("cellar", "7", MOSCOW, options))


def hours(newest: datetime, count: int) -> list[datetime]:
    """Ends of hours, newest first."""
    top = newest.replace(minute=0, second=0, microsecond=0)
    return [top - n * HOUR for n in range(count)]


def heat_steps(row: ArchiveRow) -> int | None:
    """The heat register of a row, in steps of the calculator."""
    value = next((s.value for s in row.samples if s.quantity is Quantity.HEAT_ENERGY_KWH), None)
    return None if value is None else round(value / STEP_KWH)


def rows_of(driver: Driver, archive: Archive, wanted: Iterable[datetime]) -> list[ArchiveRow]:
    """Rows as a gateway gets them that comes again when a contact shortly after a full hour is waited for."""
    numbers = list(wanted)
    for _ in range(3):
        try:
            return list(driver.read_archive(archive, numbers))
        except NothingArchivedError as error:
            if "full hour" not in str(error):
                raise
    return list(driver.read_archive(archive, numbers))
