"""A simulated TV7: instants, totals, and archives of hours, days and totals that are read by writing a date."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from simulators.wire.modbus_models import Heat, Now
from simulators.wire.modbus_slave import RefusalError, Slave
from simulators.wire.modbus_words import f32_low_first, f64_low_first

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_NO_RECORD = 0x84
_ASK_AT = 0x0063
_HOURS, _DAYS, _TOTALS = 0, 1, 3
_NO_HEAT = Heat(0.0, 0.0, flow_c=None, return_c=None)


@dataclass(slots=True)
class Tv7:
    """The calculator.

    Attributes:
        unit: Its number on the line.
        now: The present, aware.
        zone: The zone that its clock keeps.
        heat: What heat input 1 measures at an instant; input 2 is not used.
        serial: Serial number.
        firmware: Version, such as (2, 1).
        ends: Whether records are named after the end of their hour or day, instead of its beginning.
        hours: How many hours its archive reaches back.
        off: Hours, by their aware ends, in which it was off: it has no record and counted nothing.
    """

    unit: int
    now: Now
    zone: tzinfo
    heat: Callable[[datetime], Heat]
    serial: int = 18974368
    firmware: tuple[int, int] = (2, 1)
    ends: bool = False
    hours: int = 1440
    off: set[datetime] = field(default_factory=set)
    _kind: int = 0
    _asked: datetime | None = None

    def slave(self) -> Slave:
        """The slave that it is on a line."""
        new = self.firmware >= (2, 2)
        return Slave(
            self.unit,
            holding={
                0x0000: self._info,
                0x0A74: self._bounds,
                0x0AB4: self._hour_record,
                0x0B34: self._totals_record,
                0x0D57: lambda: self._registers(self.heat(self.now())),
                0x0DD4: lambda: _date(self._local(self.now())),
                (0x1E8B if new else 0x0DD7): lambda: self._instants(7 if new else 6),
                0x0E1F: self._powers,
                0x0E31: self._inputs,
            },
            write=self._ask,
        )

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone).replace(tzinfo=None)

    def _aware(self, at: datetime) -> datetime:
        return at.replace(tzinfo=self.zone)

    def _info(self) -> list[int]:
        major, minor = self.firmware
        return [7, major << 8 | minor, 0x0500, 0, 3, self.serial & 0xFFFF, self.serial >> 16]

    def _instants(self, pipes: int) -> list[int]:
        """Temperatures, pressures, volume flows, mass flows, one figure a pipe each."""
        seen = self.heat(self.now())
        rows: tuple[list[float | None], ...] = ([seen.flow_c, seen.return_c], [], [seen.flow_m3h], [])
        return [word for row in rows for n in range(pipes) for word in f32_low_first(row[n] if n < len(row) else None)]

    def _powers(self) -> list[int]:
        return [*f32_low_first(self.heat(self.now()).power_kw / 1163.0), *f32_low_first(None) * 4]

    def _inputs(self) -> list[int]:
        return [*f32_low_first(None) * 6, *f32_low_first(self.heat(self.now()).outdoor_c), *f32_low_first(None)]

    def _registers(self, of: Heat) -> list[int]:
        """Registers of six pipes and two inputs, as they stand in the current totals and in the archive of totals."""
        pipes = [(of.volume_m3, of.mass_t), (of.return_volume_m3, of.return_mass_t), *[(0.0, 0.0)] * 4]
        inputs = [(of.mass_t - of.return_mass_t, of.energy_gcal, of.energy_gcal, 0.0), (0.0,) * 4]
        words = [word for pipe in pipes for figure in pipe for word in f64_low_first(figure)]
        for figures in inputs:
            words += [word for figure in figures for word in f64_low_first(figure)] + [0] * 7
        return words

    def _bounds(self) -> list[int]:
        shift = timedelta(0) if self.ends else _HOUR
        last_hour = self._last_hour()
        days = timedelta(0) if self.ends else _DAY
        last_day = last_hour.replace(hour=0)
        first_hour = last_hour - self.hours * _HOUR
        names = [first_hour - shift, last_day - 30 * _DAY - days, last_day - 60 * _DAY, last_day - 365 * _DAY - days]
        names += [last_hour - shift, last_day - days, last_day, last_day - days, first_hour]
        return [word for name in names for word in _date(name)]

    def _last_hour(self) -> datetime:
        return self._local(self.now()).replace(minute=0, second=0, microsecond=0)

    def _ask(self, address: int, words: Sequence[int]) -> None:
        if address != _ASK_AT or len(words) != 5:
            raise RefusalError(2)
        month_day, hour_year, second_minute, self._kind, _ = words
        try:
            self._asked = datetime(  # noqa: DTZ001 (the meter's clock knows no zone)
                2000 + hour_year % 256, month_day // 256, month_day % 256, hour_year // 256, second_minute % 256
            )
        except ValueError:
            self._asked = None

    def _hour_record(self) -> list[int]:
        """The record that was asked for: what the hour or day added to each register, and its means."""
        length = {_HOURS: _HOUR, _DAYS: _DAY}.get(self._kind)
        if self._asked is None or length is None:
            raise RefusalError(_NO_RECORD)
        end = self._asked + (timedelta(0) if self.ends else length)
        oldest = self._last_hour() - self.hours * _HOUR
        if not oldest <= end <= self._last_hour() or self._aware(end) in self.off:
            raise RefusalError(_NO_RECORD)
        now, before = self.heat(self._aware(end)), self.heat(self._aware(end - length))
        pipes = (
            (now.flow_c, now.volume_m3 - before.volume_m3, now.mass_t - before.mass_t),
            (now.return_c, now.return_volume_m3 - before.return_volume_m3, now.return_mass_t - before.return_mass_t),
            *[(None, 0.0, 0.0)] * 4,
        )
        words = _date(self._asked)[:2]
        for mean, volume, mass in pipes:
            words += [*f32_low_first(mean), *f32_low_first(None), *f32_low_first(volume), *f32_low_first(mass)]
        for of, energy in ((now, now.energy_gcal - before.energy_gcal), (_NO_HEAT, 0.0)):
            figures = (of.outdoor_c, None, None, None, None, energy, energy, 0.0)
            words += [word for figure in figures for word in f32_low_first(figure)] + [1, 0]
        return [*words, *f32_low_first(None)]

    def _totals_record(self) -> list[int]:
        """The registers at the end of the day that was asked for."""
        if self._asked is None or self._kind != _TOTALS or self._asked.hour:
            raise RefusalError(_NO_RECORD)
        end = self._asked + (timedelta(0) if self.ends else _DAY)
        if end > self._last_hour():
            raise RefusalError(_NO_RECORD)
        return [*_date(self._asked)[:2], *self._registers(self.heat(self._aware(end))), 0, 0, 0, 0]


def _date(at: datetime) -> list[int]:
    return [at.month << 8 | at.day, at.hour << 8 | at.year - 2000, at.second << 8 | at.minute]
