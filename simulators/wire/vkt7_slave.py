"""A VKT-7 on the line, written from its protocol: sessions, lists of elements, current values, totals and archives.

References:
    [1] Teplocom, "Implementation of the exchange protocol with the calculator VKT-7", sections 3 and 4.
"""

import struct
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from simulators.wire.crc16 import checked, is_checked
from simulators.wire.heat_state import Course, HeatState
from simulators.wire.line_server import Piece
from simulators.wire.spoilt_answer import Mishaps

MOSCOW = timezone(timedelta(hours=3))
GOOD = (0xC0, 0x00)
_HOUR = timedelta(hours=1)
_WAKE = b"\xff\xff"
_BEGIN = b"\xcc\x80"
"""How the payload of the request begins that begins a session; a list of elements does not [1, 4.7]."""
_TEMPERATURE_DECIMALS = 57
_HOURLY, _DAILY, _TOTAL, _CURRENT, _CURRENT_TOTAL, _PROPERTIES = 0, 1, 3, 4, 5, 6
_NO_ELEMENT, _NO_RECORD, _OTHER_SCHEME = 2, 3, 5
_OF_SECOND = 22
_SIZES = {0: 2, 1: 2, 3: 4, 4: 4, 6: 4, 7: 4, 9: 2, 10: 2, 12: 4, 17: 4, 18: 4, 19: 4}
_COUNTERS: Mapping[int, Callable[[HeatState], float]] = {
    3: lambda state: state.flow_volume_m3,
    4: lambda state: state.return_volume_m3,
    6: lambda state: state.flow_mass_t,
    7: lambda state: state.return_mass_t,
    12: lambda state: state.heat_gcal,
    17: lambda state: state.operating_h,
    18: lambda state: state.error_h,
}
_GAUGES: Mapping[int, Callable[[HeatState], float]] = {
    0: lambda state: state.flow_c,
    1: lambda state: state.return_c,
    9: lambda state: state.flow_kgf_cm2,
    10: lambda state: state.return_kgf_cm2,
}
_FLOW = 19
_DECIMALS_AT = {0: 57, 1: 57, 3: 59, 4: 59, 6: 60, 7: 60, 9: 61, 10: 61, 12: 66}
ALL_ELEMENTS = frozenset(_SIZES)
"""The elements of a heat input that the simulator has."""


@dataclass(frozen=True, slots=True)
class Vkt7Settings:
    """How the calculator is set.

    Attributes:
        address: Network number.
        zone: The zone that its clock keeps.
        since: When its archives begin, aware.
        subscriber: Eight characters that identify it.
        report_day: Day of the month at whose end totals are kept; 0 for none.
        version: Version of its program, two digits.
        model: Number of its model.
        decimals: Decimals by the number of their property.
        units: Units by the number of their property.
        old_units: Whether units come as seven letters without a length.
        hours_kept: Depth of the hour archive. [h]
        days_kept: Depth of the day archive. [d]
    """

    address: int
    since: datetime
    zone: tzinfo = MOSCOW
    subscriber: str = "00123456"
    report_day: int = 25
    version: int = 0x27
    model: int = 3
    decimals: Mapping[int, int] = field(
        default_factory=lambda: {57: 2, 59: 2, 60: 2, 61: 1, 66: 3, 69: 2, 70: 2, 71: 1, 76: 3}
    )
    units: Mapping[int, str] = field(
        default_factory=lambda: {
            44: "°C",
            45: "м3/ч",
            46: "м3",
            47: "т",
            48: "кг/см2",
            53: "Гкал",
            55: "ч",
            56: "ч",
        }
    )
    old_units: bool = False
    hours_kept: int = 1152
    days_kept: int = 128


class Vkt7Slave:
    """One calculator.

    Args:
        settings: How it is set.
        now: Simulated time, aware.
        courses: What its heat inputs count and measure, one or two.

    Attributes:
        without_power: Hours in which it had no power: begin of each in its own time; it counted nothing then.
        about: Quality and abnormal situation of an hour, by its begin in its own time; None for now.
        schemes: Elements of its heat inputs from an instant of its own time on, in order.
        refuses_at_read: Whether it says only when data are read that there is no record.
        mishaps: What happens to its answers.
        asked: Requests that it understood.
        bytes_sent: Bytes of its answers. [B]
    """

    def __init__(self, settings: Vkt7Settings, now: Callable[[], datetime], *courses: Course) -> None:
        self._settings, self._now, self._courses = settings, now, courses
        self._value_type, self._date = _CURRENT, datetime.min  # noqa: DTZ901 - its own time
        self._list: list[tuple[int, int]] = []
        self._heard = b""
        self.without_power: set[datetime] = set()
        self.about: dict[datetime | None, tuple[int, int]] = {}
        self.schemes: list[tuple[datetime, frozenset[int]]] = [(datetime.min, ALL_ELEMENTS)]  # noqa: DTZ901
        self.refuses_at_read = False
        self.mishaps = Mishaps()
        self.asked: list[bytes] = []
        self.bytes_sent = 0

    def hear(self, data: bytes) -> Iterable[Piece]:
        """Take bytes; answer the request that they complete. Two bytes FF begin one, whatever was said to others."""
        before = b"" if data.startswith(_WAKE) else self._heard
        self._heard = (before + data).lstrip(_WAKE)
        length = self._request_length()
        if length is None or len(self._heard) < length:
            return []
        request, self._heard = self._heard[:length], self._heard[length:]
        if request[0] != self._settings.address or not is_checked(request):
            self._heard = b""
            return []
        self.asked.append(request)
        answer = checked(self._answer(request))
        self.bytes_sent += len(answer)
        return self.mishaps.sent(_WAKE + request, answer)

    def register(self, element: int, at: datetime) -> int:
        """What a register shows at an instant, in its own steps: the truth that archives have to come to."""
        course = self._courses[element // _OF_SECOND]
        first = element % _OF_SECOND
        counted = self._steps(element, _COUNTERS[first](course(at)))
        for begins in self.without_power:
            begin = self._aware(begins)
            if begin < at:
                end = min(begin + _HOUR, at)
                counted -= self._steps(element, _COUNTERS[first](course(end)))
                counted += self._steps(element, _COUNTERS[first](course(begin)))
        return counted

    def _request_length(self) -> int | None:
        heard = self._heard
        if len(heard) < 8:
            return None
        if heard[1] == 3:
            return 8
        return 13 if heard[6:8] == _BEGIN else 9 + heard[6]

    def _answer(self, request: bytes) -> bytes:
        function, register = request[1], int.from_bytes(request[2:4], "big")
        try:
            if function == 3:
                data = self._read(register)
                return bytes((self._settings.address, 3, len(data))) + data
            self._write(register, request[7:-2])
            return request[:6]
        except _RefusedError as refusal:
            return bytes((self._settings.address, function | 0x80, refusal.code, 0))

    def _read(self, register: int) -> bytes:
        settings, now = self._settings, self._local_now()
        if register == 0x3FF9:
            return (
                bytes((settings.version, 0, 0, 0, 0))
                + settings.subscriber.encode("ascii").ljust(8)[:8]
                + bytes((settings.address, settings.report_day, settings.model))
            )
        if register == 0x3FFB:
            return bytes((now.day, now.month, now.year - 2000, now.hour, now.minute, now.second))
        if register == 0x3FF6:
            return b"".join(_date(at) for at in (self._hours_from(), now, self._days_from()))
        if register == 0x3FFC:
            return b"".join(struct.pack("<IH", number, self._size(number)) for number in self._active())
        if register == 0x3FFE:
            return self._data()
        raise _RefusedError(_NO_ELEMENT)

    def _write(self, register: int, payload: bytes) -> None:
        if register == 0x3FFF:
            if payload[:1] != _BEGIN[1:]:  # else a session begins
                self._list = [(number & 0x3FFFFFFF, size) for number, size in struct.iter_unpack("<IH", payload)]
        elif register == 0x3FFD:
            self._value_type, self._list = payload[0], []
        elif register == 0x3FFB:
            day, month, year, hour = payload
            self._date = datetime(2000 + year, month, day, hour)  # noqa: DTZ001 - its own time
            if not self.refuses_at_read and not self._has_record():
                raise _RefusedError(_NO_RECORD)
        else:
            raise _RefusedError(_NO_ELEMENT)

    def _data(self) -> bytes:
        if self._value_type == _PROPERTIES:
            return b"".join(self._property(number) for number, _ in self._list)
        if self._is_archive() and not self._has_record():
            raise _RefusedError(_NO_RECORD)
        if not {number for number, _ in self._list} <= set(self._active()):
            raise _RefusedError(_OTHER_SCHEME)
        about = bytes(self.about.get(self._date if self._is_archive() else None, GOOD))
        return b"".join(self._value(number) + about for number, _ in self._list)

    def _property(self, number: int) -> bytes:
        if number in self._settings.decimals:
            return bytes((self._settings.decimals[number], *GOOD))
        text = self._settings.units[number].encode("cp866")
        if self._settings.old_units:
            return text.ljust(7)[:7] + bytes(GOOD)
        return struct.pack("<H", len(text)) + text + bytes(GOOD)

    def _value(self, number: int) -> bytes:
        first, size = number % _OF_SECOND, self._size(number)
        end = self._record_end()
        state = self._courses[number // _OF_SECOND](end)
        if first == _FLOW:
            return struct.pack("<f", state.flow_m3h)
        if first in _GAUGES:
            return self._steps(number, _GAUGES[first](state)).to_bytes(size, "little", signed=True)
        value = self.register(number, end)
        if self._value_type in (_HOURLY, _DAILY):
            value -= self.register(number, end - (_HOUR if self._value_type == _HOURLY else 24 * _HOUR))
        return value.to_bytes(size, "little", signed=True)

    def _record_end(self) -> datetime:
        if not self._is_archive():
            return self._now()
        return self._aware(self._date + _HOUR)

    def _has_record(self) -> bool:
        today = self._local_now().replace(hour=0, minute=0, second=0, microsecond=0)
        if self._value_type == _HOURLY:
            return (
                self._hours_from() <= self._date <= self._local_now() - _HOUR and self._date not in self.without_power
            )
        ended = self._days_from().date() <= self._date.date() < today.date()
        if self._value_type == _DAILY:
            midnight = self._date.replace(hour=0)
            return ended and not all(midnight + hour * _HOUR in self.without_power for hour in range(24))
        last = monthrange(self._date.year, self._date.month)[1]
        at_report = self._date.day == min(self._settings.report_day, last) and self._settings.report_day > 0
        return at_report and self._date >= self._local(self._settings.since) and self._date.date() < today.date()

    def _is_archive(self) -> bool:
        return self._value_type in (_HOURLY, _DAILY, _TOTAL)

    def _active(self) -> list[int]:
        at = self._date if self._is_archive() else self._local_now()
        of_input = next(elements for since, elements in reversed(self.schemes) if since <= at)
        return [number + n * _OF_SECOND for n in range(len(self._courses)) for number in sorted(of_input)]

    def _size(self, number: int) -> int:
        return _SIZES[number % _OF_SECOND]

    def _steps(self, number: int, value: float) -> int:
        """A value in the steps of the calculator, cut off as a display does."""
        at = _DECIMALS_AT.get(number % _OF_SECOND)
        if at is None:
            return int(value)
        if number >= _OF_SECOND and at != _TEMPERATURE_DECIMALS:
            at += 10
        return int(value * 10 ** self._settings.decimals[at] + 1e-6)

    def _hours_from(self) -> datetime:
        oldest = self._local_now().replace(minute=0, second=0, microsecond=0) - self._settings.hours_kept * _HOUR
        return max(self._local(self._settings.since), oldest)

    def _days_from(self) -> datetime:
        return max(self._local(self._settings.since), self._local_now() - self._settings.days_kept * 24 * _HOUR)

    def _local_now(self) -> datetime:
        return self._local(self._now())

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._settings.zone).replace(tzinfo=None)

    def _aware(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self._settings.zone).astimezone(UTC)


class _RefusedError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def _date(at: datetime) -> bytes:
    return bytes((at.day, at.month, at.year - 2000, at.hour))
