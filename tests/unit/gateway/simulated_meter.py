"""A heat meter as a test sees it: registers that are a formula of time, an archive of its own, and faults by order."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gateway.clock import Clock
from gateway.driver import Archive, ArchiveRow, Contact, Driver, DriverSettings, Profile, Sample
from gateway.errors import DeviceError, NoAnswerError
from gateway.line import Line
from gateway.meters.meter import Meter
from gateway.reporter import Data
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity
from teplosvet.domain.readings import Reading
from teplosvet.wire.messages import Birth, Event

START = datetime(2026, 10, 1, tzinfo=UTC)


class HandClock(Clock):
    """A clock that a test sets."""

    def __init__(self, now: datetime = START) -> None:
        self.time, self.boot = now, 1000.0

    def now(self) -> datetime:
        return self.time

    def boot_s(self) -> float:
        return self.boot

    def wait(self, seconds: float, stop: threading.Event, at_most_s: float = 1.0) -> bool:  # noqa: ARG002
        self.pass_(timedelta(seconds=seconds))
        return stop.is_set()

    def pass_(self, span: timedelta) -> None:
        """Time goes by."""
        self.time += span
        self.boot += span.total_seconds()


@dataclass
class Instrument:
    """What hangs on the wall.

    Attributes:
        serial: Its serial number.
        start_kwh: Its register at `START`. [kWh]
        depth: How far back its hours reach.
        missing: Ends of hours for which it has nothing.
        ahead: By how much its clock is ahead.
        fault: Raised instead of an answer.
        archive_fault: Raised at this hour of its archive.
        reads: How often it was read.
        rows: How many archive rows it gave.
        battery: Whether a read costs battery.
        extra: Further samples.
    """

    serial: str | None = "4711"
    start_kwh: float = 1000.0
    depth: timedelta = timedelta(days=37)
    missing: set[datetime] = field(default_factory=set)
    ahead: timedelta = timedelta(0)
    fault: Exception | None = None
    archive_fault: tuple[datetime, DeviceError] | None = None
    reads: int = 0
    rows: int = 0
    battery: bool = True
    extra: tuple[Sample, ...] = ()

    def energy_kwh(self, at: datetime) -> float:
        """The register: 10 kWh an hour."""
        return self.start_kwh + (at - START).total_seconds() / 360


class SimulatedDriver(Driver):
    """Reads an instrument."""

    def __init__(self, instrument: Instrument, clock: Clock, line: Line, settings: DriverSettings) -> None:
        super().__init__(line, settings)
        self.instrument, self._clock = instrument, clock
        self.archives = {Archive.HOUR: instrument.depth, Archive.DAY: timedelta(days=365)}
        self.reads_cost_battery = instrument.battery

    def read(self) -> Contact:
        self.instrument.reads += 1
        if self.instrument.fault is not None:
            raise self.instrument.fault
        now = self._clock.now()
        samples = (Sample(Quantity.HEAT_ENERGY_KWH, self.instrument.energy_kwh(now), 1.0), *self.instrument.extra)
        return Contact(samples, self.instrument.serial, now + self.instrument.ahead, "Wall 1", "2.0")

    def read_archive(self, _archive: Archive, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        oldest = self._clock.now() - self.instrument.depth
        for at in wanted:
            if self.instrument.fault is not None:
                raise NoAnswerError
            if self.instrument.archive_fault is not None and at == self.instrument.archive_fault[0]:
                raise self.instrument.archive_fault[1]
            self.instrument.rows += 1
            known = oldest < at <= self._clock.now() and at not in self.instrument.missing
            yield ArchiveRow(at, (Sample(Quantity.HEAT_ENERGY_KWH, self.instrument.energy_kwh(at)),) if known else ())


class SimulatedProfile(Profile):
    """The instruments by their address; an address begins with a letter."""

    model = "simulated"
    manual = "none: it hangs in a test"

    def __init__(self, clock: Clock, instruments: dict[str, Instrument] | None = None) -> None:
        self._clock = clock
        self.instruments = instruments or {}

    def driver(self, line: Line, settings: DriverSettings) -> SimulatedDriver:
        if not settings.address[:1].isalpha():
            raise ConfigurationError(f"an address begins with a letter, not {settings.address!r}")
        instrument = self.instruments.setdefault(settings.address, Instrument())
        return SimulatedDriver(instrument, self._clock, line, settings)

    def find(self, model: str) -> Profile:
        """As `gateway.profiles.profile` does."""
        if model != self.model:
            raise ConfigurationError(f"no meter is called {model!r}: there are simulated")
        return self


class Kept:
    """An outbox that keeps everything in a list."""

    def __init__(self) -> None:
        self.live: list[Reading] = []
        self.archive: list[Reading] = []
        self.events: list[Event] = []
        self.births: list[Birth] = []
        self.on_disk = True

    def put_readings(self, readings: Sequence[Reading], *, live: bool = True) -> bool:
        (self.live if live else self.archive).extend(readings)
        return self.on_disk

    def put_event(self, event: Event) -> bool:
        self.events.append(event)
        return self.on_disk

    def put_birth(self, birth: Birth) -> bool:
        self.births.append(birth)
        return self.on_disk

    def words(self, device: str = "") -> list[str]:
        """What happened."""
        return [event.event for event in self.events if device in {"", event.device}]

    def data(self, word: str) -> Data:
        """What was said with the last event of a word."""
        return next(event.data for event in reversed(self.events) if event.event == word)


def live_until(meter: Meter, clock: HandClock, end: datetime) -> None:
    """What a line's loop does."""
    while clock.time < end:
        if meter.due <= clock.time:
            if meter.read():
                meter.refill(lambda: True)
            meter.watch()
        else:
            clock.pass_(min(meter.due, end) - clock.time)
