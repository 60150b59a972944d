"""A TSRV-024 or TSRV-026 on the line, written from its lists of registers and archives.

References:
    [1] Modbus Application Protocol V1.1b3, sections 6.3, 6.4, 6.13 and 7.
    [2] Vzlet, structure of the archives of TSRV-024, table 1: record of a heat system, 172 bytes; of totals, 78 bytes.
"""

import math
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from simulators.wire.crc16 import checked, is_checked
from simulators.wire.heat_state import Course, HeatState
from simulators.wire.line_server import Piece
from simulators.wire.spoilt_answer import Mishaps

MOSCOW = timezone(timedelta(hours=3))
_HOUR, _DAY, _SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
_MPA = 0.0980665
"""1 kgf/cm2. [MPa]"""
_SYSTEM_RECORD, _TOTAL_RECORD = 172, 78
_HOURS, _TOTAL_OF_HOURS, _TOTAL_OF_DAYS = 0, 18, 19
_NO_FUNCTION, _NO_REGISTER, _NO_VALUE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class TsrvSettings:
    """How the calculator is set.

    Attributes:
        address: Address on the line.
        since: When its archives begin, aware.
        zone: The zone that its clock keeps.
        program: What it answers to function 17.
        serial: Serial number.
        is_026: Whether it is a TSRV-026 and no TSRV-024.
        hours_kept: Depth of the hour archive. [h]
        days_kept: Depth of the day archive. [d]
    """

    address: int
    since: datetime
    zone: tzinfo = MOSCOW
    program: str = "VZLJOT 76.30.03.19"
    serial: int = 802485
    is_026: bool = False
    hours_kept: int = 898
    days_kept: int = 360


class TsrvSlave:
    """One calculator.

    Args:
        settings: How it is set.
        now: Simulated time, aware.
        courses: What its heat systems count and measure.

    Attributes:
        without_power: Hours in which it had no power, by their begin in its own time; it counted nothing then.
        flags: Bits of abnormal situations of an hour by its begin in its own time.
        without_totals: Whether it is too old to archive totals.
        heat_register_shift: How much further on its heat register stands than is believed.
        lacking: Registers that it lacks.
        mishaps: What happens to its answers.
        asked: Requests that it understood.
        bytes_sent: Bytes of its answers. [B]
    """

    def __init__(self, settings: TsrvSettings, now: Callable[[], datetime], *courses: Course) -> None:
        self._settings, self._now, self._courses = settings, now, courses
        self._heard = b""
        self.without_power: set[datetime] = set()
        self.flags: dict[datetime, int] = {}
        self.without_totals = False
        self.heat_register_shift = 0
        self.lacking: set[int] = set()
        self.mishaps = Mishaps()
        self.asked: list[bytes] = []
        self.bytes_sent = 0

    def hear(self, data: bytes) -> Iterable[Piece]:
        """Take bytes; answer the request that they complete."""
        self._heard += data
        if len(self._heard) < 2:
            return []
        length = {17: 4, 65: 15}.get(self._heard[1], 8)
        if len(self._heard) < length:
            return []
        request, self._heard = self._heard[:length], self._heard[length:]
        if request[0] != self._settings.address or not is_checked(request):
            self._heard = b""
            return []
        self.asked.append(request)
        answer = checked(self._answer(request))
        self.bytes_sent += len(answer)
        return self.mishaps.sent(request, answer)

    def heat_gcal(self, at: datetime, system: int = 1) -> float:
        """The heat register at an instant: the truth that archives have to come to. [Gcal]"""
        return self._counted(at, system - 1, lambda state: state.heat_gcal)

    def _answer(self, request: bytes) -> bytes:
        address, function = request[:2]
        try:
            data = self._data(function, request)
        except _RefusedError as refusal:
            return bytes((address, function | 0x80, refusal.code))
        return bytes((address, function, len(data))) + data

    def _data(self, function: int, request: bytes) -> bytes:
        if function in (3, 4):
            return self._read(function, *struct.unpack(">HH", request[2:6]))
        if function == 17:
            return self._settings.program.encode("ascii") + bytes(21)
        if function == 65:
            return self._record(request)
        raise _RefusedError(_NO_FUNCTION)

    def _read(self, function: int, first: int, count: int) -> bytes:
        registers = self._registers_026() if self._settings.is_026 else self._registers_024()
        words: dict[int, bytes] = {}
        for at, data in registers.items():
            words |= {at + n: data[2 * n : 2 * n + 2] for n in range(len(data) // 2)}
        wanted = range(first, first + count)
        if function != 4 or any(at not in words or at in self.lacking for at in wanted):
            raise _RefusedError(_NO_REGISTER)
        return b"".join(words[at] for at in wanted)

    def _registers_024(self) -> Mapping[int, bytes]:
        now = self._now()
        found = {0x8000: struct.pack(">I", self._own_seconds(now))}
        for n, course in enumerate(self._courses):
            state = course(now)
            heat = 0xC0BE + 24 * n + self.heat_register_shift
            found |= {
                heat: _total(self._counted(now, n, lambda state: state.heat_gcal)),
                0x8016 + 14 * n: struct.pack(">I", int(3600 * state.operating_h)),
                0xC6AC + 6 * n: struct.pack(">f", state.power_gcal_h),
            }
            for pipe, (mass, volume) in enumerate(_of_pipes(state)):
                found[0xC234 + 0xF0 * n + 0x3C * pipe] = _total(0.0) + _total(mass) + _total(volume)
            for channel, (celsius, pressure) in enumerate(_at_pipes(state), 2 * n):
                found[0xC048 + 2 * channel] = struct.pack(">f", celsius)
                found[0xC03C + 2 * channel] = struct.pack(">f", pressure)
                found[0xC05A + 2 * channel] = struct.pack(">f", state.flow_m3h)
        return found

    def _registers_026(self) -> Mapping[int, bytes]:
        now = self._now()
        state = self._courses[0](now)
        found = {
            0x8000: struct.pack(">I", self._own_seconds(now)),
            0x8002: struct.pack(">I", self._settings.serial),
            0x8018: struct.pack(">I", self.flags.get(self._hour_of(now), 0)),
            0xC068: _total(self._counted(now, 0, lambda state: state.heat_gcal)),
            0xC132: struct.pack(">f", state.power_gcal_h),
        }
        for pipe, (mass, volume) in enumerate(_of_pipes(state)):
            found |= {0xC0C8 + 4 * pipe: _total(mass), 0xC0D8 + 4 * pipe: _total(volume)}
        for pipe, (celsius, pressure) in enumerate(_at_pipes(state)):
            found[0xC080 + 2 * pipe] = struct.pack(">f", celsius)
            found[0xC088 + 2 * pipe] = struct.pack(">f", pressure)
            found[0xC090 + 2 * pipe] = struct.pack(">f", state.flow_m3h)
        return found

    def _record(self, request: bytes) -> bytes:
        array, _, by_time, second, minute, hour, day, month, year = struct.unpack(">HHB6B", request[2:13])
        if self._settings.is_026 or by_time != 1:
            raise _RefusedError(_NO_VALUE)
        asked = datetime(2000 + year, month, day, hour, minute, second)  # noqa: DTZ001 - its own time
        of_hours = array in (_HOURS, 3, 6, _TOTAL_OF_HOURS)
        begins = asked.replace(minute=0, second=0) if of_hours else asked.replace(hour=0, minute=0, second=0)
        ends = begins + (_HOUR if of_hours else _DAY)
        is_total = array in (_TOTAL_OF_HOURS, _TOTAL_OF_DAYS)
        if is_total and self.without_totals:
            raise _RefusedError(_NO_VALUE)
        size = _TOTAL_RECORD if is_total else _SYSTEM_RECORD
        if not self._is_kept(begins, ends, of_hours):
            return bytes(size)
        record = struct.pack(">I", _seconds(ends - _SECOND))
        record += self._totals(ends) if is_total else self._means(array // 3, begins, ends)
        return checked(record.ljust(size - 2, b"\0"))

    def _totals(self, ends: datetime) -> bytes:
        at = self._aware(ends)
        heats = [self._counted(at, n, lambda state: state.heat_gcal) for n in range(len(self._courses))]
        return b"".join(_total(heat) for heat in heats)

    def _means(self, system: int, begins: datetime, ends: datetime) -> bytes:
        if system >= len(self._courses):
            return b""
        state = self._courses[system](self._aware(ends))
        data = bytearray(_SYSTEM_RECORD - 4 - 2)
        flags = 0
        while begins < ends:
            flags |= self.flags.get(begins, 0)
            begins += _HOUR
        struct.pack_into(">I", data, 80 - 4, flags)
        for pipe, (celsius, pressure) in enumerate(_at_pipes(state)):
            struct.pack_into(">h", data, 152 - 4 + 2 * pipe, round(100 * celsius))
            struct.pack_into(">H", data, 160 - 4 + 2 * pipe, round(1000 * pressure))
        return bytes(data)

    def _is_kept(self, begins: datetime, ends: datetime, of_hours: bool) -> bool:
        now = self._local(self._now())
        depth = self._settings.hours_kept * _HOUR if of_hours else self._settings.days_kept * _DAY
        hours = int((ends - begins) / _HOUR)
        powered = any(begins + n * _HOUR not in self.without_power for n in range(hours))
        return powered and max(self._local(self._settings.since), now - depth) <= ends <= now

    def _counted(self, at: datetime, system: int, of: Callable[[HeatState], float]) -> float:
        course = self._courses[system]
        counted = of(course(at))
        for begins in self.without_power:
            begin = self._aware(begins)
            if begin < at:
                counted -= of(course(min(begin + _HOUR, at))) - of(course(begin))
        return counted

    def _hour_of(self, at: datetime) -> datetime:
        return self._local(at).replace(minute=0, second=0, microsecond=0)

    def _own_seconds(self, at: datetime) -> int:
        return _seconds(self._local(at))

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._settings.zone).replace(tzinfo=None)

    def _aware(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self._settings.zone).astimezone(UTC)


class _RefusedError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def _of_pipes(state: HeatState) -> list[tuple[float, float]]:
    return [(state.flow_mass_t, state.flow_volume_m3), (state.return_mass_t, state.return_volume_m3)]


def _at_pipes(state: HeatState) -> list[tuple[float, float]]:
    return [(state.flow_c, _MPA * state.flow_kgf_cm2), (state.return_c, _MPA * state.return_kgf_cm2)]


def _total(value: float) -> bytes:
    whole = math.floor(value)
    return struct.pack(">if", whole, value - whole)


def _seconds(local: datetime) -> int:
    return int(local.replace(tzinfo=UTC).timestamp())
