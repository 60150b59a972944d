"""Telegrams: what a meter answers, decoded.

References:
    EN 13757-3:2018, sections 6 to 8; EN 13757-7:2018, section 7 and table 19 (security modes).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from gateway.errors import DecodeError
from gateway.mbus import fixed, sender
from gateway.mbus.body import Body, read_body
from gateway.mbus.encryption import encrypted_length, security_mode
from gateway.mbus.frame import LongFrame, parse_frame
from gateway.mbus.medium import FIXED_MEDIA, MEDIA, medium_name
from gateway.mbus.problem import Problem, ProblemCode
from gateway.mbus.quantity import Function, MeterQuantity
from gateway.mbus.record import Record
from gateway.mbus.sender import Sender, status_words

LONG_HEADER, LONG_HEADER_MODE_2 = 0x72, 0x76
SHORT_HEADER, NO_HEADER = 0x7A, 0x78
FIXED, FIXED_MODE_2 = 0x73, 0x77
APPLICATION_ERROR, ALARM = 0x70, 0x71

_LONG = frozenset({LONG_HEADER, LONG_HEADER_MODE_2})
_FIXED = frozenset({FIXED, FIXED_MODE_2})
_MODE_2 = frozenset({LONG_HEADER_MODE_2, FIXED_MODE_2})

APPLICATION_ERRORS: Mapping[int, str] = {
    0x00: "unspecified error",
    0x01: "it does not know this request (CI field)",
    0x02: "the request is too long",
    0x03: "the request has too many records",
    0x04: "the request ends too early",
    0x05: "the request has more than 10 DIFEs",
    0x06: "the request has more than 10 VIFEs",
    0x08: "it is too busy: ask again later",
    0x09: "it was read too often: its budget of readouts is used up",
    0x10: "access is denied",
    0x11: "it does not know this command",
    0x12: "a parameter is missing or wrong",
    0x13: "it does not know the receiver's address",
    0x14: "it could not decrypt the request",
    0x15: "it does not know this encryption",
    0x16: "it does not know this signature",
}
"""EN 13757-3:2018, table 19."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telegram:
    """What a meter answered.

    Attributes:
        ci: CI field: what the telegram is.
        sender: Who sent it, as far as it says; its attributes are the telegram's too.
        address: Primary address, or None if only a body was decoded.
        records: The values.
        manufacturer_data: What only the manufacturer can read, or None.
        more_follows: The meter has another telegram to give.
        problems: What could not be read, or what the meter complains of.
        encrypted: What is encrypted, or None.
        raw: The bytes.
    """

    ci: int
    sender: Sender = Sender()  # noqa: RUF009  # a tuple
    address: int | None = None
    records: tuple[Record, ...] = ()
    manufacturer_data: bytes | None = None
    more_follows: bool = False
    problems: tuple[Problem, ...] = ()
    encrypted: bytes | None = None
    raw: bytes = b""

    @property
    def identification(self) -> str | None:
        """Identification number: 8 digits, or letters where a meter sends them."""
        return self.sender.identification

    @property
    def manufacturer(self) -> str | None:
        """Three letters."""
        return self.sender.manufacturer

    @property
    def version(self) -> int | None:
        """Version of the meter, in the manufacturer's counting."""
        return self.sender.version

    @property
    def medium(self) -> int | None:
        """Code of what it measures."""
        return self.sender.medium

    @property
    def medium_name(self) -> str:
        """What it measures."""
        return medium_name(self.sender.medium, FIXED_MEDIA if self.ci in _FIXED else MEDIA)

    @property
    def access_number(self) -> int | None:
        """Counts the telegrams of the meter."""
        return self.sender.access_number

    @property
    def status(self) -> int | None:
        """Status byte."""
        return self.sender.status

    @property
    def status_bits(self) -> tuple[str, ...]:
        """What the status byte says; of the fixed structure the lowest two bits are about the counters."""
        status = self.sender.status
        return status_words(status & 0xFC if status is not None and self.ci in _FIXED else status)

    @property
    def signature(self) -> int | None:
        """Signature, or configuration of the encryption."""
        return self.sender.signature

    def times(self) -> dict[int, datetime | date]:
        """The time that the telegram gives for the values of each storage number, where it gives one and no two."""
        found: dict[int, datetime | date] = {}
        doubtful: set[int] = set()
        for record in self.records:
            if not _tells_time(record) or not isinstance(record.value, date):
                continue
            known = found.setdefault(record.storage, record.value)
            if known != record.value:
                doubtful.add(record.storage)
        return {storage: at for storage, at in found.items() if storage not in doubtful}


def _tells_time(record: Record) -> bool:
    meaning = record.meaning
    return (
        meaning.quantity is MeterQuantity.TIME_POINT
        and meaning.function is Function.INSTANTANEOUS
        and not (meaning.about or meaning.qualifiers or meaning.tariff or meaning.subunit)
    )


def decode(frame: bytes) -> Telegram:
    """Decode the frame that a meter answered with.

    Raises:
        DecodeError: If it is no frame, carries no data, or data that nobody can read. Of a frame that is whole but
            holds something strange, what can be read is returned, with `Telegram.problems`.
    """
    parsed = parse_frame(frame)
    if not isinstance(parsed, LongFrame):
        raise DecodeError("the frame carries no data", frame)
    try:
        return replace(decode_body(parsed.ci, parsed.data), address=parsed.address, raw=frame)
    except DecodeError as error:
        raise DecodeError(str(error), frame) from None


def decode_body(ci: int, data: bytes) -> Telegram:
    """Decode what follows the CI field.

    Args:
        ci: The CI field.
        data: What follows it.

    Raises:
        DecodeError: As `decode` does.
    """
    raw = bytes((ci,)) + data
    reverse = ci in _MODE_2
    if ci in _LONG:
        _need(raw, sender.LONG)
        return _variable(ci, sender.long_sender(data, reverse=reverse), data[sender.LONG :], raw)
    if ci == SHORT_HEADER:
        _need(raw, sender.SHORT)
        return _variable(ci, sender.short_sender(data), data[sender.SHORT :], raw)
    if ci == NO_HEADER:
        return _variable(ci, Sender(), data, raw)
    if ci in _FIXED:
        _need(raw, fixed.LENGTH)
        who, records = fixed.read_fixed(data[: fixed.LENGTH], reverse=reverse)
        return Telegram(ci=ci, sender=who, records=records, raw=raw)
    if ci in {APPLICATION_ERROR, ALARM}:
        return Telegram(ci=ci, problems=(_complaint(ci, data),), raw=raw)
    raise DecodeError(f"CI field {ci:02X} is none of a wired meter's answers that can be decoded", raw)


def _need(raw: bytes, count: int) -> None:
    if len(raw) - 1 < count:
        raise DecodeError(f"after CI field {raw[0]:02X} come {len(raw) - 1} bytes of at least {count}", raw)


def _variable(ci: int, who: Sender, data: bytes, raw: bytes) -> Telegram:
    reverse = ci in _MODE_2
    body = read_body(data, reverse=reverse)
    hidden = encrypted_length(who.signature, data, body)
    problems: tuple[Problem, ...] = ()
    if hidden:
        sentence = f"{hidden} bytes are encrypted (security mode {security_mode(who.signature)}): without its key "
        sentence += "the meter cannot be read; ask its owner to switch encryption off on the wires"
        problems = (Problem(ProblemCode.ENCRYPTED, sentence),)
        body = read_body(data[hidden:], reverse=reverse) if hidden < len(data) else Body(())
    return Telegram(
        ci=ci,
        sender=who,
        records=body.records,
        manufacturer_data=body.manufacturer_data,
        more_follows=body.more_follows,
        problems=problems + body.problems,
        encrypted=data[:hidden] if hidden else None,
        raw=raw,
    )


def _complaint(ci: int, data: bytes) -> Problem:
    if ci == ALARM:
        flags = data.hex(" ").upper() or "none"
        return Problem(ProblemCode.ALARM, f"the meter raises an alarm instead of answering: flags {flags}")
    code = data[0] if data else 0
    words = APPLICATION_ERRORS.get(code, f"error {code:02X}")
    return Problem(ProblemCode.APPLICATION_ERROR, f"the meter refuses: {words}")
