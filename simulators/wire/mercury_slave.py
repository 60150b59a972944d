"""A three-phase Mercury meter on the wire: sessions, registers, measured values and the memory of its power profile.

Encoded here from the maker's system of commands (Incotex, 2022-12-12), with nothing of the gateway.
"""

import struct
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from simulators.wire.crc16 import checked, is_checked
from simulators.wire.line_server import Piece
from simulators.wire.spoilt_answer import Fault, spoilt

Registers = tuple[float | None, float | None, float | None, float | None]
"""A+ [Wh], A- [Wh], R+ [varh], R- [varh]; None where the meter has none."""

_OK, _UNKNOWN, _DENIED, _CLOSED = 0, 1, 3, 5
_VARIANT = {5000: 0, 25000: 1, 1250: 2, 500: 3, 1000: 4, 250: 5}
_IDLE = timedelta(seconds=240)
_RING = 0x10000
_STEP = 16
_LONGEST = 16


class RefusedRequestError(Exception):
    """A request that the meter refuses; its argument is the status."""


@dataclass
class MercurySlave:
    """One meter.

    Attributes:
        address: Its address.
        registers: Its registers at an instant, over all tariffs.
        now: What time it is.
        zone: The zone that its clock keeps.
        password: The password of its first level.
        serial: Its serial number, eight digits.
        constant: Its constant, or another number that it does not say. [1/kWh]
        measured: Measured values by kind and phase, as request 08 numbers them, in counts; negative power flows back.
        shares: Shares of the tariffs in each register.
        profile_since: When the power profile began.
        off: Spans without supply, in which it writes no records.
        pointer: How it writes the address of its newest record.
        unknown: First bytes of requests that it does not know.
        ratios: Ratios of voltage and current transformers that it was told.
        faults: What goes wrong with the next answers, one each.
        late_s: How late a late answer is. [s]
        closes: Whether it closes its session before each of the next requests, one each.
    """

    address: int
    registers: Callable[[datetime], Registers]
    now: Callable[[], datetime]
    zone: tzinfo
    password: bytes = b"\x01\x01\x01\x01\x01\x01"
    serial: str = "03328747"
    constant: int = 1000
    measured: Mapping[int, int] = field(default_factory=dict)
    shares: tuple[float, ...] = (0.6, 0.4, 0.0, 0.0)
    profile_since: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    off: tuple[tuple[datetime, datetime], ...] = ()
    pointer: Callable[[int], bytes] = lambda address: (address & 0xFFFF).to_bytes(2, "big")
    unknown: tuple[bytes, ...] = ()
    ratios: tuple[int, int] = (1, 1)
    faults: deque[Fault] = field(default_factory=deque)
    late_s: float = 0.2
    closes: deque[bool] = field(default_factory=deque)
    _open: bool = False
    _heard_at: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    _buffer: bytearray = field(default_factory=bytearray)
    _ends: list[datetime] = field(default_factory=list)

    def hear(self, data: bytes) -> Iterable[Piece]:
        """Take bytes from the master; a request begins with the address and ends where its check holds."""
        self._buffer += data
        del self._buffer[:-_LONGEST]
        if (request := self._request()) is not None:
            self._buffer.clear()
            fault = self.faults.popleft() if self.faults else Fault.NONE
            yield from spoilt(fault, self._reply(request[1:-2]), request, self.late_s)

    def _request(self) -> bytes | None:
        """The request at the end of what was heard; others speak on the line, too."""
        heard = bytes(self._buffer)
        requests = (heard[start:] for start, byte in enumerate(heard[:-3]) if byte == self.address)
        return next((request for request in requests if is_checked(request)), None)

    def _reply(self, code: bytes) -> bytes:
        if self.closes and self.closes.popleft():
            self._open = False
        try:
            data = self._data(code)
        except RefusedRequestError as error:
            data = bytes([error.args[0]])
        return checked(bytes([self.address]) + data)

    def _data(self, code: bytes) -> bytes:
        now = self.now()
        if code[0] == 0x01:
            if code[2:] != self.password:
                raise RefusedRequestError(_DENIED)
            self._open, self._heard_at = True, now
            return bytes([_OK])
        if not self._open or now - self._heard_at > _IDLE:
            raise RefusedRequestError(_CLOSED)
        self._heard_at = now
        if any(code.startswith(start) for start in self.unknown):
            raise RefusedRequestError(_UNKNOWN)
        match code[0]:
            case 0x02:
                self._open = False
                return bytes([_OK])
            case 0x04 if code[1:] == b"\x00":
                return _clock(self._local(now))
            case 0x05 if len(code) == 3:
                return self._array(code[1], code[2], now)
            case 0x06 if len(code) == 5:
                return self._memory(code[1], int.from_bytes(code[2:4], "big"), code[4])
            case 0x08 if len(code) > 1:
                return self._parameter(code[1], code[2:])
            case _:
                raise RefusedRequestError(_UNKNOWN)

    def _array(self, array: int, tariff: int, now: datetime) -> bytes:
        """Registers: 00 now, 40 of today, C0 and D0 at the start of today and yesterday, Bn at the start of month n."""
        midnight = self._local(now).replace(hour=0, minute=0, second=0, microsecond=0)
        match array & 0xF0, array & 0x0F:
            case 0x00, 0:
                values = self._whole(now)
            case 0x40, 0:
                values = _difference(self._whole(now), self._whole(self._aware(midnight)))
            case 0xC0, 0:
                values = self._whole(self._aware(midnight))
            case 0xD0, 0:
                values = self._whole(self._aware(midnight - timedelta(days=1)))
            case 0xB0, month if 1 <= month <= 12:
                year = midnight.year - (month > midnight.month)
                values = self._whole(self._aware(midnight.replace(year=year, month=month, day=1)))
            case _:
                raise RefusedRequestError(_UNKNOWN)
        if tariff:
            share = self.shares[tariff - 1]
            values = [None if value is None else int(value * share) for value in values]
        return b"".join(_four(value) for value in values)

    def _parameter(self, number: int, rest: bytes) -> bytes:
        serial = bytes(int(self.serial[at : at + 2]) for at in range(0, 8, 2))
        match number:
            case 0x00:
                return serial + b"\x0c\x05\x15"
            case 0x01:
                return serial + b"\x0c\x05\x15" + b"\x07\x02\x03" + bytes([0xB4, 0xE0 | self._variant(), 0, 0, 0, 0])
            case 0x02:
                return struct.pack(">HH", *self.ratios)
            case 0x11 if len(rest) == 1:
                return self._measured([rest[0]])
            case 0x13:
                return self._newest()
            case 0x16 if len(rest) == 1:
                count = {0x00: 4, 0x10: 3, 0x20: 3, 0x30: 4, 0x40: 1}.get(rest[0] & 0xF0)
                if count is None:
                    raise RefusedRequestError(_UNKNOWN)
                return self._measured([rest[0] + n for n in range(count)])
            case _:
                raise RefusedRequestError(_UNKNOWN)

    def _variant(self) -> int:
        return _VARIANT.get(self.constant, 0x0F)

    def _measured(self, kinds: list[int]) -> bytes:
        return b"".join(_three(self.measured.get(kind)) for kind in kinds)

    def _newest(self) -> bytes:
        ends = self._written()
        if not ends:
            return bytes(9)
        last = self._local(ends[-1])
        stamp = bytes(map(_bcd, (last.hour, last.minute, last.day, last.month, last.year % 100)))
        return self.pointer(_STEP * len(ends) % _RING) + b"\x10" + stamp + bytes([30])

    def _memory(self, memory: int, first: int, count: int) -> bytes:
        if memory & 0x7F != 0x03 or count not in {15, 255}:
            raise RefusedRequestError(_UNKNOWN)
        first += _RING if memory & 0x80 else 0
        return b"".join(self._record(first + n * _STEP) for n in range(count // 15))

    def _record(self, address: int) -> bytes:
        """What stands at an address: the ring begins at 16, and what is written later takes the place of the oldest."""
        ends = self._written()
        number = address // _STEP - 1
        if address % _STEP or address >= _RING:
            return b"\xff" * 15
        number += (len(ends) - 1 - number) // (_RING // _STEP) * (_RING // _STEP)
        if not 0 <= number < len(ends):
            return b"\xff" * 15
        end = ends[number]
        local = self._local(end)
        stamp = bytes(map(_bcd, (local.hour, local.minute, local.day, local.month, local.year % 100)))
        pairs = zip(self.registers(end), self.registers(end - timedelta(minutes=30)), strict=True)
        counts = [0xFFFF if b is None or a is None else self._pulses(b) - self._pulses(a) for b, a in pairs]
        return b"\x10" + stamp + bytes([30]) + struct.pack("<4H", *counts)

    def _written(self) -> list[datetime]:
        """Ends of the half hours that were written."""
        end = self._ends[-1] if self._ends else self.profile_since
        while (end := end + timedelta(minutes=30)) <= self.now():
            if any(off <= end - timedelta(minutes=30) and end <= on for off, on in self.off):
                continue
            self._ends.append(end)
        return self._ends

    def _pulses(self, wh: float) -> int:
        return int(wh * 2 * self.constant / 1000)

    def _whole(self, at: datetime) -> list[int | None]:
        return [None if value is None else int(value) for value in self.registers(at)]

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone).replace(tzinfo=None)

    def _aware(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone)


def _difference(later: list[int | None], earlier: list[int | None]) -> list[int | None]:
    return [None if b is None or a is None else b - a for b, a in zip(later, earlier, strict=True)]


def _four(value: int | None) -> bytes:
    high, low = divmod(0xFFFFFFFF if value is None else value, 0x10000)
    return struct.pack("<HH", high, low)


def _three(value: int | None) -> bytes:
    if value is None:
        return b"\xff\xff\xff"
    count = abs(value)
    return bytes([count >> 16 | (0x80 if value < 0 else 0), count & 0xFF, count >> 8 & 0xFF])


def _clock(local: datetime) -> bytes:
    figures = (local.second, local.minute, local.hour, local.isoweekday(), local.day, local.month, local.year % 100)
    return bytes(map(_bcd, figures)) + b"\x01"


def _bcd(value: int) -> int:
    return value // 10 * 16 + value % 10
