"""The other messages: births, events, states and acks, as JSON objects."""

from collections.abc import Iterator
from datetime import UTC, datetime
from math import inf
from typing import Annotated, Literal, TypeVar

import msgspec

from teplosvet.domain.errors import MessageError
from teplosvet.domain.quantities import Quantity
from teplosvet.wire.units import Conversion, conversion, quantity_of

Word = Annotated[str, msgspec.Meta(max_length=200)]
Serial = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Birth(msgspec.Struct, omit_defaults=True):
    """A device tells what it is, when it starts and after an exchange.

    Attributes:
        device: Name of the device.
        at: When. [s since 1970-01-01 UTC]
        serial: Serial number of the instrument.
        model: Model.
        firmware: Firmware version.
        units: Unit of every quantity, by its wire name.
        registers: Start registers, by wire name. [units]
        resolutions: Least step of each value, by wire name. [units]
        ack: The id under which the publisher wants to be told of the commit.
    """

    device: str
    at: float
    serial: Serial | None = None
    model: Word = ""
    firmware: Word = ""
    units: dict[str, str] = msgspec.field(default_factory=dict)
    registers: dict[str, float] = msgspec.field(default_factory=dict)
    resolutions: dict[str, float] = msgspec.field(default_factory=dict)
    ack: str | None = None

    def start_registers(self) -> dict[Quantity, float]:
        """Start registers in the quantities' own units; what is unknown or impossible is left out."""
        registers = ((q, convert.apply(value)) for q, convert, value in self._known(self.registers))
        return {q: value for q, value in registers if q.spec.low <= value <= q.spec.high}

    def least_steps(self) -> dict[Quantity, float]:
        """Resolutions in the quantities' own units; what is unknown or no step is left out."""
        steps = ((q, value * convert.factor) for q, convert, value in self._known(self.resolutions))
        return {q: step for q, step in steps if 0 < step < inf}

    def _known(self, values: dict[str, float]) -> Iterator[tuple[Quantity, Conversion, float]]:
        for name, value in values.items():
            quantity = quantity_of(name)
            convert = conversion(quantity, self.units.get(name, "")) if quantity else None
            if quantity is not None and convert is not None:
                yield quantity, convert, value


class Event(msgspec.Struct, omit_defaults=True):
    """Something that happened at a device.

    Attributes:
        device: Name of the device.
        at: When. [s since 1970-01-01 UTC]
        event: What, one word.
        data: Figures and words about it.
        ack: The id under which the publisher wants to be told of the commit.
    """

    device: str
    at: float
    event: Word
    data: dict[str, str | float | int | bool | None] = msgspec.field(default_factory=dict)
    ack: str | None = None


class State(msgspec.Struct):
    """Whether a publisher is there: ``online``, or ``offline`` as its last will.

    Attributes:
        state: The word.
        at: When it was said; a last will says when the publisher connected. [s since 1970-01-01 UTC]
    """

    state: Literal["online", "offline"]
    at: float


class Ack(msgspec.Struct, omit_defaults=True):
    """To a publisher: these packs are committed.

    Attributes:
        ids: Ids under which the packs asked for it.
        quarantined: Those of them of which something was refused, with the reason.
    """

    ids: list[str]
    quarantined: dict[str, str] = msgspec.field(default_factory=dict)


class Command(msgspec.Struct, omit_defaults=True):
    """To a publisher: do something.

    Attributes:
        id: Id of the command; the same one twice is the same command.
        command: What, one word.
        device: The device that it is about, if it is about one.
        data: Figures and words about it.
    """

    id: str
    command: Word
    device: str = ""
    data: dict[str, str | float | int | bool | None] = msgspec.field(default_factory=dict)


T = TypeVar("T", bound=msgspec.Struct)


def decode(payload: bytes, kind: type[T]) -> T:
    """Decode a message of one kind.

    Raises:
        MessageError: If it is not JSON or not of that kind.
    """
    try:
        return msgspec.json.decode(payload, type=kind)
    except msgspec.ValidationError as error:
        raise MessageError("malformed", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError("not_json", str(error)) from error


def instant(at: float) -> datetime:
    """An admitted time of the wire as aware UTC."""
    return datetime.fromtimestamp(at, UTC)
