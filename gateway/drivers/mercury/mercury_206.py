"""One-phase Mercury electricity meters (Incotex 200, 201, 203, 206): a protocol of their own, without sessions.

``address[4] code[1] data[..] check[2]`` both ways; the address is the number on the case, high byte first; figures
are packed decimal.

References:
    [1] Incotex, "Протокол обмена однофазных счетчиков Меркурий 200, 201, 203, 206" (2018-04-01), requests 21, 27, 28,
        2F, 32, 63; as reported by wb-mqtt-serial, kihamo/boggart, sergray/energy-meter-mercury206 (read for facts).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from gateway.driver import Archive, ArchiveRow, Contact, Driver, DriverSettings, Profile, Remark, Sample
from gateway.drivers.crc16 import crc16_holds, with_crc16
from gateway.drivers.second_try import asked_twice
from gateway.errors import CutShortError, DecodeError, NoAnswerError, WrongDeviceError
from gateway.golden import ExchangeGolden, must_agree
from gateway.line import Line
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity

_CLOCK, _ENERGY, _VERSION, _SERIAL, _MONTH, _NOW = 0x21, 0x27, 0x28, 0x2F, 0x32, 0x63
_HEAD = 5
_PATIENCE_S = 0.5
"""How long a meter may think. [s]"""
_MONTHS = 11
"""Months whose first day's registers are of the last twelve months beyond doubt."""


@dataclass(frozen=True, kw_only=True)
class Mercury206Profile(Profile):
    """A model of one-phase Mercury meter.

    Attributes:
        model: Its name in configurations.
        manual: Where its facts come from.
        goldens: Exchanges whose meaning is known: values by their names in `meaning`.
    """

    model: str
    manual: str
    goldens: tuple[ExchangeGolden[str], ...] = field(default=(), repr=False)

    def driver(self, line: Line, settings: DriverSettings) -> "Mercury206Driver":
        """A driver for one meter; its address is the number that it answers to: of a 200 the last six digits.

        Raises:
            ConfigurationError: If the address is none.
        """
        text = settings.address
        if not (text.isascii() and text.isdigit() and int(text) < 2**32):
            raise ConfigurationError(f"{settings.name}: the address of a Mercury 206 is a number, not {text!r}")
        return Mercury206Driver(line, settings)

    def check_goldens(self) -> None:
        """Read the goldens and compare.

        Raises:
            GoldenError: If one means something else than it has to.
        """
        for golden in self.goldens:
            must_agree(self.model, golden.origin, meaning(golden.sent, golden.came), golden.expected)


class Mercury206Driver(Driver):
    """Speaks with one one-phase Mercury meter."""

    archives: Mapping[Archive, timedelta] = {Archive.MONTH: timedelta(days=31 * _MONTHS)}
    reads_cost_battery = False
    options_known = ()

    def __init__(self, line: Line, settings: DriverSettings) -> None:
        super().__init__(line, settings)
        self._address = int(settings.address).to_bytes(4, "big")
        self._frames: list[bytes] = []

    def read(self) -> Contact:
        """Read registers, measured values, clock and serial number."""
        self._frames = []
        with self.line.owned():
            tariffs = registers(self._ask(_ENERGY, 16))
            serial = self._optional(_SERIAL, 4)
            local = clock(self._optional(_CLOCK, 7))
            version = self._optional(_VERSION, 6)
            now = self._optional(_NOW, 7)
        samples, remarks = _energy(tariffs), []
        if not samples:
            remarks.append(Remark("no_register", {"reason": "the meter has no register of its first tariff"}))
        return Contact(
            samples=(*samples, *measured(now)),
            serial=f"{int.from_bytes(serial, 'big'):08d}" if serial else None,
            meter_clock=None if local is None else local.replace(tzinfo=self.settings.zone).astimezone(UTC),
            model="Mercury",
            firmware="" if not version else ".".join(f"{byte:x}" for byte in version[:3]),
            remarks=tuple(remarks),
            frames=tuple(self._frames),
        )

    def read_archive(self, archive: Archive, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        """Read the registers of the first days of months, newest first."""
        if archive is not Archive.MONTH:
            yield from super().read_archive(archive, wanted)
        now = clock(self._ask(_CLOCK, 7))
        if now is None:
            raise DecodeError("the meter's clock shows no date, so its archive cannot be dated")
        for at in wanted:
            local = at.astimezone(self.settings.zone).replace(tzinfo=None)
            ago = (now.year - local.year) * 12 + now.month - local.month
            if local != local.replace(day=1, hour=0, minute=0, second=0) or ago < 0:
                continue
            found = registers(self._ask(_MONTH, 16, bytes([local.month - 1]))) if ago < _MONTHS else ()
            yield ArchiveRow(at, tuple(_energy(found)))

    def _optional(self, code: int, count: int) -> bytes:
        """What an older meter may not have: it does not answer what it does not know."""
        try:
            return self._ask(code, count)
        except NoAnswerError:
            return b""

    def _ask(self, code: int, count: int, data: bytes = b"") -> bytes:
        """The data that answer a request; a spoilt answer is asked for once more."""
        exchange = partial(self._exchange, code, count, data)
        return asked_twice(self.line, self.settings.name, exchange, late_s=_PATIENCE_S)

    def _exchange(self, code: int, count: int, data: bytes) -> bytes:
        sent = with_crc16(self._address + bytes([code]) + data)
        self.line.send(sent)
        frame = self.line.receive(len(sent), _PATIENCE_S)  # no answer is shorter than its request
        if frame == sent and count:  # a converter with echo
            frame = self.line.receive(len(sent), _PATIENCE_S)
        try:
            frame += self.line.receive(_HEAD + count + 2 - len(frame), _PATIENCE_S)
        except NoAnswerError as error:
            raise CutShortError("the answer broke off: noise, or two meters that speak at once", frame) from error
        answer = data_of(frame, self._address, code)
        self._frames.append(frame)
        return answer


def data_of(frame: bytes, address: bytes, code: int) -> bytes:
    """The data of an answer.

    Raises:
        DecodeError: If its check is wrong or it is about something else.
        WrongDeviceError: If another meter answers.
    """
    if not crc16_holds(frame):
        raise DecodeError("the check of the answer is wrong: noise on the line", frame)
    if frame[:4] != address:
        number = int.from_bytes(frame[:4], "big")
        raise WrongDeviceError(f"meter {number} answered, {int.from_bytes(address, 'big')} was asked", frame)
    if frame[4] != code:
        raise DecodeError(f"request {code:#04x} was sent, {frame[4]:#04x} is answered", frame)
    return frame[_HEAD:-2]


def meaning(sent: bytes, came: bytes) -> dict[str, float]:
    """What an answer means, by the names of quantities."""
    data = data_of(came, sent[:4], sent[4])
    samples = measured(data) if sent[4] == _NOW else _energy(registers(data))
    return {sample.quantity.value: sample.value for sample in samples}


def registers(data: bytes) -> tuple[int | None, ...]:
    """The registers of four tariffs, in 10 Wh, None where the meter has none [1]."""
    return tuple(_decimal(data[at : at + 4]) for at in range(0, 16, 4))


def clock(data: bytes) -> datetime | None:
    """Date and time, without a zone, or None: weekday, hour, minute, second, day, month, year, packed decimal [1]."""
    digits = [_decimal(bytes([byte])) for byte in data[1:]]
    if len(digits) != 6 or None in digits:
        return None
    hour, minute, second, day, month, year = (digit for digit in digits if digit is not None)
    try:
        return datetime(2000 + year, month, day, hour, minute, second)  # noqa: DTZ001  # its zone is configured
    except ValueError:
        return None


def measured(data: bytes) -> list[Sample]:
    """Voltage in 0.1 V, current in 0.01 A, power in W, packed decimal [1]."""
    rows = (
        (Quantity.VOLTAGE_V, data[0:2], 0.1),
        (Quantity.CURRENT_A, data[2:4], 0.01),
        (Quantity.ACTIVE_POWER_W, data[4:7], 1.0),
    )
    return [
        Sample(quantity, value * step, step)
        for quantity, digits, step in rows
        if digits and (value := _decimal(digits)) is not None
    ]


def _energy(tariffs: Sequence[int | None]) -> list[Sample]:
    """The sum of the tariffs; without the first one there is none."""
    if not tariffs or tariffs[0] is None:
        return []
    return [Sample(Quantity.ACTIVE_ENERGY_KWH, sum(n for n in tariffs if n is not None) / 100, 0.01)]


def _decimal(data: bytes) -> int | None:
    """Packed decimal, high digits first, or None if a digit is none."""
    text = data.hex()
    return int(text) if text.isdigit() else None
