"""The driver of TSRV: registers now, and hours and days from its archives."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial

from gateway.driver import Archive, ArchiveRow, Contact, Driver, DriverSettings, Profile, Remark, Sample
from gateway.drivers.crc16_exchange import Exchange
from gateway.drivers.tsrv import frames
from gateway.drivers.tsrv.frames import Form
from gateway.drivers.tsrv.spots import Spot, neighbours
from gateway.errors import CodedRefusalError, DecodeError, NothingArchivedError
from gateway.line import Framing, Line
from teplosvet.domain.errors import ConfigurationError

_PATIENCE_S = 1.5
_CLOCK = 0x8000
_SECOND, _HOUR, _DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
_LASTS = {Archive.HOUR: _HOUR, Archive.DAY: _DAY}
_MOST_IN_AN_HOUR_KWH = 5.0 * 1163
"""More heat than this in an hour no house takes: a register that is so far from its archive is another one. [kWh]"""
_FLOAT_STEP_KWH = 1.163
"""A total of an archive and one of a register may differ by their last digit. [kWh]"""
_REASONS = {
    1: "the calculator does not know that function: is it a TSRV?",
    2: "the calculator has no such register",
    3: "the calculator refuses the request",
    6: "the calculator is busy",
}


@dataclass(frozen=True, kw_only=True)
class TsrvProfile(Profile):
    """A model of the TSRV family.

    Attributes:
        model: Its name in configurations.
        manual: Where its facts come from.
        name: What the meter is called.
        versions: Programs whose archives are known, by the begin of their version.
        systems: Heat systems that it has.
        choices: Options that choose a pipe or a channel, with their number for a heat system.
        registers: Values now.
        serial: Register of the serial number, if it is known.
        archives: How far back each archive reaches.
        arrays: Numbers of the arrays of the first heat system; the next one's are three further on.
        total_arrays: Numbers of the arrays of totals.
        totals_since: The first program that has arrays of totals.
        record: Values in a record of a heat system.
        total_record: Registers in a record of totals.
    """

    model: str
    manual: str
    name: str
    versions: tuple[str, ...] = ()
    systems: int
    choices: Mapping[str, Callable[[int], int]]
    registers: tuple[Spot, ...]
    serial: int | None = None
    archives: Mapping[Archive, timedelta] = field(default_factory=dict)
    arrays: Mapping[Archive, int] = field(default_factory=dict)
    total_arrays: Mapping[Archive, int] = field(default_factory=dict)
    totals_since: str = ""
    record: tuple[Spot, ...] = ()
    total_record: tuple[Spot, ...] = ()

    def driver(self, line: Line, settings: DriverSettings) -> Driver:
        """A driver for one heat system, which the option ``system`` says; others choose its pipes and channels."""
        address = _number(settings, "address", settings.address, 247)
        system = _number(settings, "system", settings.options.get("system", "1"), self.systems)
        chosen = {
            choice: _number(settings, choice, settings.options.get(choice, str(usual(system))), 12)
            for choice, usual in self.choices.items()
        }
        return Tsrv(line, settings, self, address, system, chosen)


def _number(settings: DriverSettings, what: str, text: str, most: int) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= most:
        return int(text)
    raise ConfigurationError(f"{settings.name}: {what} is {text!r}, a number from 1 to {most} was expected")


class Tsrv(Driver):
    """One heat system of a TSRV. Its clock is read and never set.

    Args:
        line: The line that it is on.
        settings: What the configuration says of it.
        profile: Its model.
        address: Its address on the line.
        system: Which heat system.
        chosen: The numbers of its pipes and channels by their option.
    """

    reads_cost_battery = False

    def __init__(
        self,
        line: Line,
        settings: DriverSettings,
        profile: TsrvProfile,
        address: int,
        system: int,
        chosen: Mapping[str, int],
    ) -> None:
        super().__init__(line, settings)
        self.archives = profile.archives
        self.options_known = ("system", *chosen)
        self._profile, self._address, self._system, self._chosen = profile, address, system, chosen

    def read(self) -> Contact:
        """Read the registers."""
        exchange = self._exchange()
        version = self._version(exchange)
        clock = frames.own_time(self._registers(exchange, _CLOCK, Form.U32))
        samples, remarks = self._values(exchange)
        if clock is not None:
            samples, remarks = self._compared(exchange, version, clock, samples, remarks)
        serial = None
        if self._profile.serial is not None:
            serial = self._registers(exchange, self._profile.serial, Form.U32)
        return Contact(
            tuple(samples),
            serial=f"{serial:.0f}" if serial is not None else None,
            meter_clock=clock.replace(tzinfo=self.settings.zone) if clock else None,
            model=self._profile.name,
            firmware=version,
            remarks=tuple(remarks),
            frames=tuple(exchange.frames),
        )

    def read_archive(self, archive: Archive, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        """Read hours or days; registers come from the array of totals, which holds them as they were at the end."""
        if archive not in self.archives:
            return super().read_archive(archive, wanted)
        return self._rows(archive, wanted)

    def _rows(self, archive: Archive, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        exchange = self._exchange()
        version = self._version(exchange)
        if not version.startswith(self._profile.versions):
            raise NothingArchivedError(
                f"{self.settings.name}: the archives of program {version or 'of unknown version'} are not known; "
                f"those of {', '.join(self._profile.versions)} are"
            )
        now = frames.own_time(self._registers(exchange, _CLOCK, Form.U32))
        if now is None:
            raise DecodeError(f"{self.settings.name}: its clock says nothing, so its archives cannot be dated")
        with_totals = version >= self._profile.totals_since
        for at in sorted(set(wanted), reverse=True):
            end = at.astimezone(self.settings.zone).replace(tzinfo=None)
            if end > now or not _is_end(archive, end):
                continue
            samples: list[Sample] = []
            if end >= now - self.archives[archive]:
                array = self._profile.arrays[archive] + 3 * (self._system - 1)
                samples = self._record(exchange, array, self._profile.record, end, _LASTS[archive])
                if samples and with_totals:
                    array = self._profile.total_arrays[archive]
                    samples += self._record(exchange, array, self._profile.total_record, end, _LASTS[archive])
            yield ArchiveRow(at.astimezone(UTC), tuple(samples))

    def _record(
        self, exchange: Exchange, array: int, spots: Sequence[Spot], end: datetime, lasts: timedelta
    ) -> list[Sample]:
        """Values of a record; none if there is none for that time: then it is all zeros, or its time is none."""
        request = frames.archive_request(self._address, array, end - lasts)
        data = frames.data_of(exchange.ask(request, frames.ARCHIVE, frames.answer_length))
        stamp = frames.own_time(_number_in(exchange, data, Form.U32, 0))
        if stamp is None or not end - lasts <= stamp <= end:
            return []
        found = [spot.sample(_number_in(exchange, data, spot.form, self._at(spot))) for spot in spots]
        return [sample for sample in found if isinstance(sample, Sample)]

    def _values(self, exchange: Exchange) -> tuple[list[Sample], list[Remark]]:
        samples, remarks = [], []
        for group in neighbours(self._profile.registers, self._at):
            first = self._at(group[0])
            count = (self._at(group[-1]) - first) + group[-1].form.size // 2
            request = frames.input_request(self._address, first, count)
            try:
                data = frames.data_of(exchange.ask(request, frames.INPUT, frames.answer_length))
            except CodedRefusalError as error:
                remarks.append(Remark("register_refused", {"register": first, "code": error.code}))
                continue
            for spot in group:
                found = spot.sample(_number_in(exchange, data, spot.form, 2 * (self._at(spot) - first)))
                if isinstance(found, Sample):
                    samples.append(found)
                elif found is not None:
                    remarks.append(found)
        return samples, remarks

    def _compared(
        self, exchange: Exchange, version: str, clock: datetime, samples: list[Sample], remarks: list[Remark]
    ) -> tuple[list[Sample], list[Remark]]:
        """Leave a register out that is not what its archive holds: then its address is not what the profile says."""
        array = self._profile.total_arrays.get(Archive.HOUR)
        if array is None:
            return samples, remarks
        if version < self._profile.totals_since:
            return samples, [*remarks, Remark("register_not_compared", {"program": version})]
        try:
            end = clock.replace(minute=0, second=0)
            kept = self._record(exchange, array, self._profile.total_record, end, _HOUR)
        except CodedRefusalError as error:
            return samples, [*remarks, Remark("register_not_compared", {"program": version, "code": error.code})]
        archived = {sample.quantity: sample.value for sample in kept}
        strange = [
            sample
            for sample in samples
            if sample.quantity in archived
            and not -_FLOAT_STEP_KWH <= sample.value - archived[sample.quantity] <= _MOST_IN_AN_HOUR_KWH
        ]
        told = [
            Remark(
                "register_differs_from_archive",
                {
                    "quantity": sample.quantity.value,
                    "register": sample.value,
                    "archive": archived[sample.quantity],
                },
            )
            for sample in strange
        ]
        return [sample for sample in samples if sample not in strange], [*remarks, *told]

    def _version(self, exchange: Exchange) -> str:
        """Version of its program; empty if it does not say it: only its archives depend on it."""
        request = frames.identify_request(self._address)
        try:
            return frames.version(frames.data_of(exchange.ask(request, frames.IDENTIFY, frames.answer_length)))
        except CodedRefusalError:
            return ""

    def _registers(self, exchange: Exchange, register: int, form: Form) -> float | None:
        request = frames.input_request(self._address, register, form.size // 2)
        data = frames.data_of(exchange.ask(request, frames.INPUT, frames.answer_length))
        return _number_in(exchange, data, form, 0)

    def _at(self, spot: Spot) -> int:
        at = spot.at + spot.system_step * (self._system - 1)
        return at + spot.choice_step * (self._chosen[spot.choice] - 1) if spot.choice else at

    def _exchange(self) -> Exchange:
        return Exchange(self.line, self.settings.name, self._address, Framing(), _PATIENCE_S, _REASONS)


def _number_in(exchange: Exchange, data: bytes, form: Form, at: int) -> float | None:
    return exchange.understood(partial(form.number, at=at), data)


def _is_end(archive: Archive, end: datetime) -> bool:
    return end.time() == (time(end.hour) if archive is Archive.HOUR else time())
