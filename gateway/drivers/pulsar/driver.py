"""Pulsar meters (Teplovodokhran): channels, counters and clock now, registers of past hours from their archives."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gateway.driver import Archive, ArchiveRow, Contact, Driver, DriverSettings, Profile, Remark, Sample
from gateway.drivers.pulsar import archive as archives
from gateway.drivers.pulsar.frames import (
    HEAD,
    NO_FUNCTION,
    NO_PARAMETER,
    Function,
    Number,
    Parameter,
    channel_mask,
    data_of,
    numbers,
    request,
)
from gateway.drivers.pulsar.session import Channel, PulsarSession, sample_of
from gateway.errors import CodedRefusalError
from gateway.golden import ExchangeGolden, GoldenError, must_agree
from gateway.line import Line
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import DeviceClass, Quantity

_SHOWN = 0.005
"""Goldens are known to two digits after the point. [unit of the channel]"""


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter that is a parameter and no channel.

    Attributes:
        parameter: Its number.
        quantity: What it is.
        unit: The unit that it comes in.
    """

    parameter: Parameter
    quantity: Quantity
    unit: str


@dataclass(frozen=True, kw_only=True)
class PulsarProfile(Profile):
    """A model of Pulsar meter.

    Attributes:
        model: Its name in configurations.
        manual: Where its facts come from.
        channels: Its channels, in the order of their bits.
        counters: What else is read with them.
        numbered: Whether the address names a channel after a slash, from 1: the one channel of the table is then that.
        goldens: Exchanges whose meaning is known: values by the bit of their channel, in the channel's unit.
    """

    model: str
    manual: str
    channels: tuple[Channel, ...]
    counters: tuple[Counter, ...] = ()
    numbered: bool = False
    goldens: tuple[ExchangeGolden[int], ...] = field(default=(), repr=False)

    def driver(self, line: Line, settings: DriverSettings) -> "PulsarDriver":
        """A driver for one meter; its address is the number on the case, of up to eight digits.

        Raises:
            ConfigurationError: If the address is none.
        """
        digits, slash, number = settings.address.partition("/")
        if not (_is_number(digits) and len(digits) <= 8):
            raise ConfigurationError(f"{settings.name}: the address of a Pulsar has up to 8 digits, not {digits!r}")
        if bool(slash) is not self.numbered:
            wanted = "names a channel after a slash, such as 00123456/3" if self.numbered else "has no slash"
            raise ConfigurationError(f"{settings.name}: the address of a {self.model} {wanted}")
        if not self.numbered:
            return PulsarDriver(line, settings, int(digits), self.channels, self.counters)
        if not (_is_number(number) and 1 <= int(number) <= 32):
            raise ConfigurationError(f"{settings.name}: a channel is a number from 1 to 32, not {number!r}")
        channels = [Channel(int(number) - 1, c.quantity, c.unit, c.archived) for c in self.channels]
        return PulsarDriver(line, settings, int(digits), channels, self.counters)

    def check_goldens(self) -> None:
        """Read the goldens and compare; what is asked has to be what was captured, too.

        Raises:
            GoldenError: If one means something else than it has to.
        """
        for golden in self.goldens:
            sent, came = golden.sent, golden.came
            mask, number = int.from_bytes(sent[HEAD:-4], "little"), int.from_bytes(sent[-4:-2], "big")
            bits = [bit for bit in range(32) if mask >> bit & 1]
            if request(sent[:4], Function.CHANNELS, channel_mask(bits), number) != sent:
                raise GoldenError(f"{self.model}, {golden.origin}: another request would be sent")
            found = numbers(data_of(came, sent[:4], Function.CHANNELS, number), len(bits)) if came else ()
            values = {bit: value.value for bit, value in zip(bits, found, strict=bool(came))}
            must_agree(self.model, golden.origin, values, golden.expected, _SHOWN)


class PulsarDriver(Driver):
    """Speaks with one Pulsar meter."""

    archives: Mapping[Archive, timedelta] = archives.DEPTHS
    options_known = ()

    def __init__(
        self,
        line: Line,
        settings: DriverSettings,
        number: int,
        channels: Sequence[Channel],
        counters: Sequence[Counter] = (),
    ) -> None:
        super().__init__(line, settings)
        self._channels, self._counters = channels, counters
        self._session = PulsarSession(line, settings.name, number)

    def read(self) -> Contact:
        """Read channels, clock and parameters."""
        self._session.frames = []
        with self.line.owned():
            values = [(c.quantity, c.unit, number) for c, number in self._session.numbers(self._channels)]
            local = self._session.clock()
            firmware = self._parameter(Parameter.FIRMWARE)
            flags = self._parameter(Parameter.DIAGNOSTICS)
            values += [
                (counter.quantity, counter.unit, Number(float(count & 0xFFFFFFFF), 1.0))
                for counter in self._counters
                if (count := self._parameter(counter.parameter)) is not None
            ]
        samples, remarks = _judged(values)
        if flags is not None and self._channels[0].quantity.spec.device_class is DeviceClass.HEAT:
            samples.append(Sample(Quantity.HEAT_ERROR_FLAGS, float(flags & 0xFFFF), 1.0))
        if flags is not None and flags & 0xFFFF:
            remarks.append(Remark("meter_error", {"flags": flags & 0xFFFF}))
        return Contact(
            samples=tuple(samples),
            serial=self._session.address.hex(),
            meter_clock=None if local is None else local.replace(tzinfo=self.settings.zone).astimezone(UTC),
            model="Pulsar",
            firmware="" if firmware is None else str(firmware & 0xFFFF),
            remarks=tuple(remarks),
            frames=tuple(self._session.frames),
        )

    def read_archive(self, archive: Archive, wanted: Sequence[datetime]) -> Iterator[ArchiveRow]:
        """Read registers as they were, newest first (`gateway.drivers.pulsar.archive`)."""
        yield from archives.rows(self._session, self._channels, self.settings.zone, archive, wanted)

    def _parameter(self, code: Parameter) -> int | None:
        """A parameter, or None if the meter lacks it."""
        try:
            data = self._session.ask(Function.PARAMETER, code.to_bytes(2, "little"))
        except CodedRefusalError as error:
            if error.code not in {NO_FUNCTION, NO_PARAMETER}:
                raise
            return None
        return int.from_bytes(data, "little") if data else None


def _judged(values: Sequence[tuple[Quantity, str, Number]]) -> tuple[list[Sample], list[Remark]]:
    """What can be, and remarks on what cannot; what is missing is neither."""
    samples, remarks = [], []
    for quantity, unit, number in values:
        if sample := sample_of(quantity, unit, number):
            samples.append(sample)
        elif math.isfinite(number.value):
            remarks.append(Remark("impossible_value", {"quantity": quantity, "value": number.value, "unit": unit}))
    return samples, remarks


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
