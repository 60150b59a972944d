"""Three-phase Mercury electricity meters (Incotex 203.2TD, 204, 208, 230 to 238)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gateway.driver import Archive, ArchiveRow, Contact, Driver, DriverSettings, Profile, Remark, Sample
from gateway.drivers.mercury import frames, power_profile
from gateway.drivers.mercury.frames import UNKNOWN, Energies, Passport
from gateway.drivers.mercury.profile_memory import ProfileMemory
from gateway.drivers.mercury.session import MercurySession
from gateway.errors import CodedRefusalError, DecodeError, NothingArchivedError
from gateway.golden import ExchangeGolden, must_agree
from gateway.line import Line
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity

_SINCE_RESET, _TODAY = 0x00, 0x40
_AT_MONTH, _AT_TODAY, _AT_YESTERDAY = 0xB0, 0xC0, 0xD0
"""Arrays of registers: energy since the reset, of today; registers at the start of a month, of today, of yesterday."""
_TARIFFS = (1, 2, 3, 4)
_PHASES = 3
_APART_WH, _APART_SHARE = 200, 1e-3
"""By so much the tariffs may differ from their sum, because they are read one after the other. [Wh], [-]"""


@dataclass(frozen=True, slots=True)
class Instant:
    """Measured values that one request brings.

    Attributes:
        quantity: What they become.
        code: Which values: kind in the high half of the byte.
        count: How many.
        factor: Units of the quantity per count of the meter.
        join: What is made of the values of the phases.
        transformed: Which transformers are before it: ``u``, ``i``, both or none.
    """

    quantity: Quantity
    code: int
    count: int
    factor: float
    join: Callable[[Sequence[float]], float]
    transformed: str = ""


@dataclass(frozen=True, kw_only=True)
class Mercury230Profile(Profile):
    """A model of three-phase Mercury meter.

    Options: ``password`` (six digits, 111111), ``password_form`` (``digits``, as most meters have it, or ``ascii``),
    ``level`` (1), ``current_ratio`` and ``voltage_ratio`` of the transformers before the meter (1), ``constant`` of the
    meter where it does not say it. [imp/kWh]

    Attributes:
        model: Its name in configurations.
        manual: Where its facts come from.
        instants: What it measures.
        goldens: Exchanges whose meaning is known: values by their names in `meaning`.
    """

    model: str
    manual: str
    instants: tuple[Instant, ...]
    goldens: tuple[ExchangeGolden[str], ...] = field(default=(), repr=False)

    def driver(self, line: Line, settings: DriverSettings) -> "Mercury230Driver":
        """A driver for one meter; its address is 1 to 240, or 0 for the only one on the line.

        Raises:
            ConfigurationError: If the address or an option cannot be.
        """
        if not (settings.address.isascii() and settings.address.isdigit() and int(settings.address) <= 240):
            raise ConfigurationError(
                f"{settings.name}: a Mercury has an address from 0 to 240, not {settings.address!r}"
            )
        return Mercury230Driver(line, settings, self.instants)

    def check_goldens(self) -> None:
        """Read the goldens and compare.

        Raises:
            GoldenError: If one means something else than it has to.
        """
        for golden in self.goldens:
            must_agree(self.model, golden.origin, meaning(golden.sent, golden.came), golden.expected)


class Mercury230Driver(Driver):
    """Speaks with one three-phase Mercury meter."""

    archives: Mapping[Archive, timedelta] = {
        Archive.HOUR: power_profile.DEPTH,
        Archive.DAY: timedelta(days=2),
        Archive.MONTH: timedelta(days=365),
    }
    reads_cost_battery = False
    options_known = ("level", "password", "password_form", "current_ratio", "voltage_ratio", "constant")

    def __init__(self, line: Line, settings: DriverSettings, instants: Sequence[Instant]) -> None:
        super().__init__(line, settings)
        self._instants = instants
        self._level = int(_chosen(settings, "level", "1", {"1", "2"}))
        self._current_ratio = _ratio(settings, "current_ratio")
        self._voltage_ratio = _ratio(settings, "voltage_ratio")
        self._constant = int(_ratio(settings, "constant")) if "constant" in settings.options else None
        self._session = MercurySession(line, settings.name, int(settings.address), self._level, _password(settings))
        self._memory = ProfileMemory(self._session)

    @property
    def _ratio(self) -> float:
        return self._current_ratio * self._voltage_ratio

    def read(self) -> Contact:
        """Read registers, measured values, clock and passport."""
        self._session.frames = []
        with self.line.owned(), self._session.opened():
            who = self._passport()
            remarks = self._ratio_remarks()
            local = self._clock()
            total = self._energies(_SINCE_RESET)
            tariffs = [self._energies(_SINCE_RESET, tariff) for tariff in _TARIFFS]
            measured = self._measured()
        total, apart = _of_tariffs(total, tariffs)
        samples = [*self._registers(total), *measured]
        return Contact(
            samples=tuple(samples),
            serial=who.serial,
            meter_clock=None if local is None else local.replace(tzinfo=self.settings.zone).astimezone(UTC),
            model="Mercury",
            firmware=who.firmware,
            remarks=(*remarks, *apart),
            frames=tuple(self._session.frames),
        )

    def read_archive(self, archive: Archive, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        """Read registers as they were, newest first: hours by the power profile, days and months as the meter kept."""
        with self._session.opened():
            if archive is Archive.HOUR:
                yield from self._hours(wanted)
            else:
                yield from self._kept(archive, wanted)

    def _hours(self, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        anchor = self._anchor()
        zone, slices = self.settings.zone, self._memory.backwards()
        yield from power_profile.rows(slices, anchor, zone, wanted, self._ratio)

    def _anchor(self) -> power_profile.Anchor:
        """The registers of the last midnight; read again if midnight comes in between."""
        constant = self._constant or self._passport().pulses_per_kwh
        if constant is None:
            raise DecodeError(
                "the meter does not say its constant, so its power profile cannot be read: set `constant`"
            )
        while True:
            before = self._must_clock()
            registers, present = self._midnight(), self._energies(_SINCE_RESET)
            if self._must_clock().date() == before.date():
                midnight = before.replace(hour=0, minute=0, second=0)
                return power_profile.Anchor(midnight, registers, present, constant)

    def _midnight(self) -> Energies:
        """Registers at the start of today; an older meter has the energy of today instead."""
        try:
            return self._energies(_AT_TODAY)
        except CodedRefusalError as error:
            if error.code != UNKNOWN:
                raise
        total, today = self._energies(_SINCE_RESET), self._energies(_TODAY)
        return Energies(*(None if a is None or b is None else a - b for a, b in zip(total, today, strict=True)))

    def _kept(self, archive: Archive, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        """Registers that the meter keeps of the starts of two days and of twelve months."""
        now = self._must_clock()
        arrays = _days(now) if archive is Archive.DAY else _months(now)
        for at in wanted:
            local = at.astimezone(self.settings.zone).replace(tzinfo=None)
            if local > now:
                continue
            try:
                samples = tuple(self._registers(self._energies(arrays[local]))) if local in arrays else ()
            except CodedRefusalError as error:
                if error.code != UNKNOWN:
                    raise
                raise NothingArchivedError(f"the meter keeps no registers of each {archive}", error.raw) from error
            yield ArchiveRow(at, samples)

    def _passport(self) -> Passport:
        try:
            return frames.passport(self._session.ask(0x08, 0x01, count=16))
        except CodedRefusalError as error:
            if error.code != UNKNOWN:
                raise
        return Passport(frames.serial_number(self._session.ask(0x08, 0x00, count=7)), "", None)

    def _clock(self) -> datetime | None:
        return frames.clock(self._session.ask(0x04, 0x00, count=8))

    def _must_clock(self) -> datetime:
        now = self._clock()
        if now is None:
            raise DecodeError("the meter's clock shows no date, so its archive cannot be dated")
        return now

    def _energies(self, array: int, tariff: int = 0) -> Energies:
        return frames.energies(self._session.ask(0x05, array, tariff, count=16))

    def _registers(self, energies: Energies) -> list[Sample]:
        pairs = ((Quantity.ACTIVE_ENERGY_KWH, energies.active), (Quantity.REACTIVE_ENERGY_KVARH, energies.reactive))
        return [Sample(q, wh / 1000 * self._ratio, 0.001 * self._ratio) for q, wh in pairs if wh is not None]

    def _measured(self) -> list[Sample]:
        """Measured values; a meter that lacks a kind of them lacks that value only."""
        samples = []
        for instant in self._instants:
            try:
                sample = self._instant(instant, self._measured_data(instant))
            except CodedRefusalError as error:
                if error.code != UNKNOWN:
                    raise
                continue
            if sample:
                samples.append(sample)
        return samples

    def _measured_data(self, instant: Instant) -> bytes:
        """Measured values of all phases at once, or from an older meter one by one."""
        try:
            return self._session.ask(0x08, 0x16, instant.code, count=3 * instant.count)
        except CodedRefusalError as error:
            if error.code != UNKNOWN:
                raise
        phases = range(instant.count) if instant.count == _PHASES else range(1)
        return b"".join(self._session.ask(0x08, 0x11, instant.code + phase, count=3) for phase in phases)

    def _instant(self, instant: Instant, data: bytes) -> Sample | None:
        count = 1 if instant.join is first else len(data) // 3
        values = [value for value in frames.measured(data, count) if value is not None]
        if len(values) < count:
            return None
        factor = instant.factor
        factor *= self._voltage_ratio if "u" in instant.transformed else 1.0
        factor *= self._current_ratio if "i" in instant.transformed else 1.0
        sign = -1 if instant.quantity is Quantity.ACTIVE_POWER_W and frames.is_reverse(data) else 1
        value, spec = sign * instant.join(values) * factor, instant.quantity.spec
        return Sample(instant.quantity, value, factor) if spec.low <= value <= spec.high else None

    def _ratio_remarks(self) -> list[Remark]:
        """A remark if the meter was told other transformers than the configuration: its registers leave them out."""
        try:
            data = self._session.ask(0x08, 0x02, count=4)
        except CodedRefusalError:
            return []
        voltage, current = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:], "big")
        if (voltage, current) == (self._voltage_ratio, self._current_ratio):
            return []
        said = {"meter_voltage_ratio": voltage, "meter_current_ratio": current}
        used = {"voltage_ratio": self._voltage_ratio, "current_ratio": self._current_ratio}
        return [Remark("transformer_ratio", {**said, **used})]


def meaning(sent: bytes, came: bytes) -> dict[str, float]:
    """What an answer means: registers, or the first measured value in the meter's counts."""
    data = frames.data_of(came, sent[0])
    if sent[1] == 0x05:
        named = zip(
            ("active_wh", "active_reverse_wh", "reactive_varh", "reactive_reverse_varh"),
            frames.energies(data),
            strict=True,
        )
        return {name: value for name, value in named if value is not None}
    (value,) = frames.measured(data, 1)
    if value is None:
        return {}
    is_power = sent[3] & 0xF0 == 0
    return {"measured": -value if is_power and frames.is_reverse(data) else value}


def first(values: Sequence[float]) -> float:
    """The sum of the phases, which the meter gives before them."""
    return values[0]


def mean(values: Sequence[float]) -> float:
    """The mean of the phases."""
    return sum(values) / len(values)


def _of_tariffs(total: Energies, tariffs: Sequence[Energies]) -> tuple[Energies, list[Remark]]:
    """The total, from the tariffs if the meter gives none; a remark if they do not add up."""
    sums = [
        sum(known) if (known := [value for value in column if value is not None]) else None
        for column in zip(*tariffs, strict=True)
    ]
    if total.active is None:
        return Energies(*(a if a is not None else b for a, b in zip(total, sums, strict=True))), []
    added = sums[0]
    if added is None or abs(added - total.active) <= max(_APART_WH, _APART_SHARE * total.active):
        return total, []
    return total, [Remark("tariffs_do_not_add_up", {"total_wh": float(total.active), "tariffs_wh": float(added)})]


def _days(now: datetime) -> dict[datetime, int]:
    today = now.replace(hour=0, minute=0, second=0)
    return {today: _AT_TODAY, today - timedelta(days=1): _AT_YESTERDAY}


def _months(now: datetime) -> dict[datetime, int]:
    starts, month = {}, now.replace(day=1, hour=0, minute=0, second=0)
    for _ in range(12):
        starts[month] = _AT_MONTH | month.month
        month = (month - timedelta(days=1)).replace(day=1)
    return starts


def _chosen(settings: DriverSettings, option: str, usual: str, possible: set[str]) -> str:
    value = settings.options.get(option, usual)
    if value not in possible:
        raise ConfigurationError(f"{settings.name}: {option} is one of {', '.join(sorted(possible))}, not {value!r}")
    return value


def _password(settings: DriverSettings) -> bytes:
    text = settings.options.get("password", "111111")
    form = _chosen(settings, "password_form", "digits", {"digits", "ascii"})
    if len(text) != 6 or not text.isascii() or (form == "digits" and not text.isdigit()):
        raise ConfigurationError(f"{settings.name}: the password of a Mercury has six digits")
    return text.encode("ascii") if form == "ascii" else bytes(int(digit) for digit in text)


def _ratio(settings: DriverSettings, option: str) -> float:
    text = settings.options.get(option, "1")
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1e6:
        raise ConfigurationError(f"{settings.name}: {option} is a number above zero, not {text!r}")
    return value
