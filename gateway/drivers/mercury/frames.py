"""Frames of three-phase Mercury meters (Incotex 203.2TD, 204, 208, 230 to 238): what is asked, what an answer says.

``address[1] code[1] data[..] check[2]``; an answer has no code: ``address[1] data[..] check[2]``, and a status of one
byte where there are no data. Four bytes of a register come in the order 2-1-4-3, three bytes of a measured value in the
order 1-3-2. All ones mean that the meter does not have the value.

References:
    [1] Incotex, "Протокол обмена трёхфазных счетчиков Меркурий" (system of commands, 2022-12-12), requests 01, 02, 04,
        05, 06, 08 and the power profile; as reported by wb-mqtt-serial, kihamo/boggart and others (read for facts).
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from gateway.drivers.crc16 import crc16_holds, with_crc16
from gateway.errors import CodedRefusalError, DecodeError, WrongDeviceError

STATUS = 4
"""Bytes of an answer that is a status. [B]"""
OVERHEAD = 3
"""Bytes of an answer beside its data. [B]"""
UNKNOWN, CLOSED = 1, 5
_REFUSALS = {
    UNKNOWN: "it does not know the request",
    2: "its memory has an internal error",
    3: "the password or its level does not allow it",
    4: "its clock was set today already",
    CLOSED: "its channel is closed",
}
PULSES_PER_KWH = {0: 5000, 1: 25000, 2: 1250, 3: 500, 4: 1000, 5: 250}
"""The meter's constant by the low half of the second byte of its variant [1]. [1/kWh]"""


class Energies(NamedTuple):
    """Registers, None where the meter has none.

    Attributes:
        active: A+. [Wh]
        active_reverse: A-. [Wh]
        reactive: R+. [varh]
        reactive_reverse: R-. [varh]
    """

    active: int | None
    active_reverse: int | None
    reactive: int | None
    reactive_reverse: int | None


class Passport(NamedTuple):
    """Who the meter is.

    Attributes:
        serial: Its serial number.
        firmware: Version of its firmware.
        pulses_per_kwh: Its constant, or None if it is not known. [1/kWh]
    """

    serial: str
    firmware: str
    pulses_per_kwh: int | None


class Slice(NamedTuple):
    """A record of the power profile: the pulses of an interval.

    Attributes:
        end: End of the interval, by the meter's clock, without a zone.
        minutes: Length of the interval. [min]
        active: Pulses of A+, two for each of the meter's constant, or None.
        reactive: Pulses of R+, or None.
    """

    end: datetime
    minutes: int
    active: int | None
    reactive: int | None

    @property
    def start(self) -> datetime:
        """Start of the interval, by the meter's clock."""
        return self.end - timedelta(minutes=self.minutes)


def request(address: int, *code: int) -> bytes:
    """A request."""
    return with_crc16(bytes([address, *code]))


def data_of(frame: bytes, address: int) -> bytes:
    """The data of an answer.

    Raises:
        DecodeError: If its check is wrong.
        WrongDeviceError: If another meter answers.
    """
    if not crc16_holds(frame):
        raise DecodeError("the check of the answer is wrong: noise on the line", frame)
    if frame[0] != address:
        raise WrongDeviceError(f"meter {frame[0]} answered, {address} was asked", frame)
    return frame[1:-2]


def must_be_ok(status: int, frame: bytes) -> None:
    """What a status says.

    Raises:
        CodedRefusalError: If it refuses.
    """
    if status & 0x0F:
        code = status & 0x0F
        raise CodedRefusalError(f"the meter refuses: {_REFUSALS.get(code, f'error {code}')}", frame, code)


def energies(data: bytes) -> Energies:
    """Four registers, 16 bytes [1]."""
    return Energies(*(_register(data[at : at + 4]) for at in (0, 4, 8, 12)))


def measured(data: bytes, count: int) -> list[int | None]:
    """Measured values of three bytes each, the two bits of direction taken off [1]; power is negative in reverse."""
    return [_measured(data[at : at + 3]) for at in range(0, 3 * count, 3)]


def is_reverse(data: bytes) -> bool:
    """Whether the first measured value is active power that flows back."""
    return bool(data[0] & 0x80)


def clock(data: bytes) -> datetime | None:
    """Date and time, without a zone, or None if they are none: second, minute, hour, weekday, day, month, year [1]."""
    second, minute, hour, _, day, month, year = (_decimal(byte) for byte in data[:7])
    return _date(year, month, day, hour, minute, second)


def passport(data: bytes) -> Passport:
    """Serial number, date of manufacture, version and variant, 16 bytes [1]."""
    return Passport(serial_number(data), ".".join(map(str, data[7:10])), PULSES_PER_KWH.get(data[11] & 0x0F))


def serial_number(data: bytes) -> str:
    """Serial number: four bytes of two digits each [1]."""
    return "".join(f"{byte:02d}" for byte in data[:4])


def last_slice(data: bytes) -> tuple[bytes, datetime | None]:
    """Where the newest record of the power profile stands, as the meter writes it, and when its interval ended [1]."""
    hour, minute, day, month, year = (_decimal(byte) for byte in data[3:8])
    return data[:2], _date(year, month, day, hour, minute)


def slice_of(data: bytes) -> Slice | None:
    """A record of the power profile, 15 bytes, or None if none is written there [1]."""
    hour, minute, day, month, year = (_decimal(byte) for byte in data[1:6])
    end, minutes = _date(year, month, day, hour, minute), data[6]
    if end is None or not 1 <= minutes <= 60:
        return None
    return Slice(end, minutes, _pulses(data[7:9]), _pulses(data[11:13]))


def _register(data: bytes) -> int | None:
    value = int.from_bytes(bytes([data[1], data[0], data[3], data[2]]), "big")
    return None if value == 0xFFFFFFFF else value


def _measured(data: bytes) -> int | None:
    if data == b"\xff\xff\xff":
        return None
    return (data[0] & 0x3F) << 16 | data[2] << 8 | data[1]


def _pulses(data: bytes) -> int | None:
    value = int.from_bytes(data, "little")
    return None if value == 0xFFFF else value


def _decimal(byte: int) -> int:
    """Two packed decimal digits, or 255 if they are none."""
    high, low = divmod(byte, 16)
    return high * 10 + low if high < 10 and low < 10 else 255


def _date(year: int, month: int, day: int, hour: int, minute: int, second: int = 0) -> datetime | None:
    try:
        return datetime(2000 + year, month, day, hour, minute, second)  # noqa: DTZ001  # its zone is configured
    except ValueError:
        return None
