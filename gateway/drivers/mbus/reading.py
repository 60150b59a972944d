"""Records become samples: each value passes the meter's nulls, the profile's impossible figures and what nature allows.

41,065,374.6 °C is what other software reads where a meter sends a date; such a value becomes a remark and never a
sample.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import NamedTuple

from gateway.driver import Remark, Sample
from gateway.drivers.mbus.clock import clock_of
from gateway.drivers.mbus.profile import Field, MbusProfile
from gateway.mbus.quantity import Function
from gateway.mbus.quantity import MeterQuantity as Q
from gateway.mbus.record import Record
from teplosvet.domain.quantities import NULL_SENTINELS, DeviceClass, Quantity
from teplosvet.wire.units import conversion

_HARMLESS = frozenset(
    {
        "only positive contributions",
        "at metering conditions",
        "at base conditions",
        "standard conform data content",
        "absolute value of positive and negative contributions",
        "unsigned",
    }
)
"""What a VIFE may say of a value that still is the plain one."""
_SCALED = "times 10^"
_COLD = frozenset({0x0A, 0x0B})
"""Media of cooling meters, volume measured at the return or the flow (EN 13757-7:2018, table 13)."""
_INTEGER_CODINGS = frozenset({0x1, 0x2, 0x3, 0x4, 0x6, 0x7})


class Read(NamedTuple):
    """What records became.

    Attributes:
        samples: The values, each quantity once.
        remarks: What was none, and why.
    """

    samples: tuple[Sample, ...]
    remarks: tuple[Remark, ...]


def read_records(profile: MbusProfile, records: Sequence[Record], storage: int = 0) -> Read:
    """The samples of a set of records.

    Args:
        profile: What the meter's records mean.
        records: The records.
        storage: Storage number instead of the fields' own 0: a row of an archive.
    """
    samples: dict[Quantity, Sample] = {}
    remarks: list[Remark] = []
    for field in profile.fields:
        if field.quantity in samples:
            continue
        record = _find(field, records, storage)
        if record is None:
            continue
        judged = _judge(profile, field, record)
        if isinstance(judged, Sample):
            samples[field.quantity] = judged
        else:
            remarks.append(judged)
    return Read(tuple(samples.values()), tuple(remarks))


def clock(records: Iterable[Record], zone: tzinfo) -> datetime | None:
    """The meter's own clock, or None if it says none or marks it as invalid."""
    for record in records:
        if is_moment(record) and record.storage == 0 and isinstance(record.value, datetime):
            return clock_of(record, zone)
    return None


def is_moment(record: Record) -> bool:
    """Whether a record is a plain date or time: of the telegram, or of its storage number."""
    return (
        record.quantity is Q.TIME_POINT
        and record.about is None
        and not record.qualifiers
        and record.function is Function.INSTANTANEOUS
        and record.tariff == 0
    )


def firmware(records: Iterable[Record]) -> str:
    """The version of the meter's software as it says it, or an empty string."""
    words = (Q.FIRMWARE_VERSION, Q.SOFTWARE_VERSION)
    return next((str(record.value) for record in records if record.quantity in words and record.value is not None), "")


def as_cold(medium: int | None, samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """The samples of a meter whose medium says that its energy is cold; a meter of both keeps them apart itself."""
    if medium not in _COLD or any(sample.quantity is Quantity.COOLING_ENERGY_KWH for sample in samples):
        return samples
    return tuple(
        replace(sample, quantity=Quantity.COOLING_ENERGY_KWH) if sample.quantity is Quantity.HEAT_ENERGY_KWH else sample
        for sample in samples
    )


def error_flags(profile: MbusProfile, status: int | None, samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """The status byte as a sample of a heat meter that has no error flags of its own."""
    has_flags = any(sample.quantity is Quantity.HEAT_ERROR_FLAGS for sample in samples)
    if profile.device_class is not DeviceClass.HEAT or has_flags or status is None:
        return ()
    return (Sample(Quantity.HEAT_ERROR_FLAGS, float(status)),)


def named_bits(profile: MbusProfile, flags: int) -> str:
    """The names of the bits that are set, those without a name by their figure."""
    bits = (1 << n for n in range(flags.bit_length()) if flags >> n & 1)
    return ", ".join(profile.status_bits.get(bit, f"bit {bit.bit_length() - 1}") for bit in bits)


def _find(field: Field, records: Sequence[Record], storage: int) -> Record | None:
    """The first record of the first word that fits."""
    wanted = storage or field.storage
    if field.vib:
        codes = bytes.fromhex(field.vib)
        return next((r for r in records if r.vib == codes and _is_place(field, r, wanted)), None)
    for word in field.words:
        for record in records:
            if record.quantity is word and _is_place(field, record, wanted) and _is_plain(field, record):
                return record
    return None


def _is_place(field: Field, record: Record, storage: int) -> bool:
    return (record.function, record.storage, record.tariff, record.subunit) == (
        field.function,
        storage,
        field.tariff,
        field.subunit,
    )


def _is_plain(field: Field, record: Record) -> bool:
    """Whether a record holds the quantity itself, and with the VIFE that the field asks for."""
    if record.about is not None or (record.unit is None and not field.unit):
        return False
    if field.qualifier and field.qualifier not in record.qualifiers:
        return False
    allowed = _HARMLESS | {field.qualifier}
    return all(words in allowed or words.startswith(_SCALED) or words == record.error for words in record.qualifiers)


def _judge(profile: MbusProfile, field: Field, record: Record) -> Sample | Remark:
    quantity, unit = field.quantity, field.unit or record.unit or ""
    shown = record.value
    if not isinstance(shown, int | float):
        return Remark("missing_value", {"quantity": quantity.value, "why": record.error or "the meter has no value"})
    convert = conversion(quantity, unit)
    if convert is None:
        return Remark("unknown_unit", {"quantity": quantity.value, "value": float(shown), "unit": unit})
    value = convert.apply(shown)
    spec = quantity.spec
    none = {float(shown), _as_sent(record)} & NULL_SENTINELS or value in field.nulls
    impossible = value in profile.impossible.get(quantity, ())
    if none or impossible or not math.isfinite(value) or not spec.low <= value <= spec.high:
        return Remark("impossible_value", {"quantity": quantity.value, "value": float(shown), "unit": unit})
    step = record.resolution
    return Sample(quantity, value, None if step is None else step * convert.factor)


def _as_sent(record: Record) -> float:
    """The integer as it was sent, before its VIF scaled it: sentinels are figures of the wire."""
    if not record.dib or record.dib[0] & 0x0F not in _INTEGER_CODINGS:  # the fixed structure has no DIF
        return math.nan
    return float(int.from_bytes(record.data, "little", signed=True))
