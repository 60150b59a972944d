"""SenML packs: the payload of a reading message.

A pack is a JSON array of records (RFC 8428). Full names are ``{device}/{quantity}``; without a slash the publisher
itself is the device. Base fields hold for the records after them until they are set anew. Times are absolute: a value
below 2**28 would be relative to «now» (RFC 8428, 4.5.3), which a message that may be delivered twice cannot mean.

Extensions, as RFC 8428 section 4.4 allows: base label ``bo`` (``live`` or ``archive``), label ``ack`` on the first
record (an id: the publisher asks to be told when the pack is committed), and the record ``{device}/serial``.

References:
    RFC 8428, Sensor Measurement Lists (SenML), 2018.
"""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import msgspec

from teplosvet.domain.errors import MessageError
from teplosvet.domain.readings import Origin, Reading
from teplosvet.wire.units import WIRE_NAMES, WIRE_UNITS

RELATIVE_BELOW = 2.0**28
"""A time below this is relative to now. [s]"""

VERSION = 10
"""The version of SenML that we understand (RFC 8428, 4.4)."""

SERIAL = "serial"


class Record(msgspec.Struct, gc=False, omit_defaults=True):
    """One SenML record, with every label that RFC 8428 defines for JSON and our two."""

    bn: str | None = None
    bt: float | None = None
    bu: str | None = None
    bv: float | None = None
    bs: float | None = None
    bver: float | None = None
    bo: str | None = None
    ack: str | None = None
    n: str | None = None
    u: str | None = None
    v: float | None = None
    vs: str | None = None
    vb: bool | None = None
    vd: str | None = None
    s: float | None = None
    t: float | None = None
    ut: float | None = None


class Instant(NamedTuple):
    """What one device says of one instant: the readings that become one row.

    Attributes:
        device: Name of the device.
        at: When. [s since 1970-01-01 UTC]
        origin: ``live`` or ``archive``.
        serial: Serial number of the instrument, if the pack says it.
        fields: The names of the values, then their units; the same for every message of one kind of device.
        values: The values as they came. [their unit]
    """

    device: str
    at: float
    origin: str
    serial: str | None
    fields: tuple[str | None, ...]
    values: list[float]


class Pack(NamedTuple):
    """A decoded pack.

    Attributes:
        instants: What it says, a device and an instant each.
        ack: The id under which the publisher wants to be told of the commit, or None.
        problems: Reason and detail of records that cannot be read; the others are in `instants`.
    """

    instants: list[Instant]
    ack: str | None
    problems: tuple[tuple[str, str], ...] = ()


class _Asking(msgspec.Struct, gc=False):
    """What is read of a record when the pack as a whole cannot be."""

    ack: str | None = None


_Name: Any = Literal[tuple(sorted(WIRE_NAMES))]
_Unit: Any = Literal[tuple(sorted(WIRE_UNITS))]


class _PlainRecord(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A record of the usual pack: one device, one instant, known quantities in known units.

    Names and units are literals, so that the decoder hands out one and the same string for each and makes none.
    """

    n: _Name
    bn: str | None = None
    bt: float | None = None
    u: _Unit | None = None
    v: float | None = None
    vb: bool | None = None


_decoder = msgspec.json.Decoder(list[Record])
_plain_decoder = msgspec.json.Decoder(list[_PlainRecord])
_asking_decoder = msgspec.json.Decoder(list[_Asking])
_label_decoder = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
_encoder = msgspec.json.Encoder()


def decode(payload: bytes, publisher: str) -> Pack:
    """Decode a pack.

    Args:
        payload: The message's payload.
        publisher: Who published it: the device of names without a slash.

    Raises:
        MessageError: If it is not JSON, not SenML, or says nothing; `reason` tells which.
    """
    usual = decode_usual(payload)
    return _decode_any(payload, publisher) if usual is None else Pack([usual], None)


def decode_usual(payload: bytes) -> Instant | None:
    """Decode the usual pack, known quantities of one device at one instant, or None if it is another one.

    Nearly all messages are usual, so this has to be cheap; `decode` understands them all.
    """
    try:
        records = _plain_decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    names: list[str | None] = []
    units: list[str | None] = []
    values: list[float | None] = []
    bases = 0
    for record in records:
        if record.bn is not None or record.bt is not None:
            bases += 1
        names.append(record.n)
        units.append(record.u)
        value = record.v
        values.append(record.vb if value is None else value)
    if bases != 1 or None in values:
        return None
    base, at = records[0].bn, records[0].bt
    if base is None or at is None or len(base) < 2 or base.find("/") != len(base) - 1:
        return None
    # a named tuple's own constructor takes twice as long
    return tuple.__new__(Instant, (base[:-1], at, Origin.LIVE, None, (*names, *units), values))


def _decode_any(payload: bytes, publisher: str) -> Pack:
    try:
        records = _decoder.decode(payload)
        _check_understood(payload, records)
    except msgspec.ValidationError as error:
        raise MessageError("not_senml", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError("not_json", str(error)) from error
    instants, problems = _resolve(records, publisher)
    if not instants and not problems:
        raise MessageError("empty_pack", "the pack says nothing")
    return Pack(instants, records[0].ack, tuple(problems))


def _check_understood(payload: bytes, records: list[Record]) -> None:
    """Refuse what RFC 8428, section 4.4, forbids to ignore: a newer version, and unknown labels that end with «_»."""
    if any(record.bver is not None and record.bver > VERSION for record in records):
        raise MessageError("not_senml", f"SenML of a version above {VERSION}")
    if b'_"' in payload or b"\\" in payload:
        for label in {label for record in _label_decoder.decode(payload) for label in record}:
            if label.endswith("_"):
                raise MessageError("not_senml", f"the label {label[:40]!r} has to be understood, and is not")


def ack_asked(payload: bytes) -> str | None:
    """The id under which the publisher of a pack that cannot be decoded wants to be told, if that much can be read."""
    try:
        records = _asking_decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return records[0].ack if records else None


class _Gathered:
    """The values of one device and instant while a pack is resolved."""

    __slots__ = ("names", "serial", "units", "values")

    def __init__(self) -> None:
        self.names: list[str | None] = []
        self.units: list[str | None] = []
        self.values: list[float] = []
        self.serial: str | None = None

    def take(self, name: str, unit: str | None, value: float | None, serial: str | None) -> None:
        """Take what one record says: a serial number, or a value."""
        if serial is not None:
            self.serial = serial
        elif value is not None and not self._is_known(name, unit, value):
            self.names.append(name)
            self.units.append(unit)
            self.values.append(value)

    def _is_known(self, name: str, unit: str | None, value: float) -> bool:
        """Whether it says the same again: a gateway that joins rows may have read one of them twice."""
        said = zip(self.names, self.units, self.values, strict=True)
        return name in self.names and (name, unit, value) in said


def _resolve(records: list[Record], publisher: str) -> tuple[list[Instant], list[tuple[str, str]]]:
    """Apply base fields (RFC 8428, section 4.6) and group the values by device, instant and origin."""
    gathered: dict[tuple[str, float, str], _Gathered] = {}
    problems: list[tuple[str, str]] = []
    base = Record(bn="", bt=0.0, bv=0.0, bo=Origin.LIVE)
    for record in records:
        _rebase(base, record)
        if _says_nothing(record):
            continue
        device, _, quantity = f"{base.bn}{record.n or ''}".rpartition("/")
        value = _number(record, base.bv or 0.0)
        serial = record.vs if quantity == SERIAL else None
        if base.bo not in _ORIGINS:
            problems.append(("unknown_origin", f"bo must be live or archive, it says {(base.bo or '')[:40]!r}"))
        elif value is None and serial is None:
            problems.append(("no_number", f"{quantity[:80] or 'a record'} has no numeric value"))
        else:
            at = (base.bt or 0.0) + (record.t or 0.0)
            here = gathered.setdefault((device or publisher, at, base.bo or Origin.LIVE), _Gathered())
            here.take(quantity, base.bu if record.u is None else record.u, value, serial)
    instants = [
        Instant(device, at, origin, here.serial, (*here.names, *here.units), here.values)
        for (device, at, origin), here in gathered.items()
    ]
    return instants, problems


_ORIGINS = frozenset({Origin.LIVE, Origin.ARCHIVE})


def _says_nothing(record: Record) -> bool:
    """Whether a record only sets base fields."""
    return (record.n, record.v, record.vs, record.vb, record.vd, record.s) == (None,) * 6


def _rebase(base: Record, record: Record) -> None:
    if record.bn is not None:
        base.bn = record.bn
    if record.bt is not None:
        base.bt = record.bt
    if record.bu is not None:
        base.bu = record.bu
    if record.bv is not None:
        base.bv = record.bv
    if record.bo is not None:
        base.bo = record.bo


def _number(record: Record, base_value: float) -> float | None:
    if record.v is not None:
        return record.v + base_value
    return None if record.vb is None else float(record.vb)


def encode(readings: Iterable[Reading], ack: str | None = None) -> bytes:
    """Encode readings as one pack; those of one device and instant that follow each other share their base fields."""
    records: list[Record] = []
    key: tuple[str, float, Origin] | None = None
    serial: str | None = None
    for reading in readings:
        here = (reading.device, reading.measured_at.timestamp(), reading.origin)
        record = Record(n=reading.quantity.wire_name, u=reading.quantity.spec.unit or None, v=reading.value)
        if here != key:
            key, serial = here, None
            record.bn, record.bt, record.bo = f"{reading.device}/", here[1], reading.origin.value
        records.append(record)
        if reading.serial is not None and reading.serial != serial:
            serial = reading.serial
            records.append(Record(n=SERIAL, vs=serial))
    if records:
        records[0].ack = ack
    return _encoder.encode(records)
