"""The driver of VKT-7: what it shows now, and the hours and days that it has archived."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property

from gateway.driver import Archive, ArchiveRow, Contact, Driver, DriverSettings, Profile, Remark, Sample
from gateway.drivers.vkt7.archives import Archives, Entry
from gateway.drivers.vkt7.book import Book, Record, Registers
from gateway.drivers.vkt7.frames import Bounds, Service, ValueType
from gateway.drivers.vkt7.session import Session
from gateway.drivers.vkt7.values import Item, Properties, Shown, qualities, situations
from gateway.errors import CodedRefusalError
from gateway.line import Line
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity
from teplosvet.wire.units import conversion

_INPUTS = 2
_NEXT_ELEMENT, _NEXT_DECIMALS = 22, 10
"""How much further on the elements and the decimals of the second heat input stand."""
_COMMON_DECIMALS = frozenset({57})
"""Decimals that hold for both heat inputs: those of temperatures."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Vkt7Profile(Profile):
    """A model of the VKT-7 family.

    Attributes:
        model: Its name in configurations.
        manual: Where its facts come from.
        items: Elements of the first heat input.
        told_by: Quantities whose two bytes about them make the flags, lowest byte first; alternatives side by side.
        archives: How far back its archives reach.
    """

    model: str
    manual: str
    items: tuple[Item, ...]
    told_by: tuple[tuple[Quantity, ...], ...]
    archives: Mapping[Archive, timedelta]

    def driver(self, line: Line, settings: DriverSettings) -> Driver:
        """A driver for one heat input of one calculator; the option ``input`` says which, 1 or 2."""
        address, heat_input = settings.address, settings.options.get("input", "1")
        if not (address.isascii() and address.isdigit() and 1 <= int(address) <= 255):
            raise ConfigurationError(f"{settings.name}: {address!r} is no network number of a VKT-7, which is 1 to 255")
        if heat_input not in {str(number) for number in range(1, _INPUTS + 1)}:
            raise ConfigurationError(f"{settings.name}: input is {heat_input!r}, a VKT-7 has the heat inputs 1 and 2")
        return Vkt7(line, settings, self, int(address), int(heat_input))


class Vkt7(Driver):
    """One heat input of a VKT-7. Its clock is read and never set.

    Args:
        line: The line that it is on.
        settings: What the configuration says of it.
        profile: Its model.
        address: Its network number.
        heat_input: Which heat input.
    """

    reads_cost_battery = True
    options_known = ("input",)

    def __init__(
        self, line: Line, settings: DriverSettings, profile: Vkt7Profile, address: int, heat_input: int
    ) -> None:
        super().__init__(line, settings)
        self.archives = profile.archives
        self._profile, self._address = profile, address
        self._items = tuple(_of_input(item, heat_input) for item in profile.items)
        self._book = Book()
        self._identity: tuple[Service, Properties] | None = None

    def read(self) -> Contact:
        """Read current values and totals in one session."""
        session, service, properties = self._begin()
        clock = session.clock()
        session.choose(ValueType.CURRENT, self._numbers(registers=False))
        shown = session.read()
        session.choose(ValueType.CURRENT_TOTAL, self._numbers(registers=True))
        shown |= session.read()
        samples, remarks = self._samples(shown, properties)
        return Contact(
            samples,
            serial=service.subscriber or None,
            meter_clock=clock.replace(tzinfo=self.settings.zone) if clock else None,
            model=f"VKT-7-{service.model:02d}" if service.model is not None else "VKT-7",
            firmware=service.version,
            remarks=(*remarks, *self._told(shown)),
            frames=session.answers,
        )

    def read_archive(self, archive: Archive, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        """Read hours or days, newest first, with the registers at their end; see `gateway.drivers.vkt7.book`."""
        if archive not in self.archives:
            return super().read_archive(archive, wanted)
        return self._rows(archive, wanted)

    def _rows(self, archive: Archive, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        session, service, properties = self._begin()
        archives = Archives(
            session,
            self._numbers(registers=True),
            tuple(item.element for item in self._items if item.archived and not item.is_register),
            self._book,
            service.report_day,
            self._bounds(session),
        )
        local = [end.astimezone(self.settings.zone).replace(tzinfo=None) for end in wanted]
        if archive is Archive.HOUR:
            entries = archives.hours([end - _HOUR for end in local if end == end.replace(minute=0, second=0)])
            lasts = _HOUR
        else:
            entries = archives.days([(end - _DAY).date() for end in local if end.time() == time()])
            lasts = _DAY
        for entry in entries:
            yield self._row(entry, lasts, properties)

    def _bounds(self, session: Session) -> Bounds:
        """Bounds of the archives, never wider than they can be: each day and hour costs two exchanges.

        A calculator that does not tell them has archives as deep as they can be, up to its clock.
        """
        try:
            bounds = session.bounds()
        except CodedRefusalError:
            clock = session.clock()
            if clock is None:
                raise
            now = clock.replace(minute=0, second=0)
            bounds = Bounds(datetime.min, now, datetime.min)  # noqa: DTZ901 - the calculator's own time
        return Bounds(
            max(bounds.hours_from, bounds.now - self.archives[Archive.HOUR]),
            bounds.now,
            max(bounds.days_from, bounds.now - self.archives[Archive.DAY]),
        )

    def _begin(self) -> tuple[Session, Service, Properties]:
        session = Session(self.line, self.settings.name, self._address)
        session.begin()
        service = session.service()
        properties = session.properties(*self._properties)
        if self._identity != (service, properties):
            self._identity = (service, properties)
            self._book.forget()
        return session, service, properties

    @cached_property
    def _properties(self) -> tuple[list[int], list[int]]:
        """Numbers of the units and decimals that are needed."""
        decimals = {item.decimals for item in self._items if item.decimals is not None}
        return sorted({item.unit for item in self._items}), sorted(decimals)

    def _numbers(self, *, registers: bool) -> tuple[int, ...]:
        return tuple(item.element for item in self._items if item.is_register is registers)

    def _row(self, entry: Entry, lasts: timedelta, properties: Properties) -> ArchiveRow:
        at = entry.begins.replace(tzinfo=self.settings.zone).astimezone(UTC) + lasts
        if entry.record is None:
            return ArchiveRow(at, ())
        shown = _with_registers(entry.record, entry.registers, self._numbers(registers=True))
        return ArchiveRow(at, self._samples(shown, properties)[0])

    def _samples(self, shown: Mapping[int, Shown], properties: Properties) -> tuple[tuple[Sample, ...], list[Remark]]:
        samples, remarks = [], []
        for item in self._items:
            value = shown.get(item.element)
            if value is None or value.raw is None:
                continue
            sample = _sample(item, value.raw, properties)
            if isinstance(sample, Sample):
                samples.append(sample)
            else:
                remarks.append(sample)
        return (*samples, *self._flags(shown)), remarks

    def _flags(self, shown: Mapping[int, Shown]) -> Iterator[Sample]:
        by_quantity = {item.quantity: shown.get(item.element) for item in self._items}
        told = [
            next((value for quantity in quantities if (value := by_quantity.get(quantity)) is not None), None)
            for quantities in self._profile.told_by
        ]
        if any(value is not None for value in told):
            yield Sample(Quantity.HEAT_QUALITY_FLAGS, float(qualities(told)))
            yield Sample(Quantity.HEAT_ERROR_FLAGS, float(situations(told)))

    def _told(self, shown: Mapping[int, Shown]) -> Iterator[Remark]:
        for item in self._items:
            value = shown.get(item.element)
            if value is not None and (value.raw is None or value.situation):
                data = {"quantity": item.quantity.value, "quality": value.quality, "situation": value.situation}
                yield Remark("meter_error", data)


def _of_input(item: Item, heat_input: int) -> Item:
    further = heat_input - 1
    decimals = item.decimals
    if decimals is not None and decimals not in _COMMON_DECIMALS:
        decimals += further * _NEXT_DECIMALS
    return Item(item.quantity, item.element + further * _NEXT_ELEMENT, item.unit, decimals, item.archived)


def _with_registers(record: Record, registers: Registers | None, numbers: tuple[int, ...]) -> dict[int, Shown]:
    """A record with registers in the place of amounts; what they say of quality stays."""
    shown = dict(record)
    for number in numbers:
        if number in record:
            shown[number] = record[number]._replace(raw=registers.get(number) if registers is not None else None)
    return shown


def _sample(item: Item, raw: float, properties: Properties) -> Sample | Remark:
    unit = properties.units.get(item.unit, "")
    convert = conversion(item.quantity, unit)
    if convert is None:
        return Remark("unknown_unit", {"quantity": item.quantity.value, "unit": unit})
    step = 10.0 ** properties.decimals[item.decimals] if item.decimals is not None else 1.0
    value = convert.apply(raw / step)
    spec = item.quantity.spec
    if not spec.low <= value <= spec.high:
        return Remark("impossible_value", {"quantity": item.quantity.value, "value": value, "unit": spec.unit})
    return Sample(item.quantity, value, convert.factor / step if isinstance(raw, int) else None)
