"""Questions to one Pulsar meter and its answers, spoilt ones asked for again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from gateway.driver import Sample
from gateway.drivers.crc16 import crc16_holds
from gateway.drivers.pulsar.frames import (
    BAD_MASK,
    HEAD,
    ArchivePart,
    Function,
    Number,
    archive_part,
    archive_request,
    channel_mask,
    clock,
    data_of,
    length_of,
    numbers,
    packed_address,
    request,
    stamp,
)
from gateway.drivers.second_try import asked_twice
from gateway.errors import CodedRefusalError, CutShortError, NoAnswerError
from gateway.line import Line
from teplosvet.domain.errors import ConfigurationError
from teplosvet.domain.quantities import Quantity
from teplosvet.wire.units import conversion

_PATIENCE_S = 0.5
"""How long a meter may think; 300 ms is usual. [s]"""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of the meter.

    Attributes:
        bit: Its bit in the mask, counted from 0.
        quantity: What it is.
        unit: The unit that it comes in.
        archived: Whether the archive is read for it: of registers as they were, of other quantities the mean.
    """

    bit: int
    quantity: Quantity
    unit: str
    archived: bool = True


def sample_of(quantity: Quantity, unit: str, number: Number) -> Sample | None:
    """A number in the unit of its quantity, or None if it is missing or cannot be."""
    convert = conversion(quantity, unit)
    if convert is None:
        raise ConfigurationError(f"{quantity} does not travel in {unit!r}")
    value = convert.apply(number.value)
    if not quantity.spec.low <= value <= quantity.spec.high:
        return None
    return Sample(quantity, value, number.step * convert.factor)


class PulsarSession:
    """Speaks with one meter; the protocol itself knows no sessions.

    Args:
        line: The line that the meter is on.
        name: Name of the device.
        number: Its address.

    Attributes:
        address: Its address as it stands in frames.
        frames: The answers that came.
    """

    def __init__(self, line: Line, name: str, number: int) -> None:
        self.line, self.name = line, name
        self.address = packed_address(number)
        self.frames: list[bytes] = []
        self._request_id = 0

    def numbers(self, channels: Sequence[Channel]) -> list[tuple[Channel, Number]]:
        """The present numbers of channels that are given in the order of their bits.

        All are asked for at once; a meter that lacks one refuses that, and is asked for each.
        """
        try:
            return self._numbers(channels)
        except CodedRefusalError as error:
            if error.code != BAD_MASK or len(channels) == 1:
                raise
        found = []
        for channel in channels:
            try:
                found += self._numbers([channel])
            except CodedRefusalError as error:
                if error.code != BAD_MASK:
                    raise
        return found

    def _numbers(self, channels: Sequence[Channel]) -> list[tuple[Channel, Number]]:
        data = self.ask(Function.CHANNELS, channel_mask([channel.bit for channel in channels]))
        return list(zip(channels, numbers(data, len(channels)), strict=True))

    def clock(self) -> datetime | None:
        """The meter's date and time, without a zone, or None if it has none."""
        return clock(self.ask(Function.CLOCK, b""))

    def archived(self, channel: Channel, kind: int, first: datetime, last: datetime) -> ArchivePart:
        """What the archive has of a channel between two stamps, both included."""
        return archive_part(self.ask(Function.ARCHIVE, archive_request(channel.bit, kind, stamp(first), stamp(last))))

    def ask(self, function: Function, data: bytes) -> bytes:
        """The data that answer a request; a spoilt answer is asked for once more.

        Raises:
            gateway.errors.DeviceError: If the meter does not answer, refuses, or answers what nobody understands.
        """
        return asked_twice(self.line, self.name, partial(self._exchange, function, data))

    def _exchange(self, function: Function, data: bytes) -> bytes:
        self._request_id = (self._request_id + 1) & 0xFFFF
        sent = request(self.address, function, data, self._request_id)
        self.line.send(sent)
        frame = self._receive()
        if frame == sent or self._is_late(frame):  # a converter with echo; an answer that was given up
            frame = self._receive()
        answer = data_of(frame, self.address, function, self._request_id)
        self.frames.append(frame)
        return answer

    def _is_late(self, frame: bytes) -> bool:
        """Whether it answers the request before."""
        before = ((self._request_id - 1) & 0xFFFF).to_bytes(2, "big")
        return crc16_holds(frame) and frame[:4] == self.address and frame[-4:-2] == before

    def _receive(self) -> bytes:
        head = self.line.receive(HEAD, _PATIENCE_S)
        length = length_of(head)
        try:
            return head + self.line.receive(length - HEAD, _PATIENCE_S)
        except NoAnswerError as error:
            sentence = f"{HEAD + len(error.raw)} bytes came of {length}: noise, or two meters that speak at once"
            raise CutShortError(sentence, head + error.raw) from error
