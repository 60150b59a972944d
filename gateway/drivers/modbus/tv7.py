"""Termotronik TV7: a heat calculator with plain Modbus, whose archives are read by writing a date.

Longer figures come low register first. Hour records hold what the hour added, day records of totals hold register
values; register values at full hours are rebuilt out of both (`rebuild.py`), which needs one record an hour when it
is done every hour, because the driver remembers the records of the last days.

Whether a record is named after the beginning or the end of its hour depends on nothing that is documented, so it is
found out: at 14:35 the last finished hour is called 13:00 by one rule and 14:00 by the other, and the meter tells the
last record that it has. The same holds for days.

References:
    [1] EnergyTechAudit DeviceReader, Tv7 (facts only): addresses, layout of records, exception 84h for a date without a
        record, temperatures and flows at other addresses since firmware 2.2.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

from gateway.driver import Archive, ArchiveRow, Contact, DriverSettings, Sample
from gateway.drivers.modbus.driver import ModbusDriver, ModbusProfile
from gateway.drivers.modbus.format import F32_LOW_FIRST, F64_LOW_FIRST, Figure
from gateway.drivers.modbus.master import ModbusRefusedError
from gateway.drivers.modbus.rebuild import Total, hours, register_at
from gateway.drivers.modbus.register import Register, Span, Table, possible
from gateway.errors import DecodeError, NothingArchivedError
from gateway.line import Line
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity
from teplosvet.wire.units import conversion

INFO = Span(Table.HOLDING, 0x0000, 7)
CLOCK = Span(Table.HOLDING, 0x0DD4, 3)
BOUNDS = Span(Table.HOLDING, 0x0A74, 27)
RECORD = Span(Table.HOLDING, 0x0AB4, 88)
TOTALS = Span(Table.HOLDING, 0x0B34, 96)
ASK_AT = 0x0063
"""Where the date, the kind and the number of the wanted record are written."""
_HOURS, _TOTALS = 0, 3
_NO_RECORD = 0x84
_NEW_FIRMWARE = (2, 2)
_SETTLED = timedelta(minutes=5)
"""So long after a full hour its record may not be there yet."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_REMEMBERED = 24 * 70


@dataclass(frozen=True, slots=True)
class HeatInput:
    """One of the calculator's two heat inputs.

    Attributes:
        number: 1 or 2; pipes 1..3 belong to the first, 4..6 to the second.
        energy_unit: The unit that its energies are set to.
        pressure_unit: The unit that its pressures are set to, or None if nobody said it: then there are none.
    """

    number: int = 1
    energy_unit: str = "Gcal"
    pressure_unit: str | None = None

    @property
    def flow_pipe(self) -> int:
        """Number of the flow pipe, from 0; the return pipe is the next."""
        return 3 * (self.number - 1)


def heat_input(options: Mapping[str, str]) -> HeatInput:
    """The heat input that the options of a meter name.

    Raises:
        ConfigurationError: If there is none such.
    """
    number, energy, pressure = (options.get(name) for name in ("input", "energy_unit", "pressure_unit"))
    if (number or "1") not in {"1", "2"}:
        raise ConfigurationError(f"input: expected 1 or 2, not {number!r}")
    if energy is not None and conversion(Quantity.HEAT_ENERGY_KWH, energy) is None:
        raise ConfigurationError(f"energy_unit: heat cannot be in {energy!r}")
    if pressure is not None and conversion(Quantity.FLOW_PRESSURE_KPA, pressure) is None:
        raise ConfigurationError(f"pressure_unit: pressure cannot be in {pressure!r}")
    return HeatInput(int(number or "1"), energy or "Gcal", pressure)


_POWER_OF = {"Gcal": "Gcal/h", "MWh": "MW", "GJ": "GJ/h", "kWh": "kW", "MJ": "MJ/h"}


def registers(options: Mapping[str, str], *, new_firmware: bool = False) -> tuple[Register, ...]:
    """What the calculator shows now of one heat input."""
    chosen = heat_input(options)
    pipe, single, double = chosen.flow_pipe, F32_LOW_FIRST, F64_LOW_FIRST
    shown, flows, pipes = (0x1E8B, 0x1EA7, 7) if new_firmware else (0x0DD7, 0x0DEF, 6)
    totals, sums = 0x0D57 + 8 * pipe, 0x0D87 + 23 * (chosen.number - 1)
    table = [
        Register(Quantity.HEAT_ENERGY_KWH, sums + 4, double, chosen.energy_unit),
        Register(Quantity.HEAT_VOLUME_M3, totals, double, "m3"),
        Register(Quantity.FLOW_MASS_T, totals + 4, double, "t"),
        Register(Quantity.RETURN_VOLUME_M3, totals + 8, double, "m3"),
        Register(Quantity.RETURN_MASS_T, totals + 12, double, "t"),
        Register(Quantity.FLOW_TEMPERATURE_C, shown + 2 * pipe, single, "Cel"),
        Register(Quantity.RETURN_TEMPERATURE_C, shown + 2 * pipe + 2, single, "Cel"),
        Register(Quantity.HEAT_FLOW_M3H, flows + 2 * pipe, single, "m3/h"),
        Register(Quantity.OUTDOOR_TEMPERATURE_C, 0x0E3D + 2 * (chosen.number - 1), single, "Cel"),
    ]
    power = _POWER_OF.get(chosen.energy_unit)
    if power is not None and conversion(Quantity.HEAT_POWER_KW, power) is not None:
        table.append(Register(Quantity.HEAT_POWER_KW, 0x0E1F + 2 * (chosen.number - 1), single, power))
    if chosen.pressure_unit is not None:
        pressures, unit = shown + 2 * pipes + 2 * pipe, chosen.pressure_unit
        table += [
            Register(Quantity.FLOW_PRESSURE_KPA, pressures, single, unit),
            Register(Quantity.RETURN_PRESSURE_KPA, pressures + 2, single, unit),
        ]
    return tuple(table)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The last records of the archives, and the first ones, by the meter's own names of them."""

    first_hour: datetime
    last_hour: datetime
    last_totals: datetime


@dataclass(frozen=True, slots=True)
class HourRecord:
    """What an hour added, and its means."""

    amounts: Mapping[Quantity, Decimal]
    means: Mapping[Quantity, Figure]


def moment(words: Sequence[int]) -> datetime | None:
    """A date in two or three registers: month and day, hour and year, second and minute; None if it is none."""
    second, minute = divmod(words[2], 256) if len(words) > 2 else (0, 0)
    try:
        return datetime(2000 + words[1] % 256, words[0] // 256, words[0] % 256, words[1] // 256, minute, second)  # noqa: DTZ001
    except ValueError:
        return None


class Tv7Driver(ModbusDriver):
    """Speaks with a TV7."""

    def __init__(self, line: Line, settings: DriverSettings, profile: ModbusProfile) -> None:
        super().__init__(line, settings, profile)
        self._input = heat_input(settings.options)
        self._firmware = ""
        self._serial: str | None = None
        self._shift: dict[timedelta, timedelta] = {}
        self._hours: dict[datetime, HourRecord | None] = {}
        self._totals: dict[datetime, Mapping[Quantity, Decimal]] = {}

    def read(self) -> Contact:
        """Read what the meter shows now; where it shows it depends on its firmware."""
        with self.line.owned(usual=self._profile.framing):
            self._master.frames = []
            contact = self._read(self._registers)
            if contact.serial != self._serial:  # what was remembered is another calculator's
                self._serial = contact.serial
                self._hours.clear()
                self._totals.clear()
                self._shift.clear()
            if contact.firmware != self._firmware:
                self._firmware = contact.firmware
                self._registers = self._table_of(contact.firmware)
                self._lacking.clear()
                contact = self._read(self._registers)
            return contact

    def _table_of(self, firmware: str) -> tuple[Register, ...]:
        major, _, minor = firmware.partition(".")
        new = major.isdecimal() and minor.isdecimal() and (int(major), int(minor)) >= _NEW_FIRMWARE
        profile = replace(self._profile, choose=partial(registers, new_firmware=new))
        return profile.table(self.settings.options)

    def read_archive(self, archive: Archive, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        """Read register values at the ends of hours or days."""
        if archive not in self.archives:
            yield from super().read_archive(archive, wanted)
        bounds = self._bounds()
        rows = self._day if archive is Archive.DAY else self._hour
        for at in wanted:
            yield from rows(at, bounds)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.settings.zone).replace(tzinfo=None)

    def _day(self, at: datetime, bounds: Bounds) -> Iterator[ArchiveRow]:
        end = self._local(at)
        newest = bounds.last_totals + self._shift[_DAY]
        if end > newest:
            return
        totals = self._total(end) if end.hour == newest.hour else None
        samples = [] if totals is None else [possible(q, Figure(v, None), self._unit_of(q)) for q, v in totals.items()]
        yield ArchiveRow(at.astimezone(UTC), tuple(one for one in samples if isinstance(one, Sample)))

    def _hour(self, at: datetime, bounds: Bounds) -> Iterator[ArchiveRow]:
        end, shift = self._local(at), self._shift[_HOUR]
        if end > bounds.last_hour + shift or (end.minute, end.second) != (0, 0):
            return
        record = self._record(end) if end >= bounds.first_hour + shift else None
        if record is None:
            yield ArchiveRow(at.astimezone(UTC), ())
            return
        figures = {quantity: Figure(value, None) for quantity, value in self._registers_at(end, bounds).items()}
        if not figures:
            what = f"the registers of {end:%d.%m.%Y %H:%M} cannot be rebuilt from the totals and hours around it"
            self.line.note_failure(self.settings.name, b"", f"{self.settings.name}: {what}")
            return
        samples = [possible(q, figure, self._unit_of(q)) for q, figure in (figures | dict(record.means)).items()]
        yield ArchiveRow(at.astimezone(UTC), tuple(one for one in samples if isinstance(one, Sample)))

    def _registers_at(self, end: datetime, bounds: Bounds) -> dict[Quantity, Decimal]:
        """Register values at the end of an hour, as far as they can be stood for."""
        newest = bounds.last_totals + self._shift[_DAY]
        start = newest + ((end - newest) // _DAY) * _DAY
        before, after = self._total(start), self._total(start + _DAY) if start + _DAY <= newest else None
        if before is None and after is None:
            return {}
        up, down = list(hours(start, end)), list(hours(end, start + _DAY))
        shorter = down if after is not None and (before is None or len(down) < len(up)) else up
        oldest = bounds.first_hour + self._shift[_HOUR]
        for chain in (shorter, [*up, *down] if after is not None else up):
            found = [self._record(hour) for hour in chain if hour >= oldest]
            if len(found) == len(chain) and None not in found:
                break
        rebuilt: dict[Quantity, Decimal] = {}
        for quantity in before or after or {}:
            amounts = {
                hour: record.amounts.get(quantity) if record else None
                for hour, record in self._hours.items()
                if start < hour <= start + _DAY
            }
            value = register_at(
                end,
                Total(start, before[quantity]) if before and quantity in before else None,
                Total(start + _DAY, after[quantity]) if after and quantity in after else None,
                amounts,
            )
            if value is not None:
                rebuilt[quantity] = value
        return rebuilt

    def _unit_of(self, quantity: Quantity) -> str:
        if quantity is Quantity.HEAT_ENERGY_KWH:
            return self._input.energy_unit
        return quantity.spec.unit

    def _bounds(self) -> Bounds:
        """What the archives hold, and by which rule their records are named.

        Raises:
            NothingArchivedError: If that cannot be said now.
        """
        with self.line.owned(usual=self._profile.framing):
            words, clock = self._master.read(BOUNDS), moment(self._master.read(CLOCK))
        first_hour, last_hour, last_totals = (moment(words[3 * n : 3 * n + 3]) for n in (0, 4, 7))
        if clock is None or first_hour is None or last_hour is None or last_totals is None:
            raise NothingArchivedError(f"{self.settings.name} has no archive yet, or its clock is not set")
        bounds = Bounds(*(date.replace(minute=0, second=0) for date in (first_hour, last_hour, last_totals)))
        full = clock.replace(minute=0, second=0)
        day = full.replace(hour=bounds.last_totals.hour)
        self._name(_HOUR, full, bounds.last_hour, clock)
        self._name(_DAY, day if day <= full else day - _DAY, bounds.last_totals, clock)
        return bounds

    def _name(self, length: timedelta, last_end: datetime, last_name: datetime, clock: datetime) -> None:
        """Find out how long after its name a record's period ends: at once, or when it is over."""
        if last_name == last_end:
            self._shift[length] = timedelta(0)
        elif last_name == last_end - length and clock - last_end >= _SETTLED:
            self._shift.setdefault(length, length)
        elif length not in self._shift:
            raise NothingArchivedError(
                f"{self.settings.name}: its last record is of {last_name:%d.%m.%Y %H:%M}, and its clock says "
                f"{clock:%d.%m.%Y %H:%M}: whether records are named after their beginning or end shows in the next hour"
            )

    def _record(self, end: datetime) -> HourRecord | None:
        """The record of an hour; None if the meter has none."""
        if end not in self._hours:
            words = self._fetch(_HOURS, end - self._shift[_HOUR], RECORD)
            if len(self._hours) >= _REMEMBERED:
                del self._hours[min(self._hours)]
            self._hours[end] = None if words is None else self._hour_record(words)
        return self._hours[end]

    def _total(self, at: datetime) -> Mapping[Quantity, Decimal] | None:
        """Register values at a full day; None if the meter has none."""
        if at not in self._totals:
            words = self._fetch(_TOTALS, at - self._shift[_DAY], TOTALS)
            if words is None:
                return None
            if len(self._totals) >= _REMEMBERED:
                del self._totals[min(self._totals)]
            self._totals[at] = self._register_values(words)
        return self._totals[at]

    def _fetch(self, kind: int, name: datetime, span: Span) -> list[int] | None:
        """One record, or None if there is none of that name."""
        asked = [name.month << 8 | name.day, name.hour << 8 | name.year - 2000, 0, kind, 0]
        with self.line.owned(usual=self._profile.framing):
            try:
                self._master.write(ASK_AT, asked)
                words = self._master.read(span)
            except ModbusRefusedError as error:
                if error.code == _NO_RECORD:
                    return None
                raise
        if words[:2] != asked[:2]:
            raise DecodeError(f"{self.settings.name} gave the record of another time than {name}: a second master?")
        return words

    def _hour_record(self, words: Sequence[int]) -> HourRecord:
        pipe, heat = 2 + 8 * self._input.flow_pipe, 50 + 18 * (self._input.number - 1)
        figure = partial(_single, words)
        amounts = {
            Quantity.HEAT_ENERGY_KWH: figure(heat + 10),
            Quantity.HEAT_VOLUME_M3: figure(pipe + 4),
            Quantity.FLOW_MASS_T: figure(pipe + 6),
            Quantity.RETURN_VOLUME_M3: figure(pipe + 12),
            Quantity.RETURN_MASS_T: figure(pipe + 14),
        }
        means = {
            Quantity.FLOW_TEMPERATURE_C: figure(pipe),
            Quantity.RETURN_TEMPERATURE_C: figure(pipe + 8),
            Quantity.OUTDOOR_TEMPERATURE_C: figure(heat),
        }
        return HourRecord(
            {quantity: found.value for quantity, found in amounts.items() if found is not None},
            {quantity: found for quantity, found in means.items() if found is not None},
        )

    def _register_values(self, words: Sequence[int]) -> Mapping[Quantity, Decimal]:
        pipe, heat = 2 + 8 * self._input.flow_pipe, 50 + 23 * (self._input.number - 1)
        places = {
            Quantity.HEAT_ENERGY_KWH: heat + 4,
            Quantity.HEAT_VOLUME_M3: pipe,
            Quantity.FLOW_MASS_T: pipe + 4,
            Quantity.RETURN_VOLUME_M3: pipe + 8,
            Quantity.RETURN_MASS_T: pipe + 12,
        }
        found = {quantity: F64_LOW_FIRST.figure(words[at : at + 4]) for quantity, at in places.items()}
        return {quantity: figure.value for quantity, figure in found.items() if figure is not None}


def _single(words: Sequence[int], at: int) -> Figure | None:
    return F32_LOW_FIRST.figure(words[at : at + 2])
