"""A session with a VKT-7: what is written once is remembered, so that a record costs two exchanges and no more."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from gateway.drivers.crc16_exchange import Exchange
from gateway.drivers.vkt7 import frames
from gateway.drivers.vkt7.frames import Bounds, Element, Register, Service, ValueType
from gateway.drivers.vkt7.values import DECIMALS_SIZE, UNIT_SIZE, Properties, Shown, properties, record
from gateway.errors import CodedRefusalError, DecodeError
from gateway.line import Framing, Line

FRAMING = Framing(stop_bits=2)
"""8 data bits, no parity, 2 stop bits, at the line's speed [1, 2]."""
_PATIENCE_S = 2.0
_NO_RECORD, _OTHER_SCHEME = 3, 5
_REASONS = {
    2: "the calculator does not know that element or type of values",
    _NO_RECORD: "the calculator has no archive record for that time",
    _OTHER_SCHEME: "the measuring scheme of the calculator was changed",
}
_LONGEST_LIST = 42
"""Elements that a request can name: 255 bytes hold so many."""


class Session:
    """Reads one VKT-7; begins with `begin`.

    Args:
        line: The line that it is on.
        meter: Its name, for sentences.
        address: Its network number.
    """

    def __init__(self, line: Line, meter: str, address: int) -> None:
        self._exchange = Exchange(line, meter, address, FRAMING, _PATIENCE_S, _REASONS)
        self._address = address
        self._wanted: tuple[int, ...] = ()
        self._value_type: ValueType | None = None
        self._list: tuple[Element, ...] = ()
        self._scheme: tuple[Element, ...] = ()
        self._older: tuple[datetime, tuple[Element, ...]] | None = None

    @property
    def answers(self) -> tuple[bytes, ...]:
        """The raw answers so far."""
        return tuple(self._exchange.frames)

    def begin(self) -> None:
        """Begin the session and learn the elements of the measuring scheme, the present one."""
        self._exchange.ask(frames.begin_request(self._address), frames.WRITE, frames.write_answer_length)
        self._value_type, self._list = None, ()
        self._choose_type(ValueType.CURRENT)
        self._scheme = self._active()

    def service(self) -> Service:
        """What the calculator says of itself."""
        return self._exchange.understood(frames.service, self._read(Register.SERVICE))

    def clock(self) -> datetime | None:
        """Its clock in its own time, if it says it to the second."""
        return frames.clock(self._read(Register.DATE))

    def bounds(self) -> Bounds:
        """From when and until when there are archives."""
        return self._exchange.understood(frames.bounds, self._read(Register.BOUNDS))

    def properties(self, units: Sequence[int], decimals: Sequence[int]) -> Properties:
        """Units and decimals by the numbers of their properties."""
        elements = [Element(number, UNIT_SIZE) for number in units]
        elements += [Element(number, DECIMALS_SIZE) for number in decimals]
        self._choose_type(ValueType.PROPERTIES)
        self._choose_list(tuple(elements))
        return self._exchange.understood(partial(properties, units, decimals), self._read(Register.DATA))

    def choose(self, value_type: ValueType, wanted: Sequence[int]) -> None:
        """Choose what `read` and `read_record` give; what the measuring scheme lacks is left out."""
        if value_type is self._value_type and tuple(wanted) == self._wanted:
            return
        self._choose_type(value_type)
        self._wanted, self._older = tuple(wanted), None
        self._choose_list(self._elements())

    def read(self) -> dict[int, Shown]:
        """The chosen elements now."""
        if not self._list:
            return {}
        return self._exchange.understood(partial(record, self._list), self._read(Register.DATA))

    def read_record(self, date: datetime) -> dict[int, Shown] | None:
        """The chosen elements of an archive record, or None if there is none.

        A record of the time before a change of the measuring scheme has other elements: their list is learned, once,
        and holds for what is older still.

        Raises:
            DeviceError: If the calculator cannot be read.
        """
        if self._older is not None and date > self._older[0]:
            self._older = None
            self._choose_list(self._elements())
        try:
            self._write(Register.DATE, frames.date_payload(date))
            return self.read()
        except CodedRefusalError as error:
            if error.code == _NO_RECORD:
                return None
            if error.code != _OTHER_SCHEME:
                raise
        self._older = (date, self._active())
        self._choose_list(self._elements())
        try:
            return self.read()
        except CodedRefusalError as error:
            if error.code == _NO_RECORD:
                return None
            raise

    def _active(self) -> tuple[Element, ...]:
        """The elements of the measuring scheme: of the record whose date was written, if one was."""
        return self._exchange.understood(frames.active_elements, self._read(Register.ACTIVE))

    def _elements(self) -> tuple[Element, ...]:
        scheme = self._scheme if self._older is None else self._older[1]
        return tuple(element for element in scheme if element.number in self._wanted)[:_LONGEST_LIST]

    def _choose_type(self, value_type: ValueType) -> None:
        if value_type is not self._value_type:
            self._value_type, self._list = None, ()
            self._write(Register.VALUE_TYPE, frames.value_type_payload(value_type))
            self._value_type = value_type

    def _choose_list(self, elements: tuple[Element, ...]) -> None:
        if elements != self._list:
            self._list = ()
            if elements:
                self._write(Register.LIST, frames.list_payload(elements))
            self._list = elements

    def _write(self, register: Register, payload: bytes) -> None:
        request = frames.write_request(self._address, register, payload)
        answer = self._exchange.ask(request, frames.WRITE, frames.write_answer_length)
        if answer[2:4] != register.to_bytes(2, "big"):
            raise DecodeError("the calculator confirms another request than the one that was made", answer)

    def _read(self, register: Register) -> bytes:
        request = frames.read_request(self._address, register)
        return frames.data_of(self._exchange.ask(request, frames.READ, frames.read_answer_length))
