"""What a contact with a meter becomes: readings, a birth, and events about what changed since the last one."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from gateway.config import MeterConfig
from gateway.driver import Contact, Remark, Sample
from gateway.memory import Memory
from gateway.remarks import Remarks
from gateway.reporter import Data, Reporter
from teplosvet.domain.quantities import Kind, Quantity
from teplosvet.domain.readings import Origin, Reading
from teplosvet.wire.messages import Birth

SKEW_REMARKED_S = 60.0
SKEW_WARNED_S = 300.0
"""A meter's clock that is off by more is remarked upon, and warned of. [s]"""

_INSTRUMENT = "instrument"
_SKEW_LEVELS = ("right", "remark", "warning")


class Instrument(msgspec.Struct):
    """The instrument that was met last in a device.

    Attributes:
        serial: Its serial number, or None if it never said one.
        at: When it was met. [s since 1970-01-01 UTC]
        registers: What its registers showed, by quantity. [unit of the quantity]
    """

    serial: str | None
    at: float
    registers: dict[str, float]


def possible(samples: Iterable[Sample]) -> tuple[list[Sample], list[Remark]]:
    """The samples that nature allows, and a remark about each of the others; NaN is missing and no remark."""
    good: list[Sample] = []
    remarks: list[Remark] = []
    for sample in samples:
        spec = sample.quantity.spec
        if spec.low <= sample.value <= spec.high:
            good.append(sample)
        elif sample.value == sample.value:  # not NaN
            data: Data = {"quantity": str(sample.quantity), "value": sample.value, "unit": spec.unit}
            remarks.append(Remark("impossible_value", data))
    return good, remarks


def skew_s(meter_clock: datetime, begun: datetime, ended: datetime) -> float:
    """By how much a meter's clock is ahead of ours, 0 if it can show a time within the contact. [s]

    Many meters say no seconds (type F, EN 13757-3, annex A): a full minute stands for all of it.
    """
    if meter_clock > ended:
        return (meter_clock - ended).total_seconds()
    whole_minute = meter_clock.second == meter_clock.microsecond == 0
    latest = meter_clock + timedelta(seconds=60) if whole_minute else meter_clock
    return (latest - begun).total_seconds() if latest < begun else 0.0


class ContactBook:
    """Knows what earlier contacts with one meter said.

    Args:
        meter: What the configuration says of it.
        memory: Where that survives.
        reporter: Who is told.

    Attributes:
        remarks: What was remarked about the meter.
        skew_s: By how much the meter's clock was ahead at the last contact, if it said. [s]
    """

    def __init__(self, meter: MeterConfig, memory: Memory, reporter: Reporter) -> None:
        self._meter, self._memory, self._reporter = meter, memory, reporter
        self._instrument = memory.get(meter.name, _INSTRUMENT, Instrument)
        self._skew_level = memory.get(meter.name, "skew", int) or 0
        self._unexpected = memory.get(meter.name, "unexpected", str)
        self.remarks = Remarks(meter.name, reporter)
        self._told: set[Quantity] = set()
        self.skew_s: float | None = None

    @property
    def serial(self) -> str | None:
        """The serial number that readings carry: what the meter says, else what the configuration expects."""
        known = self._instrument.serial if self._instrument else None
        return known or self._meter.serial

    def take(self, contact: Contact, begun: datetime, ended: datetime) -> bool:
        """Take a contact; whether another instrument was met than the time before."""
        samples, remarks = possible(contact.samples)
        exchanged = self._meet(contact, samples, ended)
        self._expect(contact.serial, ended)
        shown = {each.quantity for each in samples}
        if exchanged or not shown <= self._told or not self._told:
            self._reporter.birth(birth(self._meter, contact, samples, self.serial, ended))
            self._told |= shown
        self._reporter.readings(self.readings(samples, ended, Origin.LIVE))
        for remark in (*contact.remarks, *remarks):
            self.remarks.make(remark, ended)
        if contact.meter_clock is not None and self._reporter.timely:
            self._compare(skew_s(contact.meter_clock, begun, ended), ended)
        return exchanged

    def readings(self, samples: Iterable[Sample], at: datetime, origin: Origin) -> list[Reading]:
        """Samples of one instant as readings of this device."""
        return [Reading(self._meter.name, each.quantity, each.value, at, origin, self.serial) for each in samples]

    def _meet(self, contact: Contact, samples: list[Sample], at: datetime) -> bool:
        before = self._instrument
        registers = {str(each.quantity): each.value for each in samples if each.quantity.spec.kind is Kind.COUNTER}
        serial = contact.serial or (before.serial if before else None)
        self._instrument = Instrument(serial, at.timestamp(), registers or (before.registers if before else {}))
        self._memory.put(self._meter.name, _INSTRUMENT, self._instrument)
        if before is None or before.serial is None or contact.serial in {None, before.serial}:
            return False
        data: dict[str, str | float] = {"old_serial": before.serial, "new_serial": contact.serial or ""}
        data |= {
            "last_seen": before.at,
            "sentence": "another meter answers than before: if none was exchanged, check the address",
        }
        data |= {f"last_{name}": value for name, value in before.registers.items()}
        data |= {f"first_{name}": value for name, value in registers.items()}
        self._reporter.event(self._meter.name, at, "meter_exchanged", data)
        return True

    def _expect(self, serial: str | None, at: datetime) -> None:
        """Say once when another serial number is met than the configuration expects."""
        wanted = self._meter.serial
        if serial is None or wanted is None:
            return
        wrong = "" if same_serial(serial, wanted) else serial
        if wrong and wrong != self._unexpected:
            sentence = f"expected the meter {wanted} and met {serial}: check the address, or correct the configuration"
            data = {"expected": wanted, "found": serial, "sentence": sentence}
            self._reporter.event(self._meter.name, at, "unexpected_serial", data)
        self._unexpected = wrong
        self._memory.put(self._meter.name, "unexpected", wrong)

    def _compare(self, ahead_s: float, at: datetime) -> None:
        """Say when the meter's clock gets worse, and when it is right again; nobody sets it from here."""
        self.skew_s = ahead_s
        level = (abs(ahead_s) > SKEW_REMARKED_S) + (abs(ahead_s) > SKEW_WARNED_S)
        if level == self._skew_level:
            return
        if level > self._skew_level or level == 0:
            data: Data = {"severity": _SKEW_LEVELS[level], "offset_s": round(ahead_s, 1)}
            self._reporter.event(self._meter.name, at, "clock_skew", data)
        self._skew_level = level
        self._memory.put(self._meter.name, "skew", level)


def same_serial(one: str, other: str) -> bool:
    """Whether two serial numbers are the same; leading zeros stand on some plates and not on others."""
    return one.strip().lstrip("0").casefold() == other.strip().lstrip("0").casefold()


def birth(meter: MeterConfig, contact: Contact, samples: Iterable[Sample], serial: str | None, at: datetime) -> Birth:
    """What a device tells when it starts and after an exchange, in the quantities' own units."""
    samples = list(samples)
    return Birth(
        device=meter.name,
        at=at.timestamp(),
        serial=serial,
        model=contact.model or meter.model,
        firmware=contact.firmware,
        units={each.quantity.wire_name: each.quantity.spec.unit for each in samples},
        registers={each.quantity.wire_name: each.value for each in samples if each.quantity.spec.kind is Kind.COUNTER},
        resolutions={each.quantity.wire_name: each.resolution for each in samples if each.resolution is not None},
    )
