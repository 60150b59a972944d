"""The Modbus master of a line: RTU on a serial line or through a transparent converter, TCP where the URL says so.

Requests, answers and their framing are pymodbus'; bytes travel on the line's own port, because a converter takes one
connection only. An answer ends by its length, which its first bytes tell.

References:
    [1] MODBUS Application Protocol Specification V1.1b3, sections 6 and 7.
    [2] MODBUS over Serial Line, Specification and Implementation Guide V1.02, section 2.5.
    [3] MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3.
"""

import logging
import time
from collections.abc import Sequence

from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
)

from gateway.drivers.crc16 import crc16_holds
from gateway.drivers.modbus.register import Span, Table
from gateway.errors import CodedRefusalError, CutShortError, DecodeError, DeviceError, NoAnswerError, WrongDeviceError
from gateway.line import Line

_REQUESTS = {Table.HOLDING: ReadHoldingRegistersRequest, Table.INPUT: ReadInputRegistersRequest}
_IN_WORDS = {
    1: "does not know this function",
    2: "has no such register",
    3: "does not accept the request",
    4: "could not carry out the request",
    5: "needs more time",
    6: "is busy",
    7: "refuses the function",
    8: "has a memory error",
}
_GATEWAY_CANNOT = {10: "has no path to the device", 11: "got no answer from the device behind it"}
_FOR_A_WHILE = {5, 6}
_PAUSE_S = 0.3
"""How long a busy meter is left alone. [s]"""
_QUIET_S = 0.05
"""After what cannot be read, the line has to be quiet for so long. [s]"""
_STALE_ANSWERS = 4
"""Answers to earlier requests that are passed over, over TCP."""

logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # what goes wrong is told by our own errors


class ModbusRefusedError(CodedRefusalError):
    """The meter refuses the request; its code is an exception code."""

    @property
    def no_such_register(self) -> bool:
        """Whether the meter lacks a register that was asked for."""
        return self.code == 2


class ModbusMaster:
    """Speaks with one slave. The line has to be owned meanwhile.

    Args:
        line: The line it is on.
        meter: Its name, for sentences.
        unit: Its number on the line.
        wait_s: How long it may take to begin an answer. [s]

    Attributes:
        frames: The telegrams that came, since somebody last emptied the list.
    """

    def __init__(self, line: Line, meter: str, unit: int, wait_s: float = 1.0) -> None:
        self._line, self._meter, self._unit, self._wait_s = line, meter, unit, wait_s
        self._tcp = line.url.startswith("modbus-tcp://")
        self._decoder = DecodePDU(is_server=False)
        self._framer = FramerSocket(self._decoder) if self._tcp else FramerRTU(self._decoder)
        self._transaction = 0
        self.frames: list[bytes] = []

    def read(self, span: Span) -> list[int]:
        """What registers hold.

        Raises:
            ModbusRefusedError: If the meter refuses; `no_such_register` if it lacks one of them.
            DeviceError: If it cannot be read.
        """
        request = _REQUESTS[span.table](address=span.address, count=span.count, dev_id=self._unit)
        answer = self._ask(request)
        if len(answer.registers) != span.count:
            raise self._failed(DecodeError(self._of(f"{len(answer.registers)} registers came of {span.count}")))
        return list(answer.registers)

    def write(self, address: int, values: Sequence[int]) -> None:
        """Write holding registers, such as the date of an archive record that shall be read next.

        Raises:
            DeviceError: If the meter refuses or cannot be reached.
        """
        request = WriteMultipleRegistersRequest(address=address, registers=values, dev_id=self._unit)
        answer = self._ask(request)
        if (answer.address, answer.count) != (address, len(values)):
            raise self._failed(DecodeError(self._of("it confirms another write than the one that was asked")))

    def _ask(self, request: ModbusPDU) -> ModbusPDU:
        """One exchange, and another one if the first was disturbed: a repeated one costs less than a lost hour."""
        try:
            return self._exchange(request)
        except (NoAnswerError, DecodeError, WrongDeviceError):
            self._line.rest(_QUIET_S)
        except ModbusRefusedError as error:
            if error.code not in _FOR_A_WHILE:
                raise
            time.sleep(_PAUSE_S)
        return self._exchange(request)

    def _exchange(self, request: ModbusPDU) -> ModbusPDU:
        request.transaction_id = self._transaction = self._transaction % 0xFFFF + 1
        frame = self._framer.buildFrame(request)
        if not self._tcp:
            time.sleep(self._line.wire_time_s(4))  # [2] 3.5 characters of silence begin a frame
        self._line.send(frame)
        try:
            raw = self._answer_over_tcp() if self._tcp else self._answer_on_the_line(frame)
            self.frames.append(raw)
            return self._understood(raw, request)
        except DeviceError as error:
            self._failed(error)
            raise

    def _answer_on_the_line(self, request: bytes) -> bytes:
        """The frame that answers; a converter's echo of the request is passed over.

        An answer may begin like its request: always when registers were written, by chance when they were read.
        """
        data = self._receive(5)
        if data == request[:5]:
            length = 8 if request[1] == WriteMultipleRegistersRequest.function_code else 5 + 2 * request[5]
            data += self._receive(min(length, len(request)) - len(data), data)
            if len(data) == length and crc16_holds(data):
                return data
            if len(data) < len(request):
                data += self._receive(len(request) - len(data), data)
            if data == request:
                data = self._receive(5)
        return self._whole(data)

    def _whole(self, data: bytes) -> bytes:
        """Receive what is still lacking: the first five bytes tell how long a frame is. [2]"""
        function = data[1]
        if function in (3, 4):
            length = 5 + data[2]
        elif function in (6, 16):
            length = 8
        elif function & 0x80:
            length = 5
        else:
            raise DecodeError(self._of(f"an answer to function {function}, which nobody asked: noise?"), data)
        return data + self._receive(length - len(data), data) if length > len(data) else data

    def _answer_over_tcp(self) -> bytes:
        """The frame that answers; answers to earlier requests, which came too late, are passed over. [3]"""
        for _ in range(_STALE_ANSWERS):
            head = self._receive(7)
            length = int.from_bytes(head[4:6], "big")
            if head[2:4] != b"\0\0" or not 3 <= length <= 254:
                self._line.close()  # where the next frame begins, nobody knows
                raise DecodeError(self._of("this is no Modbus TCP: is it a transparent converter (socket://)?"), head)
            frame = head + self._receive(length - 1, head)
            if int.from_bytes(head[:2], "big") == self._transaction:
                return frame
        self._line.close()
        raise DecodeError(self._of("it answers requests that were not made: a second master?"), frame)

    def _receive(self, count: int, before: bytes = b"") -> bytes:
        try:
            return self._line.receive(count, self._wait_s)
        except NoAnswerError as error:
            if before or error.raw:
                cut = "the answer began and did not end: noise, a wrong speed, or two meters that speak at once"
                raise CutShortError(self._of(cut), before + error.raw) from error
            raise NoAnswerError(
                self._of("no answer: check the wires A and B, the unit number, speed and parity")
            ) from error

    def _understood(self, raw: bytes, request: ModbusPDU) -> ModbusPDU:
        _, unit, _, pdu = self._framer.decode(raw)
        if not pdu:
            raise DecodeError(self._of("the check sum of its answer is wrong: noise, or two meters at once"), raw)
        if unit != self._unit:
            raise WrongDeviceError(self._of(f"unit {unit} answered: a late answer, or two masters on the line"), raw)
        if pdu[0] & 0x7F != request.function_code:
            raise DecodeError(self._of("it answers another function than the one that was asked"), raw)
        answer = self._decoder.decode(pdu)
        if answer is None:
            raise DecodeError(self._of("its answer is shorter than it says"), raw)
        if answer.isError():
            raise self._refused(answer.exception_code, raw)
        return answer

    def _refused(self, code: int, raw: bytes) -> DeviceError:
        if code in _GATEWAY_CANNOT:
            return NoAnswerError(self._of(f"the gateway {_GATEWAY_CANNOT[code]} (exception {code})"), raw)
        return ModbusRefusedError(
            self._of(f"it {_IN_WORDS.get(code, 'refuses the request')} (exception {code})"), raw, code
        )

    def _failed(self, error: DeviceError) -> DeviceError:
        self._line.note_failure(self._meter, error.raw, str(error))
        return error

    def _of(self, what: str) -> str:
        return f"{self._meter} (unit {self._unit} on {self._line.name}): {what}"
