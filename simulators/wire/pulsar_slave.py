"""A Pulsar heat meter or pulse counter on the wire: answers as the maker's protocol says, and spoils answers on demand.

Encoded here from the protocol's description (Teplovodokhran, exchange protocol Pulsar-M), with nothing of the gateway.
"""

import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from simulators.wire.crc16 import checked, is_checked
from simulators.wire.line_server import Piece
from simulators.wire.spoilt_answer import Fault, spoilt

Value = Callable[[datetime], float]
"""A value at an instant."""

_ERROR, _CHANNELS, _CLOCK, _ARCHIVE, _PARAMETER = 0x00, 0x01, 0x04, 0x06, 0x0A
_HOUR, _DAY, _MONTH = 1, 2, 3
_RECORDS = {_HOUR: 1488, _DAY: 184, _MONTH: 60}
_LONGEST = 255


class RefusedRequestError(Exception):
    """A request that the meter refuses; its argument is the code."""


@dataclass
class PulsarSlave:
    """One meter.

    Attributes:
        address: The digits on its case.
        channels: Its channels by the bit of the mask, counted from 0.
        now: What time it is.
        zone: The zone that its clock keeps.
        width: Bytes of a number in answers about channels: 4 or 8.
        parameters: Its parameters, eight bytes each at most.
        archived: What its archives hold of a channel at a stamp: the value then, unless something else is given.
        archives: The archives that it has.
        faults: What goes wrong with the next answers, one each.
        late_s: How late a late answer is. [s]
    """

    address: str
    channels: Mapping[int, Value]
    now: Callable[[], datetime]
    zone: tzinfo
    width: int = 4
    parameters: Mapping[int, int] = field(default_factory=dict)
    archived: Callable[[int, datetime], float] | None = None
    archives: frozenset[int] = frozenset(_RECORDS)
    faults: deque[Fault] = field(default_factory=deque)
    late_s: float = 0.2
    _buffer: bytearray = field(default_factory=bytearray)

    def hear(self, data: bytes) -> Iterable[Piece]:
        """Take bytes from the master; what is said to the requests among them."""
        self._buffer += data
        while (request := self._next_request()) is not None:
            fault = self.faults.popleft() if self.faults else Fault.NONE
            yield from spoilt(fault, self._reply(request), request, self.late_s)

    def _next_request(self) -> bytes | None:
        """A request to this meter; others speak on the line, too."""
        del self._buffer[:-_LONGEST]
        while (start := self._buffer.find(bytes.fromhex(self.address))) >= 0:
            del self._buffer[:start]
            if len(self._buffer) < 6 or len(self._buffer) < self._buffer[5]:
                return None
            frame = bytes(self._buffer[: max(self._buffer[5], 6)])
            if len(frame) >= 10 and is_checked(frame):
                del self._buffer[: len(frame)]
                return frame
            del self._buffer[:1]
        return None

    def _reply(self, request: bytes) -> bytes:
        function, data = request[4], request[6:-4]
        try:
            answer = self._data(function, data)
        except RefusedRequestError as error:
            function, answer = _ERROR, bytes([error.args[0]])
        body = request[:4] + bytes([function, len(answer) + 10]) + answer + request[-4:-2]
        return checked(body)

    def _data(self, function: int, data: bytes) -> bytes:
        match function:
            case 0x01 if len(data) == 4:
                return self._present(int.from_bytes(data, "little"))
            case 0x04 if not data:
                return _stamp(self._clock())
            case 0x06 if len(data) == 18:
                return self._past(data)
            case 0x0A if len(data) == 2:
                number = int.from_bytes(data, "little")
                if number not in self.parameters:
                    raise RefusedRequestError(4)
                return self.parameters[number].to_bytes(8, "little")
            case 0x01 | 0x04 | 0x06 | 0x0A:
                raise RefusedRequestError(3)
            case _:
                raise RefusedRequestError(1)

    def _present(self, mask: int) -> bytes:
        bits = [bit for bit in range(32) if mask >> bit & 1]
        if not bits or any(bit not in self.channels for bit in bits):
            raise RefusedRequestError(2)
        now = self.now()
        return b"".join(struct.pack("<f" if self.width == 4 else "<d", self.channels[bit](now)) for bit in bits)

    def _past(self, data: bytes) -> bytes:
        mask, kind = int.from_bytes(data[:4], "little"), int.from_bytes(data[4:6], "little")
        if kind not in self.archives:
            raise RefusedRequestError(7)
        bits = [bit for bit in range(32) if mask >> bit & 1]
        if len(bits) != 1 or bits[0] not in self.channels:
            raise RefusedRequestError(2)
        first, last = _rounded(_of_stamp(data[6:12]), kind), _rounded(_of_stamp(data[12:18]), kind)
        newest = _rounded(self._clock(), kind)
        stamps = [stamp for stamp in _between(first, min(last, newest), kind) if stamp > self._oldest(newest, kind)]
        if 20 + 4 * len(stamps) > _LONGEST:
            raise RefusedRequestError(8)
        values = b"".join(struct.pack("<f", self._archived(bits[0], stamp)) for stamp in stamps)
        return data[:4] + _stamp(stamps[0] if stamps else first) + values

    def _archived(self, bit: int, stamp: datetime) -> float:
        at = stamp.replace(tzinfo=self.zone)
        return self.channels[bit](at) if self.archived is None else self.archived(bit, at)

    def _oldest(self, newest: datetime, kind: int) -> datetime:
        days = {_HOUR: 1 / 24, _DAY: 1, _MONTH: 30}
        return newest - timedelta(days=days[kind] * _RECORDS[kind])

    def _clock(self) -> datetime:
        return self.now().astimezone(self.zone).replace(tzinfo=None)


def _stamp(local: datetime) -> bytes:
    return bytes([local.year % 100, local.month, local.day, local.hour, local.minute, local.second])


def _of_stamp(data: bytes) -> datetime:
    try:
        return datetime(2000 + data[0], *data[1:])  # noqa: DTZ001  # a meter's clock has no zone
    except ValueError as error:
        raise RefusedRequestError(6) from error


def _rounded(local: datetime, kind: int) -> datetime:
    hour = local.replace(minute=0, second=0, microsecond=0)
    if kind == _HOUR:
        return hour
    return hour.replace(hour=0) if kind == _DAY else hour.replace(hour=0, day=1)


def _between(first: datetime, last: datetime, kind: int) -> Iterator[datetime]:
    step = timedelta(hours=1) if kind == _HOUR else timedelta(days=1 if kind == _DAY else 31)
    while first <= last:
        yield first
        first = _rounded(first + step, kind)
